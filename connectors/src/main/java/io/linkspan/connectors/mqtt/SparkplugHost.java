package io.linkspan.connectors.mqtt;

import io.linkspan.connector.Point;
import io.linkspan.connector.Points;
import io.linkspan.connectors.mqtt.SparkplugPayload.Content;
import io.linkspan.connectors.mqtt.SparkplugPayload.Metric;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/// What a host application knows of its edge nodes and devices, and what follows from a message (Sparkplug 3.0.0,
/// chapter 5, Operational Behavior): births, deaths, aliases, sequence numbers and rebirth requests.
///
/// One session with one broker: after a lost line everything is unknown again, and a new one begins. It reads no clock
/// and
/// opens nothing. Not thread-safe.
final class SparkplugHost {
    /// A node is asked for a rebirth at most so often, in microseconds: a storm of births helps nobody.
    static final long REBIRTH_EVERY_MICROS = 10_000_000;
    /// A node that was asked for its birth and stays silent so long counts as gone, in microseconds.
    static final long BIRTH_TIMEOUT_MICROS = 30_000_000;
    /// Most edge nodes known; messages of others are left alone and counted.
    static final int NODES_MAX = 10_000;
    /// Most metrics known of one node with its devices; of more the values are taken, aliases are not.
    static final int METRICS_PER_NODE_MAX = 50_000;
    /// Most metrics named in the description of a device that nobody described.
    static final int FOUND_METRICS_MAX = 100;
    /// What asks a node for its births (tck-id-topics-nbirth-rebirth-metric).
    static final String REBIRTH = "Node Control/Rebirth";

    private static final String BD_SEQ = "bdSeq";

    /// What follows from a message or from time that passed.
    sealed interface Effect {
        /// New values, all of one message.
        record Readings(List<Reading> readings) implements Effect {}

        /// A node or device is gone (with `why`) or back.
        record Answers(List<Integer> properties, boolean answers, String why) implements Effect {}

        /// Values that did not come, or could not be taken.
        record Missing(List<Integer> properties, long fromMicros, long toMicros, String cause) implements Effect {}

        /// Ask this node for its births: publish [#rebirth].
        record Ask(String nodeId) implements Effect {}

        /// A node or device that no thing of the site describes.
        record Found(String what, Map<String, String> settings) implements Effect {}
    }

    /// Where a point is: a metric of a node, or of a device behind it.
    ///
    /// @param nodeId group and edge node: `Plant1/Press3`
    /// @param device empty for a metric of the node itself
    record Place(String nodeId, String device, String metric) {
        static Place of(Point point) throws io.linkspan.model.Invalid {
            var thing = point.thingSettings();
            String node = thing.needText("node", "Plant1/Press3");
            String device = thing.text("device").orElse("");
            thing.finish();
            try {
                SparkplugTopic.checkNode(node);
                SparkplugTopic.command(node, device);
            } catch (IllegalArgumentException e) {
                throw thing.wrong("node", e);
            }
            String at = point.at().text();
            String metric =
                    at.startsWith("metric ") ? at.substring("metric ".length()).strip() : "";
            if (metric.isEmpty() || metric.length() > SparkplugPayload.NAME_BYTES_MAX)
                throw new io.linkspan.model.Invalid(
                        point.at().mark(),
                        point.name() + " at \"" + at + "\": write metric and its name, such as \"metric Speed\"");
            return new Place(node, device, metric);
        }
    }

    private final Map<String, Node> nodes = new HashMap<>();
    private final Map<Place, List<Point>> points = new HashMap<>();
    private long ignored;

    /// An edge node as its births and its newest messages describe it.
    private static final class Node {
        boolean born;
        OptionalLong bdSeq = OptionalLong.empty();
        int seq = -1;
        long heardMicros;
        long askedMicros = Long.MIN_VALUE;
        final Map<Long, Known> aliases = new HashMap<>();
        final Map<String, Device> devices = new TreeMap<>();

