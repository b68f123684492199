package io.linkspan.broker;

import io.linkspan.connector.Report;
import io.linkspan.connector.Surroundings;
import io.linkspan.model.Json;
import io.linkspan.model.Names;
import io.linkspan.model.Tree;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Keys that devices tell and no property takes: each is counted and told once, and shown as found with what a person
/// would write for it. For the broker's thread.
final class DeviceFinds {
    /// Most keys that are remembered of one device; those beyond are only counted.
    static final int KEYS_MAX = 200;
    /// Most devices whose keys are remembered.
    static final int DEVICES_MAX = 2_000;
    /// How long a device's further keys are waited for, so that they are shown together.
    static final Duration TOGETHER = Duration.ofSeconds(1);

    private static final int NAME_CHARACTERS_MAX = 60;

    private final Surroundings here;
    private final Map<String, LinkedHashMap<String, Tree>> byThing = new HashMap<>();
    private final Map<String, Long> dueNanos = new HashMap<>();

    DeviceFinds(Surroundings here) {
        this.here = here;
    }

    /// A device told a key that nothing takes.
    void unknown(String thing, String key, Tree value) {
        var keys = byThing.get(thing);
        if (keys == null) {
            if (byThing.size() >= DEVICES_MAX) return;
            keys = new LinkedHashMap<>();
            byThing.put(thing, keys);
        }
        if (keys.containsKey(key) || keys.size() >= KEYS_MAX) return;
        keys.put(key, value);
        here.log()
                .warn(
                        "{}: {} tells \"{}\", which no property takes; it is counted and not kept",
                        here.connector(),
                        thing,
                        DevicePayload.cut(key));
        dueNanos.put(thing, here.nanoTime() + TOGETHER.toNanos());
    }

    /// The things are other ones now: what no property takes is told anew.
    void forget() {
        byThing.clear();
        dueNanos.clear();
    }

    /// Shows what was found and is whole for now.
    void tick() {
        if (dueNanos.isEmpty()) return;
        long now = here.nanoTime();
        for (var each : List.copyOf(dueNanos.entrySet())) {
            if (each.getValue() - now > 0) continue;
            if (here.offer(found(each.getKey())).isPresent()) dueNanos.remove(each.getKey()); // else with the next tick
        }
    }

    private Report.Found found(String thing) {
        var keys = byThing.getOrDefault(thing, new LinkedHashMap<>());
        var properties = new LinkedHashMap<String, Tree>();
        Set<String> used = new HashSet<>();
        for (var each : keys.entrySet()) {
            String name = name(each.getKey(), used);
            properties.put(
                    name,
                    Tree.fields(Map.of(
                            "type", Tree.text(type(each.getValue())), "at", Tree.text(address(name, each.getKey())))));
        }
        var settings = new LinkedHashMap<String, String>();
        settings.put("id", thing);
        settings.put("connector", here.connector());
        settings.put("properties", Json.write(Tree.fields(properties)));
        String what = thing + " tells what no property takes: "
                + DevicePayload.cut(String.join(", ", new ArrayList<>(keys.keySet())));
        return new Report.Found(what, settings);
    }

    private static String type(Tree value) {
        if (!(value instanceof Tree.Scalar s) || s.quoted()) return "text";
        if (s.text().equals("true") || s.text().equals("false")) return "flag";
        return s.text().isEmpty() ? "text" : "number";
    }

    private static String address(String name, String key) {
        if (name.equals(key)) return "key";
        return key.matches("[A-Za-z0-9_.:-]+") && !key.matches("x-?\\d.*")
                ? "key " + key
                : "key '" + key.replace("'", "''") + "'";
    }

    /// A name of ours for a key.
    private static String name(String key, Set<String> used) {
        String plain = key.replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "_")
                .replaceAll("^[_0-9]+|_+$", "");
        if (plain.length() > NAME_CHARACTERS_MAX) plain = plain.substring(0, NAME_CHARACTERS_MAX);
        String free = plain.isEmpty() ? "value" : plain;
        try {
            Names.check(free);
        } catch (IllegalArgumentException e) {
            free += "_"; // a word that names can not be
        }
        String name = free;
        for (int i = 2; !used.add(name); i++) name = free + "_" + i;
        return name;
    }
}
