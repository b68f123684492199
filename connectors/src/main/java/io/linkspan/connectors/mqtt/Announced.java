package io.linkspan.connectors.mqtt;

import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Tree;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// One entity as a device announces it: the message below `homeassistant/.../config`, its abbreviations and its `~`
/// written out (Home Assistant, MQTT discovery).
///
/// @param device who has it: the first of its identifiers, else of its connections, else the entity's own
/// @param object the last name in its topic
/// @param component `sensor`, `switch` ...
record Announced(String device, DeviceWords words, String component, String object, Map<String, Tree> fields) {
    /// Largest announcement that is looked at, in bytes.
    static final int BYTES_MAX = 65_536;

    /// Most entities in one announcement of a whole device.
    static final int ENTITIES_MAX = 200;

    /// What is said of the device.
    record DeviceWords(Optional<String> name, Optional<String> maker, Optional<String> model) {}

    /// The abbreviations of the fields that we look at.
    private static final Map<String, String> SHORT = shortened(
            "avty",
            "availability",
            "avty_mode",
            "availability_mode",
            "avty_t",
            "availability_topic",
            "avty_tpl",
            "availability_template",
            "bri_cmd_t",
            "brightness_command_topic",
            "bri_cmd_tpl",
            "brightness_command_template",
            "bri_scl",
            "brightness_scale",
            "bri_stat_t",
            "brightness_state_topic",
            "bri_val_tpl",
            "brightness_value_template",
            "cmd_t",
            "command_topic",
            "cmd_tpl",
            "command_template",
            "cmps",
            "components",
            "curr_temp_t",
            "current_temperature_topic",
            "curr_temp_tpl",
            "current_temperature_template",
            "dev",
            "device",
            "dev_cla",
            "device_class",
            "mode_cmd_t",
            "mode_command_topic",
            "mode_cmd_tpl",
            "mode_command_template",
            "mode_stat_t",
            "mode_state_topic",
            "mode_stat_tpl",
            "mode_state_template",
            "o",
            "origin",
            "obj_id",
            "object_id",
            "ops",
            "options",
            "p",
            "platform",
            "pct_cmd_t",
            "percentage_command_topic",
            "pct_cmd_tpl",
            "percentage_command_template",
            "pct_stat_t",
            "percentage_state_topic",
            "pct_val_tpl",
            "percentage_value_template",
            "pl_avail",
            "payload_available",
            "pl_cls",
            "payload_close",
            "pl_lock",
            "payload_lock",
            "pl_not_avail",
            "payload_not_available",
            "pl_off",
            "payload_off",
            "pl_on",
            "payload_on",
            "pl_open",
            "payload_open",
            "pl_prs",
            "payload_press",
            "pl_stop",
            "payload_stop",
            "pl_unlk",
            "payload_unlock",
            "pos_t",
            "position_topic",
            "pos_tpl",
            "position_template",
            "ret",
            "retain",
            "set_pos_t",
            "set_position_topic",
            "set_pos_tpl",
            "set_position_template",
            "stat_cla",
            "state_class",
            "stat_locked",
            "state_locked",
            "stat_off",
            "state_off",
            "stat_on",
            "state_on",
            "stat_t",
            "state_topic",
            "stat_tpl",
            "state_template",
            "stat_unlocked",
            "state_unlocked",
            "stat_val_tpl",
            "state_value_template",
            "t",
            "topic",
            "temp_cmd_t",
            "temperature_command_topic",
            "temp_cmd_tpl",
            "temperature_command_template",
            "temp_stat_t",
            "temperature_state_topic",
            "temp_stat_tpl",
            "temperature_state_template",
            "temp_unit",
            "temperature_unit",
            "uniq_id",
            "unique_id",
            "unit_of_meas",
            "unit_of_measurement",
            "val_tpl",
            "value_template",
            "ids",
            "identifiers",
            "cns",
            "connections",
            "mf",
            "manufacturer",
            "mdl",
            "model");

    private static Map<String, String> shortened(String... pairs) {
        var all = new LinkedHashMap<String, String>();
        for (int i = 0; i < pairs.length; i += 2) all.put(pairs[i], pairs[i + 1]);
        return Map.copyOf(all);
    }