        Device device(String name) {
            return devices.computeIfAbsent(name, _ -> new Device());
        }

        int metrics() {
            return devices.values().stream().mapToInt(d -> d.metrics.size()).sum();
        }
    }

    /// A device behind a node; the node itself has the name "".
    private static final class Device {
        boolean alive;
        boolean gone; // told to the site
        final Map<String, Known> metrics = new HashMap<>();
    }

    /// A metric as its birth said it.
    private record Known(String name, String device, int dataType, OptionalLong alias) {}

    /// What is known of these points from now on.
    ///
    /// @throws io.linkspan.model.Invalid a point has no place; a check at apply says so before
    void points(Points now) throws io.linkspan.model.Invalid {
        points.clear();
        for (var point : now.all())
            points.computeIfAbsent(Place.of(point), _ -> new ArrayList<>()).add(point);
    }

    /// Messages that were left alone: of too many nodes, or with metrics that nobody knows.
    long ignored() {
        return ignored;
    }

    /// The session begins: births are not retained, so each node of the site is asked for its own.
    List<Effect> begin(long nowMicros) {
        var effects = new ArrayList<Effect>();
        for (var place : points.keySet()) ask(place.nodeId, nowMicros, effects);
        return effects;
    }

    /// What a message makes happen.
    ///
    /// @param nowMicros wall time, microseconds since 1970 UTC
    /// @throws SparkplugPayload.Malformed the payload is none; nothing has changed
    List<Effect> heard(SparkplugTopic topic, byte[] payload, long nowMicros) throws SparkplugPayload.Malformed {
        var message = SparkplugPayload.parse(payload);
        var effects = new ArrayList<Effect>();
        if (!nodes.containsKey(topic.nodeId()) && nodes.size() >= NODES_MAX) {
            ignored++;
            return effects;
        }
        switch (topic.type()) {
            case NBIRTH -> nodeBorn(topic, message, nowMicros, effects);
            case NDEATH -> nodeDead(topic, message, effects);
            case DBIRTH -> deviceBorn(topic, message, nowMicros, effects);
            case DDEATH -> {
                sequence(topic, message, nowMicros, effects);
                node(topic.nodeId()).device(topic.device()).alive = false;
                gone(
                        topic.nodeId(),
                        Optional.of(topic.device()),
                        "Sparkplug device " + name(topic) + " is gone, says its edge node",
                        effects);
            }
            case NDATA, DDATA -> data(topic, message, nowMicros, effects);
            case NCMD, DCMD -> {} // what another host asks of a node
        }
        return effects;
    }

    /// Nodes that were asked and did not answer in time are gone.
    List<Effect> tick(long nowMicros) {
        var effects = new ArrayList<Effect>();
        nodes.forEach((id, node) -> {
            if (node.born || node.askedMicros == Long.MIN_VALUE) return;
            if (nowMicros - node.askedMicros >= BIRTH_TIMEOUT_MICROS)
                gone(
                        id,
                        Optional.empty(),
                        "Sparkplug node " + id + " did not answer a rebirth request; is it connected to this broker?",
                        effects);
        });
        return effects;
    }

    /// Tells once that a device, or a node with all its devices, is gone.
    private void gone(String nodeId, Optional<String> only, String why, List<Effect> effects) {
        var properties = new ArrayList<Integer>();
        points.forEach((place, here) -> {
            if (!place.nodeId.equals(nodeId) || !only.map(place.device::equals).orElse(true)) return;
            var device = node(nodeId).device(place.device);
            if (!device.gone) here.forEach(p -> properties.add(p.number()));
        });
        var node = node(nodeId);
        if (only.isPresent()) node.device(only.get()).gone = true;
        else {
            points.keySet().stream()
                    .filter(p -> p.nodeId.equals(nodeId))
                    .forEach(p -> node.device(p.device).gone = true);
            node.devices.values().forEach(d -> d.gone = true);
        }
        properties.sort(null);
        if (!properties.isEmpty()) effects.add(new Effect.Answers(properties, false, why));
    }

