package io.linkspan.access;

import io.linkspan.access.GraphiteSeries.At;
import io.linkspan.access.GraphiteSeries.How;
import io.linkspan.access.GraphiteSeries.Source;
import io.linkspan.access.GraphiteSeries.Steps;
import io.linkspan.model.Json;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.regex.Pattern;

/// What a render request asks for, worked out: its span, and the functions of Graphite that we have. For one thread.
///
/// @param sources what may be taken
/// @param from first second, since 1970 UTC
/// @param until the second after the last
/// @param pointsMax most points of a series
record GraphiteChart(Map<String, Source> sources, long from, long until, int pointsMax) {
    /// Most series of one answer.
    static final int SERIES_MAX = 500;

    /// Steps that people can read off an axis, in seconds.
    private static final List<Long> STEPS =
            List.of(1L, 2L, 5L, 10L, 15L, 30L, 60L, 120L, 300L, 600L, 900L, 1_800L, 3_600L, 7_200L, 21_600L, 43_200L);

    private static final long DAY = 86_400;

    /// What each function is called with, for the editor of Grafana.
    static final Map<String, String> FUNCTIONS = functions();

    private static Map<String, String> functions() {
        var all = new LinkedHashMap<String, String>();
        all.put("absolute", "seriesList");
        all.put("alias", "seriesList, newName:string");
        all.put("aliasByMetric", "seriesList");
        all.put("aliasByNode", "seriesList, *nodes:node");
        all.put("averageSeries", "*seriesLists");
        all.put("consolidateBy", "seriesList, consolidationFunc:string");
        all.put("constantLine", "value:float");
        all.put("maxSeries", "*seriesLists");
        all.put("minSeries", "*seriesLists");
        all.put("offset", "seriesList, factor:float");
        all.put("scale", "seriesList, factor:float");
        all.put("sumSeries", "*seriesLists");
        all.put("summarize", "seriesList, intervalString:interval, func:string");
        return all;
    }

    /// The series of a target.
    List<GraphiteSeries> of(String target) throws Problem, IOException {
        return of(GraphiteTarget.parse(target), Optional.empty());
    }

    /// @param steps how a value a step is told; none: as a chart shows it
    private List<GraphiteSeries> of(GraphiteTarget target, Optional<Steps> steps) throws Problem, IOException {
        return switch (target) {
            case GraphiteTarget.Path p -> path(p.pattern(), steps);
            case GraphiteTarget.Call c -> call(c, steps);
            case GraphiteTarget.Amount _, GraphiteTarget.Text _ ->
                throw Problem.of(400, "A number or a text is no series; a path is such as home.boiler.temperature");
        };
    }

    private List<GraphiteSeries> path(String pattern, Optional<Steps> steps) throws Problem, IOException {
        var all = new ArrayList<GraphiteSeries>();
        for (var source : matching(sources, pattern)) {
            if (all.size() == SERIES_MAX)
                throw Problem.of(400, Words.cut(pattern) + " is more than " + SERIES_MAX + " series; name fewer");
            all.add(steps.isPresent() ? source.told(from, until, steps.get()) : source.chart(from, until, pointsMax));
        }
        return all;
    }

    // ---- functions

    private List<GraphiteSeries> call(GraphiteTarget.Call c, Optional<Steps> steps) throws Problem, IOException {
        return switch (c.name()) {
            case "constantLine" -> {
                double value = amount(c, 0);
                String name = Double.toString(value);
                yield List.of(new GraphiteSeries(name, "", List.of(new At(from, value), new At(until, value))));
            }
            case "alias" -> {
                String name = text(c, 1);
                yield each(c, steps, 2, s -> s.named(name));
            }
            case "aliasByMetric" ->
                each(c, steps, 1, s -> s.named(s.path().substring(s.path().lastIndexOf('.') + 1)));
            case "aliasByNode" -> byNode(c, steps);
            case "scale" -> {
                double by = amount(c, 1);
                if (steps.isPresent() && by < 0) // the least would become the largest
                throw Problem.of(400, "scale by less than 0 goes around summarize and consolidateBy, not into them");
                yield changed(c, steps, x -> x * by);
            }
            case "offset" -> {
                double by = amount(c, 1);
                outside(c, steps);
                yield changed(c, steps, x -> x + by);
            }
            case "absolute" -> {
                outside(c, steps);
                yield changed(c, steps, Math::abs);
            }
            case "consolidateBy" -> {
                var how = How.of(text(c, 1));
                yield each(
                        of(argument(c, 0), Optional.of(new Steps(step(), how))),
                        s -> s.named("consolidateBy(" + s.name() + ",\"" + textOf(c, 1) + "\")"));
            }
            case "summarize" -> summarize(c, steps);
            case "sumSeries", "sum" -> joined(c, steps, Double::sum, false);
            case "averageSeries", "avg" -> joined(c, steps, Double::sum, true);
            case "minSeries" -> joined(c, steps, Math::min, false);
            case "maxSeries" -> joined(c, steps, Math::max, false);
            default -> // open: what a client wrote
                throw Problem.of(
                        400,
                        "The function " + Words.cut(c.name()) + " is not here; there are "
                                + String.join(", ", FUNCTIONS.keySet())
                                + ". Grafana's own transformations can do more");
        };
    }

