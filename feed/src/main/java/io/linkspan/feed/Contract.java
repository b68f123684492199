package io.linkspan.feed;

import io.linkspan.model.BulkOrder;
import io.linkspan.model.Entry;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.History;
import io.linkspan.model.Input;
import io.linkspan.model.Principal;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Who may take what of a site. There is one filter, [#let], and everything that leaves a site passes it: the page,
/// `tail`, `why`, queries, exports and applications. What else there is besides the log passes [Filter], which is made
/// of a contract.
///
/// Thread-safety: immutable, safe for many threads.
///
/// @param party whose contract it is, in words
/// @param version counts from 1 with each change; 0 for the owner's
/// @param paths things and properties that it lets out; empty: all
/// @param every the finest resolution: 1min, 15min, 1h or 1d; zero: each reading
/// @param delay how old a reading is before it is let out
/// @param untilMicros wall time at which it ends, microseconds since 1970; [Long#MAX_VALUE]: never
public record Contract(
        String party, long version, Set<String> paths, Duration every, Duration delay, long untilMicros) {
    /// The site's owner may take everything but what belongs to the two parties of a private link.
    public static final Contract OWNER =
            new Contract("owner", 0, Set.of(), Duration.ZERO, Duration.ZERO, Long.MAX_VALUE);

    /// Longest [#delay], in days.
    public static final int DELAY_DAYS_MAX = 3_650;

    /// Most [#paths].
    public static final int PATHS_MAX = 10_000;

    public Contract {
        paths = Set.copyOf(paths);
        if (paths.size() > PATHS_MAX)
            throw new IllegalArgumentException(
                    "A contract names at most " + PATHS_MAX + " things and properties, not " + paths.size());
        if (!every.isZero()) Windows.of(every);
        if (delay.isNegative() || delay.toDays() > DELAY_DAYS_MAX)
            throw new IllegalArgumentException("A contract's delay is 0s to " + DELAY_DAYS_MAX + "d, not " + delay);
    }

    /// Whether it lets each thing of the site out as it comes, but for what is private.
    public boolean isOwner() {
        return version == 0;
    }

    /// How long its windows are; none: each reading is let out.
    public Optional<History.Every> windows() {
        return every.isZero() ? Optional.empty() : Optional.of(Windows.of(every));
    }

    /// Whether a property, or something of a thing, is let out.
    public boolean lets(String path) {
        if (paths.isEmpty() || paths.contains(path)) return true;
        int dot = path.indexOf('.');
        return dot >= 0 && paths.contains(path.substring(0, dot));
    }

    /// What of an entry may be taken; none when nothing may, or when nothing of it is left.
    ///
    /// @param closed which properties and links are private
    public Optional<Entry> let(Entry entry, EntryCodec.Privacy closed) {
        if (!isOwner()) return outside(entry, closed);
        var results = new ArrayList<Result>();
        for (var result : entry.results()) let(result, closed).ifPresent(results::add);
        var input = let(entry.input(), closed);
        if (input.isEmpty() && results.isEmpty()) return Optional.empty();
        var shown = input.orElseGet(() -> new Input.Frame(0, List.of(), 0, 0));
        return Optional.of(
                new Entry(entry.epoch(), entry.seq(), entry.at(), entry.by(), shown, results, entry.readingsDropped()));
    }

    /// A party outside takes readings and where they are missing: who did what in the site, and why, is the
    /// owner's.
    private Optional<Entry> outside(Entry entry, EntryCodec.Privacy closed) {
        if (!every.isZero()) return Optional.empty(); // windows come from the history, never from the log
        var results = new ArrayList<Result>();
        for (var result : entry.results()) data(result, closed).ifPresent(results::add);
        if (results.isEmpty()) return Optional.empty();
        var nothing = new Input.Frame(0, List.of(), 0, 0);
        return Optional.of(new Entry(
                entry.epoch(), entry.seq(), entry.at(), Principal.SYSTEM, nothing, results, entry.readingsDropped()));
    }

    private static Optional<Result> data(Result result, EntryCodec.Privacy closed) {
        return switch (result) {
            case Result.Took r -> {
                var readings = open(r.readings(), closed);
                yield readings.isEmpty() ? Optional.empty() : Optional.of(new Result.Took(readings));
            }
            case Result.GapOpened r -> {
                var of = openOnes(r.properties(), closed);
                yield of.isEmpty() ? Optional.empty() : Optional.of(new Result.GapOpened(of, r.fromWall(), r.cause()));
            }
            case Result.GapClosed r -> {
                var of = openOnes(r.properties(), closed);
                yield of.isEmpty() ? Optional.empty() : Optional.of(new Result.GapClosed(of, r.toWall()));
            }
            case Result.GapNoted r -> {
                var of = openOnes(r.properties(), closed);
                yield of.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new Result.GapNoted(of, r.fromWall(), r.toWall(), r.cause()));
            }
            case Result.Computed r -> unless(closed.property(r.property()), r);
            case Result.HoldPlaced _,
                    Result.HoldEnded _,
                    Result.Charged _,
                    Result.WriteOrdered _,
                    Result.WriteWithheld _,
                    Result.WriteEnded _,
                    Result.LocalChange _,
                    Result.Left _,
                    Result.CommandOpened _,
                    Result.RegisterTurned _,
                    Result.LinkMoved _,
                    Result.Began _,
                    Result.Adopted _,
                    Result.CommandEnded _,
                    Result.CommandAt _,
                    Result.LeaseBegan _,
                    Result.BulkOpened _,
                    Result.BulkMoved _,
                    Result.LineIs _,
                    Result.UnitIs _,
                    Result.ServiceIs _,
                    Result.ArmedIs _,
                    Result.DiskIs _,
                    Result.RuleMoved _,
                    Result.RuleHolds _,
                    Result.ModeIs _,
                    Result.RuleIs _,
                    Result.AlarmMoved _,
                    Result.NoteOpened _,
                    Result.NoteTried _,
                    Result.NoteEnded _,
                    Result.NoteHeld _,
                    Result.TellStorm _,
                    Result.CaughtUp _,
                    Result.Noticed _ -> Optional.empty();
        };
    }

    private static List<Integer> openOnes(List<Integer> properties, EntryCodec.Privacy closed) {
        return properties.stream().filter(p -> !closed.property(p)).toList();
    }

    private static Optional<Input> let(Input input, EntryCodec.Privacy closed) {
        return switch (input) {
            case Input.Frame i -> {
                var readings = open(i.readings(), closed);
                boolean empty = readings.isEmpty() && !i.readings().isEmpty();
                yield empty
                        ? Optional.empty()
                        : Optional.of(new Input.Frame(i.connector(), readings, i.rawId(), i.rawCheck()));
            }
            case Input.Late i -> unless(closed.property(i.property()), i);
            case Input.Set i -> unless(closed.property(i.property()), i);
            case Input.Release i -> unless(closed.property(i.property()), i);
            case Input.Exchange i -> unless(closed.property(i.property()), i);
            case Input.Bulk i -> unless(hasClosed(i.order(), closed), i);
            case Input.Started _,
                    Input.Stopping _,
                    Input.Apply _,
                    Input.LineChanged _,
                    Input.UnitChanged _,
                    Input.GapReported _,
                    Input.Invoke _,
                    Input.Answered _,
                    Input.Progressed _,
                    Input.Cancel _,
                    Input.Service _,
                    Input.Arm _,
                    Input.Due _,
                    Input.ClockStepped _,
                    Input.DiskChanged _,
                    Input.ModeSet _,
                    Input.SceneSet _,
                    Input.RuleSwitched _,
                    Input.AlarmsAcknowledged _,
                    Input.AlarmReset _,
                    Input.AlarmShelved _,
                    Input.AlarmCommented _,
                    Input.AlarmService _,
                    Input.NoteTold _,
                    Input.ChannelTried _,
                    Input.Happened _ -> Optional.of(input);
        };
    }

    private static Optional<Result> let(Result result, EntryCodec.Privacy closed) {
        return switch (result) {
            case Result.Took r -> {
                var readings = open(r.readings(), closed);
                yield readings.isEmpty() ? Optional.empty() : Optional.of(new Result.Took(readings));
            }
            case Result.HoldPlaced r -> unless(closed.property(r.hold().property()), r);
            case Result.HoldEnded r -> unless(closed.property(r.property()), r);
            case Result.Charged r -> unless(closed.property(r.property()), r);
            case Result.WriteOrdered r -> unless(closed.property(r.property()), r);
            case Result.WriteWithheld r -> unless(closed.property(r.property()), r);
            case Result.WriteEnded r -> unless(closed.property(r.property()), r);
            case Result.LocalChange r -> unless(closed.property(r.property()), r);
            case Result.Left r -> unless(closed.property(r.property()), r);
            case Result.CommandOpened r -> unless(closed.property(r.property()), r);
            case Result.RegisterTurned r -> unless(closed.property(r.property()), r);
            case Result.CommandAt r -> unless(closed.property(r.property()), r);
            case Result.LeaseBegan r -> unless(closed.property(r.property()), r);
            case Result.BulkOpened r -> unless(hasClosed(r.order(), closed), r);
            case Result.Computed r -> unless(closed.property(r.property()), r);
            case Result.CaughtUp r -> unless(closed.property(r.property()), r);
            // A private link acted: that it did is no secret, what it saw was never written.
            case Result.LinkMoved _,
                    Result.Began _,
                    Result.Adopted _,
                    Result.CommandEnded _,
                    Result.BulkMoved _,
                    Result.LineIs _,
                    Result.UnitIs _,
                    Result.GapOpened _,
                    Result.GapClosed _,
                    Result.GapNoted _,
                    Result.ServiceIs _,
                    Result.ArmedIs _,
                    Result.DiskIs _,
                    Result.RuleMoved _, // no rule looks at what is private
                    Result.RuleHolds _,
                    Result.ModeIs _,
                    Result.RuleIs _,
                    Result.AlarmMoved _,
                    Result.NoteOpened _,
                    Result.NoteTried _,
                    Result.NoteEnded _,
                    Result.NoteHeld _,
                    Result.TellStorm _,
                    Result.Noticed _ -> Optional.of(result);
        };
    }

    private static boolean hasClosed(BulkOrder order, EntryCodec.Privacy closed) {
        return order.properties().stream().anyMatch(closed::property);
    }

    private static <T> Optional<T> unless(boolean isClosed, T part) {
        return isClosed ? Optional.empty() : Optional.of(part);
    }

    private static List<Reading> open(List<Reading> readings, EntryCodec.Privacy closed) {
        boolean all = true;
        for (var r : readings) all &= !closed.property(r.property());
        return all
                ? readings
                : readings.stream().filter(r -> !closed.property(r.property())).toList();
    }
}
