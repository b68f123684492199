package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.connector.Report;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class InboxTest {
    private final Inbox<String> inbox = new Inbox<>(NodeClock.real());

    @Test
    void sourcesAreServedInTurn() throws Exception {
        var loud = inbox.source(Inbox.Lane.READINGS, 10);
        var quiet = inbox.source(Inbox.Lane.READINGS, 10);
        for (int i = 0; i < 5; i++) loud.put("loud" + i);
        quiet.put("quiet");
        assertThat(drain(10)).containsExactly("loud0", "quiet", "loud1", "loud2", "loud3", "loud4");
    }

    @Test
    void controlGoesFirstButReadingsDoNotStarve() throws Exception {
        var readings = inbox.source(Inbox.Lane.READINGS, 100);
        var control = inbox.source(Inbox.Lane.CONTROL, 100);
        for (int i = 0; i < 3; i++) readings.put("r");
        for (int i = 0; i < 20; i++) control.put("c");
        var c = "c".repeat(Inbox.CONTROL_TURNS);
        assertThat(String.join("", drain(100))).isEqualTo(c + "r" + c + "r" + "c".repeat(20 - 2 * c.length()) + "r");
    }

    @Test
    void aFullSourceWaitsAloneAndRefusesOffers() throws Exception {
        var a = inbox.source(Inbox.Lane.READINGS, 1);
        var b = inbox.source(Inbox.Lane.READINGS, 1);
        a.put("a0");
        assertThat(a.offer("no")).isFalse();
        assertThat(b.offer("b0")).isTrue();
        var putter = Thread.ofVirtual().start(() -> {
            try {
                a.put("a1");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        a.force("a!");
        assertThat(drain(2)).containsExactly("a0", "b0");
        assertThat(drain(1)).containsExactly("a!");
        assertThat(drain(1)).containsExactly("a1");
        putter.join();
        assertThat(a.most()).isEqualTo(2);
    }

    @Test
    void wakeEndsAWaitOnce() throws Exception {
        inbox.wake();
        assertThat(inbox.drain(new ArrayList<>(), 1, TimeUnit.DAYS.toNanos(1))).isZero();
        Thread.ofVirtual().start(inbox::wake);
        assertThat(inbox.drain(new ArrayList<>(), 1, TimeUnit.DAYS.toNanos(1))).isZero();
        assertThat(inbox.drain(new ArrayList<>(), 1, 0)).isZero();
    }

    @Test
    void manyReportsWakeWhoTakesThemOnce() throws Exception {
        var waits = new AtomicInteger();
        var waiting = new CountDownLatch(1);
        var counting = new Inbox<Arrival>(new NodeClock() {
            @Override
            public long wallMicros() {
                return NodeClock.real().wallMicros();
            }

            @Override
            public long nanoTime() {
                return NodeClock.real().nanoTime();
            }

            @Override
            public void sleep(Duration time) throws InterruptedException {
                NodeClock.real().sleep(time);
            }

            @Override
            public long awaitNanos(Condition condition, long nanos) throws InterruptedException {
                waits.incrementAndGet();
                waiting.countDown(); // the lock is held until it waits, so whoever puts something in comes later
                return NodeClock.real().awaitNanos(condition, nanos);
            }
        });
        var sink = counting.sink("meter", Inbox.Lane.READINGS, 3, arrival -> arrival);
        var taken = new FutureTask<>(() -> {
            var all = new ArrayList<Arrival>();
            counting.drain(all, 10, TimeUnit.DAYS.toNanos(1));
            return all;
        });
        Thread.ofPlatform().daemon().start(taken);
        waiting.await();
        for (int i = 0; i < 3; i++)
            assertThat(sink.offerQuietly(new Report.LineUp())).isPresent();
        assertThat(sink.offerQuietly(new Report.LineUp())).isEmpty();
        assertThat(taken.isDone()).isFalse();
        sink.wake();
        assertThat(taken.get()).hasSize(3);
        assertThat(waits).hasValue(1);
        sink.wake(); // nothing is there, and nobody waits
        assertThat(counting.drain(new ArrayList<>(), 10, 0)).isZero();
    }

    @Test
    void manyPuttersKeepEachTheirOrderAndLoseNothing() throws Exception {
        int each = 20_000;
        var sources = IntStream.range(0, 4)
                .mapToObj(_ -> inbox.source(Inbox.Lane.READINGS, 16))
                .toList();
        for (int s = 0; s < 4; s++) {
            var source = sources.get(s);
            int name = s;
            Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < each; i++) source.put(name + ":" + i);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        int[] next = new int[4];
        for (int got = 0; got < 4 * each; ) {
            List<String> some = drain(64);
            got += some.size();
            for (String one : some) {
                int s = one.charAt(0) - '0';
                assertThat(one).isEqualTo(s + ":" + next[s]++);
            }
        }
        assertThat(drainNow()).isEmpty();
    }

    private List<String> drain(int max) throws InterruptedException {
        var all = new ArrayList<String>();
        inbox.drain(all, max, TimeUnit.SECONDS.toNanos(20));
        return all;
    }

    private List<String> drainNow() throws InterruptedException {
        var all = new ArrayList<String>();
        inbox.drain(all, 100, 0);
        return all;
    }
}
