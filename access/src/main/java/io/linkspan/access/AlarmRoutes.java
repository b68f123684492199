package io.linkspan.access;

import io.linkspan.model.Invalid;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The routes about alarms: what stands, what was, what people do about it, and the messages that wait. Each becomes
/// one request of the set that the control socket has. No state.
final class AlarmRoutes {
    private AlarmRoutes() {}

    static List<Route> all() {
        String site = "/v1/sites/{site}";
        String alarm = site + "/alarms/{alarm}";
        return List.of(
                Route.people("GET", site + "/alarms", Role.VIEWER, AlarmRoutes::list),
                Route.people("POST", site + "/alarms/acknowledge", Role.OPERATOR, AlarmRoutes::acknowledge),
                Route.people("GET", alarm, Role.VIEWER, v -> ask(v, named(v, "alarm"))),
                Route.people("GET", alarm + "/journal", Role.VIEWER, v -> journal(v, named(v, "alarm-journal"))),
                Route.people("POST", alarm + "/acknowledge", Role.OPERATOR, v -> act(v, "acknowledge", "comment")),
                Route.people("POST", alarm + "/reset", Role.OPERATOR, v -> act(v, "reset", "comment")),
                Route.people("POST", alarm + "/shelve", Role.OPERATOR, v -> act(v, "shelve", "for", "reason")),
                Route.people("POST", alarm + "/unshelve", Role.OPERATOR, v -> act(v, "unshelve", "comment")),
                Route.people("POST", alarm + "/comment", Role.OPERATOR, v -> act(v, "comment", "text")),
                Route.people("PUT", alarm + "/service", Role.OPERATOR, AlarmRoutes::service),
                Route.people(
                        "GET",
                        site + "/alarm-journal",
                        Role.VIEWER,
                        v -> journal(v, SiteRoutes.request("alarm-journal", v.place()))),
                Route.people(
                        "GET", site + "/messages", Role.VIEWER, v -> ask(v, SiteRoutes.request("messages", v.place()))),
                Route.people("POST", site + "/channels/{channel}/test", Role.INSTALLER, AlarmRoutes::tryChannel));
    }

    private static Words.Fields named(Visit visit, String what) throws Problem {
        return SiteRoutes.request(what, visit.place()).text("alarm", visit.part("alarm"));
    }

    private static void ask(Visit visit, Words.Fields request) throws Problem, InterruptedException {
        visit.json(visit.desk().ask(visit.by(), request.done()).end());
    }

    private static void list(Visit visit) throws Problem, InterruptedException {
        var request = SiteRoutes.request("alarms", visit.place());
        for (String name : List.of("state", "severity", "group", "owner", "most"))
            visit.query(name).ifPresent(text -> request.text(name, text));
        ask(visit, request);
    }

    private static void journal(Visit visit, Words.Fields request) throws Problem, InterruptedException {
        visit.query("most").ifPresent(most -> request.text("most", most));
        ask(visit, request);
    }

    /// An act with texts in its body, which may be left out where none of them must be there.
    private static void act(Visit visit, String what, String... fields)
            throws Problem, Invalid, IOException, InterruptedException {
        var request = named(visit, what);
        var s = visit.fields();
        for (String field : fields) s.text(field).ifPresent(text -> request.text(field, text));
        s.finish();
        ask(visit, request);
    }

    private static void acknowledge(Visit visit) throws Problem, Invalid, IOException, InterruptedException {
        var s = visit.fields();
        var alarms = new ArrayList<Tree>(s.items("alarms"));
        var request = SiteRoutes.request("acknowledge", visit.place())
                .list("alarms", alarms)
                .plain("all", s.flag("all", false));
        s.text("comment").ifPresent(text -> request.text("comment", text));
        s.finish();
        ask(visit, request);
    }

    private static void service(Visit visit) throws Problem, Invalid, IOException, InterruptedException {
        var s = visit.fields();
        var request = named(visit, "alarm-service").plain("out", s.flag("out", true));
        s.text("reason").ifPresent(text -> request.text("reason", text));
        s.finish();
        ask(visit, request);
    }

    private static void tryChannel(Visit visit) throws Problem, InterruptedException {
        ask(visit, SiteRoutes.request("try-channel", visit.place()).text("channel", visit.part("channel")));
    }
}
