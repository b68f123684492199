package io.linkspan.broker;

import io.linkspan.connector.OwnLog;
import io.linkspan.connector.Surroundings;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// Takes a snapshot now and then: in slices on the broker's thread, saved on another. [#look] is for the thread of the
/// run.
final class Saver {
    /// Entries between two snapshots: bounds what a start replays.
    static final int SNAPSHOT_ENTRIES = 100_000;
    /// Bytes of entries between two snapshots.
    static final long SNAPSHOT_BYTES = 64L << 20;

    private final Surroundings here;
    private final OwnLog log;
    private final LogBook book;
    private final AtomicBoolean busy = new AtomicBoolean();
    private long taken;
    private volatile Optional<Image> last = Optional.empty();

    Saver(Surroundings here, OwnLog log, LogBook book) {
        this.here = here;
        this.log = log;
        this.book = book;
    }

    /// Begins a snapshot if enough has changed since the last one.
    void look(Doors doors) {
        if (log.state() != OwnLog.State.OK || !busy.compareAndSet(false, true)) return;
        doors.loop().execute(() -> {
            if (book.entries() < SNAPSHOT_ENTRIES && book.bytes() < SNAPSHOT_BYTES) {
                busy.set(false);
                return;
            }
            book.counted();
            var broker = doors.broker();
            slice(new Image(broker.state(), ++taken, broker.lastEntry()), doors);
        });
    }

    private void slice(Image image, Doors doors) {
        if (!image.slice()) {
            doors.loop().execute(() -> slice(image, doors));
            return;
        }
        if (!here.fork("snapshot", () -> save(image))) busy.set(false);
    }

    /// Takes a last one, at once: the broker ends. On its thread.
    void end(Broker broker) {
        if (log.state() != OwnLog.State.OK || book.entries() == 0) return;
        var image = new Image(broker.state(), ++taken, broker.lastEntry());
        while (!image.slice()) {}
        last = Optional.of(image);
    }

    /// Saves the last one, so that the next start has nothing to replay.
    void saveLast() throws InterruptedException {
        if (last.isPresent()) save(last.get());
    }

    private void save(Image image) throws InterruptedException {
        try {
            log.saveSnapshot(image.position(), image::writeTo);
        } catch (IOException e) {
            here.log().warn("No snapshot of the sessions: {}", e.getMessage());
        } finally {
            busy.set(false);
        }
    }
}
