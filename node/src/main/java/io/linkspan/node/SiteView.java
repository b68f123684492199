package io.linkspan.node;

import io.linkspan.feed.Contract;
import io.linkspan.feed.Feed;
import io.linkspan.journal.Snapshot;
import io.linkspan.model.AlarmState;
import io.linkspan.model.Cell;
import io.linkspan.model.Directory;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Log;
import io.linkspan.model.Note;
import io.linkspan.model.RuleCell;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// What can be looked at of one site: of a running one ([RunningSite]) or of one that lies in a folder ([StoredSite]).
/// What
/// leaves it passes the owner's contract. Safe for many threads.
public interface SiteView {
    /// The site's identity for life.
    SiteId id();

    /// What its numbers mean.
    Directory directory();

    /// Whether it writes to its machines.
    boolean armed();

    /// The newest of a property; none when there is no such property.
    Optional<Cell> cell(int property);

    /// The newest of all properties.
    List<Cell> cells();

    /// What a rule or schedule does now; none when there is no such rule.
    Optional<RuleCell> rule(int number);

    /// The mode that the site is in; empty when it has none.
    String mode();
    /// Its alarms as they stand, by their numbers.
    List<AlarmState> alarms();

    /// The messages that wait to be delivered, the oldest first.
    List<Note> notes();

    /// What reads the log on disk from a position on, unfiltered: [#feed] is for everybody.
    Log.Reader reader(Log.Position from) throws IOException;

    /// The newest snapshot of those that a caller can use.
    Optional<Snapshot> snapshot(Predicate<Log.Position> usable) throws IOException;

    /// The newest entry that is on disk.
    Log.Position newest();

    /// Wall time now, microseconds since 1970 UTC; of a stored site that of its newest entry.
    long nowMicros();

    /// The wall time of a moment in site time, as far as both clocks ran alike.
    long wallOf(long siteMicros);

    /// The bytes of a frame while the ring holds them.
    ///
    /// @param check the lower 16 bits of their CRC-32C, as the log noted them
    Optional<byte[]> frame(long id, int check);

    /// The site's log from a position on, as far as its owner may see it.
    default Feed feed(Log.Position from) throws IOException {
        return new Feed(reader(from), Contract.OWNER, closed());
    }

    /// Which properties and links are private now.
    default EntryCodec.Privacy closed() {
        var lexicon = Lexicon.of(directory());
        return new EntryCodec.Privacy() {
            @Override
            public boolean property(int number) {
                return cell(number).map(Cell::isPrivate).orElse(false);
            }

            @Override
            public boolean link(int number) {
                return lexicon.link(number)
                        .map(io.linkspan.model.Link::isPrivate)
                        .orElse(false);
            }
        };
    }
}
