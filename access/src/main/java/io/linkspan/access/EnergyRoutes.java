package io.linkspan.access;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The routes of energy and its cost. All ask through the filter of who asks. Safe for many threads.
final class EnergyRoutes {
    private final Energy energy = new Energy();

    List<Route> all() {
        String path = "/v1/sites/{site}/energy";
        return List.of(Route.data("GET", path, this::json), Route.data("GET", path + ".csv", this::csv));
    }

    private io.linkspan.model.Tree.Fields asked(Visit visit) throws Problem, IOException {
        var place = visit.place();
        var toText = visit.query("to");
        long to = toText.isPresent() ? Words.micros("to", toText.get()) : place.nowMicros();
        var fromText = visit.query("from");
        var zone = place.directory().file().zone();
        long from = fromText.isPresent()
                ? Words.micros("from", fromText.get())
                : Bill.micros(Bill.month(zone, to - 1).atDay(1), zone);
        var asked = new Energy.Asked(from, to, visit.query("every").orElse("day"));
        return energy.tell(place, visit.filter(place), asked);
    }

    private void json(Visit visit) throws Problem, IOException {
        visit.json(asked(visit));
    }

    private void csv(Visit visit) throws Problem, IOException {
        String text = EnergyCsv.of(asked(visit));
        visit.header("Content-Disposition", "attachment; filename=\"energy.csv\"");
        visit.send(200, "text/csv; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }
}
