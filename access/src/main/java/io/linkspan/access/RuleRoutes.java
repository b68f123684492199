package io.linkspan.access;

import io.linkspan.model.Invalid;
import java.io.IOException;
import java.util.List;

/// The routes about what a site does by itself: rules and schedules, modes, scenes. Each is one request of the set that
/// the
/// control socket has. No state.
final class RuleRoutes {
    private RuleRoutes() {}

    static List<Route> all() {
        String site = "/v1/sites/{site}";
        return List.of(
                Route.people("GET", site + "/rules", Role.VIEWER, v -> asked(v, "rules")),
                Route.people("GET", site + "/rules/{rule}", Role.VIEWER, RuleRoutes::rule),
                Route.people("PUT", site + "/rules/{rule}/sleep", Role.OPERATOR, RuleRoutes::sleep),
                Route.people("GET", site + "/mode", Role.VIEWER, v -> asked(v, "modes")),
                Route.people("PUT", site + "/mode", Role.OPERATOR, RuleRoutes::mode),
                Route.people("GET", site + "/scenes", Role.VIEWER, v -> asked(v, "scenes")),
                Route.people("POST", site + "/scenes/{scene}", Role.OPERATOR, RuleRoutes::scene));
    }

    private static void asked(Visit visit, String what) throws Problem, InterruptedException {
        answer(visit, SiteRoutes.request(what, visit.place()));
    }

    private static void answer(Visit visit, Words.Fields request) throws Problem, InterruptedException {
        visit.json(visit.desk().ask(visit.by(), request.done()).end());
    }

    private static void rule(Visit visit) throws Problem, InterruptedException {
        var request = SiteRoutes.request("rule", visit.place()).text("rule", visit.part("rule"));
        visit.query("most").ifPresent(most -> request.text("most", most));
        answer(visit, request);
    }

    private static void sleep(Visit visit) throws Problem, Invalid, IOException, InterruptedException {
        var request = SiteRoutes.request("rule-sleep", visit.place()).text("rule", visit.part("rule"));
        var s = visit.fields();
        request.plain("off", s.flag("off", true));
        s.text("reason").ifPresent(r -> request.text("reason", r));
        s.finish();
        answer(visit, request);
    }

    private static void mode(Visit visit) throws Problem, Invalid, IOException, InterruptedException {
        var s = visit.fields();
        var request = SiteRoutes.request("mode", visit.place()).text("mode", s.needText("mode", "away"));
        s.finish();
        answer(visit, request);
    }

    private static void scene(Visit visit) throws Problem, Invalid, IOException, InterruptedException {
        var request = SiteRoutes.request("scene", visit.place()).text("scene", visit.part("scene"));
        var s = visit.fields();
        for (String name : List.of("for", "priority", "deadline"))
            s.text(name).filter(t -> !t.isEmpty()).ifPresent(t -> request.text(name, t));
        s.finish();
        if (!visit.flag("wait", true)) request.plain("no-wait", true);
        answer(visit, request);
    }
}
