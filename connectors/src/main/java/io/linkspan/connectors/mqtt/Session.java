package io.linkspan.connectors.mqtt;

import io.linkspan.connector.Points;
import io.linkspan.connector.Report;
import io.linkspan.connector.Surroundings;
import io.linkspan.connector.Ticket;
import io.linkspan.model.Invalid;
import io.linkspan.mqtt.Packet;
import io.linkspan.mqtt.Properties;
import io.linkspan.mqtt.Qos;
import io.linkspan.mqtt.Reason;
import io.linkspan.mqtt.Subscription;
import io.linkspan.payload.TopicAddress;
import io.linkspan.payload.TopicMap;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// One connection, from its CONNACK to its end. Three threads carry it: `run` sends commands and keeps the connection
/// alive, `receive` reads, `acknowledge` tells the broker what is on our disk, in order and not before.
final class Session {
    /// How often the loop looks at its clocks while no command comes.
    private static final Duration LOOK = Duration.ofMillis(20);

    private static final Duration READ_SLICE = Duration.ofSeconds(1);

    /// How long a report may take to be on disk before the broker is left, which then sends its message again.
    private static final Duration DURABLE_WAIT = Duration.ofSeconds(30);

    private static final Duration EARLY_SLICE = Duration.ofMillis(20);
    private static final int EARLY_MAX = 2 * Handshake.RECEIVE_MAX;
    private static final int FILTERS_A_PACKET = 100;

    private final Surroundings here;
    private final MqttSettings settings;
    private final MqttClient.Known known;
    private final Wire wire;
    private final Handshake.Connected connected;
    private final PacketIds ids;
    private final Asks asks;
    private final Discovery discovery;
    private final Announcements announcements;
    private final Bridge bridge;
    private final BlockingQueue<Owed> owed = new ArrayBlockingQueue<>(Handshake.RECEIVE_MAX);
    private final Map<Integer, List<String>> subscribing = new ConcurrentHashMap<>();
    private final AtomicReference<Optional<IOException>> failure = new AtomicReference<>(Optional.empty());
    private volatile Points points;
    private volatile TopicMap map;
    private volatile Map<Integer, TopicAddress> addresses = Map.of();
    private Set<String> filters = Set.of();
    private final java.util.Deque<Early> early = new java.util.ArrayDeque<>();
    private byte[] raw = new byte[0];
    private volatile boolean pushedBack;
    private volatile long heardNanos;
    private long sentNanos;
    private Optional<Long> pingedNanos = Optional.empty();

    Session(Surroundings here, MqttSettings settings, MqttClient.Known known, Wire wire, Handshake.Connected connected)
            throws IOException {
        this.here = here;
        this.settings = settings;
        this.known = known;
        this.wire = wire;
        this.connected = connected;
        this.ids = new PacketIds(connected.sendMax());
        this.asks = new Asks(here, wire, settings.readBack(), connected.packetBytesMax(), ids);
        this.discovery = new Discovery(here.connector(), settings.discovery());
        this.points = here.points();
        this.map = mapped(points);
        this.announcements = new Announcements(here, settings, wire);
        this.bridge = new Bridge(here, wire, ids);
        this.addresses = byNumber(map);
    }

    /// A packet that came before the line was told to be up.
    private record Early(Packet packet, byte[] bytes) {}

    /// What is to be acknowledged, once it is on disk.
    private record Owed(Packet.Publish message, Optional<Ticket> ticket) {}

    void run() throws IOException, InterruptedException {
        if (!connected.sessionPresent()) known.taken.clear();
        heardNanos = here.nanoTime();
        sentNanos = heardNanos;
        try {
            subscribe(map.filters(), connected.sessionPresent());
            awaitSubscriptions();
            here.accept(new Report.LineUp());
            start("receive", this::receive);
            start("acknowledge", this::acknowledge);
            announcements.begin(points, addresses);
            bridge.begin(points, addresses);
            while (true) turn();
        } finally {
            asks.leave();
            bridge.close();
            farewell();
        }
    }

