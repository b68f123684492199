package io.linkspan.site;

import io.linkspan.model.BulkOrder;
import io.linkspan.model.Outcome;
import io.linkspan.model.Principal;
import io.linkspan.model.Result;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// An order over many actuators and how far it is: the table of its targets. Changed by results alone. Not
/// thread-safe.
public final class Bulk {
    final long number;
    final Principal by;
    final BulkOrder order;
    final long openedSite;
    final long openedWall;
    /// Number of each target's command; 0: not begun.
    final long[] commands;

    final @Nullable Outcome[] outcomes;
    /// Commands under way, with the place of their target.
    final TreeMap<Long, Integer> underWay = new TreeMap<>();
    /// Those of them that wait, or waited, for a device to wake: they do not count as being at once.
    final TreeSet<Long> asleep = new TreeSet<>();

    int begun;
    int done;
    int failed;
    long begunSite;
    Result.BulkMove phase = Result.BulkMove.BEGAN;
    boolean over;
    long overSite;

    Bulk(long number, Principal by, BulkOrder order, long openedSite, long openedWall) {
        this.number = number;
        this.by = by;
        this.order = order;
        this.openedSite = openedSite;
        this.openedWall = openedWall;
        this.begunSite = openedSite - order.every();
        this.commands = new long[order.properties().size()];
        this.outcomes = new Outcome[order.properties().size()];
    }

    Bulk copy() {
        var c = new Bulk(number, by, order, openedSite, openedWall);
        System.arraycopy(commands, 0, c.commands, 0, commands.length);
        System.arraycopy(outcomes, 0, c.outcomes, 0, outcomes.length);
        c.underWay.putAll(underWay);
        c.asleep.addAll(asleep);
        c.begun = begun;
        c.done = done;
        c.failed = failed;
        c.begunSite = begunSite;
        c.phase = phase;
        c.over = over;
        c.overSite = overSite;
        return c;
    }

    /// Counts within the site, with the numbers of commands.
    public long number() {
        return number;
    }

    /// Who ordered it.
    public Principal by() {
        return by;
    }

    /// What was ordered.
    public BulkOrder order() {
        return order;
    }

    /// Wall time of its entry, microseconds since 1970 UTC.
    public long openedWall() {
        return openedWall;
    }

    /// How many commands began.
    public int begun() {
        return begun;
    }

    /// How many are done.
    public int done() {
        return done;
    }

    /// How many have another outcome.
    public int failed() {
        return failed;
    }

    /// How many have no outcome yet.
    public int underWay() {
        return underWay.size();
    }

    /// Whether no more commands begin because somebody took the rest back, or too many failed.
    public boolean isHalted() {
        return phase == Result.BulkMove.CANCELLED || phase == Result.BulkMove.STOPPED;
    }

    /// Whether all that began has its outcome, and no more begins.
    public boolean isOver() {
        return over;
    }

    /// In a word: `running`, `cancelled`, `stopped`, `ended`.
    public String phase() {
        return switch (phase) {
            case BEGAN -> over ? "ended" : "running";
            case CANCELLED -> "cancelled";
            case STOPPED -> "stopped";
            case ENDED -> "ended";
        };
    }

    /// The number of a target's command; 0: it did not begin.
    public long command(int target) {
        return commands[target];
    }

    /// What became of a target's command; none while it is under way or did not begin.
    public Optional<Outcome> outcome(int target) {
        return Optional.ofNullable(outcomes[target]);
    }

    /// How many commands count as being at once.
    int atOnce() {
        return underWay.size() - asleep.size();
    }

    boolean isMore() {
        return !over && !isHalted() && begun < commands.length;
    }
}
