package io.linkspan.connectors.mqtt;

import io.linkspan.connector.Command;
import io.linkspan.connector.Connector;
import io.linkspan.connector.Point;
import io.linkspan.connector.Report;
import io.linkspan.connector.Surroundings;
import io.linkspan.model.Invalid;
import io.linkspan.model.Outcome;
import io.linkspan.model.Reading;
import io.linkspan.model.Value;
import io.linkspan.mqtt.Packet;
import io.linkspan.mqtt.Properties;
import io.linkspan.mqtt.Qos;
import io.linkspan.mqtt.Reason;
import io.linkspan.mqtt.Subscription;
import io.linkspan.mqtt.Will;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Hears the edge nodes of one broker and writes their metrics. One thread: it reads for a short slice, then looks for
/// a
/// command.
///
/// Sparkplug's messages are of QoS 0 (tck-id-topics-nbirth-mqtt and the others): what is lost between node and broker
/// shows in
/// the sequence numbers, and becomes a gap and a rebirth.
final class SparkplugClient implements Connector {
    /// Commands that wait to be read back; the next ones wait for these.
    static final int WRITING_MAX = 100;
    /// Longest time a command waits because we listen.
    private static final Duration SLICE = Duration.ofMillis(20);
    /// A payload that is none is told again for its topic after so long, in nanoseconds.
    private static final long TOLD_AGAIN_NANOS = Duration.ofMinutes(10).toNanos();
    /// Most topics remembered as having sent what is no payload.
    private static final int TOLD_MAX = 1_000;

    private static final int SUBSCRIBE_ID = 1;
    private static final int STATE_ID = 2;

    private final Sparkplug.Plant plant;
    private final MqttClient.Known known = new MqttClient.Known();

    SparkplugClient(Sparkplug.Plant plant) {
        this.plant = plant;
    }

    @Override
    public void run(Surroundings here) throws IOException, InterruptedException {
        long born = here.wallMicros() / 1_000;
        var connected = Handshake.shake(here, plant.mqtt(), known, plant.host().map(h -> will(h, born)));
        try (var wire = connected.wire()) {
            new Session(here, wire, connected, born).run();
        }
    }

    private static String stateTopic(String host) {
        return SparkplugTopic.NAMESPACE + "/STATE/" + host;
    }

    /// Sparkplug 3.0.0, Host Application Death Payload: the same time stamp in will and birth.
    private static Will will(String host, long bornMillis) {
        return new Will(stateTopic(host), Qos.AT_LEAST_ONCE, true, Properties.NONE, state(false, bornMillis));
    }

    private static byte[] state(boolean online, long millis) {
        return ("{\"online\":" + online + ",\"timestamp\":" + millis + "}").getBytes(StandardCharsets.UTF_8);
    }

    /// A value on its way.
    private record Writing(Command command, long sentMicros, long untilNanos) {}

    /// A command whose turn has not come.
    ///
    /// @param birthUntilNanos so long the metric's birth may take
    private record Waiting(Command command, long birthUntilNanos) {}

    /// One connection.
    private final class Session {
        private final Surroundings here;
        private final Wire wire;
        private final Handshake.Connected connected;
        private final long bornMillis;
        private final SparkplugHost host = new SparkplugHost();
        private final Map<Integer, Point> points = new HashMap<>();
        private final Map<Integer, Writing> writing = new LinkedHashMap<>();
        private final Deque<Waiting> waiting = new ArrayDeque<>();
        private final Map<String, Long> told = new HashMap<>();
        private long version = -1;
        private long heardNanos;
        private long sentNanos;
        private boolean pinged;

        Session(Surroundings here, Wire wire, Handshake.Connected connected, long bornMillis) {
            this.here = here;
            this.wire = wire;
            this.connected = connected;
            this.bornMillis = bornMillis;
        }

        void run() throws IOException, InterruptedException {
            heardNanos = here.nanoTime();
            remap();
            boolean told = false;
            try {
                begin();
                while (true) {
                    if (Thread.interrupted()) throw new InterruptedException();
                    remap();
                    wire.read(SLICE).ifPresent(this::heardSomething);
                    takeAll();
                    act(host.tick(here.wallMicros()), Report.Raw.NONE);
                    commands();
                    expire();
                    keepAlive();
                }
            } catch (InterruptedException e) {
                told = true;
                throw e;
            } finally {
                leave(told);
            }
        }

