package io.linkspan.site;

import java.util.ArrayList;
import java.util.List;

/// The ledger of one series: what is missing, and what was. Immutable.
///
/// @param missingSince wall time since which it is missing; 0 when it is not
/// @param cause in plain words
/// @param gaps the newest gaps that are over, oldest first, at most [#GAPS_KEPT]; all of them stand in the log
/// @param count gaps in all
/// @param missingMicros time missing in all, without the present gap
record Series(long missingSince, String cause, List<Gap> gaps, long count, long missingMicros) {
    static final int GAPS_KEPT = 16;

    static final Series WHOLE = new Series(0, "", List.of(), 0, 0);

    /// @param fromWall also `toWall`: microseconds since 1970 UTC
    record Gap(long fromWall, long toWall, String cause) {}

    boolean missing() {
        return missingSince != 0;
    }

    Series open(long wall, String why) {
        return missing() ? this : new Series(Math.max(wall, 1), why, gaps, count, missingMicros);
    }

    Series close(long wall) {
        return missing() ? note(new Gap(missingSince, Math.max(wall, missingSince), cause)) : this;
    }

    Series note(Gap gap) {
        var all = new ArrayList<>(gaps);
        all.add(gap);
        if (all.size() > GAPS_KEPT) all.removeFirst();
        boolean closes = missing() && gap.fromWall == missingSince;
        return new Series(
                closes ? 0 : missingSince,
                closes ? "" : cause,
                List.copyOf(all),
                count + 1,
                missingMicros + gap.toWall - gap.fromWall);
    }
}