    /// Tells once that a device is back.
    private void back(String nodeId, String deviceName, List<Effect> effects) {
        var device = node(nodeId).device(deviceName);
        if (!device.gone) return;
        device.gone = false;
        var all = propertiesOf(nodeId, Optional.of(deviceName));
        if (!all.isEmpty()) effects.add(new Effect.Answers(all, true, ""));
    }

    private Node node(String id) {
        return nodes.computeIfAbsent(id, _ -> new Node());
    }

    private static String name(SparkplugTopic topic) {
        return topic.nodeId() + (topic.device().isEmpty() ? "" : "/" + topic.device());
    }

    private void ask(String nodeId, long nowMicros, List<Effect> effects) {
        var node = node(nodeId);
        if (node.askedMicros != Long.MIN_VALUE && nowMicros - node.askedMicros < REBIRTH_EVERY_MICROS) return;
        node.askedMicros = nowMicros;
        effects.add(new Effect.Ask(nodeId));
    }

    private void nodeBorn(SparkplugTopic topic, SparkplugPayload message, long nowMicros, List<Effect> effects) {
        var node = node(topic.nodeId());
        node.born = true;
        node.bdSeq = bdSeq(message);
        node.seq = (int) (message.seq().orElse(0) & 0xFF);
        node.heardMicros = nowMicros;
        node.aliases.clear();
        // a device is stale until its own birth of this session (Payload (NBIRTH)); that is told by DDEATH or by
        // silence
        node.devices.values().forEach(d -> d.alive = false);
        born(topic, node, message, nowMicros, effects);
    }

    private void deviceBorn(SparkplugTopic topic, SparkplugPayload message, long nowMicros, List<Effect> effects) {
        if (!sequence(topic, message, nowMicros, effects)) return;
        born(topic, node(topic.nodeId()), message, nowMicros, effects);
    }

    private void born(SparkplugTopic topic, Node node, SparkplugPayload message, long nowMicros, List<Effect> effects) {
        var device = node.device(topic.device());
        node.aliases.values().removeIf(k -> k.device.equals(topic.device()));
        device.metrics.clear();
        device.alive = true;
        int room = METRICS_PER_NODE_MAX - node.metrics();
        for (var metric : message.metrics()) {
            if (metric.name().isEmpty() || --room < 0) continue;
            var known = new Known(metric.name(), topic.device(), metric.dataType(), metric.alias());
            device.metrics.put(metric.name(), known);
            metric.alias().ifPresent(a -> node.aliases.put(a, known));
        }
        back(topic.nodeId(), topic.device(), effects);
        values(topic, node, message, nowMicros, effects);
        if (propertiesOf(topic.nodeId(), Optional.of(topic.device())).isEmpty()) found(topic, message, effects);
    }

    private static void found(SparkplugTopic topic, SparkplugPayload message, List<Effect> effects) {
        var settings = new LinkedHashMap<String, String>();
        settings.put("node", topic.nodeId());
        if (!topic.device().isEmpty()) settings.put("device", topic.device());
        int listed = 0;
        for (var metric : message.metrics()) {
            if (metric.name().isEmpty()
                    || metric.name().equals(BD_SEQ)
                    || metric.name().startsWith("Node Control/")) continue;
            if (listed++ == FOUND_METRICS_MAX) break;
            settings.put("metric " + metric.name(), metric.unit().orElse(""));
        }
        effects.add(new Effect.Found(
                "Sparkplug " + (topic.device().isEmpty() ? "edge node " : "device ") + name(topic) + ", " + listed
                        + (listed == 1 ? " metric" : " metrics"),
                settings));
    }

