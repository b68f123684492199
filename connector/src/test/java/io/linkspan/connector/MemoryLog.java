package io.linkspan.connector;

import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import io.linkspan.model.SiteId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// A connector's own log in memory, whose disk is in the test's hand: it stores when it is told to, loses what it has
/// not
/// stored, and fills up.
///
/// Safe for many threads, as [OwnLog] says.
public final class MemoryLog implements OwnLog {
    private static final SiteId ID = SiteId.ofConnector(new SiteId(1, 1), "test");
    private static final Runnable NOBODY = () -> {};

    private record Entry(long position, Moment at, byte[] control, byte[] readings) {}

    private final List<Entry> entries = new ArrayList<>();
    private byte[] snapshot = {};
    private long snapshotAt;
    private long last = Log.Position.pack(1, 0);
    private long durable = last;
    private boolean holding;
    private boolean lying;
    private boolean refusing;
    private State state = State.OK;
    private Runnable changed = NOBODY;

    /// Stores nothing any more until [#store] says so; without this each entry is stored at once.
    public synchronized void hold() {
        holding = true;
    }

    /// Too much waits for the disk: no readings part is taken for now.
    public synchronized void refuseReadings(boolean yes) {
        refusing = yes;
    }

    /// From now on says that all is stored, whatever is: to see a test find that.
    public synchronized void lie() {
        lying = true;
    }

    /// Stores the next entries, at most so many.
    ///
    /// @return how many were stored
    public int store(int most) {
        int stored = 0;
        synchronized (this) {
            for (var each : entries)
                if (each.position > durable && stored < most) {
                    durable = each.position;
                    stored++;
                }
        }
        changed.run();
        return stored;
    }

    /// The power goes: what is not stored is lost. The next [#recover] gives what there is.
    public synchronized void cutPower() {
        entries.removeIf(each -> each.position > durable);
        last = durable;
        changed = NOBODY;
        if (state == State.TORN) state = State.OK;
    }

    /// The disk fills up or takes everything again.
    public void become(State now) {
        synchronized (this) {
            boolean loses = state == State.OK && now == State.CONTROL_ONLY;
            boolean any = entries.stream().anyMatch(e -> e.position > durable && e.readings.length > 0);
            state = loses && any ? State.TORN : now;
        }
        changed.run();
    }

    /// Entries that are there, stored or not.
    public synchronized int size() {
        return entries.size();
    }

    @Override
    public synchronized Moment recover(Consumer<ByteBuffer> image, Consumer<Log.Stored> each) {
        if (snapshotAt > 0) image.accept(ByteBuffer.wrap(snapshot));
        var end = new Moment(0, 0);
        for (var e : entries) {
            end = e.at;
            if (e.position <= snapshotAt) continue;
            each.accept(new Log.Stored(
                    Log.Position.of(ID, e.position),
                    e.at.site(),
                    e.at.wall(),
                    ByteBuffer.wrap(e.control),
                    ByteBuffer.wrap(e.readings),
                    false));
        }
        return end;
    }

    @Override
    public synchronized long write(Moment at, ByteBuffer control, ByteBuffer readings) {
        if (readings.hasRemaining() && (refusing || state != State.OK)) return 0;
        last++;
        entries.add(new Entry(last, at, bytes(control), bytes(readings)));
        if (!holding && state != State.DEAD) durable = last;
        return last;
    }

    private static byte[] bytes(ByteBuffer from) {
        var all = new byte[from.remaining()];
        from.duplicate().get(all);
        return all;
    }

    @Override
    public void urge() {}

    @Override
    public synchronized long durable() {
        return lying ? last : durable;
    }

    @Override
    public synchronized State state() {
        return state;
    }

    @Override
    public void listen(Runnable who) {
        changed = who;
    }

    @Override
    public synchronized void saveSnapshot(long position, Body body) throws IOException {
        if (position > durable) throw new IOException("Position " + position + " is not stored");
        var out = new ByteArrayOutputStream();
        body.writeTo(out);
        snapshot = out.toByteArray();
        snapshotAt = position;
    }
}
