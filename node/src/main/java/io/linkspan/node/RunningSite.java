package io.linkspan.node;

import io.linkspan.journal.FrameRing;
import io.linkspan.journal.Snapshot;
import io.linkspan.model.AlarmState;
import io.linkspan.model.Cell;
import io.linkspan.model.Directory;
import io.linkspan.model.Log;
import io.linkspan.model.Note;
import io.linkspan.model.RuleCell;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// A site that a node leads, for who looks at it. Safe for many threads.
///
/// @param clock the node's
public record RunningSite(Node node, NodeClock clock, SiteId id) implements SiteView {
    @Override
    public Directory directory() {
        return node.board(id).directory();
    }

    @Override
    public boolean armed() {
        return node.board(id).armed();
    }

    @Override
    public Optional<Cell> cell(int property) {
        return node.board(id).cell(property);
    }

    @Override
    public List<Cell> cells() {
        return node.board(id).all();
    }

    @Override
    public Optional<RuleCell> rule(int number) {
        return node.board(id).rule(number);
    }

    @Override
    public String mode() {
        return node.board(id).mode();
    }

    @Override
    public List<AlarmState> alarms() {
        return node.board(id).alarms();
    }

    @Override
    public List<Note> notes() {
        return node.board(id).notes();
    }

    @Override
    public Log.Reader reader(Log.Position from) throws IOException {
        return node.log(id).read(from);
    }

    @Override
    public Optional<Snapshot> snapshot(Predicate<Log.Position> usable) throws IOException {
        return node.snapshot(id, usable);
    }

    @Override
    public Log.Position newest() {
        var log = node.log(id);
        return new Log.Position(id, log.head().epoch(), log.durable());
    }

    @Override
    public long nowMicros() {
        return clock.wallMicros();
    }

    @Override
    public long wallOf(long siteMicros) {
        return siteMicros + node.wallOffset(id);
    }

    @Override
    public Optional<byte[]> frame(long id, int check) {
        try {
            return node.frames()
                    .get(id)
                    .filter(bytes -> (FrameRing.checksum(ByteBuffer.wrap(bytes)) & 0xFFFF) == check);
        } catch (IOException e) {
            return Optional.empty(); // the ring is no record: what it can not give is gone
        }
    }
}
