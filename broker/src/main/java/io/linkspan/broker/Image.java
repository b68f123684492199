package io.linkspan.broker;

import io.linkspan.model.ByteReader;
import io.linkspan.model.ByteWriter;
import io.linkspan.mqtt.Subscription;
import io.linkspan.mqtt.Will;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// A snapshot of what outlives connections, taken in slices while the broker goes on: a session that is about to change
/// is
/// written before it does. For the broker's thread, but for [#writeTo], which is for any once [#isDone].
final class Image implements State.Watch {
    /// Bytes after which a slice ends.
    static final int SLICE_BYTES = 64 << 10;

    private static final int END = 0;
    private static final int MESSAGE = 1;
    private static final int SESSION = 2;
    private static final int RETAINED = 3;
    private static final int WILL = 4;
    private static final int UNTOLD = 5;
    private static final int FED = 6;

    private final long position;
    private final long number;
    private final State state;
    private final ArrayDeque<Session> sessions;
    private final ArrayDeque<Message> retained = new ArrayDeque<>();
    private final ArrayDeque<Map.Entry<String, State.Pending>> wills;
    private final ArrayDeque<Map.Entry<Long, Message>> untold;
    private boolean servedWritten;
    private final IdentityHashMap<Message, Integer> messages = new IdentityHashMap<>();
    private final List<byte[]> chunks = new ArrayList<>();
    private final ByteWriter out = new ByteWriter();
    private final long servedAt;
    private long size;
    private boolean done;

    /// Begins one.
    ///
    /// @param number of snapshots of this broker, from 1
    /// @param position the newest entry, which it holds
    Image(State state, long number, long position) {
        this.state = state;
        this.number = number;
        this.position = position;
        sessions = new ArrayDeque<>(state.keptSessions());
        state.retained.each(m -> {
            if (!m.topic().startsWith("$")) retained.add(m);
        });
        wills = new ArrayDeque<>(List.copyOf(state.wills.entrySet()));
        untold = new ArrayDeque<>(List.copyOf(state.untold.entrySet()));
        servedAt = state.servedAt;
        ChangeCodec.head(out);
        state.watch(this);
    }

    /// The entry that it holds the state of.
    long position() {
        return position;
    }

    @Override
    public void session(Session before) {
        if (!done && before.imaged < number) write(before);
    }

    /// Writes some of it.
    ///
    /// @return whether it is whole
    boolean slice() {
        long end = size + SLICE_BYTES;
        while (!done && size < end) {
            step();
            flush();
        }
        return done;
    }

    private void flush() {
        if (out.size() == 0) return;
        size += out.size();
        chunks.add(out.copy());
        out.clear();
    }

    private void step() {
        if (!sessions.isEmpty()) {
            var next = sessions.remove();
            if (next.imaged < number && state.kept.get(next.number) == next) write(next);
        } else if (!retained.isEmpty()) {
            int at = message(retained.remove());
            out.u8(RETAINED).varint(at);
        } else if (!wills.isEmpty()) {
            var each = wills.remove();
            out.u8(WILL).signed(each.getValue().dueMicros());
            ChangeCodec.write(
                    out, new Change.WillSet(each.getKey(), each.getValue().will()));
        } else if (!untold.isEmpty()) {
            var each = untold.remove();
            int at = message(each.getValue());
            out.u8(UNTOLD).varint(each.getKey()).varint(at);
        } else if (!servedWritten) {
            servedWritten = true;
            if (servedAt != State.NOT_SERVED) fed(out, new Change.Fed(0, false, servedAt));
        } else {
            out.u8(END);
            done = true;
            state.watch(State.Watch.NOBODY);
        }
    }

    private int message(Message m) {
        var known = messages.get(m);
        if (known != null) return known;
        int at = messages.size();
        messages.put(m, at);
        var its = new ByteWriter();
        ChangeCodec.message(its, m);
        flush();
        out.u8(MESSAGE).bytes(its.copy());
        return at;
    }

