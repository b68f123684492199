package io.linkspan.site;

import io.linkspan.model.Conversion;
import io.linkspan.model.Directory;
import io.linkspan.model.Invalid;
import io.linkspan.model.Link;
import io.linkspan.model.Mark;
import io.linkspan.model.Property;
import io.linkspan.model.Result.Sort;
import io.linkspan.model.Thing;
import io.linkspan.model.Units;
import io.linkspan.payload.Expression;
import io.linkspan.payload.Typed;
import io.linkspan.payload.Wanted;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A site's definition made ready to run: names are numbers, units are factors, expressions are compiled. Derived from
/// the
/// [Directory] alone; immutable.
final class Program {
    static final Program EMPTY = compileKnown(Directory.EMPTY);

    final Directory directory;
    private final @Nullable Point[] points;
    private final @Nullable Run[] links;
    private final Ruled ruled;
    private final int[][] linksOf;
    private final int[][] pointsOf;
    private final BitSet isPrivate = new BitSet();
    final Sleepers sleepers;
    private final Map<Integer, WindowRun> windows;
    private final WindowRun.Use[][] windowUses;

    /// A property or an action, by its number.
    record Point(
            int number,
            String path,
            Thing thing,
            @Nullable Property property,
            Thing.@Nullable Action action,
            int connector) {
        /// The property of a point that is known to be one.
        Property must() {
            if (property == null) throw new IllegalStateException(path + " is an action, not a property");
            return property;
        }

        Property.Writing writing() {
            return must().writing().orElseThrow(() -> new IllegalStateException(path + " is a sensor"));
        }
    }

    /// A link, by its number.
    ///
    /// @param sources numbers of the properties that it looks at
    /// @param heartbeat number, or 0
    /// @param conversion from the source's unit to the target's, for links that pass a value on
    /// @param expression for map and interlock
    /// @param variables numbers of the expression's properties, in its order
    /// @param own number of the property that measures the target's own draw, or 0
    /// @param setpoint number of the property that is a PID's set-point, or 0
    /// @param beside from the unit of `own` or `setpoint` to the source's
    record Run(
            int number,
            int version,
            Link link,
            int[] sources,
            int target,
            int heartbeat,
            Conversion conversion,
            @Nullable Expression expression,
            int[] variables,
            int own,
            int setpoint,
            Conversion beside) {}

    private Program(Directory directory) throws Invalid {
        this.directory = directory;
        points = new Point[1 + most(Sort.PROPERTY)];
        sleepers = new Sleepers(directory, points.length);
        links = new Run[1 + most(Sort.LINK)];
        var ofConnector = new HashMap<Integer, List<Integer>>(); // looked up only
        for (var thing : directory.file().things().values()) {
            int connector = thing.connector().map(directory::connector).orElse(0);
            for (var p : thing.properties().values()) {
                int n = add(thing, p.name(), p, null, connector);
                if (p.at().isPresent())
                    ofConnector
                            .computeIfAbsent(connector, _ -> new ArrayList<>())
                            .add(n);
            }
            for (var a : thing.actions().values()) add(thing, a.name(), null, a, connector);
        }
        pointsOf = new int[1 + most(Sort.CONNECTOR)][];
        for (int c = 0; c < pointsOf.length; c++)
            pointsOf[c] = ofConnector.getOrDefault(c, List.of()).stream()
                    .mapToInt(i -> i)
                    .toArray();
        ruled = new Ruled(directory, this);
        var users = new HashMap<Integer, List<Integer>>(); // looked up only
        for (var link : directory.file().links().values()) addLink(link, users);
        linksOf = new int[points.length][];
        for (int p = 0; p < points.length; p++)
            linksOf[p] = users.getOrDefault(p, List.of()).stream()
                    .mapToInt(i -> i)
                    .sorted()
                    .toArray();
        windows = WindowRun.compile(this);
        windowUses = windowUses();
    }