    private interface Change {
        GraphiteSeries of(GraphiteSeries series) throws Problem;
    }

    private static List<GraphiteSeries> each(List<GraphiteSeries> all, Change change) throws Problem {
        var changed = new ArrayList<GraphiteSeries>();
        for (var s : all) changed.add(change.of(s));
        return changed;
    }

    private List<GraphiteSeries> each(GraphiteTarget.Call c, Optional<Steps> steps, int args, Change change)
            throws Problem, IOException {
        if (c.args().size() < args) throw missing(c);
        return each(of(argument(c, 0), steps), change);
    }

    private List<GraphiteSeries> changed(GraphiteTarget.Call c, Optional<Steps> steps, DoubleUnaryOperator by)
            throws Problem, IOException {
        String more = c.args().size() > 1 ? "," + plain(amount(c, 1)) : "";
        return each(c, steps, 1, s -> s.each(c.name() + "(" + s.name() + more + ")", by));
    }

    /// What does not go through a mean or a range unchanged is done after it.
    private static void outside(GraphiteTarget.Call c, Optional<Steps> steps) throws Problem {
        if (steps.isPresent())
            throw Problem.of(400, c.name() + " goes around summarize, consolidateBy and sums, not into them");
    }

    private List<GraphiteSeries> byNode(GraphiteTarget.Call c, Optional<Steps> steps) throws Problem, IOException {
        var nodes = new ArrayList<Integer>();
        for (int i = 1; i < c.args().size(); i++) nodes.add((int) amount(c, i));
        return each(c, steps, 2, s -> {
            String[] parts = s.path().split("\\.", -1);
            var name = new ArrayList<String>();
            for (int n : nodes) {
                int i = n < 0 ? parts.length + n : n;
                if (i >= 0 && i < parts.length) name.add(parts[i]);
            }
            return s.named(String.join(".", name));
        });
    }

    private List<GraphiteSeries> summarize(GraphiteTarget.Call c, Optional<Steps> steps) throws Problem, IOException {
        outside(c, steps);
        long seconds = seconds(text(c, 1));
        var how = c.args().size() > 2 ? How.of(text(c, 2)) : How.SUM;
        if (c.args().size() > 3)
            throw Problem.of(400, "summarize begins its steps at whole ones of the clock; leave its last argument out");
        String more = ", \"" + textOf(c, 1) + "\", \"" + how.name().toLowerCase(Locale.ROOT) + "\")";
        return each(
                of(argument(c, 0), Optional.of(new Steps(seconds, how))), s -> s.named("summarize(" + s.name() + more));
    }

    private List<GraphiteSeries> joined(
            GraphiteTarget.Call c, Optional<Steps> steps, DoubleBinaryOperator join, boolean mean)
            throws Problem, IOException {
        var wanted = steps.orElse(new Steps(step(), How.AVERAGE));
        var series = new ArrayList<GraphiteSeries>();
        for (int i = 0; i < c.args().size(); i++) series.addAll(of(argument(c, i), Optional.of(wanted)));
        if (series.isEmpty()) return List.of();
        var sums = new TreeMap<Long, Double>();
        var counts = new TreeMap<Long, Integer>();
        for (var s : series)
            for (var p : s.points()) {
                sums.putIfAbsent(p.second(), Double.NaN);
                if (Double.isNaN(p.value())) continue;
                sums.merge(p.second(), p.value(), (a, b) -> Double.isNaN(a) ? b : join.applyAsDouble(a, b));
                counts.merge(p.second(), 1, Integer::sum);
            }
        var points = sums.entrySet().stream()
                .map(e -> new At(e.getKey(), mean ? e.getValue() / counts.getOrDefault(e.getKey(), 1) : e.getValue()))
                .toList();
        String name = c.name() + "("
                + String.join(",", series.stream().map(GraphiteSeries::name).toList()) + ")";
        return List.of(new GraphiteSeries(name, "", points));
    }

