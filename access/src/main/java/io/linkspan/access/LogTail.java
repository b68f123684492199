package io.linkspan.access;

import io.linkspan.feed.Feed;
import io.linkspan.model.Entry;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Log;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The newest entries of one site, read and decoded once for all feeds that are at the head of its log. Who lags
/// further than [#ITEMS_KEPT] reads the log himself until he is here again: a slow taker costs the others nothing, and
/// us no memory.
///
/// Thread-safety: safe for many threads.
final class LogTail implements AutoCloseable {
    /// Entries kept for feeds that are a little behind.
    static final int ITEMS_KEPT = 1_024;

    private static final Logger LOG = LoggerFactory.getLogger("linkspan.http");
    private static final int LOOK_MILLIS = 10;

    private final Place place;
    private final Item[] ring = new Item[ITEMS_KEPT];
    private long next;
    private long first;
    private Log.Position kept;
    private int takers;
    private boolean open = true;
    private Optional<Thread> reader = Optional.empty();

    /// What a log gives.
    sealed interface Item {
        /// Where it stands; of a damaged stretch its last entry.
        Log.Position at();
    }

    /// An entry.
    record Written(Log.Position at, Entry entry) implements Item {}

    /// Entries that can not be read any more.
    record Lost(Log.Position first, Log.Position at, String why) implements Item {}

    LogTail(Place place) {
        this.place = place;
        kept = Feed.after(place.newest());
    }

    /// One more feed takes from here; the log is read while there is one.
    synchronized void enter() {
        takers++;
        if (takers > 1 || !open) return;
        kept = Feed.after(place.newest());
        first = next;
        reader = Optional.of(Thread.ofVirtual().name("log tail").start(this::read));
    }

    synchronized void leave() {
        if (--takers == 0) reader.ifPresent(Thread::interrupt);
    }

    /// Where in this tail somebody goes on who wants the entry at a position and all behind it; none when he is too
    /// far
    /// behind, and reads the log.
    synchronized OptionalLong join(Log.Position wanted) {
        if (wanted.compareTo(kept) < 0) return OptionalLong.empty();
        long at = next;
        while (at > first && ring[(int) ((at - 1) % ITEMS_KEPT)].at().compareTo(wanted) >= 0) at--;
        return OptionalLong.of(at);
    }

    /// What came from here on; waits for it. Nothing when the time was over; none when the taker lags too far.
    synchronized Optional<List<Item>> take(long from, long waitNanos) throws InterruptedException {
        long end = System.nanoTime() + waitNanos;
        for (long left; from >= next && (left = end - System.nanoTime()) > 0; )
            TimeUnit.NANOSECONDS.timedWait(this, left);
        if (from < first) return Optional.empty();
        var items = new ArrayList<Item>();
        for (long i = from; i < next; i++) items.add(ring[(int) (i % ITEMS_KEPT)]);
        return Optional.of(items);
    }

    private void read() {
        Log.Position from;
        synchronized (this) {
            from = kept;
        }
        try (var log = place.reader(from)) {
            while (!Thread.currentThread().isInterrupted()) {
                var item = next(log);
                if (item.isPresent()) put(item.get());
                else TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            // the last taker left
        } catch (IOException e) {
            LOG.warn("The log can not be followed for the feeds: {}", e.getMessage());
            restart();
        }
    }

    /// Feeds read the log themselves meanwhile, and find out what is wrong with it.
    private synchronized void restart() {
        first = next;
        kept = new Log.Position(kept.site(), Integer.MAX_VALUE, 0);
        notifyAll();
    }

    /// The next of a log; none at its end.
    static Optional<Item> next(Log.Reader log) throws IOException {
        try {
            var stored = log.next();
            return stored == null ? Optional.empty() : Optional.of(new Written(stored.at(), EntryCodec.decode(stored)));
        } catch (Log.Damaged e) {
            return Optional.of(new Lost(e.first(), e.last(), String.valueOf(e.getMessage())));
        }
    }

    private synchronized void put(Item item) {
        if (next - first == ITEMS_KEPT) {
            kept = Feed.after(ring[(int) (first % ITEMS_KEPT)].at());
            first++;
        }
        ring[(int) (next++ % ITEMS_KEPT)] = item;
        notifyAll();
    }

    @Override
    public synchronized void close() {
        open = false;
        reader.ifPresent(Thread::interrupt);
    }
}
