package io.linkspan.connectors.mqtt;

import static io.linkspan.connectors.mqtt.Templates.word;

import io.linkspan.connector.Report;
import io.linkspan.model.Json;
import io.linkspan.model.Names;
import io.linkspan.model.Tree;
import io.linkspan.model.Units;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a person would write for a device that announced itself: a thing with its properties and actions. Each entity
/// that is not understood is named, with why. For one device, used once.
final class Proposal {
    private static final Set<String> REGISTERS = Set.of("energy", "gas", "water");
    private static final int NAME_CHARACTERS_MAX = 60; // room for _2
    private static final Set<String> TEXT_CLASSES = Set.of("timestamp", "date", "enum");

    private final String connector;
    private final List<Announced> entities;
    private final String title;
    private final Map<String, Tree> properties = new LinkedHashMap<>();
    private final Map<String, Tree> actions = new LinkedHashMap<>();
    private final List<String> not = new ArrayList<>();
    private final Set<String> topics = new LinkedHashSet<>();

    Proposal(String connector, List<Announced> entities) {
        this.connector = connector;
        this.entities = entities;
        this.title = entities.stream()
                .flatMap(e -> e.words().name().stream())
                .findFirst()
                .or(() -> entities.getFirst().text("name"))
                .orElse(entities.getFirst().object());
        for (var each : entities) entity(each);
    }

    /// What the entity is called within its device; `otherwise` where it is what the device is for.
    private String called(Announced a, String otherwise) {
        String name = a.nameWithin(title);
        return name.isEmpty() ? otherwise : name;
    }

    /// The same with an ending, which stands alone where the entity is what the device is for.
    private String ending(Announced a, String ending) {
        String name = a.nameWithin(title);
        return name.isEmpty() ? ending : name + "_" + ending;
    }

    /// The topics that the device is heard on.
    Set<String> topics() {
        return topics;
    }

    /// What is found; none where nothing was understood.
    Optional<Report.Found> found() {
        if (properties.isEmpty() && actions.isEmpty()) return Optional.empty();
        var settings = new LinkedHashMap<String, String>();
        settings.put("id", name(title, entities.getFirst().object()));
        settings.put("title", title);
        settings.put("connector", connector);
        var available = available();
        if (!available.isEmpty())
            settings.put(
                    "available",
                    available.size() == 1
                            ? available.getFirst()
                            : Json.write(Tree.items(
                                    available.stream().map(Tree::text).toList())));
        if (!properties.isEmpty()) settings.put("properties", Json.write(Tree.fields(properties)));
        if (!actions.isEmpty()) settings.put("actions", Json.write(Tree.fields(actions)));
        return Optional.of(new Report.Found(what(), settings));
    }

    private String what() {
        var words = entities.getFirst().words();
        var kind = new ArrayList<String>();
        words.maker().ifPresent(kind::add);
        words.model().ifPresent(kind::add);
        var names = new ArrayList<>(properties.keySet());
        names.addAll(actions.keySet());
        return title + (kind.isEmpty() ? "" : " (" + String.join(" ", kind) + ")") + ": " + String.join(", ", names)
                + (not.isEmpty() ? "" : "; not understood: " + String.join(", ", not));
    }

    private void entity(Announced a) {
        switch (a.component()) {
            case "sensor" -> sensor(a);
            case "binary_sensor" ->
                flag(
                        a,
                        "state_topic",
                        "value_template",
                        called(a, a.text("device_class").orElse("on")),
                        false);
            case "switch", "siren" -> flag(a, "state_topic", "value_template", called(a, "on"), true);
            case "light" -> light(a);
            case "fan" -> fan(a);
            case "lock" -> lock(a);
            case "number" ->
                number(a, called(a, "number"), "state_topic", "value_template", "command_topic", "command_template");
            case "select" ->
                select(
                        a,
                        called(a, "mode"),
                        "state_topic",
                        "value_template",
                        "command_topic",
                        "command_template",
                        a.texts("options"));
            case "text" ->
                property(
                        a,
                        called(a, "text"),
                        fields("text"),
                        "state_topic",
                        "value_template",
                        "",
                        "command_topic",
                        "command_template");
            case "button" ->
                action(
                        a,
                        called(a, "press"),
                        "command_topic",
                        a.text("payload_press").orElse("PRESS"));
            case "cover" -> cover(a);
            case "climate" -> climate(a);
            default -> not.add(a.object() + " (a " + a.component() + ")"); // open: whatever devices announce
        }
    }

