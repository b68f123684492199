package io.linkspan.history;

import java.time.Duration;

/// The limits of a history.
///
/// @param memoryBytesMax what readings that are not yet in a segment may take; at half of it they are written to one,
/// at the whole of it the taker writes itself and so is pushed back
/// @param sealEvery the longest that readings stay in memory only; the site's log cannot be trimmed past them
/// @param deviceClockMax how far a telegram's own time may be from its receive time and still be believed
public record HistorySettings(long memoryBytesMax, Duration sealEvery, Duration deviceClockMax) {
    /// Least `memoryBytesMax`: 64 KiB.
    public static final long MEMORY_BYTES_MIN = 1 << 16;

    /// 16 MiB, an hour, five minutes.
    public static final HistorySettings STANDARD =
            new HistorySettings(16 << 20, Duration.ofHours(1), Duration.ofMinutes(5));

    public HistorySettings {
        if (memoryBytesMax < MEMORY_BYTES_MIN)
            throw new IllegalArgumentException(
                    "A history needs at least " + MEMORY_BYTES_MIN + " bytes of memory, not " + memoryBytesMax);
        if (sealEvery.toSeconds() < 1)
            throw new IllegalArgumentException("Segments are sealed at most each second, not each " + sealEvery);
        if (deviceClockMax.isNegative())
            throw new IllegalArgumentException("deviceClockMax is not negative: " + deviceClockMax);
    }

    /// The same with another limit of memory.
    public HistorySettings withMemory(long bytesMax) {
        return new HistorySettings(bytesMax, sealEvery, deviceClockMax);
    }
}
