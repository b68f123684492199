package io.linkspan.node;

import io.linkspan.model.Invalid;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The kinds that come with Linkspan, and `profile: NAME` of a thing turned into one of them. No state.
final class Profiles {
    private static final String FOLDER = "/io/linkspan/connectors/profiles/";

    /// Most differing letters of a name that is suggested instead of an unknown one.
    private static final int NEAR_LETTERS = 3;

    private Profiles() {}

    /// The file with each `profile: NAME` replaced by `kind: NAME`, and the shipped kinds among its kinds.
    ///
    /// @throws Invalid at the line of a profile that there is not
    static Tree.Fields expand(Tree.Fields file) throws Invalid {
        if (!(file.fields().get("things") instanceof Tree.Items things)) return file;
        var used = new LinkedHashSet<String>();
        var expanded = new ArrayList<Tree>();
        for (var item : things.items())
            expanded.add(
                    item instanceof Tree.Fields thing && thing.fields().containsKey("profile")
                            ? thing(thing, used)
                            : item);
        if (used.isEmpty()) return file;
        var fields = new LinkedHashMap<>(file.fields());
        fields.put("things", new Tree.Items(things.mark(), expanded));
        fields.put("kinds", kinds(file, used));
        return new Tree.Fields(file.mark(), fields, file.keys());
    }

    private static Tree.Fields thing(Tree.Fields thing, Set<String> used) throws Invalid {
        var mark = thing.keys().getOrDefault("profile", thing.mark());
        if (thing.fields().containsKey("kind"))
            throw new Invalid(
                    mark, "a thing has a \"kind\" of this file or a \"profile\" that comes with Linkspan, not both");
        if (!(thing.fields().get("profile") instanceof Tree.Scalar name))
            throw new Invalid(mark, "\"profile\" is one word, such as eastron_sdm630");
        if (!names().contains(name.text()))
            throw new Invalid(mark, "no profile is called \"" + name.text() + "\"" + near(name.text()));
        used.add(name.text());
        var fields = new LinkedHashMap<String, Tree>();
        thing.fields().forEach((key, value) -> fields.put(key.equals("profile") ? "kind" : key, value));
        var keys = new LinkedHashMap<>(thing.keys());
        keys.put("kind", mark);
        return new Tree.Fields(thing.mark(), fields, keys);
    }

    private static Tree kinds(Tree.Fields file, Set<String> used) throws Invalid {
        var all = new ArrayList<Tree>();
        var own = new LinkedHashSet<String>();
        if (file.fields().get("kinds") instanceof Tree.Items items)
            for (var kind : items.items()) {
                all.add(kind);
                if (kind instanceof Tree.Fields f && f.fields().get("id") instanceof Tree.Scalar id) own.add(id.text());
            }
        for (String name : used) if (!own.contains(name)) all.add(load(name));
        return Tree.items(all);
    }

    private static Tree load(String name) throws Invalid {
        var file = read(name);
        var kind = file.fields().get("kind");
        if (kind == null) throw new Invalid(file.mark(), "this shipped profile has no \"kind\"");
        return kind;
    }

    /// The profiles as a door tells them: name, title, maker, the types of connector they go with, and what is
    /// usual of
    /// the line.
    static Tree.Fields listed() throws Invalid {
        var all = new ArrayList<Tree>();
        if (read("index").fields().get("profiles") instanceof Tree.Items items)
            for (var item : items.items())
                if (item instanceof Tree.Fields f && f.fields().get("name") instanceof Tree.Scalar name) {
                    var fields = new LinkedHashMap<>(f.fields());
                    if (load(name.text()) instanceof Tree.Fields kind
                            && kind.fields().get("defaults") instanceof Tree.Fields defaults)
                        fields.put("defaults", defaults);
                    all.add(Tree.fields(fields));
                }
        return Tree.fields(Map.of("profiles", Tree.items(all)));
    }

    /// The names of all profiles.
    static List<String> names() throws Invalid {
        var names = new ArrayList<String>();
        if (read("index").fields().get("profiles") instanceof Tree.Items items)
            for (var item : items.items())
                if (item instanceof Tree.Fields f && f.fields().get("name") instanceof Tree.Scalar name)
                    names.add(name.text());
        return names;
    }

    private static Tree.Fields read(String name) throws Invalid {
        String file = FOLDER + name + ".yaml";
        try (InputStream in = Profiles.class.getResourceAsStream(file)) {
            if (in == null) return Tree.fields(Map.of());
            return Yaml.parseFields(name + ".yaml", new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("A part of this program can not be read: " + file, e);
        }
    }

    private static String near(String name) throws Invalid {
        var near = new ArrayList<String>();
        for (String each : names())
            if (distance(each, name) <= NEAR_LETTERS || (name.length() > 2 && each.contains(name)))
                near.add("\"" + each + "\"");
        if (!near.isEmpty()) return "; did you mean " + String.join(" or ", near) + "?";
        return "; there are " + String.join(", ", names());
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) row[j] = j;
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
