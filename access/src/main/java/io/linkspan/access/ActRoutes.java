package io.linkspan.access;

import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// The routes that act: holds, actions, service, armed, the site file. Each becomes one request of the set that the
/// control socket has, done in the name of who is signed in. Safe for many threads.
final class ActRoutes {
    /// One file at a time for a site, so that `If-Match` means what it says.
    private final Map<String, ReentrantLock> files = new ConcurrentHashMap<>();

    List<Route> all() {
        String site = "/v1/sites/{site}";
        String cell = site + "/cells/{path}";
        return List.of(
                Route.people("PUT", site + "/things/{thing}/properties/{property}", Role.OPERATOR, ActRoutes::write),
                Route.people("POST", cell + "/holds", Role.OPERATOR, ActRoutes::hold),
                Route.people("DELETE", cell + "/holds", Role.OPERATOR, ActRoutes::release),
                Route.people("POST", site + "/things/{thing}/actions/{action}", Role.OPERATOR, ActRoutes::invoke),
                Route.people("GET", site + "/commands", Role.VIEWER, v -> asked(v, "commands")),
                Route.people("POST", site + "/commands", Role.OPERATOR, ActRoutes::order),
                Route.people("GET", site + "/commands/{key}", Role.VIEWER, v -> keyed(v, "command")),
                Route.people("DELETE", site + "/commands/{key}", Role.OPERATOR, v -> keyed(v, "cancel")),
                Route.people("PUT", site + "/things/{thing}/service", Role.OPERATOR, ActRoutes::service),
                Route.people("POST", site + "/sentences", Role.VIEWER, ActRoutes::say),
                Route.people("PUT", site + "/armed", Role.INSTALLER, ActRoutes::arm),
                Route.people("GET", site + "/file", Role.INSTALLER, ActRoutes::file),
                Route.people("PUT", site + "/file", Role.INSTALLER, this::apply),
                Route.people("GET", site + "/revisions", Role.INSTALLER, v -> asked(v, "revisions")),
                Route.people("GET", site + "/revisions/{revision}", Role.INSTALLER, ActRoutes::revision),
                Route.people("POST", site + "/probe", Role.INSTALLER, ActRoutes::probe),
                Route.people("POST", site + "/try", Role.INSTALLER, ActRoutes::tryOut),
                Route.people("GET", site + "/found", Role.INSTALLER, v -> asked(v, "found")),
                Route.people(
                        "GET",
                        "/v1/profiles",
                        Role.VIEWER,
                        v -> v.json(v.desk()
                                .ask(
                                        v.by(),
                                        Words.fields().text("do", "profiles").done())
                                .end())),
                Route.people(
                        "GET",
                        "/v1/schema/site",
                        Role.VIEWER,
                        v -> v.send(
                                200,
                                "application/schema+json",
                                v.desk().siteSchema().getBytes(java.nio.charset.StandardCharsets.UTF_8))));
    }

    // ---- wishes

    /// WoT `writeproperty`: done, or a problem that says what became of it.
    private static void write(Visit visit) throws Problem, Invalid, IOException, InterruptedException {
        String path = visit.part("thing") + "." + visit.part("property");
        var request =
                SiteRoutes.request("set", visit.place()).text("property", path).text("value", text(visit.value()));
        key(visit).ifPresent(k -> request.text("key", k));
        var end = visit.desk().ask(visit.by(), request.done()).end();
        String kind = below(end, "outcome", "kind").orElse("unknown");
        if (kind.equals("done")) visit.nothing();
        else if (end.fields().containsKey("progress")) visit.json(202, end); // it waits for the device to wake
        else
            throw Problem.of(
                            kind.equals("refused") || kind.equals("outranked") ? 409 : 504,
                            path + " was not set: "
                                    + below(end, "outcome", "text")
                                            .orElse("nobody knows yet what became of it; the log will tell"))
                    .and("outcome", end.fields().getOrDefault("outcome", Tree.text("unknown")))
                    .and("position", end.fields().getOrDefault("position", Tree.text("")));
    }

    private static void hold(Visit visit) throws Problem, Invalid, IOException, InterruptedException {
        var place = visit.place();
        var s = visit.fields();
        var value = s.part("value")
                .orElseThrow(
                        () -> Problem.of(400, "\"value\" is missing: what shall it be, such as {\"value\": true}"));
        var request = SiteRoutes.request("set", place)
                .text("property", visit.part("path"))
                .text("value", text(value));
        for (String name : List.of("for", "priority", "deadline"))
            s.text(name).filter(t -> !t.isEmpty()).ifPresent(t -> request.text(name, t));
        s.finish();
        command(visit, request);
    }

