package io.linkspan.access;

import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The routes of plans: where things stand, and the pictures under them. No state.
final class PlanRoutes {
    /// A picture is opened as a picture and as nothing else, also when somebody goes to its address (Content
    /// Security
    /// Policy Level 3, 6.3.2).
    private static final String PICTURE_POLICY = "default-src 'none'; sandbox";

    private PlanRoutes() {}

    static List<Route> all() {
        String site = "/v1/sites/{site}";
        String picture = site + "/pictures/{name}";
        return List.of(
                Route.people("GET", site + "/plans", Role.VIEWER, PlanRoutes::plans),
                Route.people("GET", site + "/pictures", Role.VIEWER, PlanRoutes::list),
                Route.people("GET", picture, Role.VIEWER, PlanRoutes::get),
                Route.people("PUT", picture, Role.INSTALLER, PlanRoutes::put),
                Route.people("DELETE", picture, Role.INSTALLER, PlanRoutes::remove));
    }

    // ---- where things stand

    private static void plans(Visit visit) throws Problem, IOException {
        var place = visit.place();
        var file = place.directory().file();
        var pictures = place.pictures().list();
        var plans = new ArrayList<Tree>();
        for (var plan : file.plans().values()) {
            var out = Words.fields()
                    .text("id", plan.id())
                    .text("title", plan.title().orElse(plan.id().replace('_', ' ')))
                    .text("image", plan.image());
            Picture.named(pictures, plan.image()).ifPresent(p -> out.put("picture", listed(p)));
            plans.add(out.done());
        }
        var places = new ArrayList<Tree>();
        var positions = new ArrayList<Tree>();
        for (var thing : file.things().values()) {
            thing.place()
                    .ifPresent(p -> places.add(Words.fields()
                            .text("thing", thing.id())
                            .text("plan", p.plan())
                            .plain("x", p.x())
                            .plain("y", p.y())
                            .done()));
            thing.position()
                    .ifPresent(p ->
                            positions.add(position(p).text("thing", thing.id()).done()));
        }
        var out = Words.fields()
                .plain("revision", place.directory().revision())
                .list("plans", plans)
                .list("places", places)
                .list("positions", positions);
        file.position().ifPresent(p -> out.put("site", position(p).done()));
        visit.json(out.done());
    }

    private static Words.Fields position(Value.Position p) {
        return Words.fields().plain("latitude", p.latitude()).plain("longitude", p.longitude());
    }

    // ---- pictures

    private static Tree.Fields listed(Picture.Listed p) {
        return Words.fields()
                .text("name", p.name())
                .text("type", p.picture().kind().mediaType())
                .plain("width", p.picture().width())
                .plain("height", p.picture().height())
                .plain("bytes", p.bytes())
                .text("tag", p.tag())
                .done();
    }

    private static void list(Visit visit) throws Problem, IOException {
        var all = new ArrayList<Tree>();
        for (var p : visit.place().pictures().list()) all.add(listed(p));
        visit.json(Words.fields().list("pictures", all).done());
    }

    private static void get(Visit visit) throws Problem, IOException {
        String name = visit.part("name");
        var stored = visit.place().pictures().get(name).orElseThrow(() -> none(name));
        String tag = "\"" + stored.tag() + "\"";
        visit.header("ETag", tag);
        visit.header("Cache-Control", "private, no-cache");
        visit.header("Content-Security-Policy", PICTURE_POLICY);
        if (visit.header("If-None-Match").filter(m -> m.contains(tag)).isPresent()) visit.unchanged();
        else visit.send(200, stored.picture().kind().mediaType(), stored.bytes());
    }

    private static Problem none(String name) {
        return Problem.of(
                404, "There is no picture \"" + Words.cut(name) + "\" here; GET /v1/sites/{site}/pictures lists them");
    }

    private static void put(Visit visit) throws Problem, IOException {
        var pictures = visit.place().pictures();
        String type = visit.header("Content-Type").orElse("").toLowerCase(Locale.ROOT);
        if (!type.startsWith("image/") && !type.startsWith("application/octet-stream"))
            throw Problem.of(
                    415, "The body is a picture (image/png, image/jpeg or image/webp), not " + Words.cut(type));
        byte[] bytes = visit.bytes(Pictures.BYTES_MAX);
        try {
            visit.json(listed(pictures.put(visit.part("name"), bytes)));
        } catch (IllegalArgumentException e) {
            throw Problem.of(422, e.getMessage());
        }
    }

    private static void remove(Visit visit) throws Problem, IOException {
        String name = visit.part("name");
        if (!visit.place().pictures().remove(name)) throw none(name);
        visit.nothing();
    }
}