    private void start(String name, Surroundings.Task task) throws IOException {
        boolean started = here.fork(name, () -> {
            try {
                task.run();
            } catch (IOException e) {
                failed(e);
            } finally {
                failed(new IOException(wire.name() + ": " + name + " ended")); // counts only when nothing else was said
            }
        });
        if (!started) throw new IOException("No thread is left for " + here.connector() + " to " + name + " with");
    }

    private void failed(IOException e) {
        failure.compareAndSet(Optional.empty(), Optional.of(e));
    }

    /// The line is up when the broker has our subscriptions; what comes meanwhile is taken after it.
    private void awaitSubscriptions() throws IOException {
        int missing = subscribing.size();
        long end = here.nanoTime() + settings.timeout().toNanos();
        while (missing > 0 && early.size() < EARLY_MAX) {
            var packet = wire.read(EARLY_SLICE);
            if (packet.isPresent()) {
                early.add(new Early(packet.get(), wire.lastBytes()));
                if (packet.get() instanceof Packet.Suback) missing--;
            } else if (here.nanoTime() - end > 0)
                throw new IOException(wire.name() + " does not answer our subscriptions within "
                        + settings.timeout().toMillis() + " ms; is it overloaded?");
        }
    }

    /// One round: a command, or a look at the clocks.
    private void turn() throws IOException, InterruptedException {
        var failed = failure.get();
        if (failed.isPresent()) throw failed.get();
        if (here.points().version() != points.version()) remap(here.points());
        if (ids.available()) {
            var command = here.nextCommand(bridge.turn(addresses) ? Duration.ZERO : LOOK);
            if (command.isPresent()) {
                asks.execute(
                        command.get(),
                        Optional.ofNullable(addresses.get(command.get().point().number())));
                sentNanos = here.nanoTime();
            }
        } else here.sleep(LOOK);
        asks.expire();
        asks.resume();
        for (var found : discovery.due(filters, here.nanoTime())) here.accept(found);
        keepAlive();
    }

    // ---- points and subscriptions

    private TopicMap mapped(Points now) throws IOException {
        try {
            return TopicMap.of(now.all().stream().map(Mqtt::asTopic).toList());
        } catch (Invalid e) {
            throw new IOException("A point of " + here.connector() + " is not what was applied: " + e.getMessage(), e);
        }
    }

    private static Map<Integer, TopicAddress> byNumber(TopicMap map) {
        var all = new HashMap<Integer, TopicAddress>();
        for (var each : map.addresses()) all.put(each.point().number(), each);
        return Map.copyOf(all);
    }

    /// Things came or went: their topics are subscribed to, or no more.
    private void remap(Points now) throws IOException, InterruptedException {
        var next = mapped(now);
        var before = new HashSet<String>();
        for (var each : map.addresses()) before.add(each.point() + "");
        var fresh = new HashSet<String>();
        for (var each : next.addresses())
            if (!before.contains(each.point() + "")) each.filter().ifPresent(fresh::add);
        for (var each : next.filters()) if (!filters.contains(each)) fresh.add(each);
        var gone = new HashSet<>(filters);
        gone.removeAll(next.filters());
        settings.discovery().ifPresent(prefix -> gone.removeAll(Discovery.filters(prefix)));
        map = next;
        addresses = byNumber(next);
        points = now;
        if (!fresh.isEmpty()) subscribeTo(fresh, false);
        if (!gone.isEmpty()) {
            wire.write(new Packet.Unsubscribe(ids.next(), Properties.NONE, List.copyOf(gone)));
            sentNanos = here.nanoTime();
        }
        filters = all(next.filters());
        announcements.begin(now, addresses);
        bridge.begin(now, addresses);
    }

    private Set<String> all(Set<String> ofPoints) {
        var all = new HashSet<>(ofPoints);
        settings.discovery().ifPresent(prefix -> all.addAll(Discovery.filters(prefix)));
        return all;
    }

    private void subscribe(Set<String> ofPoints, boolean sessionPresent) throws IOException {
        filters = all(ofPoints);
        subscribeTo(filters, sessionPresent);
    }