    /// What an announcement says; nothing where it takes something back (an empty message), or is none.
    ///
    /// @param path the topic's levels behind the prefix: `sensor`, perhaps a node, an object, `config`
    static List<Announced> read(List<String> path, byte[] payload) {
        if (payload.length == 0 || payload.length > BYTES_MAX || path.size() < 3) return List.of();
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(payload))
                    .toString();
            var fields = expanded(Json.parseFields("", text), Optional.empty());
            String object = path.get(path.size() - 2);
            if (path.getFirst().equals("device")) return device(fields, object);
            return List.of(entity(fields, fields, path.getFirst(), object));
        } catch (CharacterCodingException | Invalid e) {
            return List.of();
        }
    }

    private static List<Announced> device(Map<String, Tree> all, String object) {
        var entities = new ArrayList<Announced>();
        if (!(all.get("components") instanceof Tree.Fields components)) return entities;
        for (var each : components.fields().entrySet()) {
            if (!(each.getValue() instanceof Tree.Fields f) || entities.size() == ENTITIES_MAX) continue;
            var fields = new LinkedHashMap<>(all); // what the device says stands for each of its entities
            fields.putAll(f.fields());
            text(fields, "platform").ifPresent(p -> entities.add(entity(all, fields, p, each.getKey())));
        }
        return entities;
    }

    private static Announced entity(Map<String, Tree> top, Map<String, Tree> fields, String component, String object) {
        var device = top.get("device") instanceof Tree.Fields f ? f.fields() : Map.<String, Tree>of();
        String key = first(device.get("identifiers"))
                .or(() -> first(device.get("connections")))
                .or(() -> text(fields, "unique_id"))
                .orElse(component + " " + object);
        var words = new DeviceWords(text(device, "name"), text(device, "manufacturer"), text(device, "model"));
        return new Announced(key, words, component, object, fields);
    }

    private static Optional<String> first(@org.jspecify.annotations.Nullable Tree tree) {
        return switch (tree) {
            case null -> Optional.empty();
            case Tree.Scalar s -> Optional.of(s.text()).filter(t -> !t.isEmpty());
            case Tree.Items i when i.items().isEmpty() -> Optional.empty();
            case Tree.Items i ->
                first(
                        i.items().getLast() instanceof Tree.Scalar
                                ? i.items().getLast()
                                : i.items().getFirst());
            case Tree.Fields _ -> Optional.empty();
        };
    }

    /// Full names for short ones; a topic's `~` at its beginning or end is the field `~`.
    private static Map<String, Tree> expanded(Tree.Fields fields, Optional<String> outer) {
        var base = fields.fields().get("~") instanceof Tree.Scalar s ? Optional.of(s.text()) : outer;
        var all = new LinkedHashMap<String, Tree>();
        for (var each : fields.fields().entrySet()) {
            if (each.getKey().equals("~")) continue;
            String name = SHORT.getOrDefault(each.getKey(), each.getKey());
            all.put(name, expanded(name, each.getValue(), base));
        }
        return all;
    }

    private static Tree expanded(String name, Tree value, Optional<String> base) {
        return switch (value) {
            case Tree.Fields f -> Tree.fields(expanded(f, base));
            case Tree.Items i ->
                Tree.items(i.items().stream().map(t -> expanded(name, t, base)).toList());
            case Tree.Scalar s
            when base.isPresent() && name.endsWith("topic") ->
                new Tree.Scalar(s.mark(), based(s.text(), base.get()), true);
            case Tree.Scalar s -> s;
        };
    }

    private static String based(String topic, String base) {
        if (topic.startsWith("~")) return base + topic.substring(1);
        return topic.endsWith("~") ? topic.substring(0, topic.length() - 1) + base : topic;
    }

    Optional<String> text(String name) {
        return text(fields, name);
    }

    static Optional<String> text(Map<String, Tree> fields, String name) {
        return fields.get(name) instanceof Tree.Scalar s && !(s.text().isEmpty() && !s.quoted())
                ? Optional.of(s.text())
                : Optional.empty();
    }

    List<String> texts(String name) {
        var all = new ArrayList<String>();
        if (fields.get(name) instanceof Tree.Items i)
            for (Tree each : i.items()) if (each instanceof Tree.Scalar s) all.add(s.text());
        return all;
    }

    /// What a person calls it within its device, which is called so; empty where it is the device.
    String nameWithin(String device) {
        String name = text("name").orElse("").trim();
        if (!device.isEmpty() && name.toLowerCase(Locale.ROOT).startsWith(device.toLowerCase(Locale.ROOT)))
            name = name.substring(device.length()).trim();
        if (!name.isEmpty()) return name;
        boolean address = object.matches("(?i).*[0-9a-f]{6,}.*");
        boolean main = text("name").isPresent() || object.equals(component);
        return address || main ? "" : object;
    }
}
