package io.linkspan.broker;

import io.linkspan.connector.Command;
import io.linkspan.connector.Point;
import io.linkspan.connector.Points;
import io.linkspan.connector.Report;
import io.linkspan.connector.Surroundings;
import io.linkspan.connector.Ticket;
import io.linkspan.model.Invalid;
import io.linkspan.model.Outcome;
import io.linkspan.model.Reading;
import io.linkspan.mqtt.Topics;
import io.linkspan.payload.KeyAddress;
import io.linkspan.payload.TopicAddress;
import io.linkspan.payload.TopicMap;
import io.linkspan.payload.TopicPoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/// Taps messages for the things of a broker: what a message says becomes readings of the site. It takes nothing away
/// from
/// the
/// subscribers. For the broker's thread, but for [#remap], which is for the thread of the run.
final class Mapping implements Tap {
    /// Topics of which it is remembered whether they are heard; then all are forgotten.
    static final int REMEMBERED_MAX = 65_536;
    /// So many reports of one turn the site gets before it is woken: while it steps these, the next are read.
    static final int REPORTS_AT_ONCE_MAX = 32;

    private final Surroundings here;
    private final Executor broker;
    private final Runnable turnEnds;
    private final DeviceApi devices;
    private final Serving serving;
    private final Orders orders;
    private final HashMap<String, Boolean> remembered = new HashMap<>();
    private final ConcurrentLinkedQueue<Completed> completed = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean completing = new AtomicBoolean();
    private Optional<Mapped> mapped = Optional.empty();
    private int offered;

    /// What holds for one version of the points.
    ///
    /// @param downs how points behind the device API are written
    /// @param devices the things behind it
    /// @param asked where others wish something of what is served
    private record Mapped(
            long version,
            Map<Integer, TopicAddress> addresses,
            TopicMap map,
            Set<String> exact,
            List<String> wild,
            Map<Integer, KeyAddress.Down> downs,
            Map<String, DeviceApi.Device> devices,
            List<TopicAddress> asked) {}

    private record Completed(Done done, boolean stored) {}

    /// @param broker the broker's thread
    /// @param by the broker, once it is there
    /// @param turnEnds is called on its thread behind what was told
    Mapping(Surroundings here, Executor broker, Supplier<Broker> by, Runnable turnEnds) {
        this.here = here;
        this.broker = broker;
        this.turnEnds = turnEnds;
        devices = new DeviceApi(here, broker, by, turnEnds);
        serving = new Serving(here, broker, by, turnEnds);
        orders = new Orders(here, devices);
    }

    /// Checks a point of a broker's thing, and the fields of the thing.
    static void check(Point point) throws Invalid {
        var topic = asTopic(point);
        var key = point.served() ? Optional.<KeyAddress>empty() : KeyAddress.of(topic);
        TopicMap.check(key.isPresent() ? key.get().asTopic() : topic);
        var thing = point.thingSettings();
        for (String field : TopicAddress.THING_FIELDS) thing.has(field);
        thing.finish();
    }

    private static TopicPoint asTopic(Point p) {
        var use = switch (p.access()) {
            case READ -> TopicPoint.Use.READ;
            case SERVE -> TopicPoint.Use.TELL;
            case SERVE_WRITABLE -> TopicPoint.Use.ASKED;
            case WRITE -> TopicPoint.Use.WRITE;
            case INVOKE -> TopicPoint.Use.INVOKE;
        };
        return new TopicPoint(p.number(), p.name(), p.type(), p.unit(), p.choices(), p.at(), p.thing(), use);
    }

