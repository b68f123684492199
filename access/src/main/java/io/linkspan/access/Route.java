package io.linkspan.access;

import io.linkspan.model.Invalid;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// One thing that can be asked for over HTTP.
///
/// @param template the path, with the parts that vary in braces: `/v1/sites/{site}`
/// @param needs the role that may ask; none: everybody
/// @param applications whether an application may ask too, as far as its contract lets it
/// @param streams the answer goes on until somebody ends it
record Route(
        String method,
        String template,
        Optional<Role> needs,
        boolean applications,
        boolean streams,
        Answer answer,
        List<String> segments) {

    /// Gives the answer.
    @FunctionalInterface
    interface Answer {
        void give(Visit visit) throws Problem, Invalid, IOException, InterruptedException;
    }

    private static Route route(String method, String template, Optional<Role> needs, boolean apps, Answer answer) {
        return new Route(method, template, needs, apps, false, answer, split(template));
    }

    /// For everybody, signed in or not.
    static Route open(String method, String template, Answer answer) {
        return route(method, template, Optional.empty(), true, answer);
    }

    /// For people of at least this role.
    static Route people(String method, String template, Role needs, Answer answer) {
        return route(method, template, Optional.of(needs), false, answer);
    }

    /// For who may look, and for applications.
    static Route data(String method, String template, Answer answer) {
        return route(method, template, Optional.of(Role.VIEWER), true, answer);
    }

    /// The same with an answer that goes on.
    Route streaming() {
        return new Route(method, template, needs, applications, true, answer, segments);
    }

    static List<String> split(String path) {
        return List.of(path.substring(path.startsWith("/") ? 1 : 0).split("/", -1));
    }

    /// All that can be asked for. Immutable.
    record Table(List<Route> routes) {
        Table {
            routes = List.copyOf(routes);
        }

        /// A route with what stands in its braces.
        record Found(Route route, Map<String, String> parts) {}

        /// What a request asks for; `HEAD` is `GET` without its body.
        Optional<Found> find(String method, List<String> path) {
            String wanted = method.equals("HEAD") ? "GET" : method;
            for (var route : routes)
                if (route.method.equals(wanted)) {
                    var parts = match(route.segments, path);
                    if (parts.isPresent()) return Optional.of(new Found(route, parts.get()));
                }
            return Optional.empty();
        }

        /// The methods that a path has; empty when there is no such path.
        TreeSet<String> methods(List<String> path) {
            var all = new TreeSet<String>();
            for (var route : routes) if (match(route.segments, path).isPresent()) all.add(route.method);
            if (all.contains("GET")) all.add("HEAD");
            return all;
        }

        private static Optional<Map<String, String>> match(List<String> template, List<String> path) {
            if (template.size() != path.size()) return Optional.empty();
            Map<String, String> parts = Map.of();
            for (int i = 0; i < template.size(); i++) {
                String t = template.get(i);
                if (t.startsWith("{")) {
                    if (path.get(i).isEmpty()) return Optional.empty();
                    if (parts.isEmpty()) parts = new TreeMap<>();
                    parts.put(t.substring(1, t.length() - 1), path.get(i));
                } else if (!t.equals(path.get(i))) return Optional.empty();
            }
            return Optional.of(parts);
        }
    }
}