        private final List<Packet> came = new ArrayList<>();

        private void heardSomething(Packet packet) {
            heardNanos = here.nanoTime();
            pinged = false;
            came.add(packet);
        }

        private void takeAll() throws IOException, InterruptedException {
            for (var packet : came) take(packet);
            came.clear();
        }

        /// First the subscription, then our own birth (tck-id-message-flow-phid-sparkplug-subscription).
        private void begin() throws IOException, InterruptedException {
            var filters = plant.groups().isEmpty()
                    ? List.of(SparkplugTopic.NAMESPACE + "/#")
                    : plant.groups().stream()
                            .map(g -> SparkplugTopic.NAMESPACE + "/" + g + "/#")
                            .toList();
            send(new Packet.Subscribe(
                    SUBSCRIBE_ID,
                    Properties.NONE,
                    filters.stream()
                            .map(f -> new Subscription(f, Qos.AT_MOST_ONCE, false, false, Subscription.Handling.SEND))
                            .toList()));
            awaitSubscription();
            if (plant.host().isPresent())
                send(new Packet.Publish(
                        stateTopic(plant.host().get()),
                        Qos.AT_LEAST_ONCE,
                        false,
                        true,
                        STATE_ID,
                        Properties.NONE,
                        state(true, bornMillis)));
            here.accept(new Report.LineUp());
            takeAll();
            act(host.begin(here.wallMicros()), Report.Raw.NONE);
        }

        private void awaitSubscription() throws IOException {
            long end = here.nanoTime() + plant.mqtt().timeout().toNanos();
            while (here.nanoTime() - end < 0) {
                var packet = wire.read(SLICE);
                if (packet.isEmpty()) continue;
                if (!(packet.get() instanceof Packet.Suback answer)) {
                    heardSomething(packet.get());
                    continue;
                }
                for (var reason : answer.reasons())
                    if (reason.isError())
                        throw new IOException(wire.name() + " does not let us hear " + SparkplugTopic.NAMESPACE + "/#: "
                                + reason + "; check the broker's list of who may do what");
                return;
            }
            throw new IOException(wire.name() + " does not answer our subscription within "
                    + plant.mqtt().timeout().toMillis() + " ms; is it overloaded?");
        }

        private void remap() throws IOException, InterruptedException {
            var now = here.points();
            if (now.version() == version) return;
            boolean first = version < 0;
            version = now.version();
            points.clear();
            for (var p : now.all()) points.put(p.number(), p);
            try {
                host.points(now);
            } catch (Invalid e) {
                throw new IOException(
                        "A point of " + here.connector() + " is not what was applied: " + e.getMessage(), e);
            }
            if (!first) act(host.begin(here.wallMicros()), Report.Raw.NONE);
        }

        // ---- hearing

        private void take(Packet packet) throws IOException, InterruptedException {
            switch (packet) {
                case Packet.Publish message -> message(message);
                case Packet.Pingresp _, Packet.Puback _, Packet.Suback _ -> {}
                case Packet.Disconnect bye ->
                    throw new IOException(wire.name() + " ends the connection: " + bye.reason()
                            + (bye.reason() == Reason.SESSION_TAKEN_OVER ? "; another client uses our client-id" : ""));
                case Packet.Pubrec _,
                        Packet.Pubrel _,
                        Packet.Pubcomp _,
                        Packet.Unsuback _,
                        Packet.Connack _,
                        Packet.Auth _ ->
                    throw new IOException(
                            wire.name() + " sends a " + packet.type() + " that nothing of ours asked for");
                case Packet.Connect _, Packet.Subscribe _, Packet.Unsubscribe _, Packet.Pingreq _ ->
                    throw new IllegalStateException("A server does not send a " + packet.type());
            }
        }

