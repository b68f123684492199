package io.linkspan.access;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Who was refused what and is not in the log yet. An attacker can make any number of refusals, so they are counted
/// here and written now and then: equal ones as one, few of them by name, and the longer they go on the more seldom.
/// Each is counted; a kill costs what was counted since the last entry. Safe for many threads.
final class Refusals {
    /// Most that are named in one entry; the others are counted together.
    static final int NAMED_MAX = 16;
    /// Shortest time between two entries.
    static final Duration EVERY_MIN = Duration.ofMinutes(1);
    /// Longest time between two entries, while refusals go on.
    static final Duration EVERY_MAX = Duration.ofHours(1);

    private final List<Refusal> waiting = new ArrayList<>();
    private long every = EVERY_MIN.toNanos();
    private long due = Long.MIN_VALUE;

    synchronized void add(Refusal refusal) {
        for (int i = 0; i < waiting.size(); i++)
            if (waiting.get(i).isLike(refusal)) {
                waiting.set(i, waiting.get(i).and(refusal.count(), refusal.lastMicros()));
                return;
            }
        if (waiting.size() < NAMED_MAX - 1 || refusal.what() == Refusal.What.OTHERS) waiting.add(refusal);
        else add(new Refusal(Refusal.What.OTHERS, "", "", refusal.count(), refusal.lastMicros()));
    }

    /// Takes what is to be written now; empty when nothing waits or it was done a short while ago.
    ///
    /// @param nanoNow a monotone clock
    synchronized List<Refusal> take(long nanoNow) {
        if (due != Long.MIN_VALUE && nanoNow < due) return List.of();
        if (waiting.isEmpty()) {
            if (due != Long.MIN_VALUE && nanoNow - due > EVERY_MAX.toNanos()) every = EVERY_MIN.toNanos();
            return List.of();
        }
        due = nanoNow + every;
        every = Math.min(2 * every, EVERY_MAX.toNanos());
        return all();
    }

    /// Takes all that waits.
    synchronized List<Refusal> all() {
        var all = List.copyOf(waiting);
        waiting.clear();
        return all;
    }
}
