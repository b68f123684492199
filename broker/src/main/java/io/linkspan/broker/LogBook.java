package io.linkspan.broker;

import io.linkspan.connector.OwnLog;
import io.linkspan.model.ByteWriter;
import io.linkspan.model.Moment;
import java.nio.ByteBuffer;
import java.util.List;

/// The book over a log of the broker's own. For the broker's thread.
///
/// What comes and goes (messages, and what becomes of them) is in the readings part of its entry, so that it is trimmed
/// once a
/// snapshot has it; who opened, subscribed and left is in the control part. On a full disk messages are refused, and
/// what
/// becomes of those that are there goes into the control part, which has a reserve.
final class LogBook implements Book {
    /// So many entries of one turn that somebody waits for, and the disk begins to store them: while it does, the
    /// next
    /// are
    /// written.
    static final int URGENT_AT_ONCE_MAX = 32;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final OwnLog log;
    private final ByteWriter out = new ByteWriter();
    private int urgent;
    private long entries;
    private long bytes;

    LogBook(OwnLog log) {
        this.log = log;
    }

    @Override
    public long write(List<Change> changes, Moment at, boolean isUrgent, boolean passing) {
        out.clear();
        ChangeCodec.head(out);
        boolean messages = false;
        for (var each : changes) {
            ChangeCodec.write(out, each);
            messages |= each instanceof Change.Published;
        }
        boolean full = log.state() != OwnLog.State.OK;
        if (full && messages) return 0;
        boolean asReadings = passing && !full;
        var view = out.view();
        long entry = log.write(at, asReadings ? NOTHING : view, asReadings ? view : NOTHING);
        if (entry == 0) return 0;
        entries++;
        bytes += out.size();
        if (isUrgent && ++urgent >= URGENT_AT_ONCE_MAX) turnEnds();
        return entry;
    }

    @Override
    public void turnEnds() {
        if (urgent == 0) return;
        urgent = 0;
        log.urge();
    }

    @Override
    public long durable() {
        return log.durable();
    }

    @Override
    public boolean takesMessages() {
        return log.state() == OwnLog.State.OK;
    }

    @Override
    public boolean lives() {
        return log.state() == OwnLog.State.OK || log.state() == OwnLog.State.CONTROL_ONLY;
    }

    /// Entries since the last [#counted].
    long entries() {
        return entries;
    }

    /// Bytes since the last [#counted].
    long bytes() {
        return bytes;
    }

    /// Begins to count anew: a snapshot has it all.
    void counted() {
        entries = 0;
        bytes = 0;
    }
}
