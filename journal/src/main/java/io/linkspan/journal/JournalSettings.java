package io.linkspan.journal;

import java.time.Duration;

/// How a journal writes.
///
/// @param commitEvery how long an entry that nobody waits for may stay in memory; what a power cut can cost
/// @param segmentBytes length at which a file of the stream is full and the next one begins; 4 KiB to 1 GiB
/// @param blockBytesMax length at which waiting entries of a site go into a further block
/// @param pendingBytesMax entries in memory that wait for the disk: with more, readings parts are refused and counted,
///     with twice as much nothing can be stored any more and the journal is [Health#DEAD]
/// @param allocateBytes how much is preallocated at a time, ahead of what is written
/// @param controlReserveBytes the file that is kept for control parts when the disk is full; 0 for none
/// @param healEvery how often a journal that is [Health#CONTROL_ONLY] looks whether there is room again
/// @param salt a number that nobody outside can guess: keeps bytes that a device sends from passing for a block
public record JournalSettings(
        Duration commitEvery,
        int segmentBytes,
        int blockBytesMax,
        int pendingBytesMax,
        int allocateBytes,
        int controlReserveBytes,
        Duration healEvery,
        long salt) {

    /// Checks each value against its range.
    public JournalSettings {
        check("commitEvery", commitEvery.toMillis(), 0, 60_000);
        check("segmentBytes", segmentBytes, 1 << 12, 1 << 30);
        check("blockBytesMax", blockBytesMax, 1 << 10, 1 << 24);
        check("pendingBytesMax", pendingBytesMax, 1 << 12, 1 << 28);
        check("allocateBytes", allocateBytes, 1 << 12, 1 << 26);
        check("controlReserveBytes", controlReserveBytes, 0, 1 << 30);
        check("healEvery", healEvery.toMillis(), 1, 3_600_000);
    }

    private static void check(String name, long value, long low, long high) {
        if (value < low || value > high)
            throw new IllegalArgumentException(name + " is " + low + " to " + high + ", not " + value);
    }

    /// 200 ms, segments and reserve of 16 MiB.
    public static JournalSettings standard(long salt) {
        return new JournalSettings(
                Duration.ofMillis(200), 16 << 20, 1 << 20, 16 << 20, 1 << 18, 16 << 20, Duration.ofSeconds(5), salt);
    }

    /// The same with another `commitEvery`.
    public JournalSettings committingEvery(Duration every) {
        return new JournalSettings(
                every,
                segmentBytes,
                blockBytesMax,
                pendingBytesMax,
                allocateBytes,
                controlReserveBytes,
                healEvery,
                salt);
    }

    /// The same with other sizes of a segment, of what may wait, and of the reserve; for small disks and for tests.
    public JournalSettings sized(int segment, int pending, int reserve) {
        return new JournalSettings(
                commitEvery,
                segment,
                Math.min(blockBytesMax, segment),
                pending,
                Math.min(allocateBytes, segment),
                reserve,
                healEvery,
                salt);
    }
}