    private static Map<String, Tree> fields(String type) {
        var all = new LinkedHashMap<String, Tree>();
        all.put("type", Tree.text(type));
        return all;
    }

    private void sensor(Announced a) {
        String kind = a.text("device_class").orElse("");
        var unit = a.text("unit_of_measurement").filter(u -> !u.isBlank());
        boolean quantity = unit.isPresent()
                || a.text("state_class").isPresent()
                || !kind.isEmpty() && !TEXT_CLASSES.contains(kind);
        var options = a.texts("options");
        if (kind.equals("enum") && !options.isEmpty()) {
            select(a, called(a, "state"), "state_topic", "value_template", "", "", options);
            return;
        }
        boolean counts =
                a.text("state_class").filter(s -> s.startsWith("total")).isPresent() && REGISTERS.contains(kind);
        var fields = fields(!quantity ? "text" : counts ? "register" : "number");
        if (quantity) unit(a, unit, fields);
        property(a, called(a, kind.isEmpty() ? "value" : kind), fields, "state_topic", "value_template", "", "", "");
    }

    private void unit(Announced a, Optional<String> unit, Map<String, Tree> fields) {
        if (unit.isEmpty()) return;
        try {
            fields.put("unit", Tree.text(Units.parse(unit.get()).code()));
        } catch (IllegalArgumentException e) {
            if (!unit.get().equalsIgnoreCase("lqi")) not.add("the unit " + unit.get() + " of " + a.object());
        }
    }

    private void flag(Announced a, String topic, String template, String name, boolean writable) {
        String on = a.text("payload_on").orElse("ON");
        String off = a.text("payload_off").orElse("OFF");
        String words = words(a.text("state_on").orElse(on), a.text("state_off").orElse(off));
        String command = writable ? words(on, off) : "";
        property(
                a,
                name,
                fields("flag"),
                topic,
                template,
                words,
                writable ? "command_topic" : "",
                "command_template",
                command);
    }

    private static String words(String on, String off) {
        return word("on=" + jinja(on)) + " " + word("off=" + jinja(off));
    }

    /// A template writes JSON's true as True: what stands in the message is either.
    private static String jinja(String word) {
        return word.equals("True") || word.equals("False") ? word + "|" + word.toLowerCase(Locale.ROOT) : word;
    }

    private void light(Announced a) {
        if (a.text("schema").filter("json"::equals).isPresent()) {
            String topic = a.text("state_topic").orElse("");
            String to = a.text("command_topic").orElse("");
            if (topic.isEmpty() || to.isEmpty()) {
                not.add(a.object() + " (a light without its topics)");
                return;
            }
            put(ending(a, "on"), fields("flag"), word(topic) + " json /state on=ON off=OFF -> " + word(to), topic);
            if (a.text("brightness").filter("true"::equals).isPresent()) {
                var fields = fields("number");
                fields.put(
                        "range",
                        Tree.items(List.of(
                                Tree.plain(0),
                                Tree.plain(a.text("brightness_scale").orElse("255")))));
                put(ending(a, "brightness"), fields, word(topic) + " json /brightness -> " + word(to), topic);
            }
            return;
        }
        flag(
                a,
                "state_topic",
                a.text("state_value_template").isPresent() ? "state_value_template" : "value_template",
                ending(a, "on"),
                true);
        if (a.text("brightness_command_topic").isEmpty()) return;
        var fields = fields("number");
        fields.put(
                "range",
                Tree.items(List.of(
                        Tree.plain(0), Tree.plain(a.text("brightness_scale").orElse("255")))));
        property(
                a,
                ending(a, "brightness"),
                fields,
                "brightness_state_topic",
                "brightness_value_template",
                "",
                "brightness_command_topic",
                "brightness_command_template");
    }

    private void fan(Announced a) {
        flag(a, "state_topic", "state_value_template", ending(a, "on"), true);
        if (a.text("percentage_command_topic").isEmpty()) return;
        var fields = fields("number");
        fields.put("unit", Tree.text("%"));
        property(
                a,
                ending(a, "speed"),
                fields,
                "percentage_state_topic",
                "percentage_value_template",
                "",
                "percentage_command_topic",
                "percentage_command_template");
    }