        private void message(Packet.Publish message) throws IOException, InterruptedException {
            if (plant.host().isPresent()
                    && message.topic().equals(stateTopic(plant.host().get()))) {
                stillHere(message.payload());
                return;
            }
            var topic = SparkplugTopic.parse(message.topic());
            if (topic.isEmpty()) return;
            long now = here.wallMicros();
            try {
                act(host.heard(topic.get(), message.payload(), now), new Report.Raw(message.payload()));
            } catch (SparkplugPayload.Malformed e) {
                malformed(message.topic(), e);
            }
        }

        /// The will of a connection of ours before this one may come late
        /// (tck-id-operational-behavior-host-application-termination): then we say again that we are here.
        private void stillHere(byte[] payload) throws IOException {
            if (!new String(payload, StandardCharsets.UTF_8).replace(" ", "").contains("\"online\":false")) return;
            send(new Packet.Publish(
                    stateTopic(plant.host().orElseThrow()),
                    Qos.AT_LEAST_ONCE,
                    false,
                    true,
                    STATE_ID,
                    Properties.NONE,
                    state(true, bornMillis)));
        }

        private void malformed(String topic, SparkplugPayload.Malformed e) throws InterruptedException {
            long now = here.nanoTime();
            var before = told.get(topic);
            if (before != null && now - before < TOLD_AGAIN_NANOS || before == null && told.size() >= TOLD_MAX) return;
            told.put(topic, now);
            String cause = "what came on \"" + topic + "\" is no Sparkplug B payload: it " + e.getMessage();
            here.log().warn("{}: {}", here.connector(), cause);
            var concerned = SparkplugTopic.parse(topic).map(host::pointsOf).orElse(List.of());
            if (!concerned.isEmpty())
                here.accept(new Report.Gap(concerned, here.wallMicros(), here.wallMicros(), cause));
        }

        private void act(List<SparkplugHost.Effect> effects, Report.Raw raw) throws IOException, InterruptedException {
            for (var effect : effects)
                switch (effect) {
                    case SparkplugHost.Effect.Readings r -> {
                        for (int i = 0; i < r.readings().size(); i += Report.READINGS_MAX)
                            here.accept(new Report.Frame(
                                    r.readings()
                                            .subList(
                                                    i,
                                                    Math.min(
                                                            i + Report.READINGS_MAX,
                                                            r.readings().size())),
                                    raw));
                        for (var reading : r.readings()) readBack(reading);
                    }
                    case SparkplugHost.Effect.Answers a ->
                        here.accept(new Report.Unit(a.properties(), a.answers(), a.why()));
                    case SparkplugHost.Effect.Missing m ->
                        here.accept(new Report.Gap(m.properties(), m.fromMicros(), m.toMicros(), m.cause()));
                    case SparkplugHost.Effect.Ask ask ->
                        publish(SparkplugTopic.command(ask.nodeId(), ""), SparkplugHost.rebirth(here.wallMicros()));
                    case SparkplugHost.Effect.Found f -> here.accept(new Report.Found(f.what(), f.settings()));
                }
        }

        // ---- writing

        private void commands() throws IOException, InterruptedException {
            for (int i = waiting.size(); i > 0; i--) tryOrWait(waiting.remove());
            while (writing.size() + waiting.size() < WRITING_MAX) {
                var command = here.nextCommand(Duration.ZERO);
                if (command.isEmpty()) return;
                tryOrWait(new Waiting(
                        command.get(), here.nanoTime() + plant.mqtt().timeout().toNanos()));
            }
        }

        /// Writes, unless the value before is not read back yet, or the birth that says how is still to come.
        private void tryOrWait(Waiting it) throws IOException, InterruptedException {
            var command = it.command();
            var point = command.point();
            if (here.nanoTime() - command.deadlineNanos() > 0) end(command, new Outcome.NotSent(Outcome.Cause.EXPIRED));
            else if (point.access() != Point.Access.WRITE)
                end(command, new Outcome.Refused(point.name() + " is only read; declare it writable: true"));
            else if (writing.containsKey(point.number())) waiting.add(it);
            else if (!write(command)) {
                if (here.nanoTime() - it.birthUntilNanos() < 0) waiting.add(it);
                else end(command, new Outcome.NotSent(Outcome.Cause.UNREACHABLE)); // nobody is there
            }
        }