    /// Things come and go while the broker runs.
    ///
    /// @throws IOException a point is not what was checked
    void remap(Points points) throws IOException {
        TopicMap map;
        var keys = new HashMap<Integer, KeyAddress>();
        try {
            var topics = new ArrayList<TopicPoint>();
            for (var point : points.all()) {
                var topic = asTopic(point);
                var key = point.served() ? Optional.<KeyAddress>empty() : KeyAddress.of(topic);
                key.ifPresent(k -> keys.put(point.number(), k));
                topics.add(key.isPresent() ? key.get().asTopic() : topic);
            }
            map = TopicMap.of(topics);
        } catch (Invalid e) {
            throw new IOException("A point of " + here.connector() + " is not what was applied: " + e.getMessage(), e);
        }
        var addresses = new HashMap<Integer, TopicAddress>();
        var served = new HashMap<Integer, TopicAddress>(); // of a property that may be one of our own too
        var asked = new ArrayList<TopicAddress>();
        for (var each : map.addresses())
            switch (each.point().use()) {
                case READ, WRITE, INVOKE -> addresses.put(each.point().number(), each);
                case TELL -> served.put(each.point().number(), each);
                case ASKED -> {
                    served.put(each.point().number(), each);
                    asked.add(each);
                }
            }
        var downs = new HashMap<Integer, KeyAddress.Down>();
        keys.forEach((number, key) -> key.down().ifPresent(d -> downs.put(number, d)));
        var exact = new HashSet<String>();
        var wild = new ArrayList<String>();
        for (String each : map.filters())
            if (Topics.hasWildcard(each)) wild.add(each);
            else exact.add(each);
        var next = new Mapped(
                points.version(),
                Map.copyOf(addresses),
                map,
                exact,
                wild,
                downs,
                byThing(points, keys, addresses),
                asked);
        broker.execute(() -> {
            mapped = Optional.of(next);
            remembered.clear();
            devices.forget();
        });
        serving.remap(points, served);
    }

    /// Whether a message is somebody's wish for a property that is served.
    private static boolean isWish(Mapped now, String topic, Reading reading) {
        for (var each : now.asked())
            if (each.point().number() == reading.property()
                    && each.filter().filter(f -> Topics.matches(f, topic)).isPresent()) return true;
        return false;
    }

    private static Map<String, DeviceApi.Device> byThing(
            Points points, Map<Integer, KeyAddress> keys, Map<Integer, TopicAddress> addresses) {
        var all = new HashMap<String, DeviceApi.Device>();
        for (var point : points.all()) {
            var key = Optional.ofNullable(keys.get(point.number()));
            var address = Optional.ofNullable(addresses.get(point.number()));
            if (key.isEmpty() || address.isEmpty()) continue;
            var device = all.computeIfAbsent(
                    point.thingName(),
                    _ -> new DeviceApi.Device(new ArrayList<>(), new LinkedHashMap<>(), new LinkedHashMap<>()));
            var keyed = new DeviceApi.Keyed(point, address.get());
            if (key.get().key().isPresent()) {
                device.points().add(point.number());
                device.client().put(key.get().key().get(), keyed);
            }
            if (key.get().down().orElse(null) instanceof KeyAddress.Down.Attribute a)
                device.shared().put(a.name(), keyed);
        }
        return all;
    }

    @Override
    public boolean wants(String topic) {
        if (topic.startsWith(TopicSpace.DEVICES)) return true; // no client writes there but a device
        if (mapped.isEmpty()) return false;
        var m = mapped.get();
        if (m.wild().isEmpty()) return m.exact().contains(topic);
        var known = remembered.get(topic);
        if (known != null) return known;
        boolean heard = m.exact().contains(topic);
        for (String each : m.wild()) heard |= Topics.matches(each, topic);
        if (remembered.size() >= REMEMBERED_MAX) remembered.clear();
        remembered.put(topic, heard);
        return heard;
    }

