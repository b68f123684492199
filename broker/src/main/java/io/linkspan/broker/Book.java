package io.linkspan.broker;

import io.linkspan.model.Moment;
import java.util.List;

/// Where changes that outlive a connection are written: the broker's own log, or nothing that lasts. For the broker's
/// thread.
interface Book {
    /// Writes one entry of changes.
    ///
    /// @param at the time of the entry
    /// @param urgent somebody waits for it: it is stored soon, with what else comes in this turn
    /// @param passing it may go once a snapshot has what it changed; otherwise it stays for years
    /// @return its position, which grows; 0 when it could not be taken, and nothing may be changed then
    long write(List<Change> changes, Moment at, boolean urgent, boolean passing);

    /// All that came at once is written: what somebody waits for is stored now, at the latest.
    default void turnEnds() {}

    /// Entries up to this position are on disk.
    long durable();

    /// Whether messages are taken: not on a full or dead disk.
    boolean takesMessages();

    /// Whether anything will ever be on disk again.
    boolean lives();

    /// A book that keeps nothing, and says that all is kept: for tests without a disk.
    final class Forgetful implements Book {
        private long last;

        @Override
        public long write(List<Change> changes, Moment at, boolean urgent, boolean passing) {
            return ++last;
        }

        @Override
        public long durable() {
            return last;
        }

        @Override
        public boolean takesMessages() {
            return true;
        }

        @Override
        public boolean lives() {
            return true;
        }
    }
}
