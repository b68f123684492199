package io.linkspan.feed;

import io.linkspan.model.Entry;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Log;
import java.io.IOException;
import java.util.Optional;

/// A view of a site's log from a position on, as far as a contract lets: what its taker has seen is one position, and
/// from
/// there it goes on after any break. Each entry comes at least once, in order, with its position on it.
///
/// Not thread-safe; close it to let the log drop what it holds open.
public final class Feed implements AutoCloseable {
    private final Log.Reader reader;
    private final Contract contract;
    private final EntryCodec.Privacy closed;
    private Optional<Log.Position> seen = Optional.empty();

    /// An entry, as far as the contract lets it out.
    public record Item(Log.Position at, Entry entry) {}

    /// A feed over what reads a log; it closes the reader.
    ///
    /// @param closed which properties and links are private
    public Feed(Log.Reader reader, Contract contract, EntryCodec.Privacy closed) {
        this.reader = reader;
        this.contract = contract;
        this.closed = closed;
    }

    /// Everything from a position on that is on disk, the entry at the position included.
    ///
    /// @throws Log.BeyondBranch when the position is on a branch that ended: it says from where to go on
    public static Feed from(Log log, Log.Position from, Contract contract, EntryCodec.Privacy closed)
            throws IOException {
        return new Feed(log.read(from), contract, closed);
    }

    /// The next item; none at the end of what is on disk now. A later call may find more.
    ///
    /// @throws Log.Damaged once for each range of entries that can not be read; the feed can go on behind it
    public Optional<Item> next() throws IOException {
        for (Log.Stored stored; (stored = reader.next()) != null; ) {
            seen = Optional.of(stored.at());
            var at = stored.at();
            var open = contract.let(EntryCodec.decode(stored), closed);
            if (open.isPresent()) return Optional.of(new Item(at, open.get()));
        }
        return Optional.empty();
    }

    /// The newest position that was looked at, also where its entry was not let out; none before the first. A taker
    /// that
    /// stores it resumes behind it: at [#after].
    public Optional<Log.Position> seen() {
        return seen;
    }

    /// The position behind another one, in the same epoch; a log goes on across epochs from there.
    public static Log.Position after(Log.Position at) {
        return new Log.Position(at.site(), at.epoch(), at.seq() + 1);
    }

    @Override
    public void close() {
        reader.close();
    }
}
