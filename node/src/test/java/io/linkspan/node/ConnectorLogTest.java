package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.connector.OwnLog;
import io.linkspan.journal.Health;
import io.linkspan.journal.Journal;
import io.linkspan.journal.JournalSettings;
import io.linkspan.journal.SimulatedDisk;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A connector's own log through what happens to a disk.
class ConnectorLogTest {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final SiteId SITE = new SiteId(4, 2);
    private static final SiteId ID = SiteId.ofConnector(SITE, "broker");

    /// A journal whose commits the test says.
    private static final class Life implements AutoCloseable {
        final Journal journal;
        final ConnectorLog log;
        final List<Integer> found = new ArrayList<>();
        final Moment end;

        Life(SimulatedDisk disk) throws IOException, InterruptedException {
            journal = Journal.open(
                    disk,
                    new JournalSettings(
                            Duration.ofMillis(200), 1 << 12, 1 << 12, 1 << 16, 1 << 12, 0, Duration.ofSeconds(1), 7));
            log = new ConnectorLog(
                    "broker",
                    journal.open(ID),
                    journal.health(),
                    journal.recovery().unsure().contains(ID));
            journal.listen(new Journal.Listener() {
                @Override
                public void durable(Log.Position at) {
                    log.durable(at);
                }

                @Override
                public void health(Health now, String why) {
                    log.health(now);
                }
            });
            end = log.recover(
                    image -> {
                        while (image.hasRemaining()) found.add(image.getInt());
                    },
                    stored -> {
                        if (stored.control().hasRemaining())
                            found.add(stored.control().getInt());
                        if (stored.readings().hasRemaining())
                            found.add(stored.readings().getInt());
                    });
        }

        long write(int number, boolean asReadings) {
            var bytes = ByteBuffer.allocate(4).putInt(number).flip();
            var at = new Moment(number, 1_000_000 + number);
            return asReadings ? log.write(at, NOTHING, bytes) : log.write(at, bytes, NOTHING);
        }

        void commit() {
            log.urge();
            journal.commit(System.nanoTime());
        }

        @Override
        public void close() throws IOException {
            journal.close();
        }
    }

    @Test
    void itIsNoSiteAndAlwaysTheSame() {
        assertThat(ID.isSite()).isFalse();
        assertThat(ID.isConnectors()).isTrue();
        assertThat(SITE.isSite()).isTrue();
        assertThat(SiteId.NODE.isSite()).isFalse();
        assertThat(SiteId.ofConnector(SITE, "broker")).isEqualTo(ID);
        assertThat(SiteId.ofConnector(SITE, "other")).isNotEqualTo(ID);
        assertThat(SiteId.ofConnector(new SiteId(4, 3), "broker")).isNotEqualTo(ID);
    }

    @Test
    void whatIsDurableSurvivesPowerCutsWithAndWithoutSnapshots() throws Exception {
        for (int seed = 0; seed < 40; seed++) {
            var random = new Random(seed);
            var disk = new SimulatedDisk(seed);
            int next = 0;
            int told = 0;
            for (int life = 0; life < 4; life++) {
                var now = new Life(disk);
                assertThat(now.found.size()).as("seed %d, life %d", seed, life).isGreaterThanOrEqualTo(told);
                for (int i = 0; i < now.found.size(); i++)
                    assertThat(now.found.get(i)).isEqualTo(i);
                assertThat(now.end.site()).isEqualTo(Math.max(0, now.found.size() - 1));
                next = now.found.size();
                told = next;
                long last = 0;
                for (int i = random.nextInt(20); i > 0; i--) {
                    last = now.write(next++, random.nextBoolean());
                    if (random.nextInt(4) > 0) continue;
                    now.commit();
                    assertThat(now.log.durable()).isEqualTo(last);
                    told = next;
                    if (random.nextInt(3) == 0) save(now, last, next);
                }
                disk.cutPower();
            }
        }
    }

    private static void save(Life life, long position, int count) throws IOException, InterruptedException {
        life.log.saveSnapshot(position, out -> {
            var all = ByteBuffer.allocate(4 * count);
            for (int i = 0; i < count; i++) all.putInt(i);
            out.write(all.array());
        });
    }

    @Test
    void whenTheDiskFillsUpUnderAnEntryNothingSaysThatItIsStored() throws Exception {
        var disk = new SimulatedDisk(1);
        try (var life = new Life(disk)) {
            long stored = life.write(0, true);
            life.commit();
            assertThat(life.log.durable()).isEqualTo(stored);
            life.write(1, true);
            life.log.health(Health.CONTROL_ONLY);
            life.commit();
            assertThat(life.log.state()).isEqualTo(OwnLog.State.TORN);
            assertThat(life.log.durable()).isEqualTo(stored);
        }
    }

    @Test
    void aFullDiskUnderNothingTearsNothing() throws Exception {
        var disk = new SimulatedDisk(1);
        try (var life = new Life(disk)) {
            life.write(0, true);
            life.commit();
            life.write(1, false);
            life.log.health(Health.CONTROL_ONLY);
            assertThat(life.log.state()).isEqualTo(OwnLog.State.CONTROL_ONLY);
            life.commit();
            life.log.health(Health.OK);
            assertThat(life.log.state()).isEqualTo(OwnLog.State.OK);
        }
    }
}