    private void lock(Announced a) {
        String words = words(
                a.text("state_locked").orElse("LOCKED"),
                a.text("state_unlocked").orElse("UNLOCKED"));
        String command = words(
                a.text("payload_lock").orElse("LOCK"), a.text("payload_unlock").orElse("UNLOCK"));
        property(
                a,
                (a.nameWithin(title).toLowerCase(Locale.ROOT).endsWith("lock")
                        ? a.nameWithin(title)
                        : ending(a, "locked")),
                fields("flag"),
                "state_topic",
                "value_template",
                words,
                "command_topic",
                "command_template",
                command);
    }

    private void number(Announced a, String name, String topic, String template, String to, String toTemplate) {
        var fields = fields("number");
        unit(a, a.text("unit_of_measurement").filter(u -> !u.isBlank()), fields);
        var min = a.text("min").filter(Proposal::isNumber);
        var max = a.text("max").filter(Proposal::isNumber);
        if (min.isPresent() && max.isPresent() && Double.parseDouble(min.get()) < Double.parseDouble(max.get()))
            fields.put("range", Tree.items(List.of(Tree.plain(min.get()), Tree.plain(max.get()))));
        a.text("step")
                .filter(Proposal::isNumber)
                .filter(s -> Double.parseDouble(s) > 0)
                .ifPresent(s -> fields.put("step", Tree.plain(s)));
        property(a, name, fields, topic, template, "", to, toTemplate);
    }

    private static boolean isNumber(String text) {
        return text.matches("-?[0-9]{1,9}(\\.[0-9]{1,9})?");
    }

    private void select(
            Announced a,
            String name,
            String topic,
            String template,
            String to,
            String toTemplate,
            List<String> options) {
        var distinct = new LinkedHashSet<>(options);
        if (distinct.isEmpty() || distinct.stream().anyMatch(o -> o.isEmpty())) {
            not.add(a.object() + " (a choice without its words)");
            return;
        }
        var fields = fields("choice");
        fields.put("choices", Tree.items(distinct.stream().map(Tree::text).toList()));
        property(a, name, fields, topic, template, "", to, toTemplate);
    }

    private void cover(Announced a) {
        if (a.text("position_topic").isPresent() && a.text("set_position_topic").isPresent()) {
            var fields = fields("number");
            fields.put("unit", Tree.text("%"));
            fields.put("range", Tree.items(List.of(Tree.plain(0), Tree.plain(100))));
            property(
                    a,
                    ending(a, "position"),
                    fields,
                    "position_topic",
                    "position_template",
                    "",
                    "set_position_topic",
                    "set_position_template");
        }
        if (a.text("command_topic").isEmpty()) return;
        action(a, ending(a, "open"), "command_topic", a.text("payload_open").orElse("OPEN"));
        action(a, ending(a, "close"), "command_topic", a.text("payload_close").orElse("CLOSE"));
        action(a, ending(a, "stop"), "command_topic", a.text("payload_stop").orElse("STOP"));
    }

    private void climate(Announced a) {
        String unit = a.text("temperature_unit").filter("F"::equals).isPresent() ? "[degF]" : "Cel";
        if (a.text("current_temperature_topic").isPresent()) {
            var fields = fields("number");
            fields.put("unit", Tree.text(unit));
            property(a, "temperature", fields, "current_temperature_topic", "current_temperature_template", "", "", "");
        }
        if (a.text("temperature_command_topic").isPresent()) {
            var fields = fields("number");
            fields.put("unit", Tree.text(unit));
            property(
                    a,
                    "set_point",
                    fields,
                    "temperature_state_topic",
                    "temperature_state_template",
                    "",
                    "temperature_command_topic",
                    "temperature_command_template");
        }
        if (a.text("mode_command_topic").isPresent())
            select(
                    a,
                    "mode",
                    "mode_state_topic",
                    "mode_state_template",
                    "mode_command_topic",
                    "mode_command_template",
                    a.texts("modes"));
    }