    @Override
    public boolean hear(Message m, long wallMicros, Done done) {
        if (mapped.isEmpty()) return false;
        var now = mapped.get();
        var taken = m.topic().startsWith(TopicSpace.DEVICES)
                ? devices.hear(m, wallMicros, now.map(), now.devices(), orders::answered)
                : now.map().take(m.topic(), m.payload(), false, wallMicros);
        if (taken.readings().size() > Report.READINGS_MAX) {
            here.log()
                    .warn(
                            "{}: a message has {} values; at most {} are taken at once",
                            here.connector(),
                            taken.readings().size(),
                            Report.READINGS_MAX);
            done.told(false);
            return true;
        }
        var raw = new Report.Raw(m.payload());
        Optional<Ticket> ticket = Optional.empty();
        var readings = new ArrayList<Reading>(taken.readings().size());
        for (var each : taken.readings()) {
            if (!isWish(now, m.topic(), each)) {
                readings.add(each);
                continue;
            }
            var wish = here.offer(new Report.Asked(each.property(), each.value(), party(m), raw));
            if (wish.isEmpty()) return false;
            serving.answer(m, wish.get());
            ticket = wish;
        }
        if (!readings.isEmpty()) {
            ticket = here.offerOneOfMany(new Report.Frame(readings, raw));
            if (ticket.isEmpty()) return false; // the site has too much to do
            if (++offered >= REPORTS_AT_ONCE_MAX) heardAll();
        }
        for (var unit : taken.units()) {
            String why = unit.answers() ? "" : unit.thing() + " is offline, as \"" + unit.topic() + "\" says";
            var its = here.offer(new Report.Unit(unit.properties(), unit.answers(), why));
            if (its.isPresent()) ticket = its;
        }
        for (var trouble : taken.troubles()) {
            var its = here.offer(gap(trouble));
            if (its.isPresent()) ticket = its;
        }
        for (Reading each : readings) orders.heard(each);
        if (ticket.isEmpty()) done.told(true);
        else if (m.qos().level() > 0) ticket.get().whenDurable(stored -> complete(done, stored));
        return true;
    }

    @Override
    public void heardAll() {
        if (offered == 0) return;
        offered = 0;
        here.offered();
    }

    private static String party(Message m) {
        return "mqtt " + DevicePayload.cut(m.publisher().isEmpty() ? m.topic() : m.publisher());
    }

    private Report.Gap gap(TopicMap.Trouble trouble) {
        String cause = (trouble.messages() == 1 ? "a message" : trouble.messages() + " messages") + " on \""
                + trouble.topic() + "\" could not be taken: " + trouble.cause();
        here.log().warn("{}: {}", here.connector(), cause);
        return new Report.Gap(trouble.properties(), trouble.fromMicros(), trouble.toMicros(), cause);
    }

    /// Called by the thread that commits: all that is complete at once is one task of the broker's thread.
    private void complete(Done done, boolean stored) {
        completed.add(new Completed(done, stored));
        if (!completing.compareAndSet(false, true)) return;
        try {
            broker.execute(this::completeAll);
        } catch (RejectedExecutionException e) {
            completing.set(false); // the broker has ended, and nobody is told
        }
    }

    private void completeAll() {
        completing.set(false);
        for (Completed each; (each = completed.poll()) != null; ) each.done().told(each.stored());
        turnEnds.run();
    }

    // ---- commands

    /// Carries out a command, on the broker's thread.
    void execute(Command command, Broker by) {
        int number = command.point().number();
        orders.execute(
                command,
                mapped.map(m -> m.addresses().get(number)),
                mapped.map(m -> m.downs().get(number)),
                by);
    }

    /// Looks which commands are over, and sends what waits.
    void tick(Broker by) {
        devices.tick();
        orders.tick(by);
    }

    /// The broker ends.
    void leave() {
        orders.leave();
    }

    /// The answer to a command that came when nobody could carry it out any more.
    static Report.Answer notSent(Command command) {
        return new Report.Answer(
                command.id(),
                new Report.Progress.Ended(new Outcome.NotSent(Outcome.Cause.UNREACHABLE)),
                Report.Raw.NONE);
    }
}
