package io.linkspan.feed;

import io.linkspan.model.Directory;
import io.linkspan.model.Durations;
import io.linkspan.model.Entry;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.History;
import io.linkspan.model.Result;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/// A contract held against one site: what of its log, its newest values and its history may be taken. One filter for
/// feeds, live values, queries and exports, so that no way in gives more than another.
///
/// What a reduced contract lets out of a window is settled when it is let out: readings that still could come late are
/// waited for ([#SETTLES]), so that asking twice and taking the difference gives nothing finer.
///
/// Thread-safety: immutable, safe for many threads; it is of the directory that it was made with.
public final class Filter {
    /// How long after its end a window is let out. A device's time counts when it is off by no more than this.
    public static final Duration SETTLES = Duration.ofMinutes(5);

    private final Contract contract;
    private final Directory directory;
    private final EntryCodec.Privacy closed;
    private final LongSupplier nowMicros;

    private Filter(Contract contract, Directory directory, EntryCodec.Privacy closed, LongSupplier nowMicros) {
        this.contract = contract;
        this.directory = directory;
        this.nowMicros = nowMicros;
        this.closed = contract.isOwner() ? closed : within(contract, directory, closed);
    }

    /// The filter of a contract over a site.
    ///
    /// @param closed which properties and links are private
    /// @param nowMicros wall time, microseconds since 1970 UTC
    public static Filter of(Contract contract, Directory directory, EntryCodec.Privacy closed, LongSupplier nowMicros) {
        return new Filter(contract, directory, closed, nowMicros);
    }

    private static EntryCodec.Privacy within(Contract contract, Directory directory, EntryCodec.Privacy closed) {
        Set<Integer> open = new HashSet<>();
        for (var n : directory.numbers().values())
            if (n.sort() == Result.Sort.PROPERTY && contract.lets(n.path())) open.add(n.number());
        return new EntryCodec.Privacy() {
            @Override
            public boolean property(int number) {
                return !open.contains(number) || closed.property(number);
            }

            @Override
            public boolean link(int number) {
                return true;
            }
        };
    }

    /// The contract.
    public Contract contract() {
        return contract;
    }

    /// Whether the contract has come to its end.
    public boolean isOver() {
        return nowMicros.getAsLong() >= contract.untilMicros();
    }

    /// Whether only windows are let out.
    public boolean isReduced() {
        return contract.windows().isPresent();
    }

    /// Whether anything of a property is let out.
    public boolean lets(int property) {
        return !closed.property(property) && !isOver();
    }

    /// What of an entry is let out now; none also while it is younger than the contract's delay.
    public Optional<Entry> let(Entry entry) {
        if (isOver() || entry.at().wall() > horizon()) return Optional.empty();
        return contract.let(entry, closed);
    }

    /// What came after this instant is not let out yet. Microseconds since 1970 UTC.
    public long horizon() {
        if (contract.isOwner()) return Long.MAX_VALUE;
        long now = Math.min(nowMicros.getAsLong(), contract.untilMicros());
        long old = now - Durations.micros(contract.delay());
        return contract.windows()
                .map(every -> Windows.floor(every, directory.file().zone(), old - Durations.micros(SETTLES)))
                .orElse(old);
    }

    /// The history as far as the contract lets it out; what it does not is a [NotLet].
    public History over(History history) {
        return new FilteredHistory(history, this);
    }

    /// The window that an instant lies in; only for a reduced contract.
    long windowStart(long micros) {
        return Windows.floor(contract.windows().orElseThrow(), directory.file().zone(), micros);
    }

    long windowEnd(long micros) {
        return Windows.end(contract.windows().orElseThrow(), directory.file().zone(), micros);
    }

    /// Refuses a property that is not let out.
    void need(int property) throws NotLet {
        if (isOver()) throw new NotLet("The contract of " + contract.party() + " has ended; ask the owner for another");
        if (closed.property(property))
            throw new NotLet(directory.name(Result.Sort.PROPERTY, property)
                    + (contract.isOwner()
                            ? " belongs to the two machines of a private link; nobody is given its values"
                            : " is not in the contract of " + contract.party()));
    }
}
