package io.linkspan.site;

import io.linkspan.model.Directory;
import io.linkspan.model.Durations;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Link;
import io.linkspan.model.Mark;
import io.linkspan.model.Property;
import io.linkspan.model.Result;
import io.linkspan.model.SiteFile;
import io.linkspan.model.Tell;
import io.linkspan.model.Thing;
import io.linkspan.model.Tree;
import io.linkspan.model.WithoutUs;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a new site file would change, shown before it acts: the difference, who overrides whom, which way silence goes,
/// feedback loops, and risks. Each list holds sentences for people.
///
/// @param removed what is taken out; its history stays
public record Assessment(
        List<String> added,
        List<String> changed,
        List<String> removed,
        List<String> overrides,
        List<String> silences,
        List<String> loops,
        List<String> risks) {

    /// Checks what needs the whole site (expressions, who meets whom) and looks at the difference.
    ///
    /// @throws Invalid at the line of what is wrong
    public static Assessment of(Directory now, SiteFile next) throws Invalid {
        var changes = now.changes(next);
        var program = Program.compile(now.with(next, now.revision() + 1, changes));
        refuseEquals(program);
        refuseLeaks(program);
        var added = new ArrayList<String>();
        var changed = new ArrayList<String>();
        var removed = new ArrayList<String>();
        for (var n : changes) {
            String words = word(n, now.file(), next) + " " + n.path();
            if (n.version() == 0) removed.add(words);
            else if (n.version() == 1) added.add(words);
            else changed.add(words + " (version " + n.version() + ")");
        }
        tariffs(now.file(), next, added, changed, removed);
        changed.addAll(places(now.file(), next));
        changed.addAll(modesAndScenes(now.file(), next));
        changed.addAll(channelsAndTells(now.file(), next));
        return new Assessment(
                added, changed, removed, overrides(program), silences(program), loops(program), risks(program));
    }

    /// Tariffs have no numbers: nothing of the log or the history hangs on them.
    private static void tariffs(
            SiteFile now, SiteFile next, List<String> added, List<String> changed, List<String> removed) {
        for (var t : next.tariffs().values()) {
            var old = now.tariffs().get(t.id());
            if (old == null) added.add("tariff " + t.id());
            else if (!old.equals(t)) changed.add("tariff " + t.id());
        }
        for (String id : now.tariffs().keySet()) if (!next.tariffs().containsKey(id)) removed.add("tariff " + id);
    }

    /// Whether the new file says the same as the one in force.
    public boolean isEmpty() {
        return added.isEmpty() && changed.isEmpty() && removed.isEmpty();
    }

    /// Plans and places are shown to people alone: nothing that runs looks at them, and nothing is lost with them.
    private static List<String> places(SiteFile now, SiteFile next) {
        var all = new ArrayList<String>();
        for (var plan : next.plans().values())
            if (!plan.equals(now.plans().get(plan.id()))) all.add("plan " + plan.id());
        for (var plan : now.plans().keySet())
            if (!next.plans().containsKey(plan)) all.add("plan " + plan + " is no more");
        for (var thing : next.things().values()) {
            var before = now.things().get(thing.id());
            if (!thing.place().equals(before == null ? Optional.empty() : before.place())) {
                String where = thing.place().map(Assessment::where).orElse("no plan");
                all.add("place of " + thing.id() + ": " + where);
            }
            if (!thing.position().equals(before == null ? Optional.empty() : before.position())) {
                String where = thing.position().map(Object::toString).orElse("not on the map");
                all.add("position of " + thing.id() + ": " + where);
            }
        }
        return all;
    }

    private static List<String> modesAndScenes(SiteFile now, SiteFile next) {
        var all = new ArrayList<String>();
        if (!now.modes().equals(next.modes()))
            all.add("modes: " + (next.modes().isEmpty() ? "none" : String.join(", ", next.modes())));
        for (var scene : next.scenes().values())
            if (!scene.equals(now.scenes().get(scene.id()))) all.add("scene " + scene.id());
        for (String scene : now.scenes().keySet())
            if (!next.scenes().containsKey(scene)) all.add("scene " + scene + " is no more");
        if (!now.holidays().equals(next.holidays()))
            all.add("holidays: " + next.holidays().size() + " days");
        return all;
    }

    /// Who is told, and how: nothing of the log or the history hangs on them.
    private static List<String> channelsAndTells(SiteFile now, SiteFile next) {
        var all = new ArrayList<String>();
        for (var channel : next.channels().values())
            if (!settings(channel).equals(settings(now.channels().get(channel.id()))))
                all.add("channel " + channel.id());
        for (String channel : now.channels().keySet())
            if (!next.channels().containsKey(channel)) all.add("channel " + channel + " is no more");
        for (var tell : next.tells().values())
            if (!tell.equals(now.tells().get(tell.id()))) all.add("who is told: " + tell.id());
        for (String tell : now.tells().keySet())
            if (!next.tells().containsKey(tell)) all.add("who is told: " + tell + " is no more");
        return all;
    }

    private static String settings(Tell.@Nullable Channel channel) {
        return channel == null ? "" : Json.write(channel.settings().tree());
    }

    private static String where(Thing.Place place) {
        return place.plan() + ", " + place.x() + " from the left and " + place.y() + " from the top";
    }

    /// An alarm of its own is called one, though it is kept as a rule.
    private static String word(Result.Numbered n, SiteFile now, SiteFile next) {
        var rule = n.sort() == Result.Sort.RULE
                ? next.rules().getOrDefault(n.path(), now.rules().get(n.path()))
                : null;
        return rule != null && rule.isAlarmAlone() ? "alarm" : word(n.sort());
    }

    private static String word(Result.Sort sort) {
        return switch (sort) {
            case PROPERTY -> "property";
            case LINK -> "link";
            case CONNECTOR -> "connector";
            case RULE -> "rule";
        };
    }

    private static Map<Integer, List<Link>> byTarget(Program program) {
        var all = new TreeMap<Integer, List<Link>>();
        for (int i = 1; i < program.linksEnd(); i++)
            program.link(i)
                    .ifPresent(r -> all.computeIfAbsent(r.target(), _ -> new ArrayList<>())
                            .add(r.link()));
        return all;
    }

    private static boolean wants(Link link) {
        return link.bound() == Link.Bound.NONE && !(link.does() instanceof Link.Does.Interlock);
    }

    private static void refuseEquals(Program program) throws Invalid {
        for (var e : byTarget(program).entrySet()) {
            Property target = program.point(e.getKey()).orElseThrow().must();
            if (target.writing().orElseThrow().combine() != Property.Combine.NONE) continue;
            var wanting = e.getValue().stream().filter(Assessment::wants).toList();
            for (int i = 0; i < wanting.size(); i++)
                for (int j = i + 1; j < wanting.size(); j++) {
                    Link a = wanting.get(i);
                    Link b = wanting.get(j);
                    if (a.priority() != b.priority()) continue;
                    throw new Invalid(
                            mark(program, b),
                            "links " + a.id() + " and " + b.id() + " both set " + b.to()
                                    + " at priority " + b.priority().word()
                                    + "; give one another priority, or the property"
                                    + " combine: newest | min | max | and | or");
                }
        }
    }

    /// What belongs to two parties must not leave by another way.
    private static void refuseLeaks(Program program) throws Invalid {
        for (var link : program.directory.file().links().values()) {
            if (link.isPrivate()) continue;
            var run = program.link(program.directory.link(link.id())).orElseThrow();
            var used = new ArrayList<Integer>(List.of(run.target(), run.heartbeat(), run.own(), run.setpoint()));
            for (int s : run.sources()) used.add(s);
            for (int p : used)
                if (p != 0 && program.isPrivate(p))
                    throw new Invalid(
                            mark(program, link),
                            "link " + link.id() + " uses "
                                    + program.point(p).orElseThrow().path()
                                    + ", which belongs to a private link; make this one private too, or leave it out");
        }
        for (int i = 1; i < program.rulesEnd(); i++) {
            var run = program.rule(i);
            if (run.isEmpty()) continue;
            for (int p : run.get().uses())
                if (program.isPrivate(p))
                    throw new Invalid(
                            program.mark(run.get().rule()),
                            "rule " + run.get().rule().id() + " uses "
                                    + program.point(p).orElseThrow().path()
                                    + ", which belongs to a private link; rules look at what all may see");
        }
        for (var connector : program.directory.file().connectors().values())
            for (var serve : connector.serves())
                if (program.isPrivate(program.directory.property(serve.property())))
                    throw new Invalid(
                            serve.at().mark(),
                            "connector " + connector.id() + " serves " + serve.property()
                                    + ", which belongs to a private link");
    }

    private static Mark mark(Program program, Link link) {
        if (program.directory.file().tree().fields().get("links") instanceof Tree.Items items)
            for (var item : items.items())
                if (item instanceof Tree.Fields f
                        && f.fields().get("id") instanceof Tree.Scalar id
                        && id.text().equals(link.id())) return item.mark();
        return Mark.NONE;
    }

    /// Who wishes something for an actuator.
    private record Wishing(io.linkspan.model.Priority priority, String id, String how) {}

    private static Map<Integer, List<io.linkspan.model.Rule>> rulesByTarget(Program program) {
        var all = new TreeMap<Integer, List<io.linkspan.model.Rule>>();
        for (var rule : program.directory.file().rules().values())
            for (String to : rule.holds())
                all.computeIfAbsent(program.directory.property(to), _ -> new ArrayList<>())
                        .add(rule);
        return all;
    }

    private static List<String> overrides(Program program) {
        var sentences = new ArrayList<String>();
        var links = byTarget(program);
        var rules = rulesByTarget(program);
        var targets = new java.util.TreeSet<>(links.keySet());
        targets.addAll(rules.keySet());
        for (int target : targets) {
            var point = program.point(target).orElseThrow();
            var all = new ArrayList<Wishing>();
            for (var l : links.getOrDefault(target, List.of()))
                all.add(new Wishing(l.priority(), l.id(), wants(l) ? "" : ", a bound"));
            for (var r : rules.getOrDefault(target, List.of())) all.add(new Wishing(r.priority(), r.id(), ""));
            var names = new ArrayList<String>();
            all.stream()
                    .sorted(Comparator.comparing(Wishing::priority).thenComparing(Wishing::id))
                    .forEach(w -> names.add(w.id() + " (" + w.priority().word() + w.how() + ")"));
            point.writing().fallback().ifPresent(f -> names.add("fallback " + f));
            if (names.size() > 1) sentences.add(point.path() + ": " + String.join(" overrides ", names));
        }
        return sentences;
    }

    private static List<String> silences(Program program) {
        var sentences = new ArrayList<String>();
        for (var link : program.directory.file().links().values()) {
            var silent = link.silent();
            String after = link.id() + ": when its source is silent for " + Durations.format(silent.after()) + ", ";
            sentences.add(
                    link.isLimit()
                            ? after + link.to() + " is held at "
                                    + silent.value().orElseThrow().words()
                                    + silent.atMost()
                                            .map(d -> " for at most " + Durations.format(d))
                                            .orElse(" until it is heard again")
                            : after + "it lets go of " + link.to());
        }
        return sentences;
    }

    private static String thing(String path) {
        return path.substring(0, path.indexOf('.'));
    }

    /// Links whose target's machine reaches, over other links and over windows, the machine that they look at.
    private static List<String> loops(Program program) {
        var edges = new TreeMap<String, List<String[]>>();
        for (int i = 1; i < program.linksEnd(); i++) {
            var run = program.link(i);
            if (run.isEmpty()) continue;
            for (int s : run.get().sources()) {
                String from = program.point(s).orElseThrow().thing().id();
                edges.computeIfAbsent(from, _ -> new ArrayList<>()).add(new String[] {
                    thing(run.get().link().to()), run.get().link().id()
                });
            }
        }
        for (int i = 1; i < program.rulesEnd(); i++) {
            var run = program.rule(i);
            if (run.isEmpty()) continue;
            for (int s : run.get().looksAt())
                for (String to : run.get().rule().holds())
                    edges.computeIfAbsent(program.point(s).orElseThrow().thing().id(), _ -> new ArrayList<>())
                            .add(new String[] {thing(to), run.get().rule().id()});
        }
        for (var run : program.windows().values())
            for (var member : run.members())
                for (int s : member.properties())
                    edges.computeIfAbsent(thing(program.path(s)), _ -> new ArrayList<>())
                            .add(new String[] {thing(run.path()), ""});
        var sentences = new ArrayList<String>();
        for (var e : edges.entrySet())
            for (var edge : e.getValue())
                if (!edge[1].isEmpty() && reaches(edges, edge[0], e.getKey()))
                    sentences.add(edge[1] + ": what it does to " + edge[0] + " comes back to " + e.getKey()
                            + ", which it looks at");
        return sentences;
    }

    private static boolean reaches(Map<String, List<String[]>> edges, String from, String to) {
        var seen = new HashSet<String>(); // looked up only
        var next = new ArrayDeque<String>(List.of(from));
        while (!next.isEmpty()) {
            String at = next.poll();
            if (at.equals(to)) return true;
            if (seen.add(at)) for (var edge : edges.getOrDefault(at, List.of())) next.add(edge[0]);
        }
        return false;
    }

    private static List<String> risks(Program program) {
        var sentences = new ArrayList<String>();
        for (int p = 1; p < program.propertiesEnd(); p++) {
            var point = program.point(p);
            if (point.isEmpty()
                    || point.get().property() == null
                    || !point.get().must().writable()) continue;
            var writing = point.get().writing();
            if (writing.withoutUs() instanceof WithoutUs.None)
                sentences.add(point.get().path() + ": nobody said what it does when we are silent (without-us)");
        }
        return sentences;
    }
}