    /// @param known the broker may have the subscription: then what it keeps was sent to us already
    private void subscribeTo(Set<String> wanted, boolean known) throws IOException {
        var qos = Qos.of(settings.qos());
        var some = new ArrayList<String>();
        for (String filter : wanted) {
            some.add(filter);
            if (some.size() == FILTERS_A_PACKET) subscribeAtOnce(some, qos, known);
        }
        if (!some.isEmpty()) subscribeAtOnce(some, qos, known);
    }

    private void subscribeAtOnce(List<String> some, Qos qos, boolean known) throws IOException {
        int id = ids.next();
        subscribing.put(id, List.copyOf(some));
        boolean five = wire.version().isFive();
        // announcements are wanted anew after each start of ours; readings are not: what we read last is in the log
        wire.write(new Packet.Subscribe(
                id,
                Properties.NONE,
                some.stream()
                        .map(f -> new Subscription(
                                f,
                                qos,
                                false,
                                false,
                                five && known && !discovery.isFilter(f)
                                        ? Subscription.Handling.SEND_IF_NEW
                                        : Subscription.Handling.SEND))
                        .toList()));
        sentNanos = here.nanoTime();
        some.clear();
    }

    private void subscribed(Packet.Suback answer) throws InterruptedException {
        ids.free(answer.id());
        var asked = Optional.ofNullable(subscribing.remove(answer.id())).orElse(List.of());
        for (int i = 0; i < Math.min(asked.size(), answer.reasons().size()); i++) {
            var reason = answer.reasons().get(i);
            if (!reason.isError()) continue;
            String filter = asked.get(i);
            String why = wire.name() + " does not let us hear \"" + filter + "\": " + reason;
            here.log().warn("{}", why);
            var silent = map.addresses().stream()
                    .filter(a -> a.filter().filter(filter::equals).isPresent())
                    .map(a -> a.point().number())
                    .toList();
            if (!silent.isEmpty()) here.accept(new Report.Unit(silent, false, why));
        }
    }

    // ---- receiving

    private void receive() throws IOException, InterruptedException {
        while (true) {
            var packet = next();
            if (Thread.interrupted()) throw new InterruptedException();
            if (packet.isEmpty()) continue;
            heardNanos = here.nanoTime();
            pushedBack = true; // until what came is with the site
            take(packet.get());
            heardNanos = here.nanoTime();
            pushedBack = false;
        }
    }

    private Optional<Packet> next() throws IOException {
        var first = Optional.ofNullable(early.poll());
        if (first.isPresent()) {
            raw = first.get().bytes();
            return Optional.of(first.get().packet());
        }
        var packet = wire.read(READ_SLICE);
        raw = wire.lastBytes();
        return packet;
    }

    private void take(Packet packet) throws IOException, InterruptedException {
        switch (packet) {
            case Packet.Publish message -> message(message);
            case Packet.Puback ack -> {
                asks.acknowledged(ack);
                bridge.acknowledged(ack);
            }
            case Packet.Suback answer -> subscribed(answer);
            case Packet.Unsuback answer -> ids.free(answer.id());
            case Packet.Pubrel release -> {
                known.taken.remove(release.id());
                wire.write(new Packet.Pubcomp(release.id(), Reason.SUCCESS, Properties.NONE));
            }
            case Packet.Pingresp _ -> {}
            case Packet.Disconnect bye ->
                throw new IOException(wire.name() + " ends the connection: " + bye.reason()
                        + (bye.reason() == Reason.SESSION_TAKEN_OVER ? "; another client uses our client-id" : ""));
            case Packet.Pubrec _, Packet.Pubcomp _, Packet.Connack _, Packet.Auth _ ->
                throw new IOException(wire.name() + " sends a " + packet.type() + " that nothing of ours asked for");
            case Packet.Connect _, Packet.Subscribe _, Packet.Unsubscribe _, Packet.Pingreq _ ->
                throw new IllegalStateException("A server does not send a " + packet.type());
        }
    }

    private void message(Packet.Publish message) throws InterruptedException {
        boolean again = message.qos() == Qos.EXACTLY_ONCE && !known.taken.add(message.id());
        var ticket = again ? Optional.<Ticket>empty() : tell(message);
        if (message.qos() != Qos.AT_MOST_ONCE) owed.put(new Owed(message, ticket));
    }