    private void nodeDead(SparkplugTopic topic, SparkplugPayload message, List<Effect> effects) {
        var node = node(topic.nodeId());
        // a will that comes behind the next birth is of the session before (5, Edge Node Session Establishment)
        if (node.born && node.bdSeq.isPresent() && !node.bdSeq.equals(bdSeq(message))) return;
        node.born = false;
        node.aliases.clear();
        node.devices.values().forEach(d -> d.alive = false);
        gone(
                topic.nodeId(),
                Optional.empty(),
                "Sparkplug node " + topic.nodeId() + " lost its connection to the broker",
                effects);
    }

    private static OptionalLong bdSeq(SparkplugPayload message) {
        for (var metric : message.metrics())
            if (metric.name().equals(BD_SEQ) && metric.content() instanceof Content.Whole w)
                return OptionalLong.of(w.bits());
        return OptionalLong.empty();
    }

    /// Checks the number of a message behind the birth (tck-id-topics-ndata-seq-num: one more than the one before,
    /// 0
    /// after 255).
    ///
    /// @return whether the node's birth is known
    private boolean sequence(SparkplugTopic topic, SparkplugPayload message, long nowMicros, List<Effect> effects) {
        var node = node(topic.nodeId());
        if (!node.born) {
            ask(topic.nodeId(), nowMicros, effects);
            return false;
        }
        if (message.seq().isPresent()) {
            int seq = (int) (message.seq().getAsLong() & 0xFF);
            int lost = seq - node.seq - 1 & 0xFF;
            if (lost != 0) {
                var all = propertiesOf(topic.nodeId(), Optional.empty());
                if (!all.isEmpty())
                    effects.add(new Effect.Missing(
                            all,
                            node.heardMicros,
                            nowMicros,
                            "message " + (node.seq + 1 & 0xFF) + " of Sparkplug node " + topic.nodeId()
                                    + " did not come, " + seq + " came"));
                ask(topic.nodeId(), nowMicros, effects);
            }
            node.seq = seq;
        }
        node.heardMicros = nowMicros;
        return true;
    }

    private void data(SparkplugTopic topic, SparkplugPayload message, long nowMicros, List<Effect> effects) {
        boolean born = sequence(topic, message, nowMicros, effects);
        var node = node(topic.nodeId());
        var device = node.devices.get(topic.device());
        if (born && (device == null || !device.alive)) ask(topic.nodeId(), nowMicros, effects);
        values(topic, node, message, nowMicros, effects);
    }

    private void values(
            SparkplugTopic topic, Node node, SparkplugPayload message, long nowMicros, List<Effect> effects) {
        var readings = new ArrayList<Reading>();
        for (var metric : message.metrics()) {
            var known = known(topic, node, metric);
            if (known.isEmpty()) {
                ignored++;
                ask(topic.nodeId(), nowMicros, effects);
                continue;
            }
            var here = points.get(new Place(topic.nodeId(), topic.device(), known.get().name));
            if (here == null) continue;
            for (var point : here) reading(point, known.get(), metric, message, nowMicros, readings, effects);
        }
        if (!readings.isEmpty()) effects.add(new Effect.Readings(readings));
    }

    /// Which metric this is: by its alias, or by its name; a name with a data type needs no birth.
    private static Optional<Known> known(SparkplugTopic topic, Node node, Metric metric) {
        if (metric.name().isEmpty())
            return metric.alias().isEmpty()
                    ? Optional.empty()
                    : Optional.ofNullable(node.aliases.get(metric.alias().getAsLong()))
                            .filter(k -> k.device.equals(topic.device()));
        var device = node.devices.get(topic.device());
        var born = device == null ? null : device.metrics.get(metric.name());
        if (born != null) return Optional.of(born);
        return metric.dataType() == 0
                ? Optional.empty()
                : Optional.of(new Known(metric.name(), topic.device(), metric.dataType(), metric.alias()));
    }

