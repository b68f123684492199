package io.linkspan.connectors.mqtt;

import io.linkspan.connector.Current;
import io.linkspan.connector.Point;
import io.linkspan.connector.Points;
import io.linkspan.connector.ServedReadings;
import io.linkspan.connector.Surroundings;
import io.linkspan.model.Reading;
import io.linkspan.model.Value;
import io.linkspan.mqtt.Packet;
import io.linkspan.mqtt.Properties;
import io.linkspan.mqtt.Qos;
import io.linkspan.payload.BadPayload;
import io.linkspan.payload.TopicAddress;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Publishes what this connector serves, out of the site's log and in its order. The position that the broker has
/// acknowledged lies in the connector's folder, so an outage loses nothing; what was on its way when it began is
/// published again.
///
/// One thread sends; [#acknowledged] is for the one that reads.
final class Bridge {
    /// Most messages on their way to the broker.
    static final int WINDOW_MAX = 100;

    /// Most messages in one turn, so that commands do not wait for a long past.
    private static final int TURN_MAX = 50;

    /// How often the position is written down, at most.
    private static final Duration KEPT_EVERY = Duration.ofSeconds(1);

    private final Surroundings here;
    private final Wire wire;
    private final PacketIds ids;
    private final Kept file;
    private final Deque<Sent> window = new ArrayDeque<>(); // guarded by itself, as acknowledged
    private final Deque<Due> due = new ArrayDeque<>();
    private final Set<String> warned = new HashSet<>();
    private Optional<ServedReadings> feed = Optional.empty();
    private long acknowledged = -1;
    private long kept = -1;
    private long keptNanos;

    Bridge(Surroundings here, Wire wire, PacketIds ids) {
        this.here = here;
        this.wire = wire;
        this.ids = ids;
        this.file = new Kept(here.directory().resolve("told"));
    }

    /// A message on its way.
    ///
    /// @param position that is told with it; -1: another one of the same position follows
    private record Sent(int packet, long position) {}

    /// A message that is to go out.
    private record Due(TopicAddress.Out out, String point, long position) {}

    /// Begins where it ended, once anything is served.
    void begin(Points points, Map<Integer, TopicAddress> addresses) throws IOException {
        boolean serves = points.all().stream().anyMatch(Point::served);
        if (!serves || feed.isPresent()) return;
        var lines = file.read();
        OptionalLong after = OptionalLong.empty();
        if (!lines.isEmpty() && lines.getFirst().matches("\\d{1,18}"))
            after = OptionalLong.of(Long.parseLong(lines.getFirst()));
        feed = Optional.of(here.served(after));
        if (after.isPresent()) acknowledged = after.getAsLong();
        else
            for (var point : points.all())
                if (point.served()) here.current(point).ifPresent(c -> now(point, c, addresses));
    }

    /// How it is at the very beginning.
    private void now(Point point, Current current, Map<Integer, TopicAddress> addresses) {
        if (current.quality().isUsable()) add(point.number(), current.value(), current.receivedMicros(), -1, addresses);
    }

    /// Sends what is due and what the window has room for.
    ///
    /// @return whether there may be more at once
    boolean turn(Map<Integer, TopicAddress> addresses) throws IOException {
        if (feed.isEmpty()) return false;
        int sent = 0;
        while (sent < TURN_MAX && hasRoom()) {
            if (due.isEmpty() && !fetch(addresses)) break;
            var next = Optional.ofNullable(due.poll());
            if (next.isEmpty()) continue; // an item of which nothing is told
            send(next.get());
            sent++;
        }
        keep(false);
        return sent > 0;
    }

    private boolean hasRoom() {
        synchronized (window) {
            return window.size() < WINDOW_MAX && ids.available();
        }
    }

    private boolean fetch(Map<Integer, TopicAddress> addresses) throws IOException {
        var item = feed.orElseThrow().next();
        if (item.isEmpty()) {
            synchronized (window) {
                if (window.isEmpty())
                    acknowledged = Math.max(acknowledged, feed.orElseThrow().seen());
            }
            return false;
        }
        item.get().missing().ifPresent(m -> here.log().warn("{} can not tell all: {}", here.connector(), m));
        for (Reading reading : item.get().readings())
            if (reading.quality().isUsable())
                add(
                        reading.property(),
                        reading.value(),
                        reading.hasDeviceTime()
                                ? reading.deviceTimeMicros()
                                : item.get().wallMicros(),
                        -1,
                        addresses);
        var last = Optional.ofNullable(due.pollLast());
        last.ifPresent(d -> due.add(new Due(d.out(), d.point(), item.get().position())));
        return true;
    }

    private void add(int property, Value value, long micros, long position, Map<Integer, TopicAddress> addresses) {
        var address = Optional.ofNullable(addresses.get(property));
        if (address.isEmpty() || address.get().commandTopic().isEmpty()) return;
        String name = address.get().point().name();
        try {
            var time = Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
            due.add(new Due(address.get().encode(value, Optional.of(time)), name, position));
        } catch (BadPayload e) {
            if (warned.add(name)) here.log().warn("{} can not be told: {}", name, e.getMessage());
        }
    }

    private void send(Due it) throws IOException {
        var qos = Qos.of(it.out().qos());
        int packet = 0;
        synchronized (window) {
            if (qos != Qos.AT_MOST_ONCE) {
                packet = ids.next();
                window.add(new Sent(packet, it.position()));
            } else if (it.position() >= 0 && window.isEmpty()) acknowledged = it.position();
        }
        wire.write(new Packet.Publish(
                it.out().topic(),
                qos,
                false,
                it.out().retain(),
                packet,
                Properties.NONE,
                it.out().payload()));
    }

    /// The broker has a message (or refuses it for good, which is told once: it would not get better).
    void acknowledged(Packet.Puback ack) {
        synchronized (window) {
            boolean ours = false;
            for (var each : window) ours |= each.packet() == ack.id();
            if (!ours) return;
            if (ack.reason().isError() && warned.add("refused"))
                here.log().warn("{} is not let to publish what it serves: {}", here.connector(), ack.reason());
            ids.free(ack.id());
            var done = new ArrayDeque<Sent>();
            for (var each : window) done.add(each.packet() == ack.id() ? new Sent(0, each.position()) : each);
            window.clear();
            window.addAll(done);
            while (!window.isEmpty() && window.peek().packet() == 0) {
                long position = window.poll().position();
                if (position >= 0) acknowledged = position;
            }
        }
    }

    private void keep(boolean now) throws IOException {
        long position;
        synchronized (window) {
            position = acknowledged;
        }
        if (position < 0 || position == kept) return;
        if (!now && here.nanoTime() - keptNanos < KEPT_EVERY.toNanos()) return;
        file.write(List.of(Long.toString(position)));
        kept = position;
        keptNanos = here.nanoTime();
    }

    void close() {
        try {
            keep(true);
        } catch (IOException e) {
            here.log()
                    .warn(
                            "{} could not note what it has told, and tells some of it again: {}",
                            here.connector(),
                            e.getMessage());
        }
        feed.ifPresent(ServedReadings::close);
    }
}
