package io.linkspan.model;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a person writes of a site (`site.yaml`), read and checked: the one grammar for the file, the API and the log.
///
/// @param tree the file itself, which `export` writes back
/// @param name the site's label
/// @param zone schedules run in it
/// @param armed whether a new site writes to its machines at once; a running site keeps what it was told since
/// @param revision counts the changes; `apply` of another revision than the running one is refused
/// @param plans the pictures on which things stand
/// @param modes what the site can be in (home, away); a new site is in the first
/// @param rules also the schedules and alarms, and each that one for many things became, by its id
/// @param channels where messages go, by their ids
/// @param tells who is told of which alarms, by their ids
public record SiteFile(
        Tree.Fields tree,
        String name,
        ZoneId zone,
        Optional<Value.Position> position,
        boolean armed,
        long revision,
        Map<String, ConnectorEntry> connectors,
        Map<String, Plan> plans,
        Map<String, Thing> things,
        Map<String, Link> links,
        List<String> modes,
        Set<LocalDate> holidays,
        Map<String, Scene> scenes,
        Map<String, Rule> rules,
        Map<String, Tell.Channel> channels,
        Map<String, Tell> tells,
        Map<String, Tariff> tariffs) {

    /// The grammar that this program writes; older ones are always read.
    public static final int GRAMMAR = 1;

    /// Most things, properties of a thing, links and connectors of a site.
    public static final int THINGS_MAX = 100_000;
    /// Most properties of one thing.
    public static final int PROPERTIES_MAX = 10_000;
    /// Most links.
    public static final int LINKS_MAX = 100_000;
    /// Most tariffs.
    public static final int TARIFFS_MAX = 100;
    /// Most connectors.
    public static final int CONNECTORS_MAX = 10_000;
    /// Most rules, schedules and alarms, those that one for many things became counted each.
    public static final int RULES_MAX = 50_000;
    /// Most modes.
    public static final int MODES_MAX = 50;
    /// Most scenes.
    public static final int SCENES_MAX = 1_000;
    /// Most holidays.
    public static final int HOLIDAYS_MAX = 1_000;
    /// Most channels for messages.
    public static final int CHANNELS_MAX = 100;
    /// Most entries that say who is told.
    public static final int TELLS_MAX = 100;
    /// Most plans.
    public static final int PLANS_MAX = 50;

    /// A connector as the file names it; its settings are checked by its type.
    ///
    /// @param serves which of our properties it offers to somebody else's machine
    public record ConnectorEntry(String id, String type, Settings settings, List<Serve> serves) {}

    /// A property that a connector offers to others.
    ///
    /// @param at the address in the words of the connector
    /// @param writable whether the other machine may ask for another value
    public record Serve(Tree.Scalar at, String property, boolean writable) {}

    /// A picture on which things stand, such as a floor.
    ///
    /// @param image the name of a stored picture; whether it is there is known to the node alone
    public record Plan(String id, Optional<String> title, String image) {}

    /// Values that are set together.
    ///
    /// @param set by path, in the order of the file
    public record Scene(String id, Optional<String> title, Map<String, Value> set) {
        public Scene {
            set = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(set));
        }
    }

    /// Reads and checks a whole file; what the connectors must check themselves is left to them.
    ///
    /// @throws Invalid at the first thing that is wrong, with its line
    public static SiteFile read(Tree.Fields tree) throws Invalid {
        var s = new Settings(tree);
        long grammar = s.integer("linkspan", -1, -1, 1_000_000);
        if (grammar == -1) throw new Invalid(tree.mark(), "the file begins with \"linkspan: 1\"");
        if (grammar > GRAMMAR || grammar < 1)
            throw s.wrong(
                    "linkspan", "is " + GRAMMAR + " in this version; the file is newer, so update Linkspan first");
        String name = s.needName("site");
        var connectors = connectors(s);
        var kinds = kinds(s);
        var plans = plans(s);
        var things = things(s, kinds, connectors.keySet(), plans.keySet());
        var lookup = new Lookup(things);
        for (var thing : things.values())
            for (var p : thing.properties().values())
                if (p.window().isPresent()) p.window().get().members(thing, lookup);
        checkServes(connectors, lookup);
        var links = links(s, lookup);
        var modes = modes(s);
        var scenes = scenes(s, lookup);
        var known = new Rule.Known(lookup, things, modes, scenes);
        var rules = rules(s, known);
        var channels = channels(s);
        var file = new SiteFile(
                tree,
                name,
                zone(s),
                position(s),
                s.flag("armed", false),
                s.integer("revision", 0, 0, Long.MAX_VALUE),
                connectors,
                plans,
                things,
                links,
                modes,
                holidays(s),
                scenes,
                rules,
                channels,
                tells(s, channels, known),
                tariffs(s, lookup));
        s.text("title");
        s.finish();
        return file;
    }

    /// The property of this path, such as `boiler.on`.
    public Optional<Property> property(String path) {
        int dot = path.indexOf('.');
        if (dot < 0) return Optional.empty();
        var thing = things.get(path.substring(0, dot));
        return thing == null
                ? Optional.empty()
                : Optional.ofNullable(thing.properties().get(path.substring(dot + 1)));
    }

    /// Finds properties while links are read.
    static final class Lookup {
        private final Map<String, Thing> things;

        Lookup(Map<String, Thing> things) {
            this.things = things;
        }

        Property property(Settings s, String field, String path) throws Invalid {
            int dot = path.indexOf('.');
            if (dot < 1) throw s.wrong(field, "is thing.property, for example meter.power, not \"" + path + "\"");
            var thing = things.get(path.substring(0, dot));
            if (thing == null)
                throw s.wrong(
                        field,
                        "names no thing of this site: \"" + path.substring(0, dot) + "\""
                                + near(path.substring(0, dot), things.keySet()));
            String name = path.substring(dot + 1);
            var property = thing.properties().get(name);
            if (property == null)
                throw s.wrong(
                        field,
                        thing.id() + " has no property \"" + name + "\""
                                + near(name, thing.properties().keySet()));
            return property;
        }

        /// The property of this name of all things of a kind, in the order of the file.
        List<String> ofKind(String kind, String property) {
            var paths = new ArrayList<String>();
            for (var thing : things.values())
                if (thing.kind().equals(Optional.of(kind)) && thing.properties().containsKey(property))
                    paths.add(thing.id() + "." + property);
            return paths;
        }

        Property writable(Settings s, String field, String path) throws Invalid {
            var property = property(s, field, path);
            if (!property.writable()) throw s.wrong(field, path + " is a sensor; an actuator has writable: true");
            return property;
        }

        static String near(String name, Set<String> known) {
            for (var each : known) if (Names.near(each, name)) return "; did you mean \"" + each + "\"?";
            return known.isEmpty()
                    ? ""
                    : "; there are "
                            + String.join(", ", known.stream().limit(12).toList());
        }
    }

    private static ZoneId zone(Settings s) throws Invalid {
        try {
            return ZoneId.of(s.text("zone").orElse("UTC"));
        } catch (DateTimeException _) {
            throw s.wrong(
                    "zone",
                    "is a zone such as Europe/Brussels, not \"" + s.text("zone").orElse("") + "\"");
        }
    }

    private static Optional<Value.Position> position(Settings s) throws Invalid {
        var p = s.below("position");
        if (p.isEmpty()) return Optional.empty();
        Settings f = p.get();
        double latitude =
                f.number("latitude").orElseThrow(() -> new Invalid(f.mark(), "\"latitude\" is missing, in degrees"));
        double longitude =
                f.number("longitude").orElseThrow(() -> new Invalid(f.mark(), "\"longitude\" is missing, in degrees"));
        double altitude = f.number("altitude").orElse(0.0);
        f.finish();
        try {
            return Optional.of(new Value.Position(latitude, longitude, altitude));
        } catch (IllegalArgumentException e) {
            throw s.wrong("position", e);
        }
    }

    private static Map<String, ConnectorEntry> connectors(Settings s) throws Invalid {
        var all = new LinkedHashMap<String, ConnectorEntry>();
        for (var c : s.list("connectors")) {
            String id = c.needName("id");
            String type = c.needText("type", "modbus_tcp");
            var serves = new ArrayList<Serve>();
            for (var serve : c.list("serves")) {
                serve.needText("at", "\"holding 0 float32\"");
                serves.add(new Serve(
                        (Tree.Scalar) serve.part("at").orElseThrow(),
                        serve.needText("property", "meter.power"),
                        serve.flag("writable", false)));
                serve.finish();
            }
            if (all.put(id, new ConnectorEntry(id, type, c, serves)) != null)
                throw c.wrong("id", twice("connector", id));
            if (all.size() > CONNECTORS_MAX)
                throw new Invalid(c.mark(), "a site has at most " + CONNECTORS_MAX + " connectors");
        }
        return all;
    }

    private static void checkServes(Map<String, ConnectorEntry> connectors, Lookup lookup) throws Invalid {
        for (var c : connectors.values())
            for (var serve : c.serves()) {
                if (serve.writable()) lookup.writable(c.settings(), "serves", serve.property());
                else lookup.property(c.settings(), "serves", serve.property());
            }
    }

    private static String twice(String what, String id) {
        return "names a second " + what + " \"" + id + "\"; each name stands once";
    }

    private static Map<String, Tree.Fields> kinds(Settings s) throws Invalid {
        var all = new LinkedHashMap<String, Tree.Fields>();
        for (var k : s.list("kinds"))
            if (all.put(k.needName("id"), k.tree()) != null) throw k.wrong("id", twice("kind", k.needName("id")));
        return all;
    }

    private static Map<String, Plan> plans(Settings s) throws Invalid {
        var all = new LinkedHashMap<String, Plan>();
        for (var p : s.list("plans")) {
            var plan = new Plan(p.needName("id"), p.text("title"), p.needName("image"));
            p.finish();
            if (all.put(plan.id(), plan) != null) throw p.wrong("id", twice("plan", plan.id()));
            if (all.size() > PLANS_MAX) throw new Invalid(p.mark(), "a site has at most " + PLANS_MAX + " plans");
        }
        return all;
    }

    private static Map<String, Thing> things(
            Settings s, Map<String, Tree.Fields> kinds, Set<String> connectors, Set<String> plans) throws Invalid {
        var all = new LinkedHashMap<String, Thing>();
        for (var written : s.list("things")) {
            var kind = written.text("kind");
            Settings t = written;
            if (kind.isPresent()) {
                var template = kinds.get(kind.get());
                if (template == null)
                    throw written.wrong(
                            "kind",
                            "names no kind of this file: \"" + kind.get() + "\""
                                    + Lookup.near(kind.get(), kinds.keySet()));
                t = new Settings(without(merge(template, written.tree())));
            }
            Thing thing = thing(t, kind, connectors, plans);
            if (all.put(thing.id(), thing) != null) throw written.wrong("id", twice("thing", thing.id()));
            if (all.size() > THINGS_MAX)
                throw new Invalid(written.mark(), "a site has at most " + THINGS_MAX + " things");
        }
        return all;
    }

    /// What belongs to the kind as a template and not to the things made from it.
    private static final Set<String> OF_KIND = Set.of("maker", "source", "defaults");

    private static Tree.Fields without(Tree.Fields merged) {
        var fields = new LinkedHashMap<>(merged.fields());
        fields.keySet().removeAll(OF_KIND);
        return new Tree.Fields(merged.mark(), fields, merged.keys());
    }

    /// The thing's own fields over those of its kind, maps joined field by field.
    private static Tree.Fields merge(Tree.Fields under, Tree.Fields over) {
        var fields = new LinkedHashMap<>(under.fields());
        var keys = new LinkedHashMap<>(under.keys());
        keys.putAll(over.keys());
        for (var e : over.fields().entrySet())
            fields.merge(
                    e.getKey(),
                    e.getValue(),
                    (a, b) -> a instanceof Tree.Fields x && b instanceof Tree.Fields y ? merge(x, y) : b);
        return new Tree.Fields(over.mark(), fields, keys);
    }

    private static final List<String> OF_THING = List.of(
            "id",
            "title",
            "urn",
            "kind",
            "connector",
            "area",
            "place",
            "position",
            "properties",
            "actions",
            "was",
            "sleeps");

    private static Thing thing(Settings t, Optional<String> kind, Set<String> connectors, Set<String> plans)
            throws Invalid {
        String id = t.needName("id");
        var connector = t.text("connector");
        if (connector.isPresent() && !connectors.contains(connector.get()))
            throw t.wrong(
                    "connector",
                    "names no connector of this file: \"" + connector.get() + "\""
                            + Lookup.near(connector.get(), connectors));
        var properties = new LinkedHashMap<String, Property>();
        for (var p : named(t, "properties").entrySet())
            properties.put(p.getKey(), Property.read(p.getKey(), p.getValue()));
        var actions = new LinkedHashMap<String, Thing.Action>();
        for (var a : named(t, "actions").entrySet())
            actions.put(a.getKey(), Thing.Action.read(a.getKey(), a.getValue()));
        for (String action : actions.keySet())
            if (properties.containsKey(action))
                throw t.wrong("actions", "gives \"" + action + "\" the name of a property");
        if (connector.isEmpty() && t.has("sleeps"))
            throw t.wrong("sleeps", "belongs to a device; add connector: who speaks to it");
        var own = new LinkedHashMap<>(t.tree().fields());
        own.keySet().removeAll(OF_THING);
        if (connector.isEmpty() && !own.isEmpty()) {
            for (String field : OF_THING) t.has(field);
            t.finish(); // nobody reads its other fields: the first is refused at its line
        }
        return new Thing(
                id,
                t.text("title"),
                t.text("urn"),
                kind,
                connector,
                area(t),
                place(t, plans),
                thingPosition(t),
                new Tree.Fields(t.mark(), own, t.tree().keys()),
                properties,
                actions,
                t.text("was"),
                Thing.Sleep.read(t));
    }

    private static List<String> area(Settings t) throws Invalid {
        if (t.part("area").isEmpty()) return List.of();
        var names = new ArrayList<String>();
        switch (t.part("area").orElseThrow()) {
            case Tree.Scalar one -> names.add(one.text().strip());
            case Tree.Items several -> {
                for (var item : several.items()) {
                    if (!(item instanceof Tree.Scalar one))
                        throw t.wrong("area", "lists names, the largest first: [Ground floor, Kitchen]");
                    names.add(one.text().strip());
                }
            }
            case Tree.Fields _ -> throw t.wrong("area", "is a name such as Kitchen, or [Ground floor, Kitchen]");
        }
        if (names.isEmpty() || names.size() > Thing.AREAS_MAX)
            throw t.wrong("area", "has 1.." + Thing.AREAS_MAX + " names, the largest first: [Ground floor, Kitchen]");
        for (String name : names)
            if (name.isEmpty() || name.length() > Thing.AREA_CHARACTERS_MAX)
                throw t.wrong("area", "has names of 1.." + Thing.AREA_CHARACTERS_MAX + " characters, such as Kitchen");
        return names;
    }

    private static Optional<Thing.Place> place(Settings t, Set<String> plans) throws Invalid {
        var written = t.below("place");
        if (written.isEmpty()) return Optional.empty();
        var p = written.get();
        String plan = p.needText("plan", "ground_floor");
        if (!plans.contains(plan))
            throw p.wrong("plan", "names no plan of this file: \"" + plan + "\"" + Lookup.near(plan, plans));
        var place = new Thing.Place(plan, share(p, "x", "left"), share(p, "y", "top"));
        p.finish();
        return Optional.of(place);
    }

    private static double share(Settings p, String field, String from) throws Invalid {
        double share = p.number(field)
                .orElseThrow(() -> new Invalid(
                        p.mark(), "\"" + field + "\" is missing: 0 to 1 from the " + from + " of the plan"));
        if (share < 0 || share > 1)
            throw p.wrong(field, "is 0 to 1 from the " + from + " of the plan, not " + p.needText(field, "0.5"));
        return share;
    }

    private static Optional<Value.Position> thingPosition(Settings t) throws Invalid {
        var items = t.items("position");
        if (items.isEmpty() && !t.has("position")) return Optional.empty();
        var numbers = new ArrayList<Double>();
        try {
            for (var item : items) {
                if (!(item instanceof Tree.Scalar n)) throw new NumberFormatException();
                numbers.add(Double.parseDouble(n.text()));
            }
            if (numbers.size() < 2 || numbers.size() > 3) throw new NumberFormatException();
        } catch (NumberFormatException _) {
            throw t.wrong("position", "is [latitude, longitude] in degrees, such as [51.05, 3.72]");
        }
        try {
            return Optional.of(
                    new Value.Position(numbers.get(0), numbers.get(1), numbers.size() == 3 ? numbers.get(2) : 0));
        } catch (IllegalArgumentException e) {
            throw t.wrong("position", e);
        }
    }

    private static Map<String, Settings> named(Settings t, String field) throws Invalid {
        var below = t.below(field);
        if (below.isEmpty()) return Map.of();
        var all = new LinkedHashMap<String, Settings>();
        for (String name : below.get().tree().fields().keySet()) {
            try {
                Names.check(name);
            } catch (IllegalArgumentException e) {
                throw new Invalid(
                        below.get().tree().keys().getOrDefault(name, below.get().mark()),
                        String.valueOf(e.getMessage()));
            }
            all.put(name, below.get().below(name).orElseThrow());
            if (all.size() > PROPERTIES_MAX) throw t.wrong(field, "has at most " + PROPERTIES_MAX + " entries");
        }
        return all;
    }

    private static Map<String, Link> links(Settings s, Lookup lookup) throws Invalid {
        var all = new LinkedHashMap<String, Link>();
        for (var l : s.list("links")) {
            Link link = Link.read(l, lookup);
            if (all.put(link.id(), link) != null) throw l.wrong("id", twice("link", link.id()));
            if (all.size() > LINKS_MAX) throw new Invalid(l.mark(), "a site has at most " + LINKS_MAX + " links");
        }
        return all;
    }

    private static List<String> modes(Settings s) throws Invalid {
        var all = new ArrayList<String>();
        for (var item : s.items("modes")) {
            String name = item instanceof Tree.Scalar mode ? mode.text() : "";
            try {
                Names.check(name);
            } catch (IllegalArgumentException e) {
                throw new Invalid(item.mark(), String.valueOf(e.getMessage()));
            }
            if (all.contains(name)) throw new Invalid(item.mark(), "\"modes\" " + twice("mode", name));
            all.add(name);
        }
        if (all.size() > MODES_MAX) throw s.wrong("modes", "has at most " + MODES_MAX + " modes");
        return List.copyOf(all);
    }

    private static Set<LocalDate> holidays(Settings s) throws Invalid {
        var all = new LinkedHashSet<LocalDate>();
        for (var item : s.items("holidays")) {
            String day = item instanceof Tree.Scalar text ? text.text() : "";
            try {
                all.add(LocalDate.parse(day));
            } catch (DateTimeException _) {
                throw new Invalid(item.mark(), "\"holidays\" lists days such as 2026-12-25, not \"" + day + "\"");
            }
        }
        if (all.size() > HOLIDAYS_MAX) throw s.wrong("holidays", "has at most " + HOLIDAYS_MAX + " days");
        return java.util.Collections.unmodifiableSet(all);
    }

    private static Map<String, Scene> scenes(Settings s, Lookup lookup) throws Invalid {
        var all = new LinkedHashMap<String, Scene>();
        for (var c : s.list("scenes")) {
            String id = c.needName("id");
            var values = new LinkedHashMap<String, Value>();
            var set = c.below("set");
            if (set.isPresent())
                for (String path : set.get().tree().fields().keySet())
                    values.put(
                            path,
                            RuleSteps.value(
                                    set.get(),
                                    path,
                                    lookup.writable(set.get(), path, path),
                                    set.get().needText(path, "true")));
            if (values.isEmpty())
                throw new Invalid(c.mark(), "\"set\" is missing; write for example set: { lamp.on: true }");
            var scene = new Scene(id, c.text("title"), values);
            c.finish();
            if (all.put(id, scene) != null) throw c.wrong("id", twice("scene", id));
            if (all.size() > SCENES_MAX) throw new Invalid(c.mark(), "a site has at most " + SCENES_MAX + " scenes");
        }
        return all;
    }

    private static Map<String, Rule> rules(Settings s, Rule.Known known) throws Invalid {
        var all = new LinkedHashMap<String, Rule>();
        for (var r : s.list("rules")) for (var rule : Rule.read(r, known)) put(all, rule, r);
        for (var r : s.list("schedules")) put(all, Rule.schedule(r, known), r);
        for (var r : s.list("alarms")) for (var alarm : Rule.alarms(r, known)) put(all, alarm, r);
        return all;
    }

    private static void put(Map<String, Rule> all, Rule rule, Settings written) throws Invalid {
        if (all.put(rule.id(), rule) != null) throw written.wrong("id", twice("rule, schedule or alarm", rule.id()));
        if (all.size() > RULES_MAX)
            throw new Invalid(written.mark(), "a site has at most " + RULES_MAX + " rules, schedules and alarms");
    }

    private static Map<String, Tell.Channel> channels(Settings s) throws Invalid {
        var all = new LinkedHashMap<String, Tell.Channel>();
        for (var c : s.list("channels")) {
            var channel = new Tell.Channel(c.needName("id"), c.needText("type", "email"), c);
            if (all.put(channel.id(), channel) != null) throw c.wrong("id", twice("channel", channel.id()));
            if (all.size() > CHANNELS_MAX)
                throw new Invalid(c.mark(), "a site has at most " + CHANNELS_MAX + " channels");
        }
        return all;
    }

    private static Map<String, Tell> tells(Settings s, Map<String, Tell.Channel> channels, Rule.Known known)
            throws Invalid {
        var all = new LinkedHashMap<String, Tell>();
        for (var t : s.list("tell")) {
            var tell = Tell.read(t, channels, known);
            if (all.put(tell.id(), tell) != null) throw t.wrong("id", twice("entry of tell", tell.id()));
            if (all.size() > TELLS_MAX) throw s.wrong("tell", "has at most " + TELLS_MAX + " entries");
        }
        return all;
    }

    private static Map<String, Tariff> tariffs(Settings s, Lookup lookup) throws Invalid {
        var all = new LinkedHashMap<String, Tariff>();
        for (var t : s.list("tariffs")) {
            Tariff tariff = Tariff.read(t, lookup);
            if (all.put(tariff.id(), tariff) != null) throw t.wrong("id", twice("tariff", tariff.id()));
            if (all.size() > TARIFFS_MAX) throw new Invalid(t.mark(), "a site has at most " + TARIFFS_MAX + " tariffs");
        }
        return all;
    }

    /// The properties that the window of a property looks at, in the order of the file; none for a condition, whose
    /// expression names them, and for a property without a window.
    public List<String> windowed(Thing thing, Property property) {
        if (property.window().isEmpty()) return List.of();
        try {
            return property.window().get().members(thing, new Lookup(things));
        } catch (Invalid e) {
            throw new IllegalStateException("A file that was read names no such property: " + e.getMessage(), e);
        }
    }

    /// Every property path of the site in the order of the file.
    public Set<String> paths() {
        var all = new LinkedHashSet<String>();
        for (var thing : things.values())
            for (var property : thing.properties().keySet()) all.add(thing.id() + "." + property);
        return all;
    }
}