    /// The shortest step that keeps to the most points, and to the windows of a contract.
    private long step() {
        long least = Math.max(1, (until - from) / Math.max(1, pointsMax));
        long windows = sources.values().stream()
                .mapToLong(s -> s.filter().contract().every().toSeconds())
                .max()
                .orElse(0);
        for (long step : STEPS) if (step >= least && (windows == 0 || step % windows == 0)) return step;
        return Math.ceilDiv(least, DAY) * DAY;
    }

    // ---- arguments

    private static GraphiteTarget argument(GraphiteTarget.Call c, int i) throws Problem {
        if (i < c.args().size()) return c.args().get(i);
        throw missing(c);
    }

    private static Problem missing(GraphiteTarget.Call c) {
        return Problem.of(
                400,
                c.name() + " wants more: " + c.name() + "(" + FUNCTIONS.getOrDefault(c.name(), "seriesList") + ")");
    }

    private static double amount(GraphiteTarget.Call c, int i) throws Problem {
        if (argument(c, i) instanceof GraphiteTarget.Amount(double value)) return value;
        throw Problem.of(400, c.name() + " wants a number as argument " + (i + 1));
    }

    private static String text(GraphiteTarget.Call c, int i) throws Problem {
        if (argument(c, i) instanceof GraphiteTarget.Text(String text)) return text;
        throw Problem.of(400, c.name() + " wants a text in quotes as argument " + (i + 1));
    }

    private static String textOf(GraphiteTarget.Call c, int i) {
        return c.args().get(i) instanceof GraphiteTarget.Text(String text) ? text : "";
    }

    private static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15 ? Long.toString((long) value) : "" + value;
    }

    /// `1h`, `15min`, `1hour`, `1d` (Graphite, "intervalString").
    static long seconds(String text) throws Problem {
        var m = INTERVAL.matcher(text);
        long seconds = 0;
        if (m.matches()) {
            long n = Long.parseLong(m.group(1));
            String unit = m.group(2);
            seconds = n
                    * (unit.startsWith("s")
                            ? 1
                            : unit.startsWith("mi") || unit.equals("m")
                                    ? 60
                                    : unit.startsWith("h") ? 3_600 : unit.startsWith("d") ? DAY : 7 * DAY);
        }
        if (seconds > 0) return seconds;
        throw Problem.of(400, "A step is such as 30s, 15min, 1h, 1d or 1w, not \"" + Words.cut(text) + "\"");
    }

    private static final Pattern INTERVAL = Pattern.compile(
            "([0-9]{1,6})\\s*(s|sec|secs|second|seconds|m|min|mins|minute|minutes|h|hour|hours|d|day|days|w|week|weeks)");

    /// `from` and `until` (Graphite render API): seconds since 1970, `now`, `-1h`, `now-15min`.
    static long second(String name, String text, long now) throws Problem {
        if (text.matches("[0-9]{1,12}")) return Long.parseLong(text);
        String rest = text.startsWith("now") ? text.substring(3) : text;
        if (rest.isEmpty() && text.startsWith("now")) return now;
        if (rest.startsWith("-")) return now - seconds(rest.substring(1));
        throw Problem.of(400, name + " is a second since 1970, now, -1h or now-15min, not \"" + Words.cut(text) + "\"");
    }

    // ---- paths

    /// What matches a path with wildcards (Graphite, "Paths and Wildcards"), by name.
    static List<Source> matching(Map<String, Source> sources, String pattern) throws Problem {
        var glob = GraphiteGlob.of(pattern);
        return sources.values().stream().filter(s -> glob.matches(s.path())).toList();
    }

    // ---- the answer

    /// `[{"target": ..., "tags": {"name": ...}, "datapoints": [[value, second], ...]}]`.
    static String json(List<GraphiteSeries> all) {
        var out = new StringBuilder("[");
        for (var series : all) {
            out.append(out.length() > 1 ? "," : "").append("{\"target\":").append(Json.write(Tree.text(series.name())));
            out.append(",\"tags\":{\"name\":")
                    .append(Json.write(Tree.text(series.path())))
                    .append("},\"datapoints\":[");
            boolean first = true;
            for (var p : series.points()) {
                out.append(first ? "[" : ",[");
                out.append(Double.isFinite(p.value()) ? plain(p.value()) : "null");
                out.append(',').append(p.second()).append(']');
                first = false;
            }
            out.append("]}");
        }
        return out.append(']').toString();
    }
}
