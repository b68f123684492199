package io.linkspan.access;

import io.linkspan.feed.Contract;
import io.linkspan.model.Durations;
import io.linkspan.model.Invalid;
import io.linkspan.model.Settings;
import io.linkspan.model.SiteId;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/// The routes of applications: parties outside, each with a contract. Safe for many threads.
final class ApplicationRoutes {
    private final Function<SiteId, Optional<Applications>> kept;

    ApplicationRoutes(Function<SiteId, Optional<Applications>> kept) {
        this.kept = kept;
    }

    List<Route> all() {
        String all = "/v1/sites/{site}/applications";
        return List.of(
                Route.people("GET", all, Role.OWNER, this::list),
                Route.people("POST", all, Role.OWNER, this::make),
                Route.people("GET", all + "/{name}", Role.OWNER, v -> v.json(tree(find(v)))),
                Route.people("PATCH", all + "/{name}", Role.OWNER, this::change),
                Route.people("DELETE", all + "/{name}", Role.OWNER, this::remove),
                Route.data("PUT", all + "/{name}/cursor", this::cursor));
    }

    private Applications kept(Visit visit) throws Problem {
        return kept.apply(visit.place().id()).orElseThrow(() -> Problem.of(503, "This node keeps no applications yet"));
    }

    private Application find(Visit visit) throws Problem {
        String name = visit.part("name");
        return kept(visit).all().stream()
                .filter(a -> a.name().equals(name))
                .findFirst()
                .orElseThrow(() -> Problem.of(404, "There is no application \"" + Words.cut(name) + "\" here"));
    }

    private void list(Visit visit) throws Problem {
        visit.json(Words.fields()
                .list(
                        "applications",
                        kept(visit).all().stream().map(ApplicationRoutes::tree).toList())
                .done());
    }

    private void make(Visit visit) throws Problem, Invalid, IOException, InterruptedException {
        var kept = kept(visit);
        var s = visit.fields();
        String name = s.needName("name");
        if (kept.all().stream().anyMatch(a -> a.name().equals(name)))
            throw Problem.of(409, "There is an application \"" + name + "\" already; change it with PATCH");
        var contract = contract(visit.place(), name, s.below("contract"), Contract.OWNER);
        int quota = quota(s.below("quota"), Limits.ITEMS_PER_SECOND);
        s.finish();
        var token = kept.put(visit.by(), name, contract, quota);
        var out = Words.fields().text("name", name);
        token.ifPresent(t -> out.text("token", t));
        visit.json(201, out.done());
    }

    private void change(Visit visit) throws Problem, Invalid, IOException, InterruptedException {
        var now = find(visit);
        var s = visit.fields();
        var contract = contract(visit.place(), now.name(), s.below("contract"), now.contract());
        int quota = quota(s.below("quota"), now.itemsPerSecondMax());
        s.finish();
        kept(visit).put(visit.by(), now.name(), contract, quota);
        visit.json(tree(find(visit)));
    }

    private void remove(Visit visit) throws Problem, IOException, InterruptedException {
        String name = visit.part("name");
        if (!kept(visit).remove(visit.by(), name))
            throw Problem.of(404, "There is no application \"" + Words.cut(name) + "\" here");
        visit.nothing();
    }

    /// An application keeps its own cursor; the owner may set it back.
    private void cursor(Visit visit) throws Problem, Invalid, IOException, InterruptedException {
        var place = visit.place();
        String name = visit.part("name");
        var own = visit.who().application();
        boolean may =
                own.map(a -> a.name().equals(name)).orElse(visit.who().role().may(Role.OWNER));
        if (!may) throw Problem.of(403, "An application tells its own cursor only");
        var application = find(visit);
        var s = visit.fields();
        String position = s.needText("position", "\"42\"");
        s.finish();
        kept(visit).cursor(name, Positions.stored(place, application.contract(), position));
        visit.nothing();
    }

    // ---- contracts

    private static Contract contract(Place place, String party, Optional<Settings> written, Contract otherwise)
            throws Problem, Invalid {
        if (written.isEmpty()) {
            if (otherwise.isOwner())
                throw Problem.of(400, "\"contract\" is missing: {\"contract\": {\"properties\": [\"meter.power\"]}}");
            return otherwise;
        }
        var s = written.get();
        Set<String> paths = s.has("properties") ? paths(place, s) : otherwise.paths();
        if (s.has("properties") && paths.isEmpty())
            throw Problem.of(400, "\"properties\" lists at least one property or thing; \"*\" is all of them");
        Duration every = s.duration("every").orElse(otherwise.every());
        Duration delay = s.duration("delay").orElse(otherwise.delay());
        var until = s.text("until");
        long untilMicros = until.isPresent() ? Words.micros("until", until.get()) : otherwise.untilMicros();
        s.finish();
        try {
            return new Contract(
                    party, otherwise.version() + 1, paths.contains("*") ? Set.of() : paths, every, delay, untilMicros);
        } catch (IllegalArgumentException e) {
            throw Problem.of(400, String.valueOf(e.getMessage()));
        }
    }

    private static Set<String> paths(Place place, Settings s) throws Problem, Invalid {
        var all = new LinkedHashSet<String>();
        for (var item : s.items("properties")) {
            if (!(item instanceof Tree.Scalar text))
                throw Problem.of(400, "\"properties\" lists paths such as \"meter.power\", not " + item.kind());
            String path = text.text();
            boolean known = path.equals("*")
                    || place.directory().property(path) != 0
                    || place.directory().file().things().containsKey(path);
            if (!known)
                throw Problem.of(
                        400, "There is no thing or property \"" + Words.cut(path) + "\" in this site to let out");
            all.add(path);
        }
        return all;
    }

    private static int quota(Optional<Settings> written, int otherwise) throws Invalid {
        if (written.isEmpty()) return otherwise;
        int quota = (int) written.get().integer("items_per_s", otherwise, 1, Limits.ITEMS_PER_SECOND_MAX);
        written.get().finish();
        return quota;
    }

    private static Tree.Fields tree(Application a) {
        var contract = Words.fields()
                .plain("version", a.contract().version())
                .list(
                        "properties",
                        a.contract().paths().isEmpty()
                                ? List.of(Tree.text("*"))
                                : new TreeSet<>(a.contract().paths())
                                        .stream().map(Tree::text).toList());
        if (!a.contract().every().isZero())
            contract.text("every", Durations.format(a.contract().every()));
        if (!a.contract().delay().isZero())
            contract.text("delay", Durations.format(a.contract().delay()));
        if (a.contract().untilMicros() != Long.MAX_VALUE)
            contract.time("until", a.contract().untilMicros());
        var out = Words.fields().text("name", a.name()).put("contract", contract.done());
        if (a.itemsPerSecondMax() > 0)
            out.put(
                    "quota",
                    Words.fields().plain("items_per_s", a.itemsPerSecondMax()).done());
        a.cursor().ifPresent(c -> out.text("cursor", Positions.told(a.contract(), c)));
        return out.time("created", a.createdMicros()).done();
    }
}