        /// @return false when the metric's birth is not known
        private boolean write(Command command) throws IOException, InterruptedException {
            var point = command.point();
            try {
                var place = SparkplugHost.Place.of(point);
                var payload = host.command(place, command.value(), point.choices(), here.wallMicros());
                if (payload.isEmpty() && !host.isGone(place)) return false;
                if (payload.isEmpty()) {
                    end(command, new Outcome.NotSent(Outcome.Cause.UNREACHABLE));
                    return true;
                }
                long until = Math.min(
                        command.deadlineNanos(),
                        here.nanoTime() + plant.mqtt().readBack().toNanos());
                writing.put(point.number(), new Writing(command, here.wallMicros(), until));
                publish(SparkplugTopic.command(place.nodeId(), place.device()), payload.get());
                here.accept(new Report.Answer(command.id(), new Report.Progress.Sent(), new Report.Raw(payload.get())));
            } catch (IllegalArgumentException | Invalid e) {
                end(command, new Outcome.Refused(point.name() + " " + e.getMessage()));
            }
            return true;
        }

        private void readBack(Reading reading) throws InterruptedException {
            var it = writing.get(reading.property());
            if (it == null || !reading.quality().isUsable()) return;
            Value wanted = it.command().value();
            if (!SparkplugValues.same(it.command().point(), wanted, reading.value())) return;
            writing.remove(reading.property());
            end(it.command(), new Outcome.Done(Optional.of(reading.value())));
        }

        private void expire() throws InterruptedException {
            for (var it : List.copyOf(writing.values())) {
                if (here.nanoTime() - it.untilNanos() <= 0) continue;
                writing.remove(it.command().point().number());
                end(it.command(), new Outcome.InDoubt(it.sentMicros()));
            }
        }

        private void end(Command command, Outcome outcome) throws InterruptedException {
            here.accept(new Report.Answer(command.id(), new Report.Progress.Ended(outcome), Report.Raw.NONE));
        }

        // ---- the connection

        private void publish(SparkplugTopic topic, byte[] payload) throws IOException {
            send(new Packet.Publish(topic.toString(), Qos.AT_MOST_ONCE, false, false, 0, Properties.NONE, payload));
        }

        private void send(Packet packet) throws IOException {
            wire.write(packet);
            sentNanos = here.nanoTime();
        }

        /// MQTT 5.0, 3.1.2.10: something goes out within the keep-alive, and something must come back.
        private void keepAlive() throws IOException {
            long now = here.nanoTime();
            if (pinged && now - sentNanos > plant.mqtt().timeout().toNanos())
                throw new IOException(wire.name() + " does not answer any more (no word for "
                        + (now - heardNanos) / 1_000_000 + " ms); is it, or the way to it, overloaded or gone?");
            if (connected.keepAlive().isZero() || pinged) return;
            long half = connected.keepAlive().toNanos() / 2;
            if (now - sentNanos < half && now - heardNanos < half) return;
            send(new Packet.Pingreq());
            pinged = true;
        }

        /// Answers what is on its way, and says that we go (Sparkplug 3.0.0, Host Application Session
        /// Termination).
        private void leave(boolean interrupted) {
            for (var it : writing.values()) farewell(it.command(), new Outcome.InDoubt(it.sentMicros()));
            for (var it : waiting) farewell(it.command(), new Outcome.NotSent(Outcome.Cause.UNREACHABLE));
            try {
                if (interrupted && plant.host().isPresent())
                    send(new Packet.Publish(
                            stateTopic(plant.host().get()),
                            Qos.AT_MOST_ONCE,
                            false,
                            true,
                            0,
                            Properties.NONE,
                            state(false, here.wallMicros() / 1_000)));
                if (interrupted) send(new Packet.Disconnect(Reason.SUCCESS, Properties.NONE));
            } catch (IOException e) {
                // the line is gone anyway; our will says the same
            }
        }

        private void farewell(Command command, Outcome outcome) {
            var answer = new Report.Answer(command.id(), new Report.Progress.Ended(outcome), Report.Raw.NONE);
            if (here.offer(answer).isEmpty())
                here.log()
                        .warn(
                                "command {} for {} {}; the site's queue is full",
                                command.id(),
                                command.point().name(),
                                outcome);
        }
    }
}
