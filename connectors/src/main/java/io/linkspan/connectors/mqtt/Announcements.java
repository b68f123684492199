package io.linkspan.connectors.mqtt;

import io.linkspan.connector.Point;
import io.linkspan.connector.Points;
import io.linkspan.connector.Surroundings;
import io.linkspan.model.Json;
import io.linkspan.model.Tree;
import io.linkspan.model.Units;
import io.linkspan.model.ValueType;
import io.linkspan.mqtt.Packet;
import io.linkspan.mqtt.Properties;
import io.linkspan.mqtt.Qos;
import io.linkspan.mqtt.Will;
import io.linkspan.payload.TopicAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// What this connector serves, announced as Home Assistant's MQTT discovery has it: retained, with units, classes,
/// availability and commands. What is served no more is taken back, also after a restart: the topics of what was
/// announced lie in the connector's folder.
final class Announcements {
    private static final byte[] NOTHING = new byte[0];

    /// Home Assistant's device class for a unit in UCUM, where one unit means one thing.
    private static final Map<String, String> CLASSES = Map.ofEntries(
            Map.entry("Cel", "temperature"),
            Map.entry("[degF]", "temperature"),
            Map.entry("K", "temperature"),
            Map.entry("W", "power"),
            Map.entry("kW", "power"),
            Map.entry("MW", "power"),
            Map.entry("W.h", "energy"),
            Map.entry("kW.h", "energy"),
            Map.entry("MW.h", "energy"),
            Map.entry("V", "voltage"),
            Map.entry("mV", "voltage"),
            Map.entry("A", "current"),
            Map.entry("mA", "current"),
            Map.entry("Hz", "frequency"),
            Map.entry("V.A", "apparent_power"),
            Map.entry("var", "reactive_power"),
            Map.entry("Pa", "pressure"),
            Map.entry("hPa", "pressure"),
            Map.entry("bar", "pressure"),
            Map.entry("mbar", "pressure"),
            Map.entry("lx", "illuminance"),
            Map.entry("m3/h", "volume_flow_rate"));

    private final Surroundings here;
    private final Optional<String> prefix;
    private final Wire wire;
    private final String status;
    private final String clientId;
    private final Kept file;

    Announcements(Surroundings here, MqttSettings settings, Wire wire) throws IOException {
        this.here = here;
        this.prefix = settings.announce();
        this.wire = wire;
        this.clientId = Handshake.clientId(here, settings);
        this.status = status(clientId);
        this.file = new Kept(here.directory().resolve("announced"));
    }

    private static String status(String clientId) {
        return "linkspan/" + clientId.replaceAll("[+#/]", "_") + "/status";
    }