    private static void release(Visit visit) throws Problem, InterruptedException {
        var request = SiteRoutes.request("release", visit.place()).text("property", visit.part("path"));
        visit.query("priority").ifPresent(p -> request.text("priority", p));
        command(visit, request);
    }

    private static void invoke(Visit visit) throws Problem, Invalid, IOException, InterruptedException {
        var place = visit.place();
        var s = visit.fields();
        var request =
                SiteRoutes.request("invoke", place).text("action", visit.part("thing") + "." + visit.part("action"));
        s.part("value").ifPresent(v -> request.text("value", text(v)));
        s.text("deadline").ifPresent(d -> request.text("deadline", d));
        s.finish();
        command(visit, request);
    }

    /// A sentence: a viewer may ask with one, and is told so where it would act.
    private static void say(Visit visit) throws Problem, Invalid, IOException, InterruptedException {
        var place = visit.place();
        var s = visit.fields();
        var request = SiteRoutes.request("say", place)
                .text("sentence", s.needText("sentence", "\"turn off the lights\""))
                .plain("dry-run", s.flag("dry_run", false))
                .plain("may-act", visit.who().role().may(Role.OPERATOR));
        for (String name : List.of("choice", "language", "priority"))
            s.text(name).filter(t -> !t.isEmpty()).ifPresent(t -> request.text(name, t));
        s.finish();
        key(visit).ifPresent(k -> request.text("key", k));
        visit.json(visit.desk().ask(visit.by(), request.done()).end());
    }

    private static void command(Visit visit, Words.Fields request) throws Problem, InterruptedException {
        key(visit).ifPresent(k -> request.text("key", k));
        boolean waits = visit.flag("wait", true);
        if (!waits) request.plain("no-wait", true);
        var end = visit.desk().ask(visit.by(), request.done()).end();
        visit.json(end.fields().containsKey("outcome") ? 200 : 202, end);
    }

    // ---- commands as such

    /// One order over many things.
    private static void order(Visit visit) throws Problem, Invalid, IOException, InterruptedException {
        var s = visit.fields();
        var request = SiteRoutes.request("bulk", visit.place());
        for (String name : List.of("kind", "pattern", "property", "rate", "for", "priority", "deadline"))
            s.text(name).filter(t -> !t.isEmpty()).ifPresent(t -> request.text(name, t));
        var things = s.part("things");
        if (things.isPresent()) request.put("things", things.get());
        s.part("value").ifPresent(v -> request.text("value", text(v)));
        s.text("at_once").ifPresent(n -> request.text("at-once", n));
        s.text("stop_after").ifPresent(n -> request.text("stop-after", n));
        s.finish();
        key(visit).ifPresent(k -> request.text("key", k));
        visit.json(202, visit.desk().ask(visit.by(), request.done()).end());
    }

    private static void keyed(Visit visit, String what) throws Problem, InterruptedException {
        var request = SiteRoutes.request(what, visit.place()).text("key", visit.part("key"));
        visit.json(visit.desk().ask(visit.by(), request.done()).end());
    }

    /// The same key is done once, whatever happens in between.
    private static Optional<String> key(Visit visit) throws Problem {
        var key = visit.header("Idempotency-Key").map(k -> k.replaceAll("^\"(.*)\"$", "$1"));
        if (key.isPresent() && (key.get().isBlank() || key.get().length() > Limits.KEY_CHARS_MAX))
            throw Problem.of(400, "Idempotency-Key is 1 to " + Limits.KEY_CHARS_MAX + " characters long");
        return key;
    }

    /// A value as people write it: the request set reads it by the property's type.
    private static String text(Tree value) {
        return value instanceof Tree.Scalar s ? s.text() : Json.write(value);
    }

    private static Optional<String> below(Tree.Fields tree, String name, String field) {
        return tree.fields().get(name) instanceof Tree.Fields f && f.fields().get(field) instanceof Tree.Scalar s
                ? Optional.of(s.text())
                : Optional.empty();
    }

    // ---- what has no outcome of its own

    private static void service(Visit visit) throws Problem, Invalid, IOException, InterruptedException {
        var place = visit.place();
        var s = visit.fields();
        var request = SiteRoutes.request("service", place)
                .text("thing", visit.part("thing"))
                .plain("out", s.flag("out", true));
        s.text("reason").ifPresent(r -> request.text("reason", r));
        s.finish();
        visit.json(visit.desk().ask(visit.by(), request.done()).end());
    }

