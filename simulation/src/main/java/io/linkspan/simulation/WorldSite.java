package io.linkspan.simulation;

import java.util.List;
import java.util.SplittableRandom;

/// The site of the simulated world: one of each kind of link, and of each way in which a property is written.
final class WorldSite {
    /// Stands in each private text, so that it can be looked for in all bytes.
    static final String MARK = "PRIVATE-";
    /// The whole part of each private number.
    static final int MARK_NUMBER = 7_654_321;

    static final long MINIMUM_ON_MICROS = 20_000_000;
    static final long MINIMUM_OFF_MICROS = 30_000_000;
    /// The meter is expected so often; the ledger calls it late after three times that.
    static final long METER_EVERY_MICROS = 2_000_000;

    /// A machine: its line, its properties, and whether a person can work it at its own buttons.
    record Machine(String thing, String line, List<String> sensors, List<String> actuators) {}

    static final List<Machine> MACHINES = List.of(
            new Machine("meter", "grid", List.of("power", "energy"), List.of()),
            new Machine("tank", "plant", List.of("temperature", "level"), List.of()),
            new Machine("boiler", "plant", List.of(), List.of("on")),
            new Machine("pump", "plant", List.of(), List.of("on", "speed")),
            new Machine("heater", "shop", List.of(), List.of("power")),
            new Machine("valve", "shop", List.of(), List.of("position")),
            new Machine("lamp", "shop", List.of(), List.of("on", "level")),
            new Machine("neighbour", "street", List.of("draw", "note", "open"), List.of()),
            new Machine("charger", "street", List.of(), List.of("limit", "display")));

    private static final String TEXT = """
            { "linkspan": 1, "site": "world", "armed": true,
              "connectors": [ { "id": "grid", "type": "simulated" }, { "id": "plant", "type": "simulated" },
                              { "id": "shop", "type": "simulated" }, { "id": "street", "type": "simulated" } ],
              "things": [
                { "id": "meter", "connector": "grid", "properties": {
                    "power": { "type": "number", "unit": "kW", "at": "1", "every": "2s" },
                    "energy": { "type": "register", "unit": "kWh", "at": "2", "rollover": "99999.999" } } },
                { "id": "tank", "connector": "plant", "properties": {
                    "temperature": { "type": "number", "unit": "Cel", "at": "1", "range": [-50, 150] },
                    "level": { "type": "number", "unit": "%%", "at": "2", "range": [0, 100] } } },
                { "id": "boiler", "connector": "plant", "properties": {
                    "on": { "type": "flag", "writable": true, "at": "3", "fallback": true, "minimum-on": "20s",
                            "minimum-off": "30s", "after-restart": "%1$s", "without-us": { "watchdog": "9", "every": "5s" } } } },
                { "id": "pump", "connector": "plant", "properties": {
                    "on": { "type": "flag", "writable": true, "at": "4", "on-local-change": "accept for 30s" },
                    "speed": { "type": "number", "unit": "%%", "writable": true, "at": "5", "range": [0, 100], "step": 0.5,
                               "not-more-often": "5s" } },
                  "actions": { "reset": { "at": "6" }, "beep": { "at": "7", "safe-to-repeat": true } } },
                { "id": "heater", "connector": "shop", "properties": {
                    "power": { "type": "number", "unit": "%%", "writable": true, "at": "1", "range": [0, 100], "step": 0.1,
                               "rewrite-every": "30s", "on-local-change": "restore", "combine": "max" } } },
                { "id": "valve", "connector": "shop", "properties": {
                    "position": { "type": "integer", "unit": "%%", "writable": true, "at": "2", "range": [0, 100],
                                  "on-difference": "accept", "after-restart": "release", "without-us": "last-value" } } },
                { "id": "lamp", "connector": "shop", "properties": {
                    "on": { "type": "flag", "writable": true, "at": "3", "fallback": false, "on-line-up": true },
                    "level": { "type": "number", "writable": true, "at": "4", "range": [0, 10], "least-step": 0.5 } } },
                { "id": "neighbour", "connector": "street", "properties": {
                    "draw": { "type": "number", "unit": "kW", "at": "1" },
                    "note": { "type": "text", "at": "2" },
                    "open": { "type": "number", "at": "3" } } },
                { "id": "charger", "connector": "street", "properties": {
                    "limit": { "type": "number", "unit": "kW", "writable": true, "at": "4" },
                    "display": { "type": "text", "writable": true, "at": "5" } } } ],
              "links": [
                { "id": "shed", "from": "meter.power", "to": "boiler.on", "priority": "economy", "value": false,
                  "off-above": %2$s, "on-below": 2.5, "own-power": 2.0,
                  "silent": { "after": "15s", "then": "hold", "at-most": "40s" } },
                { "id": "dry", "when": "tank.level < 5.0", "to": "pump.on", "forbid": true,
                  "silent": { "after": "30s", "then": "hold", "at-most": "forever" } },
                { "id": "follow", "from": "tank.level", "to": "pump.speed", "dead-band": 2,
                  "silent": { "after": "20s", "then": "release" } },
                { "id": "quiet", "from": "tank.level", "to": "pump.speed", "factor": 0.5, "offset": 20, "bound": "at-most",
                  "priority": "protect", "silent": { "after": "30s", "then": "release" } },
                { "id": "frost", "when": "tank.temperature < 5.0", "to": "heater.power", "at-least": 30,
                  "silent": { "after": "30s", "then": "hold", "at-most": "forever" } },
                { "id": "warm", "from": "tank.temperature", "to": "heater.power", "dead-band": 1, "priority": "comfort",
                  "pid": { "setpoint": 20, "gain": 2, "integral-time": "60s" }, "silent": { "after": "30s", "then": "release" } },
                { "id": "mixed", "map": "tank.level * 0.5 + 10.0", "to": "valve.position", "act-first": true,
                  "priority": "comfort", "silent": { "after": "30s", "then": "release" } },
                { "id": "capped", "from": "neighbour.draw", "to": "charger.limit", "factor": 0.5, "private": true,
                  "silent": { "after": "30s", "then": "release" } },
                { "id": "noted", "from": "neighbour.note", "to": "charger.display", "private": true,
                  "silent": { "after": "30s", "then": "release" } } ] }
            """;

    /// The largest power without shedding, in kW, of each version of the file.
    private static final List<String> LIMITS = List.of("5.0", "4.0", "6.0");

    private static final List<String> AFTER_RESTART = List.of("restore", "release");

    private WorldSite() {}

    static String any(SplittableRandom random) {
        return TEXT.formatted(
                AFTER_RESTART.get(random.nextInt(AFTER_RESTART.size())), LIMITS.get(random.nextInt(LIMITS.size())));
    }

    static Machine machine(String path) {
        String thing = path.substring(0, path.indexOf('.'));
        return MACHINES.stream().filter(m -> m.thing.equals(thing)).findFirst().orElseThrow();
    }

    static boolean isPrivate(String path) {
        return path.equals("neighbour.draw") || path.equals("neighbour.note") || path.startsWith("charger.");
    }
}
