package io.linkspan.feed;

import io.linkspan.model.Entry;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Input;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Who may take what of a site. There is one filter, [#let], and everything that leaves a site passes it: the page,
/// `tail`,
/// `why`, and later queries, exports and applications.
///
/// Thread-safety: immutable, safe for many threads.
///
/// @param party whose contract it is, in words
/// @param version counts from 1 with each change; 0 for the owner's
/// @param paths things and properties that it lets out; empty: all
/// @param every the finest resolution; zero: each reading
/// @param delay how old a reading is before it is let out
/// @param untilMicros wall time at which it ends, microseconds since 1970; [Long#MAX_VALUE]: never
public record Contract(
        String party, long version, Set<String> paths, Duration every, Duration delay, long untilMicros) {
    /// The site's owner may take everything but what belongs to the two parties of a private link.
    public static final Contract OWNER =
            new Contract("owner", 0, Set.of(), Duration.ZERO, Duration.ZERO, Long.MAX_VALUE);

    public Contract {
        paths = Set.copyOf(paths);
    }

    /// What of an entry may be taken; none when nothing may, or when nothing of it is left.
    ///
    /// @param closed which properties and links are private
    public Optional<Entry> let(Entry entry, EntryCodec.Privacy closed) {
        var results = new ArrayList<Result>();
        for (var result : entry.results()) let(result, closed).ifPresent(results::add);
        var input = let(entry.input(), closed);
        if (input.isEmpty() && results.isEmpty()) return Optional.empty();
        var shown = input.orElseGet(() -> new Input.Frame(0, List.of(), 0, 0));
        return Optional.of(
                new Entry(entry.epoch(), entry.seq(), entry.at(), entry.by(), shown, results, entry.readingsDropped()));
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
            case Input.Started _,
                    Input.Stopping _,
                    Input.Apply _,
                    Input.LineChanged _,
                    Input.UnitChanged _,
                    Input.GapReported _,
                    Input.Invoke _,
                    Input.Answered _,
                    Input.Service _,
                    Input.Arm _,
                    Input.Due _,
                    Input.ClockStepped _,
                    Input.DiskChanged _,
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
            // A private link acted: that it did is no secret, what it saw was never written.
            case Result.LinkMoved _,
                    Result.Began _,
                    Result.Adopted _,
                    Result.CommandEnded _,
                    Result.LineIs _,
                    Result.UnitIs _,
                    Result.GapOpened _,
                    Result.GapClosed _,
                    Result.GapNoted _,
                    Result.ServiceIs _,
                    Result.ArmedIs _,
                    Result.DiskIs _,
                    Result.Noticed _ -> Optional.of(result);
        };
    }

    private static <T> Optional<T> unless(boolean isClosed, T part) {
        return isClosed ? Optional.empty() : Optional.of(part);
    }

    private static List<Reading> open(List<Reading> readings, EntryCodec.Privacy closed) {
        return readings.stream().filter(r -> !closed.property(r.property())).toList();
    }
}