    private static void arm(Visit visit) throws Problem, Invalid, IOException, InterruptedException {
        var place = visit.place();
        var s = visit.fields();
        if (!s.has("armed")) throw Problem.of(400, "\"armed\" is missing: {\"armed\": true} or {\"armed\": false}");
        var request = SiteRoutes.request("arm", place).plain("armed", s.flag("armed", false));
        s.finish();
        visit.json(visit.desk().ask(visit.by(), request.done()).end());
    }

    // ---- the site file

    private static void file(Visit visit) throws Problem, InterruptedException {
        var end = visit.desk()
                .ask(visit.by(), SiteRoutes.request("export", visit.place()).done())
                .end();
        var revision = end.fields().getOrDefault("revision", Tree.plain(0));
        visit.header("ETag", "\"" + text(revision) + "\"");
        visit.json(Words.fields()
                .put("revision", revision)
                .put("yaml", end.fields().getOrDefault("yaml", Tree.text("")))
                .done());
    }

    private static void asked(Visit visit, String what) throws Problem, InterruptedException {
        visit.json(visit.desk()
                .ask(visit.by(), SiteRoutes.request(what, visit.place()).done())
                .end());
    }

    private static void revision(Visit visit) throws Problem, InterruptedException {
        var request = SiteRoutes.request("revision", visit.place());
        String text = visit.part("revision");
        if (!text.matches("[0-9]{1,18}"))
            throw Problem.of(400, "A revision is a whole number, not \"" + Words.cut(text) + "\"");
        visit.json(visit.desk()
                .ask(visit.by(), request.text("revision", text).done())
                .end());
    }

    // ---- before anything is applied

    private static void probe(Visit visit) throws Problem, Invalid, IOException, InterruptedException {
        var s = visit.fields();
        var request = SiteRoutes.request("probe", visit.place())
                .text("type", s.needText("type", "modbus_tcp"))
                .put(
                        "line",
                        s.part("line")
                                .orElseThrow(() -> Problem.of(
                                        400,
                                        "\"line\" is missing: how the line is reached, such as"
                                                + " {\"endpoint\": \"192.168.1.30:502\"}")));
        s.finish();
        visit.json(visit.desk().ask(visit.by(), request.done()).end());
    }

    private static void tryOut(Visit visit) throws Problem, Invalid, IOException, InterruptedException {
        var s = visit.fields();
        var request = SiteRoutes.request("try", visit.place())
                .text("thing", s.needText("thing", "meter_2"))
                .text("yaml", s.needText("yaml", "\"linkspan: 1 ...\""));
        s.finish();
        visit.json(visit.desk().ask(visit.by(), request.done()).end());
    }

    private void apply(Visit visit) throws Problem, Invalid, IOException, InterruptedException {
        var place = visit.place();
        String yaml = yaml(visit);
        boolean merge = visit.flag("merge", false);
        var match = visit.header("If-Match");
        var request = SiteRoutes.request("apply", place)
                .text("yaml", yaml)
                .plain("dry-run", visit.flag("dry_run", false))
                .plain("confirmed", visit.flag("confirmed", false))
                .plain("merge", merge);
        if (match.isPresent() && !merge) request.plain("force", true); // who names the revision knows what it replaces
        var lock = files.computeIfAbsent(place.id().toString(), _ -> new ReentrantLock());
        lock.lockInterruptibly();
        try {
            if (match.isPresent() && !merge) needRevision(place, match.get());
            visit.json(visit.desk().ask(visit.by(), request.done()).end());
        } finally {
            lock.unlock();
        }
    }

    private static void needRevision(Place place, String match) throws Problem {
        String running = Long.toString(place.directory().revision());
        if (match.equals("*") || match.replace("\"", "").equals(running)) return;
        throw Problem.of(
                412,
                "The file is of revision " + Words.cut(match) + ", running is " + running
                        + "; get the running one, or join both with ?merge=true");
    }

    private static String yaml(Visit visit) throws Problem, Invalid, IOException {
        String text = visit.body(Limits.FILE_BYTES_MAX);
        String type = visit.header("Content-Type").orElse("text/yaml").toLowerCase(java.util.Locale.ROOT);
        if (type.startsWith("text/yaml") || type.startsWith("application/yaml")) return text;
        if (!type.startsWith("application/json"))
            throw Problem.of(415, "A site file is text/yaml, or {\"yaml\": \"...\"} as application/json");
        var s = new io.linkspan.model.Settings(Json.parseFields("", text));
        String yaml = s.needText("yaml", "\"linkspan: 1 ...\"");
        s.finish();
        return yaml;
    }
}
