package io.linkspan.access;

import io.linkspan.feed.Filter;
import io.linkspan.model.AlarmState;
import io.linkspan.model.Cell;
import io.linkspan.model.Directory;
import io.linkspan.model.Json;
import io.linkspan.model.Principal;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What one open page does not know yet of a site: first all of it, then the cells that changed, conflated. For one
/// thread.
final class LiveChanges {
    private final Place place;
    private final Filter filter;
    private final Desk desk;
    private final Map<String, Cell> known = new HashMap<>();
    private final Map<Integer, AlarmState> alarms = new HashMap<>();
    private Directory of = Directory.EMPTY;
    private boolean begun;
    private long seen = -1;
    private String head = "";

    LiveChanges(Place place, Filter filter, Desk desk) {
        this.place = place;
        this.filter = filter;
        this.desk = desk;
    }

    /// What is new.
    @SuppressWarnings("ReferenceEquality") // an equal one would do too, and comparing costs more than telling all
    List<PageChanges.Event> next(Principal by) throws IOException, InterruptedException, Problem {
        var now = place.directory();
        if (!begun || of != now) {
            of = now;
            begun = true;
            var lines = lines(by);
            head = head(lines);
            return List.of(snapshot(lines));
        }
        var events = new ArrayList<PageChanges.Event>();
        long changes = place.changes();
        if (changes != seen) {
            seen = changes;
            var cells = changed();
            if (!cells.isEmpty())
                events.add(new PageChanges.Event(
                        "cells",
                        Json.write(Words.fields()
                                .list("cells", cells)
                                .time("now", place.nowMicros())
                                .done())));
            var moved = moved();
            if (!moved.isEmpty())
                events.add(new PageChanges.Event(
                        "alarms", Json.write(counted(moved).done())));
        }
        String headNow = head(lines(by));
        if (!headNow.equals(head)) {
            head = headNow;
            events.add(new PageChanges.Event("site", headNow));
        }
        return events;
    }

    private PageChanges.Event snapshot(List<Tree> lines) throws IOException {
        known.clear();
        seen = place.changes();
        // Taken before what is shown: a cell that changes in between is told once more, and never not at all.
        for (String path : of.file().paths()) place.cell(of.property(path)).ifPresent(c -> known.put(path, c));
        alarms.clear();
        var standing = moved().stream()
                .filter(t -> t.fields().get("state") instanceof Tree.Scalar s
                        && !s.text().equals("normal"))
                .toList();
        var page = place.page();
        var things = new ArrayList<Tree>();
        for (var thing : of.file().things().values()) things.add(SiteRoutes.thing(place, filter, thing));
        return new PageChanges.Event(
                "snapshot",
                Json.write(Words.fields()
                        .list("things", things)
                        .plain("armed", place.armed())
                        .plain("revision", of.revision())
                        .text("position", Words.position(place.newest()))
                        .text("note", page.note())
                        .plain("speed", page.speed())
                        .time("now", place.nowMicros())
                        .list("connectors", lines)
                        .put("alarms", counted(standing).done())
                        .done()));
    }

    /// Alarms with how many there are in all.
    private Words.Fields counted(List<Tree.Fields> told) {
        var all = alarms.values();
        return Words.fields()
                .list("alarms", told)
                .plain("standing", all.stream().filter(AlarmState::isStanding).count())
                .plain(
                        "unacknowledged",
                        all.stream().filter(AlarmState::needsAcknowledging).count())
                .time("now", place.nowMicros());
    }

    /// The alarms that stand otherwise than this page knows.
    private List<Tree.Fields> moved() {
        var all = new ArrayList<Tree.Fields>();
        var now = place.alarms();
        for (var alarm : now) if (!alarm.equals(alarms.put(alarm.alarm(), alarm))) all.add(place.tree(alarm));
        return all;
    }

    private List<Tree> changed() {
        var all = new ArrayList<Tree>();
        for (String path : of.file().paths()) {
            var cell = place.cell(of.property(path));
            if (cell.isEmpty() || cell.get().equals(known.put(path, cell.get()))) continue;
            all.add(place.tree(cell.get()));
        }
        return all;
    }

    private String head(List<Tree> lines) {
        return Json.write(Words.fields()
                .plain("armed", place.armed())
                .plain("revision", place.directory().revision())
                .list("connectors", lines)
                .done());
    }

    private List<Tree> lines(Principal by) throws Problem, InterruptedException {
        var status =
                desk.ask(by, SiteRoutes.request("status", place).done()).end().fields();
        var lines = new ArrayList<Tree>();
        if (status.get("connectors") instanceof Tree.Items all)
            for (var item : all.items())
                if (item instanceof Tree.Fields c) {
                    var line = Words.fields();
                    for (String name : List.of("connector", "up", "since", "reconnects", "last_error"))
                        if (c.fields().get(name) instanceof Tree t) line.put(name, t);
                    lines.add(line.done());
                }
        return lines;
    }
}
