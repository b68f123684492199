package io.linkspan.access;

import io.linkspan.model.Tree;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The routes of the Graphite HTTP API (render API and metrics API of Graphite-web 1.1) as far as Grafana's data source
/// asks for them: the readings by time, under `site.thing.property`. No state.
final class GraphiteRoutes {
    /// Everything of it lies below; here Basic authentication counts too, with a token as its password.
    static final String BELOW = "/graphite";

    /// The version of the API that is spoken.
    private static final String VERSION = "1.1.10";

    private static final String JSON = "application/json";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final int POINTS_USUAL = 1_000;
    private static final long SPAN_SECONDS = 86_400;
    private static final int TARGETS_MAX = 100;

    private GraphiteRoutes() {}

    static List<Route> all() {
        var all = new ArrayList<Route>();
        for (String method : List.of("GET", "POST")) {
            all.add(Route.data(method, BELOW + "/render", GraphiteRoutes::render));
            all.add(Route.data(method, BELOW + "/metrics/find", GraphiteRoutes::find));
            all.add(Route.data(method, BELOW + "/metrics/expand", GraphiteRoutes::expand));
        }
        all.add(Route.data("GET", BELOW + "/functions", v -> v.json(functions())));
        all.add(Route.data("GET", BELOW + "/version", v -> v.json(Tree.text(VERSION))));
        for (String tags : List.of("/tags", "/tags/autoComplete/tags", "/tags/autoComplete/values"))
            all.add(Route.data("GET", BELOW + tags, v -> v.json(Tree.items(List.of())))); // paths alone name a series
        return all;
    }

    // ---- what is asked

    /// The parameters of a request, from its query and from its form.
    private record Asked(Map<String, List<String>> all) {
        static Asked of(Visit visit) throws Problem, IOException {
            var all = new LinkedHashMap<String, List<String>>();
            for (String name : visit.request().query().names())
                all.computeIfAbsent(name, _ -> new ArrayList<>())
                        .addAll(visit.request().query().all(name));
            String type = visit.header("Content-Type").orElse(FORM);
            String body = visit.body(Limits.BODY_BYTES_MAX);
            if (!body.isEmpty() && !type.startsWith(FORM))
                throw Problem.of(415, "The body is " + FORM + ", not " + Words.cut(type));
            for (String pair : body.split("&", -1)) {
                int equals = pair.indexOf('=');
                if (equals > 0)
                    all.computeIfAbsent(decoded(pair.substring(0, equals)), _ -> new ArrayList<>())
                            .add(decoded(pair.substring(equals + 1)));
            }
            return new Asked(all);
        }

        private static String decoded(String text) throws Problem {
            try {
                return URLDecoder.decode(text, StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                throw Problem.of(400, "This form can not be read: " + Words.cut(text));
            }
        }

        Optional<String> one(String name) {
            return Optional.ofNullable(all.get(name)).map(List::getLast).filter(t -> !t.isEmpty());
        }

        String need(String name) throws Problem {
            return one(name).orElseThrow(() -> Problem.of(400, name + " is missing"));
        }
    }

    // ---- answers

    private static void render(Visit visit) throws Problem, IOException {
        var asked = Asked.of(visit);
        String format = asked.one("format").orElse("json");
        if (!format.equals("json")) throw Problem.of(400, "Only format=json is told, not " + Words.cut(format));
        long now =
                visit.desk().places().stream().mapToLong(Place::nowMicros).max().orElse(0) / 1_000_000;
        long until = GraphiteChart.second("until", asked.one("until").orElse("now"), now);
        long from = asked.one("from").isPresent()
                ? GraphiteChart.second("from", asked.need("from"), now)
                : until - SPAN_SECONDS;
        if (from >= until) throw Problem.of(400, "from is not before until");
        String points = asked.one("maxDataPoints").orElse("" + POINTS_USUAL);
        if (!points.matches("[0-9]{1,9}"))
            throw Problem.of(400, "maxDataPoints is a whole number, not " + Words.cut(points));
        int pointsMax = Math.clamp(Integer.parseInt(points), 1, Limits.POINTS_MAX);
        var targets = asked.all().getOrDefault("target", List.of());
        if (targets.size() > TARGETS_MAX)
            throw Problem.of(400, "One request has at most " + TARGETS_MAX + " targets, not " + targets.size());
        var chart = new GraphiteChart(GraphiteSeries.sources(visit), from, until, pointsMax);
        var all = new ArrayList<GraphiteSeries>();
        for (String target : targets) all.addAll(chart.of(target));
        if (all.size() > GraphiteChart.SERIES_MAX)
            throw Problem.of(400, "One answer has at most " + GraphiteChart.SERIES_MAX + " series; name fewer");
        visit.send(200, JSON, GraphiteChart.json(all).getBytes(StandardCharsets.UTF_8));
    }

    /// One level of the tree of names (Graphite metrics API, `format=treejson`).
    private static void find(Visit visit) throws Problem, IOException {
        var asked = Asked.of(visit);
        String query = asked.need("query");
        int depth = query.split("\\.", -1).length;
        var glob = GraphiteGlob.of(query);
        var found = new TreeMap<String, Boolean>();
        for (var source : GraphiteSeries.sources(visit).values()) {
            String[] parts = source.path().split("\\.", -1);
            if (parts.length < depth) continue;
            String id = String.join(".", List.of(parts).subList(0, depth));
            if (glob.matches(id)) found.merge(id, parts.length == depth, (a, b) -> a && b);
        }
        var all = new ArrayList<Tree>();
        found.forEach((id, isLeaf) -> all.add(Words.fields()
                .text("text", id.substring(id.lastIndexOf('.') + 1))
                .text("id", id)
                .plain("leaf", isLeaf ? 1 : 0)
                .plain("expandable", isLeaf ? 0 : 1)
                .plain("allowChildren", isLeaf ? 0 : 1)
                .put("context", Tree.fields(Map.of()))
                .done()));
        visit.json(Tree.items(all));
    }

    private static void expand(Visit visit) throws Problem, IOException {
        var asked = Asked.of(visit);
        var sources = GraphiteSeries.sources(visit);
        var all = new ArrayList<Tree>();
        for (String query : asked.all().getOrDefault("query", List.of()))
            for (var source : GraphiteChart.matching(sources, query)) all.add(Tree.text(source.path()));
        visit.json(Words.fields().list("results", all).done());
    }

    /// The functions for the editor: what they are called with.
    private static Tree functions() {
        var all = new LinkedHashMap<String, Tree>();
        GraphiteChart.FUNCTIONS.forEach((name, written) -> {
            var params = new ArrayList<Tree>();
            for (String each : written.split(", ", -1)) {
                boolean many = each.startsWith("*");
                String[] param = each.substring(many ? 1 : 0).split(":", -1);
                params.add(Words.fields()
                        .text("name", param[0])
                        .text("type", param.length > 1 ? param[1] : param[0])
                        .plain("required", true)
                        .plain("multiple", many)
                        .done());
            }
            all.put(
                    name,
                    Words.fields()
                            .text("name", name)
                            .text("function", name + "(" + written.replaceAll(":[a-z]+", "") + ")")
                            .text("description", "docs/grafana.md says what it does")
                            .text("module", "linkspan")
                            .text("group", "Linkspan")
                            .list("params", params)
                            .done());
        });
        return Tree.fields(all);
    }
}
