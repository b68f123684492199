package io.linkspan.access;

import io.linkspan.feed.Filter;
import io.linkspan.model.Cell;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Thing;
import io.linkspan.model.ThingDescription;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The routes that look at a site: sites, things, cells, links, the log, why, descriptions. No state.
final class SiteRoutes {
    private static final String TD_TYPE = "application/td+json";

    private SiteRoutes() {}

    static List<Route> all() {
        String site = "/v1/sites/{site}";
        return List.of(
                Route.data("GET", "/v1/sites", SiteRoutes::sites),
                Route.data("GET", site, SiteRoutes::site),
                Route.data("GET", site + "/things", SiteRoutes::things),
                Route.data(
                        "GET", site + "/things/{thing}", v -> v.json(thing(v.place(), v.filter(v.place()), named(v)))),
                Route.data("GET", site + "/things/{thing}/description", SiteRoutes::description),
                Route.data("GET", site + "/things/{thing}/properties/{property}", SiteRoutes::read),
                Route.data("GET", site + "/cells/{path}", SiteRoutes::cell),
                Route.people(
                        "GET",
                        site + "/links",
                        Role.VIEWER,
                        v -> v.json(
                                Words.fields().list("links", v.place().links()).done())),
                Route.people("GET", site + "/log", Role.VIEWER, SiteRoutes::log),
                Route.people("GET", site + "/why/{of}", Role.VIEWER, SiteRoutes::why),
                Route.data("GET", "/v1/things", SiteRoutes::directory),
                Route.data("GET", "/v1/things/{id}", SiteRoutes::described),
                Route.open("GET", "/.well-known/wot", SiteRoutes::directoryItself));
    }

    // ---- sites

    private static void sites(Visit visit) throws Problem {
        var all = new ArrayList<Tree>();
        for (var place : visit.desk().places())
            if (visit.who().maySee(place.id()))
                all.add(head(place, visit.filter(place)).done());
        visit.json(Words.fields().list("sites", all).done());
    }

    private static Words.Fields head(Place place, Filter filter) {
        var file = place.directory().file();
        String title = file.tree().fields().get("title") instanceof Tree.Scalar t ? t.text() : file.name();
        var head = Words.fields()
                .text("name", file.name())
                .text("title", title)
                .text("id", place.id().toString())
                .text("zone", file.zone().getId());
        if (!filter.contract().isOwner()) return head;
        return head.plain("armed", place.armed())
                .plain("revision", place.directory().revision())
                .text("position", Words.position(place.newest()))
                .plain("things", file.things().size())
                .plain("properties", file.paths().size())
                .plain("links", file.links().size());
    }

    private static void site(Visit visit) throws Problem, InterruptedException {
        var place = visit.place();
        var head = head(place, visit.filter(place));
        if (visit.who().application().isEmpty()) {
            var status = visit.desk()
                    .ask(visit.by(), request("status", place).done())
                    .end();
            for (String name : List.of("version", "disk", "trouble", "connectors"))
                Optional.ofNullable(status.fields().get(name)).ifPresent(t -> head.put(name, t));
        }
        visit.json(head.done());
    }

    /// A request of the one request set, for this site.
    static Words.Fields request(String what, Place place) {
        return Words.fields().text("do", what).text("site", place.id().toString());
    }

    // ---- things

    private static void things(Visit visit) throws Problem, IOException {
        var place = visit.place();
        var filter = visit.filter(place);
        var all = new ArrayList<Tree>();
        for (var thing : place.directory().file().things().values()) {
            var tree = thing(place, filter, thing);
            if (isShown(tree)) all.add(tree);
        }
        var out = Words.fields().list("things", all);
        if (filter.contract().isOwner()) out.text("position", Words.position(place.newest()));
        visit.json(out.done());
    }

    /// A thing of which a contract lets nothing out is not there.
    private static boolean isShown(Tree.Fields thing) {
        return thing.fields().get("properties") instanceof Tree.Items p
                        && !p.items().isEmpty()
                || thing.fields().containsKey("actions");
    }

    private static Thing named(Visit visit) throws Problem {
        var place = visit.place();
        var filter = visit.filter(place);
        String id = visit.part("thing");
        var thing = place.directory().file().things().get(id);
        if (thing != null
                && (filter.contract().isOwner() || !open(place, filter, thing).isEmpty())) return thing;
        throw Problem.of(
                404,
                "There is no thing \"" + Words.cut(id) + "\" in "
                        + place.directory().file().name() + "; GET /v1/sites/{site}/things lists them");
    }