    /// What the broker says of us when we are gone without a word.
    static Optional<Will> will(MqttSettings settings, String clientId) {
        if (settings.announce().isEmpty()) return Optional.empty();
        return Optional.of(new Will(status(clientId), Qos.AT_LEAST_ONCE, true, Properties.NONE, bytes("offline")));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// Announces what is served now, and takes back what is served no more.
    void begin(Points points, Map<Integer, TopicAddress> addresses) throws IOException {
        var now = new LinkedHashMap<String, Tree.Fields>();
        if (prefix.isPresent())
            for (var point : points.all())
                if (point.served())
                    Optional.ofNullable(addresses.get(point.number())).ifPresent(a -> announce(point, a, now));
        var before = file.read();
        if (prefix.isEmpty() && before.isEmpty()) return;
        var noted = new TreeSet<>(before); // first noted, then published: what is announced can be taken back
        noted.addAll(now.keySet());
        if (!List.copyOf(noted).equals(before)) file.write(List.copyOf(noted));
        for (String gone : before) if (!now.containsKey(gone)) retain(gone, NOTHING);
        for (var each : now.entrySet()) retain(each.getKey(), bytes(Json.write(each.getValue())));
        if (prefix.isPresent()) retain(status, bytes("online"));
        if (!noted.equals(now.keySet())) file.write(List.copyOf(new TreeSet<>(now.keySet())));
    }

    /// Says that we go, where somebody was told that we are there.
    void offline() throws IOException {
        if (prefix.isPresent()) retain(status, bytes("offline"));
    }

    /// QoS 0 and retained: announcements are made anew with each connection.
    private void retain(String topic, byte[] payload) throws IOException {
        wire.write(new Packet.Publish(topic, Qos.AT_MOST_ONCE, false, true, 0, Properties.NONE, payload));
    }

    private void announce(Point point, TopicAddress address, Map<String, Tree.Fields> into) {
        var told = address.told();
        boolean asked =
                point.access() == Point.Access.SERVE_WRITABLE && address.asked().isPresent();
        if (told.isEmpty() || point.access() == Point.Access.SERVE_WRITABLE && !asked) {
            here.log()
                    .warn(
                            "{} is not announced: its address \"{}\" is in a form that Home Assistant has no word for; write"
                                    + " plain or json /place, and plain for wishes",
                            point.name(),
                            point.at().text());
            return;
        }
        String component = component(point, asked);
        String id = "linkspan_" + clientId.replaceAll("[^A-Za-z0-9_-]", "_") + "_"
                + point.name().replace('.', '_');
        into.put(prefix.orElseThrow() + "/" + component + "/" + id + "/config", config(point, address, id, asked));
    }

    private static String component(Point point, boolean asked) {
        return switch (point.type()) {
            case FLAG -> asked ? "switch" : "binary_sensor";
            case NUMBER, INTEGER, REGISTER -> asked ? "number" : "sensor";
            case CHOICE -> asked ? "select" : "sensor";
            case TEXT -> asked ? "text" : "sensor";
            case BYTES, POSITION, GROUP -> "sensor";
        };
    }

    private Tree.Fields config(Point point, TopicAddress address, String id, boolean asked) {
        var f = new LinkedHashMap<String, Tree>();
        String property = point.name().substring(point.name().indexOf('.') + 1);
        f.put("name", Tree.text(property.replace('_', ' ')));
        f.put("unique_id", Tree.text(id));
        f.put("state_topic", Tree.text(address.commandTopic().orElseThrow()));
        f.put("availability_topic", Tree.text(status));
        var told = address.told().orElseThrow();
        told.pointer().ifPresent(p -> f.put("value_template", Tree.text(template(p.steps()))));
        if (asked) f.put("command_topic", Tree.text(address.filter().orElseThrow()));
        switch (point.type()) {
            case FLAG -> flag(address, told, asked, f);
            case NUMBER, INTEGER, REGISTER -> quantity(point, asked, f);
            case CHOICE -> {
                f.put(
                        "options",
                        Tree.items(new TreeSet<>(point.choices().values())
                                .stream().map(Tree::text).toList()));
                if (!asked) f.put("device_class", Tree.text("enum"));
            }
            case TEXT, BYTES, POSITION, GROUP -> {}
        }
        var device = new LinkedHashMap<String, Tree>();
        device.put("identifiers", Tree.items(List.of(Tree.text("linkspan_" + clientId + "_" + point.thingName()))));
        device.put("name", Tree.text(point.thingName().replace('_', ' ')));
        device.put("manufacturer", Tree.text("Linkspan"));
        f.put("device", Tree.fields(device));
        f.put("origin", Tree.fields(Map.of("name", Tree.text("Linkspan"))));
        return Tree.fields(f);
    }

    private static String template(List<String> steps) {
        var path = new StringBuilder("{{ value_json");
        for (String step : steps)
            path.append("['").append(step.replace("'", "\\'")).append("']");
        return path.append(" }}").toString();
    }

    private static void flag(TopicAddress address, TopicAddress.Told told, boolean asked, Map<String, Tree> f) {
        String on = shown(told.on(), told.bare());
        String off = shown(told.off(), told.bare());
        if (!asked) {
            f.put("payload_on", Tree.text(on));
            f.put("payload_off", Tree.text(off));
            return;
        }
        var wish = address.asked().orElseThrow();
        f.put("payload_on", Tree.text(wish.on()));
        f.put("payload_off", Tree.text(wish.off()));
        f.put("state_on", Tree.text(on));
        f.put("state_off", Tree.text(off));
    }

    /// Home Assistant's templates write JSON's true as True.
    private static String shown(String word, boolean bare) {
        return bare && word.equals("true") ? "True" : bare && word.equals("false") ? "False" : word;
    }

    private static void quantity(Point point, boolean asked, Map<String, Tree> f) {
        point.unit().filter(u -> !u.equals("1")).ifPresent(u -> {
            f.put("unit_of_measurement", Tree.text(Units.parse(u).symbol()));
            Optional.ofNullable(CLASSES.get(u)).ifPresent(c -> f.put("device_class", Tree.text(c)));
        });
        if (asked) point.step().ifPresent(s -> f.put("step", Tree.plain(s)));
        else f.put("state_class", Tree.text(point.type() == ValueType.REGISTER ? "total_increasing" : "measurement"));
    }
}
