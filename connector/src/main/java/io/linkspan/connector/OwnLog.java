package io.linkspan.connector;

import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/// A log of a connector's own, beside its site's and on the same disk, for a connector that keeps something for others
/// and
/// acknowledges it: the sessions of a broker. It is in each backup, verified and trimmed as any log.
///
/// An entry has a control part, which stays for years, and a readings part, which goes once a snapshot holds what it
/// changed
/// (see [Log]). Positions are packed ([Log.Position#packed]) and grow through the life of the log.
///
/// Thread-safety: [#recover] comes first, and once; [#write] and [#urge] belong to one thread after that; the others
/// are
/// for
/// all.
public interface OwnLog {
    /// Gives what is stored: the newest snapshot, if there is one, then each entry behind it. Damage ends it, is
    /// told
    /// in the
    /// node's log, and what comes next goes on from there; nothing is deleted.
    ///
    /// @param snapshot is given the bytes that [Body] wrote
    /// @return the moment of the newest entry; 0 and 0 when there is none
    Moment recover(Consumer<ByteBuffer> snapshot, Consumer<Log.Stored> entry) throws IOException, InterruptedException;

    /// Adds an entry. Never waits.
    ///
    /// @return its position; 0 when its readings part was not taken, because the disk is full or too much waits for
    /// it
    long write(Moment at, ByteBuffer control, ByteBuffer readings);

    /// Somebody waits for what was written: it is stored at once instead of within `commit-every`.
    void urge();

    /// Entries up to this position are on disk with all their parts.
    long durable();

    /// How the disk is.
    State state();

    /// Is told, by a thread that must not be kept, that [#durable] or [#state] has changed.
    void listen(Runnable changed);

    /// Saves what the entries up to a position come to. Waits until they are on disk.
    ///
    /// @throws IOException it can not be saved; nothing has changed then
    void saveSnapshot(long position, Body body) throws IOException, InterruptedException;

    /// How the disk is.
    enum State {
        /// It takes everything.
        OK,
        /// It is full: control parts are taken, readings parts are not.
        CONTROL_ONLY,
        /// Readings parts of entries that were written are lost, because the disk filled up meanwhile:
        /// [#durable] stays
        /// where
        /// it is, and the connector MUST leave its run; the next one recovers what there is.
        TORN,
        /// Nothing is stored any more.
        DEAD
    }

    /// Writes a snapshot.
    @FunctionalInterface
    interface Body {
        /// Writes all of it; does not close.
        void writeTo(OutputStream out) throws IOException;
    }
}