    private static List<String> open(Place place, Filter filter, Thing thing) {
        var all = new ArrayList<String>();
        for (var p : thing.properties().values()) {
            String path = thing.id() + "." + p.name();
            if (filter.contract().isOwner() || filter.lets(place.directory().property(path))) all.add(path);
        }
        return all;
    }

    static Tree.Fields thing(Place place, Filter filter, Thing thing) throws IOException {
        var out = Words.fields()
                .text("id", thing.id())
                .text("title", thing.title().orElse(thing.id().replace('_', ' ')));
        thing.kind().ifPresent(k -> out.text("kind", k));
        thing.connector().ifPresent(c -> out.text("connector", c));
        var cells = new ArrayList<Tree>();
        for (String path : open(place, filter, thing)) {
            var cell = place.cell(place.directory().property(path));
            if (cell.isPresent()) cells.add(Cells.shown(place, filter, cell.get()));
        }
        out.list("properties", cells);
        if (filter.contract().isOwner()) {
            var actions = new ArrayList<Tree>();
            for (var a : thing.actions().values()) {
                var action = Words.fields()
                        .text("name", a.name())
                        .text("title", a.title().orElse(a.name().replace('_', ' ')));
                a.input().ifPresent(t -> action.text("input", t.word()));
                actions.add(action.done());
            }
            out.list("actions", actions);
        }
        return out.done();
    }

    // ---- cells

    private static void cell(Visit visit) throws Problem, IOException {
        var place = visit.place();
        var filter = visit.filter(place);
        visit.json(Cells.shown(place, filter, Cells.find(place, filter, visit.part("path"))));
    }

    /// WoT `readproperty`: the bare value.
    private static void read(Visit visit) throws Problem, IOException {
        var place = visit.place();
        var filter = visit.filter(place);
        String path = visit.part("thing") + "." + visit.part("property");
        Cell cell = Cells.find(place, filter, path);
        var value = Cells.shown(place, filter, cell).fields().get("value");
        if (value == null)
            throw Problem.of(
                    cell.isPrivate() || filter.isReduced() ? 403 : 503,
                    cell.isPrivate()
                            ? path + " belongs to the two machines of a private link; nobody is given its value"
                            : filter.isReduced()
                                    ? "The contract lets windows out and no single values; ask for the cell, or its"
                                            + " history with every="
                                    : path + " was not read yet; the cell says whether it is missing, and since when");
        visit.json(value);
    }

    // ---- the log

    private static void log(Visit visit) throws Problem, InterruptedException {
        var place = visit.place();
        int most = visit.number("most", 100, 1, Limits.LOG_ENTRIES_MAX);
        var request = request("tail", place).plain("most", most);
        var from = visit.query("from");
        var before = visit.query("before");
        if (from.isPresent()) request.text("from", exact(place, "from", from.get()));
        else {
            var end = before.isPresent()
                    ? Words.position(place.id(), "before", before.get())
                    : io.linkspan.feed.Feed.after(place.newest());
            var begin = new io.linkspan.model.Log.Position(place.id(), end.epoch(), Math.max(1, end.seq() - most));
            request.text("from", begin.epoch() + ":" + begin.seq()).plain("most", Math.max(0, end.seq() - begin.seq()));
        }
        var done = visit.desk().ask(visit.by(), request.done());
        visit.json(Words.fields()
                .list("entries", done.items())
                .put("position", done.end().fields().getOrDefault("position", Tree.text("")))
                .done());
    }

    private static String exact(Place place, String name, String text) throws Problem {
        var at = Words.position(place.id(), name, text);
        return at.epoch() + ":" + at.seq();
    }

    private static void why(Visit visit) throws Problem, InterruptedException {
        var place = visit.place();
        String of = visit.part("of");
        String asked = Character.isDigit(of.charAt(0)) ? exact(place, "the position", of) : of;
        visit.json(visit.desk()
                .ask(visit.by(), request("why", place).text("of", asked).done())
                .end());
    }

    // ---- descriptions (W3C WoT Thing Description 1.1, WoT Discovery)

