package io.linkspan.journal;

import java.io.IOException;
import java.nio.ByteBuffer;

/// A file full of zeros, kept to become the next segment when the disk is full. It is given up by renaming, so that
/// nobody else can take its room. Not thread-safe.
final class Reserve {
    private static final String NAME = "reserve";
    private static final int STEP_BYTES = 1 << 16;

    private final Disk disk;
    private final int bytes;
    private boolean there;
    private boolean tried;
    private long triedNanos;

    Reserve(Disk disk, int bytes) {
        this.disk = disk;
        this.bytes = bytes;
    }

    /// Makes the file if it is not there in full length.
    ///
    /// @throws Disk.NoSpace when there is no room
    void make() throws IOException {
        there = false;
        if (bytes == 0) return;
        try (var file = disk.open(NAME)) {
            var zeros = ByteBuffer.allocate(STEP_BYTES);
            long size = file.size();
            if (size < bytes) {
                try {
                    for (long at = size; at < bytes; at += zeros.limit())
                        file.write(zeros.clear().limit((int) Math.min(STEP_BYTES, bytes - at)), at);
                } catch (Disk.NoSpace full) {
                    file.truncate(0);
                    throw full;
                }
                file.force();
                disk.syncFolder("");
            }
        }
        there = true;
    }

    boolean isThere() {
        return there;
    }

    /// Whether it is time to try again; then it counts as tried.
    boolean isDue(long nanoNow, long everyNanos) {
        if (tried && nanoNow - triedNanos < everyNanos) return false;
        tried = true;
        triedNanos = nanoNow;
        return true;
    }

    /// Turns the file into one of that name and returns its length in bytes.
    int giveUp(String name) throws IOException {
        disk.rename(NAME, name);
        there = false;
        return bytes;
    }
}