    private void action(Announced a, String name, String topic, String payload) {
        var to = a.text(topic);
        if (to.isEmpty()) {
            not.add(a.object() + " (no " + topic + ")");
            return;
        }
        actions.put(
                unused(name(name, a.object()), actions),
                Tree.fields(
                        Map.of("at", Tree.text("-> " + word(to.get()) + " text " + quoted(payload) + " unconfirmed"))));
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private void property(
            Announced a,
            String name,
            Map<String, Tree> fields,
            String topic,
            String template,
            String words,
            String to,
            String toTemplate) {
        property(a, name, fields, topic, template, words, to, toTemplate, "");
    }

    private void property(
            Announced a,
            String name,
            Map<String, Tree> fields,
            String topic,
            String template,
            String words,
            String to,
            String toTemplate,
            String commandWords) {
        var at = a.text(topic);
        var command = to.isEmpty() ? Optional.<String>empty() : a.text(to);
        if (at.isEmpty() && command.isEmpty()) {
            not.add(a.object() + " (no " + topic + ")");
            return;
        }
        var form = Templates.reading(a.text(template));
        var commandForm = to.isEmpty() ? Optional.of("") : Templates.command(a.text(toTemplate));
        if (form.isEmpty() || commandForm.isEmpty()) {
            not.add(a.object() + " (its template " + (form.isEmpty() ? a.text(template) : a.text(toTemplate)).orElse("")
                    + ")");
            return;
        }
        var address = new StringBuilder();
        at.ifPresent(t -> address.append(word(t))
                .append(' ')
                .append(form.get())
                .append(' ')
                .append(words)
                .append(' '));
        command.ifPresent(t -> {
            address.append("-> ").append(word(t)).append(' ').append(commandForm.get());
            if (!commandWords.equals(words) || at.isEmpty()) address.append(' ').append(commandWords);
            if (a.text("retain").filter("true"::equals).isPresent()) address.append(" retain");
            if (at.isEmpty()) address.append(" unconfirmed");
        });
        put(name, fields, address.toString().trim().replaceAll(" {2,}", " "), at.orElse(""));
    }

    private void put(String name, Map<String, Tree> fields, String address, String topic) {
        if (address.contains("->")) fields.put("writable", Tree.plain(true));
        fields.put("at", Tree.text(address));
        properties.put(unused(name(name, "value"), properties), Tree.fields(fields));
        if (!topic.isEmpty()) topics.add(topic);
    }

    /// Whether the device answers, as its entities say; they mostly say the same.
    private List<String> available() {
        var all = new LinkedHashSet<String>();
        for (var a : entities) {
            a.text("availability_topic")
                    .ifPresent(t ->
                            available(a.fields(), t, "availability_template").ifPresent(all::add));
            if (a.text("availability_mode").filter("any"::equals).isPresent()) continue;
            if (a.fields().get("availability") instanceof Tree.Items list)
                for (Tree each : list.items())
                    if (each instanceof Tree.Fields f)
                        Announced.text(f.fields(), "topic")
                                .ifPresent(t -> available(f.fields(), t, "value_template")
                                        .ifPresent(all::add));
        }
        return List.copyOf(all);
    }

    private static Optional<String> available(Map<String, Tree> fields, String topic, String template) {
        return Templates.reading(Announced.text(fields, template))
                .map(form -> (word(topic) + " " + form + " "
                                + words(
                                        Announced.text(fields, "payload_available")
                                                .orElse("online"),
                                        Announced.text(fields, "payload_not_available")
                                                .orElse("offline")))
                        .replaceAll(" {2,}", " "));
    }

    /// A name of ours from what people write.
    static String name(String text, String otherwise) {
        String plain = java.text.Normalizer.normalize(text, java.text.Normalizer.Form.NFD)
                .replaceAll("\\p{M}", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "_")
                .replaceAll("^[_0-9]+|_+$", "");
        if (plain.length() > NAME_CHARACTERS_MAX) plain = plain.substring(0, NAME_CHARACTERS_MAX);
        if (plain.isEmpty()) return otherwise.equals(text) ? "device" : name(otherwise, otherwise);
        try {
            return Names.check(plain);
        } catch (IllegalArgumentException e) {
            return plain + "_";
        }
    }

    private static String unused(String name, Map<String, Tree> used) {
        String free = name;
        for (int i = 2; used.containsKey(free); i++) free = name + "_" + i;
        return free;
    }
}
