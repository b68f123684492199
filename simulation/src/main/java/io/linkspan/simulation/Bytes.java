package io.linkspan.simulation;

import static io.linkspan.simulation.Violation.unless;

import io.linkspan.journal.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Looks through all bytes of a disk for what must never get there.
final class Bytes {
    private Bytes() {}

    /// Searches log, snapshots and kept frames for the marked private texts and numbers.
    static void search(SimulatedDisk disk) throws IOException {
        for (String name : disk.files()) {
            try (var file = disk.openToRead(name)) {
                var bytes = ByteBuffer.allocate((int) file.size());
                file.read(bytes, 0);
                String all = new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
                unless(
                        !all.contains(WorldSite.MARK),
                        "no-private-value-anywhere",
                        "the file " + name + " has a private text");
                unless(
                        !hasNumber(bytes.array(), bytes.position()),
                        "no-private-value-anywhere",
                        "the file " + name + " has a private number");
            }
        }
    }

    /// Whether a double with the marked whole part stands there, in either order of its bytes.
    private static boolean hasNumber(byte[] bytes, int length) {
        var big = ByteBuffer.wrap(bytes);
        for (int i = 0; i + 8 <= length; i++) {
            long word = big.getLong(i);
            if (isMarked(Double.longBitsToDouble(word)) || isMarked(Double.longBitsToDouble(Long.reverseBytes(word))))
                return true;
        }
        return false;
    }

    private static boolean isMarked(double d) {
        return d >= WorldSite.MARK_NUMBER && d < WorldSite.MARK_NUMBER + 1
                || d >= WorldSite.MARK_NUMBER / 2.0 && d < WorldSite.MARK_NUMBER / 2.0 + 0.5;
    }
}