    private static void description(Visit visit) throws Problem {
        var place = visit.place();
        send(visit, td(visit, place, visit.filter(place), named(visit).id()));
    }

    private static void send(Visit visit, Tree td) {
        visit.send(200, TD_TYPE, Json.write(td).getBytes(StandardCharsets.UTF_8));
    }

    private static Tree.Fields td(Visit visit, Place place, Filter filter, String thing) {
        String site = place.directory().file().name();
        String base = origin(visit) + "/v1/sites/" + site + "/";
        var td = new LinkedHashMap<>(
                ThingDescription.of(place.directory(), place.id(), thing, base).fields());
        td.put("securityDefinitions", Tree.fields(security()));
        td.put("security", Tree.items(List.of(Tree.text("bearer"))));
        if (filter.contract().isOwner()) return Tree.fields(td);
        td.remove("actions");
        td.remove("linkspan:links");
        if (td.get("properties") instanceof Tree.Fields all) {
            var open = new LinkedHashMap<>(all.fields());
            open.keySet().removeIf(p -> !filter.lets(place.directory().property(thing + "." + p)));
            td.put("properties", Tree.fields(open));
        }
        return Tree.fields(td);
    }

    private static Map<String, Tree> security() {
        return Map.of(
                "bearer",
                Words.fields().text("scheme", "bearer").text("in", "header").done());
    }

    private static String origin(Visit visit) {
        return (visit.request().isSecure() ? "https://" : "http://")
                + visit.header("Host").orElse("localhost");
    }

    private static List<Tree.Fields> descriptions(Visit visit) throws Problem {
        var all = new ArrayList<Tree.Fields>();
        for (var place : visit.desk().places()) {
            if (!visit.who().maySee(place.id())) continue;
            var filter = visit.filter(place);
            for (var thing : place.directory().file().things().values())
                if (filter.contract().isOwner() || !open(place, filter, thing).isEmpty())
                    all.add(td(visit, place, filter, thing.id()));
        }
        return all;
    }

    /// WoT Discovery, 7.3.2.1.5: the list of all descriptions, a part at a time.
    private static void directory(Visit visit) throws Problem {
        var all = descriptions(visit);
        int offset = visit.number("offset", 0, 0, Integer.MAX_VALUE >> 4);
        int limit = visit.number("limit", 100, 1, 1_000);
        int end = Math.min(all.size(), offset + limit);
        if (end < all.size()) visit.header("Link", "</v1/things?offset=" + end + "&limit=" + limit + ">; rel=\"next\"");
        visit.send(
                200,
                "application/ld+json",
                Json.write(Tree.items(List.copyOf(all.subList(Math.min(offset, end), end))))
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static void described(Visit visit) throws Problem {
        String id = visit.part("id");
        for (var td : descriptions(visit))
            if (td.fields().get("id") instanceof Tree.Scalar s && s.text().equals(id)) {
                send(visit, td);
                return;
            }
        throw Problem.of(404, "No thing here has the id \"" + Words.cut(id) + "\"; GET /v1/things lists them");
    }

    /// The directory describes itself as a thing (WoT Discovery, 7.3.1); reading it needs no right, what it lists
    /// does.
    private static void directoryItself(Visit visit) throws Invalid {
        String text = """
                {"@context": ["https://www.w3.org/2022/wot/td/v1.1", "https://www.w3.org/2022/wot/discovery"],
                 "@type": "ThingDirectory", "title": "Things of this Linkspan",
                 "securityDefinitions": {"bearer": {"scheme": "bearer", "in": "header"}}, "security": ["bearer"],
                 "properties": {"things": {"type": "array", "readOnly": true,
                   "uriVariables": {"offset": {"type": "integer"}, "limit": {"type": "integer"}},
                   "forms": [{"href": "/v1/things{?offset,limit}", "op": "readproperty",
                              "contentType": "application/ld+json"}]}},
                 "actions": {"retrieveThing": {"uriVariables": {"id": {"type": "string"}}, "safe": true,
                   "forms": [{"href": "/v1/things/{id}", "op": "invokeaction", "htv:methodName": "GET",
                              "response": {"contentType": "application/td+json"}}]}}}
                """;
        var td = new LinkedHashMap<>(Json.parseFields("", text).fields());
        td.put("base", Tree.text(origin(visit)));
        send(visit, Tree.fields(td));
    }
}