    private static void reading(
            Point point,
            Known known,
            Metric metric,
            SparkplugPayload message,
            long nowMicros,
            List<Reading> readings,
            List<Effect> effects) {
        int dataType = metric.dataType() == 0 ? known.dataType : metric.dataType();
        long time = deviceTime(metric, message);
        try {
            var value = SparkplugValues.value(point, dataType, metric.content());
            readings.add(new Reading(point.number(), value, quality(metric), time));
        } catch (IllegalArgumentException e) {
            effects.add(new Effect.Missing(
                    List.of(point.number()), nowMicros, nowMicros, known.name + ": " + e.getMessage()));
        }
    }

    private static long deviceTime(Metric metric, SparkplugPayload message) {
        var millis = metric.timestampMillis().isPresent() ? metric.timestampMillis() : message.timestampMillis();
        if (millis.isEmpty() || Math.abs(millis.getAsLong()) > Long.MAX_VALUE / 1_000) return Reading.NO_TIME;
        return millis.getAsLong() * 1_000;
    }

    private static Quality quality(Metric metric) {
        return switch (metric.quality()) {
            case Metric.QUALITY_BAD -> Quality.BAD;
            case Metric.QUALITY_GOOD -> Quality.GOOD;
            default -> Quality.UNCERTAIN; // open: STALE, and codes that are not of the standard
        };
    }

    /// The points that a message on this topic may be about.
    List<Integer> pointsOf(SparkplugTopic topic) {
        return propertiesOf(topic.nodeId(), Optional.of(topic.device()));
    }

    private List<Integer> propertiesOf(String nodeId, Optional<String> device) {
        var all = new ArrayList<Integer>();
        points.forEach((place, here) -> {
            if (place.nodeId.equals(nodeId) && device.map(place.device::equals).orElse(true))
                here.forEach(p -> all.add(p.number()));
        });
        all.sort(null);
        return all;
    }

    // ---- what is sent

    /// What asks a node for its births.
    static byte[] rebirth(long nowMicros) {
        return new SparkplugPayload(
                        OptionalLong.of(nowMicros / 1_000),
                        List.of(metric(
                                REBIRTH,
                                OptionalLong.empty(),
                                nowMicros,
                                SparkplugPayload.BOOLEAN,
                                new Content.Truth(true))),
                        OptionalLong.empty())
                .encode();
    }

    /// Whether the site was told that this device, or its node, is gone.
    boolean isGone(Place place) {
        var node = nodes.get(place.nodeId);
        var device = node == null ? null : node.devices.get(place.device);
        return device != null && device.gone;
    }

    /// The payload that sets a metric; none when its birth is not known, so that nobody could say how.
    ///
    /// @throws IllegalArgumentException why the metric can not take the value
    Optional<byte[]> command(Place place, Value value, Map<Long, String> choices, long nowMicros) {
        var node = nodes.get(place.nodeId);
        var device = node == null || !node.born ? null : node.devices.get(place.device);
        if (device == null || !device.alive) return Optional.empty();
        var known = device.metrics.get(place.metric);
        if (known == null)
            throw new IllegalArgumentException(
                    "the birth of " + place.nodeId + " has no metric \"" + place.metric + "\"");
        var content = SparkplugValues.content(known.dataType, value, choices);
        // where the birth gave an alias, only that is sent (tck-id-payloads-alias-data-cmd-requirement)
        var metric = metric(known.alias.isPresent() ? "" : known.name, known.alias, nowMicros, known.dataType, content);
        return Optional.of(
                new SparkplugPayload(OptionalLong.of(nowMicros / 1_000), List.of(metric), OptionalLong.empty())
                        .encode());
    }

    private static Metric metric(String name, OptionalLong alias, long nowMicros, int dataType, Content content) {
        return new Metric(
                name,
                alias,
                OptionalLong.of(nowMicros / 1_000),
                dataType,
                false,
                Metric.QUALITY_GOOD,
                Optional.empty(),
                content);
    }
}
