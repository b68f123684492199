package io.linkspan.access;

import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Settings;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/// The routes of rehearsals, which show what a site file would have done, and of the shadow, which runs one beside the
/// site. Neither writes to a machine; a person puts the shadow's file in force. No state.
final class RehearsalRoutes {
    private static final List<String> SPAN = List.of("last", "from", "to");

    private RehearsalRoutes() {}

    static List<Route> all() {
        String rehearsals = "/v1/sites/{site}/rehearsals";
        String shadow = "/v1/sites/{site}/shadow";
        return List.of(
                Route.people("POST", rehearsals, Role.OPERATOR, RehearsalRoutes::begin),
                Route.people("GET", rehearsals, Role.OPERATOR, v -> asked(v, 200, request(v, "rehearsals"))),
                Route.people("GET", rehearsals + "/{id}", Role.OPERATOR, v -> asked(v, 200, one(v, "rehearsal"))),
                Route.people(
                        "DELETE", rehearsals + "/{id}", Role.OPERATOR, v -> asked(v, 200, one(v, "rehearsal-cancel"))),
                Route.people("GET", shadow, Role.OPERATOR, v -> asked(v, 200, request(v, "shadow"))),
                Route.people("PUT", shadow, Role.INSTALLER, RehearsalRoutes::shadow),
                Route.people("DELETE", shadow, Role.INSTALLER, v -> asked(v, 200, request(v, "shadow-stop"))),
                Route.people("POST", shadow + "/switch", Role.INSTALLER, RehearsalRoutes::switchTo));
    }

    private static Words.Fields request(Visit visit, String what) throws Problem {
        return SiteRoutes.request(what, visit.place());
    }

    private static void asked(Visit visit, int status, Words.Fields request) throws Problem, InterruptedException {
        visit.json(status, visit.desk().ask(visit.by(), request.done()).end());
    }

    private static Words.Fields one(Visit visit, String what) throws Problem {
        String id = visit.part("id");
        if (!id.matches("[0-9]{1,9}"))
            throw Problem.of(404, "A rehearsal has a number, such as 1, not \"" + Words.cut(id) + "\"");
        return request(visit, what).plain("id", id);
    }

    /// A site file as `text/yaml` with the span in the query or, as `application/json`, all of it in the body;
    /// without
    /// a file the log is held against itself.
    private static void begin(Visit visit) throws Problem, Invalid, IOException, InterruptedException {
        var request = request(visit, "rehearsal-start");
        for (String name : SPAN) visit.query(name).ifPresent(t -> request.text(name, t));
        body(visit, request, true);
        asked(visit, 202, request);
    }

    private static void shadow(Visit visit) throws Problem, Invalid, IOException, InterruptedException {
        var request = request(visit, "shadow-start");
        body(visit, request, false);
        asked(visit, 200, request);
    }

    private static void body(Visit visit, Words.Fields request, boolean span) throws Problem, Invalid, IOException {
        String text = visit.body(Limits.FILE_BYTES_MAX);
        String type = visit.header("Content-Type").orElse("text/yaml").toLowerCase(Locale.ROOT);
        if (type.startsWith("text/yaml") || type.startsWith("application/yaml")) {
            if (!text.isBlank()) request.text("yaml", text);
            return;
        }
        if (!type.startsWith("application/json"))
            throw Problem.of(415, "A site file is text/yaml, or {\"yaml\": \"...\"} as application/json");
        var s = new Settings(Json.parseFields("", text.isBlank() ? "{}" : text));
        s.text("yaml").ifPresent(y -> request.text("yaml", y));
        if (span) for (String name : SPAN) s.text(name).ifPresent(t -> request.text(name, t));
        s.finish();
    }

    private static void switchTo(Visit visit) throws Problem, Invalid, IOException, InterruptedException {
        var s = visit.fields();
        var request = request(visit, "shadow-switch")
                .plain("confirmed", s.flag("confirmed", false))
                .plain("force", s.flag("force", false));
        s.finish();
        asked(visit, 200, request);
    }
}
