package io.linkspan.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A thing as a W3C Web of Things Thing Description 1.1 (W3C Recommendation, 5 December 2023), for whoever wants to
/// know what
/// it has and can do. Links between machines are `linkspan:links`: WoT's own `links` are web links.
public final class ThingDescription {
    private static final String CONTEXT = "https://www.w3.org/2022/wot/td/v1.1";
    private static final String OURS = "https://linkspan.io/td/v1#";

    private ThingDescription() {}

    /// Describes a thing of a site.
    ///
    /// @param site the id of the site: part of the thing's global name where the file gives it no `urn`
    /// @param base where its affordances can be reached, with a `/` at its end
    /// @throws IllegalArgumentException the site has no such thing
    public static Tree.Fields of(Directory directory, SiteId site, String id, String base) {
        var thing = directory.file().things().get(id);
        if (thing == null)
            throw new IllegalArgumentException("Site " + directory.file().name() + " has no thing \"" + id + "\"");
        var td = new LinkedHashMap<String, Tree>();
        td.put("@context", Tree.items(List.of(Tree.text(CONTEXT), Tree.fields(Map.of("linkspan", Tree.text(OURS))))));
        td.put("id", Tree.text(thing.urn().orElse("urn:linkspan:" + site + ":" + id)));
        td.put("title", Tree.text(thing.title().orElse(id)));
        td.put("base", Tree.text(base));
        // 5.3.3: security is mandatory; the door that serves the description replaces it by its own
        td.put("securityDefinitions", fields("local", fields("scheme", Tree.text("nosec"))));
        td.put("security", Tree.text("local"));
        thing.kind().ifPresent(k -> td.put("linkspan:kind", Tree.text(k)));
        if (!thing.area().isEmpty())
            td.put(
                    "linkspan:area",
                    Tree.items(thing.area().stream().<Tree>map(Tree::text).toList()));
        var properties = new LinkedHashMap<String, Tree>();
        for (var p : thing.properties().values()) properties.put(p.name(), property(p, id));
        if (!properties.isEmpty()) td.put("properties", Tree.fields(properties));
        var actions = new LinkedHashMap<String, Tree>();
        for (var a : thing.actions().values()) actions.put(a.name(), action(a, id));
        if (!actions.isEmpty()) td.put("actions", Tree.fields(actions));
        var links = links(directory, id);
        if (!links.isEmpty()) td.put("linkspan:links", Tree.items(links));
        return Tree.fields(td);
    }

    private static Tree.Fields fields(String name, Tree value) {
        return Tree.fields(Map.of(name, value));
    }

    private static Tree property(Property p, String thing) {
        var f = new LinkedHashMap<String, Tree>();
        p.title().ifPresent(t -> f.put("title", Tree.text(t)));
        schema(p.type(), f);
        p.unit().ifPresent(u -> f.put("unit", Tree.text(u)));
        p.min().ifPresent(m -> f.put("minimum", Tree.plain(m)));
        p.max().ifPresent(m -> f.put("maximum", Tree.plain(m)));
        p.step().ifPresent(s -> f.put("multipleOf", Tree.plain(s)));
        if (p.type() == ValueType.CHOICE)
            f.put(
                    "enum",
                    Tree.items(p.choices().values().stream().map(Tree::text).toList()));
        f.put("readOnly", Tree.plain(!p.writable()));
        f.put("observable", Tree.plain(true));
        if (p.type() == ValueType.REGISTER) f.put("linkspan:register", Tree.plain(true));
        p.writing().ifPresent(w -> writing(w, f));
        var ops = new ArrayList<Tree>(
                List.of(Tree.text("readproperty"), Tree.text("observeproperty"), Tree.text("unobserveproperty")));
        if (p.writable()) ops.add(1, Tree.text("writeproperty"));
        f.put("forms", form("things/" + thing + "/properties/" + p.name(), ops));
        return Tree.fields(f);
    }

    private static void writing(Property.Writing w, Map<String, Tree> f) {
        w.minimumOn().ifPresent(d -> f.put("linkspan:minimumOn", Tree.text(d.toString())));
        w.minimumOff().ifPresent(d -> f.put("linkspan:minimumOff", Tree.text(d.toString())));
        w.fallback().ifPresent(v -> f.put("linkspan:fallback", value(v)));
        f.put(
                "linkspan:withoutUs",
                Tree.text(
                        switch (w.withoutUs()) {
                            case WithoutUs.None _ -> "none";
                            case WithoutUs.Watchdog _ -> "watchdog";
                            case WithoutUs.AutoOff _ -> "auto-off";
                            case WithoutUs.LastValue _ -> "last-value";
                        }));
    }

    private static Tree value(Value v) {
        boolean bare = v instanceof Value.Flag || v.type().isQuantity();
        return bare ? Tree.plain(v) : Tree.text(v.toString());
    }

    /// The data schema of a type (5.3.2); a register is a string, as a double would round it.
    private static void schema(ValueType type, Map<String, Tree> f) {
        switch (type) {
            case NUMBER -> f.put("type", Tree.text("number"));
            case INTEGER -> f.put("type", Tree.text("integer"));
            case FLAG -> f.put("type", Tree.text("boolean"));
            case REGISTER -> {
                f.put("type", Tree.text("string"));
                f.put("pattern", Tree.text("^-?[0-9]+(\\.[0-9]+)?$"));
            }
            case CHOICE, TEXT -> f.put("type", Tree.text("string"));
            case BYTES -> {
                f.put("type", Tree.text("string"));
                f.put("contentEncoding", Tree.text("base16"));
            }
            case POSITION -> {
                f.put("type", Tree.text("object"));
                var members = new LinkedHashMap<String, Tree>();
                for (String m : List.of("latitude", "longitude", "altitude"))
                    members.put(m, fields("type", Tree.text("number")));
                f.put("properties", Tree.fields(members));
            }
            case GROUP -> f.put("type", Tree.text("object"));
        }
    }

    private static Tree action(Thing.Action a, String thing) {
        var f = new LinkedHashMap<String, Tree>();
        a.title().ifPresent(t -> f.put("title", Tree.text(t)));
        a.input().ifPresent(type -> {
            var input = new LinkedHashMap<String, Tree>();
            schema(type, input);
            f.put("input", Tree.fields(input));
        });
        f.put("idempotent", Tree.plain(a.safeToRepeat()));
        f.put("forms", form("things/" + thing + "/actions/" + a.name(), List.of(Tree.text("invokeaction"))));
        return Tree.fields(f);
    }

    private static Tree form(String href, List<Tree> ops) {
        var f = new LinkedHashMap<String, Tree>();
        f.put("href", Tree.text(href));
        f.put("op", Tree.items(ops));
        return Tree.items(List.of(Tree.fields(f)));
    }

    /// The machine-to-machine links that end or begin here; of a private one only that it is there.
    private static List<Tree> links(Directory directory, String thing) {
        var all = new ArrayList<Tree>();
        for (var link : directory.file().links().values()) {
            boolean ends = link.to().startsWith(thing + ".");
            boolean begins = link.from().map(f -> f.startsWith(thing + ".")).orElse(false);
            if (!ends && !begins) continue;
            var f = new LinkedHashMap<String, Tree>();
            f.put("id", Tree.text(link.id()));
            link.from().ifPresent(from -> f.put("from", Tree.text(from)));
            f.put("to", Tree.text(link.to()));
            f.put("priority", Tree.text(link.priority().word()));
            if (link.isPrivate()) f.put("private", Tree.plain(true));
            all.add(Tree.fields(f));
        }
        return all;
    }
}
