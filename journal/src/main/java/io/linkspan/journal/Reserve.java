package io.linkspan.journal;

import java.io.IOException;
import java.nio.ByteBuffer;

/// A file full of zeros, kept to become the next segment when the disk is full. It is given up by renaming, so that
/// nobody else can take its room. It is made step by step, so that no commit waits long for it. Not thread-safe.
final class Reserve {
    private static final String NAME = "reserve";
    private static final int STEP_BYTES = 1 << 18;

    private final Disk disk;
    private final int bytes;
    private final long againNanos;
    private boolean there;
    private boolean failed;
    private long failedNanos;

    /// @param againNanos how long to wait after there was no room
    Reserve(Disk disk, int bytes, long againNanos) throws IOException {
        this.disk = disk;
        this.bytes = bytes;
        this.againNanos = againNanos;
        if (disk.exists(NAME)) {
            try (var file = disk.openToRead(NAME)) {
                there = bytes > 0 && file.size() >= bytes;
            }
        }
    }

    boolean isThere() {
        return there;
    }

    /// Whether there is nothing to make now: it is there, is not wanted, or there was no room a short while ago.
    boolean rests(long nanoNow) {
        return there || bytes == 0 || (failed && nanoNow - failedNanos < againNanos);
    }

    /// Makes a piece of the file and syncs it; then, or after the last piece, it is there.
    ///
    /// @throws Disk.NoSpace when there is no room; the room that it took is free again
    void grow(long nanoNow) throws IOException {
        try (var file = disk.open(NAME)) {
            long size = file.size();
            int piece = (int) Math.min(STEP_BYTES, bytes - size);
            try {
                if (piece > 0) file.write(ByteBuffer.allocate(piece), size);
            } catch (Disk.NoSpace full) {
                failed = true;
                failedNanos = nanoNow;
                file.truncate(0);
                throw full;
            }
            file.force();
            failed = false;
            if (size + piece < bytes) return;
        }
        disk.syncFolder("");
        there = true;
    }

    /// Turns the file into one of that name and returns its length in bytes.
    int giveUp(String name) throws IOException {
        disk.rename(NAME, name);
        there = false;
        return bytes;
    }
}