    /// Tells the site what a message says.
    ///
    /// @return the ticket of the last report of it
    private Optional<Ticket> tell(Packet.Publish message) throws InterruptedException {
        Optional<Ticket> ticket = Optional.empty();
        discovery.take(message.topic(), message.payload(), here.nanoTime());
        var taken = map.take(message.topic(), message.payload(), message.retain(), here.wallMicros());
        var bytes = new Report.Raw(raw);
        for (var unit : taken.units())
            ticket = Optional.of(here.accept(new Report.Unit(
                    unit.properties(),
                    unit.answers(),
                    unit.answers() ? "" : unit.thing() + " is offline, as \"" + unit.topic() + "\" says")));
        var readings = new ArrayList<io.linkspan.model.Reading>();
        for (var reading : taken.readings()) {
            var address = Optional.ofNullable(addresses.get(reading.property()));
            if (address.isPresent() && address.get().point().use() == io.linkspan.payload.TopicPoint.Use.ASKED)
                ticket = Optional.of(here.accept(
                        new Report.Asked(reading.property(), reading.value(), "mqtt " + message.topic(), bytes)));
            else readings.add(reading);
        }
        if (!readings.isEmpty()) ticket = Optional.of(here.accept(new Report.Frame(readings, bytes)));
        for (var trouble : taken.troubles()) ticket = Optional.of(here.accept(gap(trouble)));
        for (var reading : readings) asks.heard(reading);
        return ticket;
    }

    private Report.Gap gap(TopicMap.Trouble trouble) {
        String cause = (trouble.messages() == 1 ? "a message" : trouble.messages() + " messages") + " on \""
                + trouble.topic() + "\" could not be taken: " + trouble.cause();
        here.log().warn("{}: {}", here.connector(), cause);
        return new Report.Gap(trouble.properties(), trouble.fromMicros(), trouble.toMicros(), cause);
    }

    /// Acknowledges in the order of arrival (MQTT 5.0, 4.6), each message when its readings are on disk.
    private void acknowledge() throws IOException, InterruptedException {
        while (true) {
            var next = owed.poll(READ_SLICE.toMillis(), TimeUnit.MILLISECONDS);
            if (next == null) continue;
            if (next.ticket().isPresent() && !next.ticket().get().awaitDurable(DURABLE_WAIT))
                throw new IOException("What " + wire.name() + " sent is not on our disk after "
                        + DURABLE_WAIT.toSeconds() + " s, so it is not acknowledged and comes again");
            int id = next.message().id();
            wire.write(
                    next.message().qos() == Qos.EXACTLY_ONCE
                            ? new Packet.Pubrec(id, Reason.SUCCESS, Properties.NONE)
                            : new Packet.Puback(id, Reason.SUCCESS, Properties.NONE));
        }
    }

    // ---- alive

    /// MQTT 5.0, 3.1.2.10: something goes out within the keep-alive, and something must come back.
    private void keepAlive() throws IOException {
        long now = here.nanoTime();
        boolean heardSince = pingedNanos.map(p -> heardNanos - p > 0).orElse(true);
        if (!heardSince
                && !pushedBack
                && now - pingedNanos.orElseThrow() > settings.timeout().toNanos())
            throw new IOException(wire.name() + " does not answer any more (no word for "
                    + (now - heardNanos) / 1_000_000 + " ms); is it, or the way to it, overloaded or gone?");
        if (connected.keepAlive().isZero()) return;
        if (now - sentNanos < connected.keepAlive().toNanos() / 2 || !heardSince) return;
        wire.write(new Packet.Pingreq());
        sentNanos = now;
        pingedNanos = Optional.of(now);
    }

    private void farewell() {
        if (failure.get().isPresent()) return;
        try {
            announcements.offline();
            wire.write(new Packet.Disconnect(Reason.SUCCESS, Properties.NONE));
        } catch (IOException e) {
            // the line is gone anyway; the broker's keep-alive finds out
        }
    }
}
