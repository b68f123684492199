package io.linkspan.site;

import static io.linkspan.site.LocalTimes.NONE_EARLIER;
import static io.linkspan.site.LocalTimes.NONE_LATER;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import org.jspecify.annotations.Nullable;

/// Makes instants of [LocalTimes] by the rules of a zone, where a clock is put forward or back too. All in whole
/// seconds
/// since 1970. Two ways:
///
/// **once**: each local time happens once. One that is skipped when the clock is put forward happens as much later as
/// the clock was put forward, so at the same instant as if it had not been (java.time and RFC 5545, 3.3.5 do the
/// same); one that comes twice happens at its first pass.
///
/// **shown**: whenever the clock shows the local time: never where it is skipped, twice where it comes twice.
final class WallClock {
    private WallClock() {}

    // ---- once

    /// The first at or after an instant, or [LocalTimes#NONE_LATER].
    static long nextOnce(LocalTimes times, ZoneRules rules, long from) {
        long best = NONE_LATER;
        var last = lastTransition(rules, from);
        if (last != null && last.isGap()) {
            // a time that was skipped may be due still, later than the clock shows
            long local = before(last) + from - last.toEpochSecond();
            long skipped = local < after(last) ? times.ceiling(local) : NONE_LATER;
            if (skipped < after(last)) best = instant(rules, skipped);
        }
        long local = times.ceiling(from + offset(rules, from));
        while (local != NONE_LATER) {
            long at = instant(rules, local);
            if (at >= best) return best;
            var transition = rules.getTransition(date(local));
            if (transition == null || transition.isOverlap() && at >= from) return at;
            if (transition.isGap()) {
                best = at; // one from after the gap may come sooner
                local = times.ceiling(after(transition));
            } else local = times.ceiling(before(transition)); // its first pass is over
        }
        return best;
    }

    /// The last at or before an instant, or [LocalTimes#NONE_EARLIER].
    static long previousOnce(LocalTimes times, ZoneRules rules, long at) {
        var last = lastTransition(rules, at);
        long from = at + offset(rules, at);
        long doubledEnd = last != null && last.isOverlap() ? before(last) : NONE_EARLIER;
        long local =
                times.floor(from < doubledEnd ? doubledEnd - 1 : from); // in the second pass, all of the first is over
        if (local == NONE_EARLIER) return NONE_EARLIER;
        if (last != null && last.isGap() && local >= before(last) && local < after(last)) {
            local = times.floor(Math.min(local, before(last) + at - last.toEpochSecond()));
            if (local == NONE_EARLIER) return NONE_EARLIER;
        }
        long best = instant(rules, local);
        var gap = lastTransition(rules, best);
        if (gap != null && gap.isGap() && local >= after(gap)) {
            // a time that was skipped may have been due after it
            long skipped = times.floor(Math.min(after(gap) - 1, before(gap) + at - gap.toEpochSecond()));
            if (skipped >= before(gap)) best = Math.max(best, instant(rules, skipped));
        }
        return best;
    }

    /// The instant of a local time that happens once.
    private static long instant(ZoneRules rules, long local) {
        return local - rules.getOffset(date(local)).getTotalSeconds(); // where in doubt, the offset before
    }

    // ---- shown

    /// The first at or after an instant, or [LocalTimes#NONE_LATER].
    static long nextShown(LocalTimes times, ZoneRules rules, long from) {
        long at = from;
        long asked = NONE_LATER;
        long found = NONE_EARLIER;
        while (true) {
            int offset = offset(rules, at);
            if (at + offset < asked || at + offset > found) {
                asked = at + offset;
                found = times.ceiling(asked);
            }
            if (found == NONE_LATER) return NONE_LATER;
            var next = rules.nextTransition(Instant.ofEpochSecond(at));
            if (next == null || found - offset < next.toEpochSecond()) return found - offset;
            at = next.toEpochSecond();
        }
    }

    /// The last at or before an instant, or [LocalTimes#NONE_EARLIER].
    static long previousShown(LocalTimes times, ZoneRules rules, long from) {
        long at = from;
        long asked = NONE_EARLIER;
        long found = NONE_LATER;
        while (true) {
            int offset = offset(rules, at);
            if (at + offset > asked || at + offset < found) {
                asked = at + offset;
                found = times.floor(asked);
            }
            if (found == NONE_EARLIER) return NONE_EARLIER;
            var last = lastTransition(rules, at);
            if (last == null || found - offset >= last.toEpochSecond()) return found - offset;
            at = last.toEpochSecond() - 1;
        }
    }

    // ---- both

    private static int offset(ZoneRules rules, long at) {
        return rules.getOffset(Instant.ofEpochSecond(at)).getTotalSeconds();
    }

    /// The newest transition at or before an instant.
    private static @Nullable ZoneOffsetTransition lastTransition(ZoneRules rules, long at) {
        return rules.previousTransition(Instant.ofEpochSecond(at + 1));
    }

    private static LocalDateTime date(long local) {
        return LocalDateTime.ofEpochSecond(local, 0, ZoneOffset.UTC);
    }

    /// What the clock would have shown at the transition had it not been moved: where a gap begins, or a doubled
    /// time
    /// ends.
    private static long before(ZoneOffsetTransition transition) {
        return transition.toEpochSecond() + transition.getOffsetBefore().getTotalSeconds();
    }

    /// What the clock showed at once: where a gap ends, or a doubled time begins.
    private static long after(ZoneOffsetTransition transition) {
        return transition.toEpochSecond() + transition.getOffsetAfter().getTotalSeconds();
    }
}