    private void write(Session s) {
        s.imaged = number;
        var to = new ByteWriter();
        to.u8(SESSION).varint(s.number).text(s.client).signed(s.keptMicros).signed(s.leftMicros);
        to.varint(s.lastId).varint(s.subs.size());
        for (var each : s.subs.values())
            to.text(each.subscription.filter()).u8(each.subscription.options()).varint(each.number);
        boolean maySent = s.leftMicros == Long.MIN_VALUE; // it may be sent before this broker stops
        var stored = s.outgoing.values().stream().filter(d -> !d.fed).toList();
        to.varint(stored.size());
        for (var each : stored) {
            to.varint(message(each.message));
            ChangeCodec.taker(to, new Change.Taker(s.number, each.id, each.qos, each.retain, each.numbers));
            boolean shared = !each.share.isEmpty();
            to.u8((each.stage == Delivery.Stage.RECEIVED ? 1 : 0) | (maySent || each.sent ? 2 : 0) | (shared ? 4 : 0));
            if (shared) to.text(each.share);
        }
        to.varint(s.incoming.size());
        for (int id : s.incoming) to.varint(id);
        var cursor = s.cursor;
        if (cursor != null) fed(to, new Change.Fed(s.number, cursor.windows(), cursor.at()));
        flush();
        size += to.size();
        chunks.add(to.copy());
    }

    private static void fed(ByteWriter to, Change.Fed fed) {
        to.u8(FED);
        ChangeCodec.write(to, fed);
    }

    /// Writes it to a file.
    void writeTo(OutputStream to) throws IOException {
        for (var each : chunks) to.write(each);
    }

    /// Bytes of it.
    ByteBuffer bytes() {
        int size = 0;
        for (var each : chunks) size += each.length;
        var all = ByteBuffer.allocate(size);
        for (var each : chunks) all.put(each);
        return all.flip();
    }

    /// The state that a snapshot holds.
    ///
    /// @throws IllegalArgumentException it is of a newer version, or of nobody's making
    static State read(ByteBuffer bytes, ChangeCodec codec) {
        var state = new State();
        var in = new ByteReader(bytes.slice());
        ChangeCodec.head(in);
        var messages = new HashMap<Integer, Message>();
        while (true) {
            int tag = in.u8();
            switch (tag) {
                case END -> {
                    return state;
                }
                case MESSAGE ->
                    messages.put(messages.size(), codec.message(new ByteReader(ByteBuffer.wrap(in.bytes()))));
                case SESSION -> session(in, state, messages);
                case RETAINED -> state.retained.put(need(messages, in.count()));
                case FED -> state.apply(codec.one(in), 0, 0);
                case WILL -> will(in, state, codec);
                case UNTOLD -> {
                    long entry = in.varint();
                    state.untold.put(entry, need(messages, in.count()));
                }
                default -> // open: any byte
                    throw new IllegalArgumentException("A snapshot of the broker has a part " + tag
                            + ", which is newer than this version knows; update Linkspan");
            }
        }
    }

    private static Message need(Map<Integer, Message> messages, int at) {
        var found = messages.get(at);
        if (found == null) throw new IllegalArgumentException("A snapshot of the broker has no message " + at);
        return found;
    }

    private static void session(ByteReader in, State state, Map<Integer, Message> messages) {
        int number = in.count();
        var s = new Session(in.text(), number, in.signed());
        s.leftMicros = in.signed();
        state.open(s);
        int lastId = in.count();
        for (int n = in.count(); n > 0; n--) {
            var subscription = Subscription.of(in.text(), in.u8());
            state.subscribe(new Sub(s, subscription, in.count()));
        }
        for (int n = in.count(); n > 0; n--) {
            var m = need(messages, in.count());
            var taker = ChangeCodec.taker(in);
            int flags = in.u8();
            var delivery = new Delivery(m, taker.id(), taker.qos(), taker.retain(), taker.numbers());
            delivery.sent = (flags & 2) != 0;
            if ((flags & 4) != 0) delivery.share = in.text();
            s.enqueue(delivery);
            if ((flags & 1) != 0) s.received(delivery.id);
        }
        for (int n = in.count(); n > 0; n--) s.incoming(in.count());
        s.lastId = lastId;
    }

    private static void will(ByteReader in, State state, ChangeCodec codec) {
        long due = in.signed();
        var set = (Change.WillSet) codec.one(in);
        Will will = set.will();
        state.wills.put(set.client(), new State.Pending(will, due));
    }
}
