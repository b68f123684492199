package io.linkspan.broker;

import io.linkspan.connector.Outlet;
import io.linkspan.connector.OwnLog;
import io.linkspan.journal.Journal;
import io.linkspan.journal.JournalView;
import io.linkspan.journal.SiteLog;
import io.linkspan.model.ByteReader;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import io.linkspan.model.SiteId;
import io.linkspan.mqtt.Packet;
import io.linkspan.mqtt.Properties;
import io.linkspan.mqtt.Property;
import io.linkspan.mqtt.Qos;
import io.linkspan.mqtt.Reason;
import io.linkspan.mqtt.Version;
import io.linkspan.mqtt.Will;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// A broker's log in a golden log: what clients do there, and the log as readable lines.
public final class GoldenBroker {
    private static final Properties KEPT =
            Properties.with().number(Property.SESSION_EXPIRY_INTERVAL, 3_600).build();

    private final Journal journal;
    private final TestBench bench;

    /// @param id of the broker's log
    public GoldenBroker(Journal journal, SiteId id) throws IOException {
        this.journal = journal;
        try {
            bench = new TestBench(new Synced(journal.open(id)));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// Whatever is written is on disk at once.
    private final class Synced implements OwnLog {
        private final SiteLog log;
        private Runnable changed = () -> {};

        Synced(SiteLog log) {
            this.log = log;
        }

        @Override
        public Moment recover(Consumer<ByteBuffer> snapshot, Consumer<Log.Stored> entry) throws IOException {
            var newest = log.newestSnapshot();
            newest.ifPresent(s -> snapshot.accept(s.bytes()));
            long from = newest.map(s -> s.at().seq()).orElse(0L);
            var end = log.durableHead();
            try (var reader = log.read(new Log.Position(log.head().site(), 1, from + 1))) {
                for (Log.Stored stored; (stored = reader.next()) != null; ) entry.accept(stored);
            }
            return new Moment(end.siteTimeMicros(), end.wallTimeMicros());
        }

        @Override
        public long write(Moment at, ByteBuffer control, ByteBuffer readings) {
            long seq = log.append(at.site(), at.wall(), control, readings);
            journal.commitNow(0);
            changed.run();
            return Log.Position.pack(log.head().epoch(), seq);
        }

        @Override
        public void urge() {}

        @Override
        public long durable() {
            return log.durableHead().at().packed();
        }

        @Override
        public State state() {
            return State.OK;
        }

        @Override
        public void listen(Runnable who) {
            changed = who;
        }

        @Override
        public void saveSnapshot(long position, Body body) throws IOException {
            log.saveSnapshot(Log.Position.of(log.head().site(), position), body::writeTo);
        }
    }

    private TestBench.Client kept(String id, Version version) {
        var client = bench.client(id, version);
        client.connect(false, version.isFive() ? KEPT : Properties.NONE);
        client.take(Packet.Connack.class);
        return client;
    }

    /// The life of some clients: each kind of change comes about.
    public void live() throws IOException {
        try {
            play();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void play() throws IOException, InterruptedException {
        bench.tap = new Tap() {
            @Override
            public boolean wants(String topic) {
                return topic.equals("meter/power");
            }

            @Override
            public boolean hear(Message message, long wallMicros, Done done) {
                done.told(true);
                return true;
            }
        };
        var keeper = kept("keeper", Version.MQTT_3_1_1);
        keeper.subscribe("meter/#", Qos.EXACTLY_ONCE);
        keeper.subscribe("other", Qos.AT_MOST_ONCE);
        keeper.send(new Packet.Unsubscribe(8, Properties.NONE, List.of("other")));
        var five = bench.client("five", Version.MQTT_5);
        five.will = Optional.of(new Will(
                "five/left",
                Qos.AT_LEAST_ONCE,
                true,
                Properties.with().number(Property.WILL_DELAY_INTERVAL, 60).build(),
                "gone".getBytes(StandardCharsets.UTF_8)));
        five.connect(true, KEPT);
        five.subscribe("$share/workers/jobs", Qos.AT_LEAST_ONCE);
        bench.advance(Duration.ofSeconds(1));
        five.publish("meter/power", "1.5", Qos.EXACTLY_ONCE, 3); // the site is told of it
        five.send(new Packet.Pubrel(3, Reason.SUCCESS, Properties.NONE));
        five.publish("meter/state", "on", Qos.AT_LEAST_ONCE, 4, true, Properties.NONE);
        var passing = Properties.with()
                .number(Property.MESSAGE_EXPIRY_INTERVAL, 5)
                .pair("by", "hand")
                .build();
        five.publish("meter/note", "soon over", Qos.AT_LEAST_ONCE, 5, true, passing);
        five.publish("jobs", "first", Qos.AT_LEAST_ONCE, 6);
        keeper.wire.packets.clear();
        keeper.send(new Packet.Pubrec(1, Reason.SUCCESS, Properties.NONE));
        keeper.send(new Packet.Pubcomp(1, Reason.SUCCESS, Properties.NONE));
        bench.advance(Duration.ofSeconds(10)); // the note is over
        var its =
                Optional.ofNullable(bench.broker.state().sessions.get("keeper")).orElseThrow();
        bench.broker.fed(its, new Outlet.Cursor(false, 77));
        bench.broker.served(78, true);
        five.lose(); // its will is due in a minute
        keeper.lose();
        bench.snapshot(1);
        bench.advance(Duration.ofMinutes(2));
        var again = kept("keeper", Version.MQTT_3_1_1);
        again.publish("meter/state", "", Qos.AT_LEAST_ONCE, 7, true, Properties.NONE);
        bench.restart(); // without a word: who was connected has left
        bench.advance(Duration.ofHours(2)); // and five's session is over
    }

    /// A log as lines: each entry with its changes, and what they give.
    public static List<String> lines(JournalView journal, SiteId id) throws IOException {
        var codec = new ChangeCodec();
        var state = new State();
        var lines = new ArrayList<String>();
        try (var reader = journal.read(new Log.Position(id, 1, 0))) {
            for (Log.Stored stored; (stored = reader.next()) != null; ) {
                var at = Instant.EPOCH.plus(stored.wallTimeMicros(), ChronoUnit.MICROS);
                boolean passing = !stored.control().hasRemaining();
                lines.add(stored.at().epoch() + ":" + stored.at().seq() + "  " + at + (passing ? "  (passing)" : ""));
                for (var each : changes(codec, passing ? stored.readings() : stored.control())) {
                    lines.add("    -> " + words(each));
                    state.apply(each, stored.siteTimeMicros(), stored.at().packed());
                }
            }
        }
        var newest = journal.newestSnapshot(id);
        newest.ifPresent(s -> {
            lines.add("snapshot at " + s.at().seq());
            lines.addAll(words(Image.read(s.bytes(), codec)));
        });
        lines.add("state");
        lines.addAll(words(state));
        return lines;
    }

    private static List<Change> changes(ChangeCodec codec, ByteBuffer part) {
        var in = new ByteReader(part.slice());
        ChangeCodec.head(in);
        return codec.read(in);
    }

    private static String words(Change change) {
        return switch (change) {
            case Change.Published p ->
                "Published " + words(p.message()) + " from " + p.from() + " id " + p.incoming()
                        + (p.retained() ? " retained" : "") + (p.tapped() ? " tapped" : "") + " to "
                        + p.takers().stream().map(GoldenBroker::words).toList();
            case Change.WillSet w -> "WillSet " + w.client() + " " + words(w.will());
            case Change.Opened _,
                    Change.Resumed _,
                    Change.Left _,
                    Change.Ended _,
                    Change.Subscribed _,
                    Change.Unsubscribed _,
                    Change.Settled _,
                    Change.Received _,
                    Change.Released _,
                    Change.WillDue _,
                    Change.WillGone _,
                    Change.Unretained _,
                    Change.Shared _,
                    Change.Fed _,
                    Change.Told _ -> change.toString();
        };
    }

    private static String words(Change.Taker t) {
        return t.session() + " id " + t.id() + " " + t.qos() + (t.retain() ? " retained" : "");
    }

    private static String words(Message m) {
        return m.topic() + " \"" + new String(m.payload(), StandardCharsets.UTF_8) + "\" " + m.qos()
                + (m.retain() ? " retain" : "") + " by " + m.publisher() + " at " + m.receivedMicros()
                + (m.expirySeconds() < 0 ? "" : " for " + m.expirySeconds() + " s")
                + (m.properties().isEmpty() ? "" : " " + m.properties());
    }

    private static String words(Will w) {
        return w.topic() + " \"" + new String(w.payload(), StandardCharsets.UTF_8) + "\" " + w.qos()
                + (w.retain() ? " retain " : " ") + w.properties();
    }

    private static List<String> words(State state) {
        var lines = new ArrayList<String>();
        for (var s : state.keptSessions()) {
            lines.add("  session " + s.number + " of " + s.client + " kept " + s.keptMicros + " left " + s.leftMicros);
            for (var sub : s.subs.values()) lines.add("    subscribes " + sub.subscription);
            for (var d : s.outgoing.values())
                lines.add("    gets " + d.id + " " + d.qos + " " + d.stage + " " + words(d.message)
                        + (d.share.isEmpty() ? "" : " by " + d.share));
            for (int id : s.incoming) lines.add("    sent " + id);
            Optional.ofNullable(s.cursor).ifPresent(c -> lines.add("    has all up to " + c));
        }
        state.retained.each(m -> lines.add("  retained " + words(m)));
        state.wills.forEach((client, w) -> lines.add("  will of " + client + " " + words(w.will())));
        if (state.servedAt != State.NOT_SERVED) lines.add("  served up to " + state.servedAt);
        state.untold.forEach((entry, m) -> lines.add("  untold " + words(m)));
        return lines;
    }
}