    /// By property, which windows look at it.
    private WindowRun.Use[][] windowUses() {
        var all = new HashMap<Integer, List<WindowRun.Use>>(); // looked up only
        for (var run : windows.values())
            for (int m = 0; m < run.members().size(); m++)
                for (int p : run.members().get(m).properties())
                    all.computeIfAbsent(p, _ -> new ArrayList<>()).add(new WindowRun.Use(run.number(), m));
        var uses = new WindowRun.Use[points.length][];
        for (int p = 0; p < uses.length; p++)
            uses[p] = all.getOrDefault(p, List.of()).toArray(WindowRun.Use[]::new);
        return uses;
    }

    /// Makes a directory ready to run.
    ///
    /// @throws Invalid an expression does not fit its types or units, at its line
    static Program compile(Directory directory) throws Invalid {
        return new Program(directory);
    }

    /// A directory that was compiled before, when it was applied.
    static Program compileKnown(Directory directory) {
        try {
            return new Program(directory);
        } catch (Invalid e) {
            throw new IllegalStateException("A site file that was in force does not compile: " + e.getMessage(), e);
        }
    }

    int most(Sort sort) {
        int most = 0;
        for (var n : directory.numbers().values()) if (n.sort() == sort) most = Math.max(most, n.number());
        return most;
    }

    private int add(Thing thing, String name, @Nullable Property p, Thing.@Nullable Action a, int connector) {
        String path = thing.id() + "." + name;
        int n = directory.property(path);
        points[n] = new Point(n, path, thing, p, a, connector);
        return n;
    }

    private void addLink(Link link, Map<Integer, List<Integer>> users) throws Invalid {
        int number = directory.link(link.id());
        int target = directory.property(link.to());
        var sources = new LinkedHashSet<Integer>();
        link.from().ifPresent(f -> sources.add(directory.property(f)));
        Expression expression = expression(link, must(target));
        if (expression != null) for (String v : expression.variables()) sources.add(directory.property(v));
        int own = link.does() instanceof Link.Does.Switch s && s.own().orElse(null) instanceof Link.Own.Measured m
                ? directory.property(m.property())
                : 0;
        int setpoint = link.does() instanceof Link.Does.Pid pid
                        && Character.isLetter(pid.setpoint().charAt(0))
                ? directory.property(pid.setpoint())
                : 0;
        int heartbeat = link.silent().heartbeat().map(directory::property).orElse(0);
        int[] looksAt = sources.stream().mapToInt(i -> i).toArray();
        var run = new Run(
                number,
                directory.version(Sort.LINK, link.id()),
                link,
                looksAt,
                target,
                heartbeat,
                conversion(link, must(target)),
                expression,
                expression == null
                        ? NONE
                        : expression.variables().stream()
                                .mapToInt(directory::property)
                                .toArray(),
                own,
                setpoint,
                beside(link, Math.max(own, setpoint)));
        links[number] = run;
        for (int s : looksAt) users.computeIfAbsent(s, _ -> new ArrayList<>()).add(number);
        for (int s : new int[] {own, setpoint, heartbeat})
            if (s != 0 && !sources.contains(s))
                users.computeIfAbsent(s, _ -> new ArrayList<>()).add(number);
        if (link.isPrivate()) {
            for (int s : looksAt) isPrivate.set(s);
            isPrivate.set(target);
        }
    }

    private @Nullable Expression expression(Link link, Property target) throws Invalid {
        String text;
        Wanted wanted;
        if (link.does() instanceof Link.Does.Map m) {
            text = m.expression();
            wanted = new Wanted(typed(target), m.unit().map(Units::parse));
        } else if (link.does() instanceof Link.Does.Interlock i) {
            text = i.when();
            wanted = Wanted.CONDITION;
        } else return null;
        return Expression.compile(mark(link), text, known(), wanted);
    }

    /// What an expression may name.
    Map<String, Typed> known() {
        var known = new HashMap<String, Typed>(); // looked up only
        for (var thing : directory.file().things().values())
            for (var p : thing.properties().values()) known.put(thing.id() + "." + p.name(), typed(p));
        return known;
    }

    static Typed typed(Property p) {
        return new Typed(
                p.type(), p.unit().map(Units::parse), List.copyOf(p.choices().values()));
    }

    private Mark mark(Link link) {
        if (directory.file().tree().fields().get("links") instanceof io.linkspan.model.Tree.Items items)
            for (var item : items.items())
                if (item instanceof io.linkspan.model.Tree.Fields f
                        && f.fields().get("id") instanceof io.linkspan.model.Tree.Scalar id
                        && id.text().equals(link.id())) return item.mark();
        return Mark.NONE;
    }

    private Conversion conversion(Link link, Property target) throws Invalid {
        if (!(link.does() instanceof Link.Does.Scale scale)) return Conversion.NONE;
        Property source = must(directory.property(link.from().orElseThrow()));
        if (source.type() != target.type()
                && !(source.type().isQuantity() && target.type().isQuantity()))
            throw new Invalid(
                    mark(link),
                    "link " + link.id() + " takes a " + source.type().word() + " to a "
                            + target.type().word() + "; write a map: or thresholds");
        if (!source.type().isQuantity() && (scale.factor() != 1 || scale.offset() != 0))
            throw new Invalid(
                    mark(link),
                    "link " + link.id() + " scales a " + source.type().word() + ", which is no quantity");
        // a factor other than 1 may stand for a relation between two dimensions: only a plain copy must have one
        if (scale.factor() != 1 || source.unit().isEmpty() || target.unit().isEmpty()) return Conversion.NONE;
        return between(link, source.unit().get(), target.unit().get());
    }

    /// What is compared with the source, or taken out of it, is in the source's unit first.
    private Conversion beside(Link link, int number) throws Invalid {
        if (number == 0) return Conversion.NONE;
        var unit = must(number).unit();
        var sources = must(directory.property(link.from().orElseThrow())).unit();
        return unit.isEmpty() || sources.isEmpty() ? Conversion.NONE : between(link, unit.get(), sources.get());
    }

    private Conversion between(Link link, String from, String to) throws Invalid {
        try {
            return Units.conversion(Units.parse(from), Units.parse(to));
        } catch (IllegalArgumentException e) {
            throw new Invalid(mark(link), "link " + link.id() + ": " + e.getMessage());
        }
    }

    private Property must(int number) {
        return point(number).orElseThrow().must();
    }

    /// The property or action of this number; none when it was taken out.
    Optional<Point> point(int number) {
        return number > 0 && number < points.length ? Optional.ofNullable(points[number]) : Optional.empty();
    }

    /// The link of this number; none when it was taken out.
    Optional<Run> link(int number) {
        return number > 0 && number < links.length ? Optional.ofNullable(links[number]) : Optional.empty();
    }

    /// Numbers of the links that look at a property.
    int[] linksOf(int property) {
        return property < linksOf.length ? linksOf[property] : NONE;
    }

    /// The rule or schedule of this number; none when it was taken out.
    Optional<RuleRun> rule(int number) {
        return ruled.rule(number);
    }

    /// Numbers of the rules that look at a property.
    int[] rulesOf(int property) {
        return ruled.of(property);
    }

    /// Numbers of the rules that the site's mode concerns.
    int[] rulesOfMode() {
        return ruled.ofMode();
    }

    /// Where a rule or schedule stands in its file.
    Mark mark(io.linkspan.model.Rule rule) {
        return ruled.mark(rule, "when");
    }

    int rulesEnd() {
        return ruled.end();
    }

    /// Numbers of the properties that a connector reads or writes.
    int[] pointsOf(int connector) {
        return connector < pointsOf.length ? pointsOf[connector] : NONE;
    }

    /// The windows, by the number of the property that each computes.
    Map<Integer, WindowRun> windows() {
        return windows;
    }

    /// Which windows look at a property.
    WindowRun.Use[] windowUses(int property) {
        return property > 0 && property < windowUses.length ? windowUses[property] : NO_USES;
    }

    /// The name of a property that is known to be there.
    String path(int property) {
        return point(property).orElseThrow().path();
    }

    boolean isPrivate(int property) {
        return isPrivate.get(property);
    }

    int propertiesEnd() {
        return points.length;
    }

    int linksEnd() {
        return links.length;
    }

    int connectorsEnd() {
        return pointsOf.length;
    }

    private static final int[] NONE = {};
    private static final WindowRun.Use[] NO_USES = {};
}
