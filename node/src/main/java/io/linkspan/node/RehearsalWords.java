package io.linkspan.node;

import io.linkspan.journal.Snapshot;
import io.linkspan.model.AlarmState;
import io.linkspan.model.Cell;
import io.linkspan.model.Directory;
import io.linkspan.model.Entry;
import io.linkspan.model.Input;
import io.linkspan.model.Log;
import io.linkspan.model.Note;
import io.linkspan.model.Principal;
import io.linkspan.model.Result;
import io.linkspan.model.RuleCell;
import io.linkspan.model.SiteId;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import io.linkspan.site.Rehearsal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// What a rehearsal came to, as JSON and in plain words. For one thread.
final class RehearsalWords {
    /// Most lines that say why something was otherwise.
    private static final int REASONS_MAX = 5;

    private final SiteView view;
    private final Rehearsal.Told told;
    private final Telling real;
    private final Telling rehearsed;

    /// @param view the site whose log was rehearsed
    RehearsalWords(SiteView view, Rehearsal.Told told) {
        this.view = view;
        this.told = told;
        real = new Telling(new Meaning(view, told.realDirectory()));
        rehearsed = new Telling(new Meaning(view, told.rehearsedDirectory()));
    }

    /// A site for who makes words from its log, with the names of another directory.
    private record Meaning(SiteView of, Directory directory) implements SiteView {
        @Override
        public SiteId id() {
            return of.id();
        }

        @Override
        public boolean armed() {
            return of.armed();
        }

        @Override
        public Optional<Cell> cell(int property) {
            return Optional.empty();
        }

        @Override
        public List<Cell> cells() {
            return List.of();
        }

        @Override
        public Optional<RuleCell> rule(int number) {
            return Optional.empty();
        }

        @Override
        public String mode() {
            return of.mode();
        }

        @Override
        public List<AlarmState> alarms() {
            return List.of();
        }

        @Override
        public List<Note> notes() {
            return List.of();
        }

        @Override
        public Log.Reader reader(Log.Position from) throws IOException {
            return of.reader(from);
        }

        @Override
        public Optional<Snapshot> snapshot(Predicate<Log.Position> usable) throws IOException {
            return of.snapshot(usable);
        }

        @Override
        public Log.Position newest() {
            return of.newest();
        }

        @Override
        public long nowMicros() {
            return of.nowMicros();
        }

        @Override
        public long wallOf(long siteMicros) {
            return of.wallOf(siteMicros);
        }

        @Override
        public Optional<byte[]> frame(long id, int check) {
            return Optional.empty();
        }
    }

    // ---- JSON

    /// A rehearsal of a stretch of the log.
    Tree.Fields tree(RehearsalRun.Rehearsed done) {
        var out = head().time("from", done.from())
                .time("to", told.at().wall())
                .time("asked_from", done.asked().from())
                .time("asked_to", done.asked().to())
                .plain("unchanged", told.reproduced().isPresent())
                .plain("complete", done.cutShort().isEmpty() && told.lacking() == 0)
                .text("cut_short", done.cutShort());
        done.asked()
                .changes()
                .ifPresent(a -> out.put("changes", Applying.told(a).done()));
        body(out);
        return out.texts("assumptions", assumptions())
                .texts("text", lines(done.from(), done.cutShort()))
                .done();
    }

    /// A shadow so far.
    ///
    /// @param from wall time of its first entry
    Trees.Fields tree(long from) {
        var out = head().time("from", from).time("to", told.at().wall());
        body(out);
        return out.texts("assumptions", assumptions()).texts("text", lines(from, ""));
    }

    private Trees.Fields head() {
        return Trees.fields()
                .text("site", told.realDirectory().file().name())
                .text("id", view.id().toString())
                .text("zone", told.realDirectory().file().zone().getId());
    }

    private void body(Trees.Fields out) {
        long differences = 0;
        for (var a : told.actuators()) differences += a.times();
        out.plain("entries", told.entries()).plain("lacking", told.lacking()).plain("differences", differences);
        told.reproduced().ifPresent(r -> out.put("reproduced", reproduced(r)));
        told.first().ifPresent(p -> out.put("first_difference", parting(p)));
        var actuators = new ArrayList<Tree>();
        for (var a : told.actuators()) actuators.add(actuator(a));
        out.put("actuators", Tree.items(actuators)).put("notices", notices());
        var counts = new ArrayList<Tree>();
        told.counts()
                .forEach((kind, n) -> counts.add(Trees.fields()
                        .text("kind", Trees.snake(Character.toLowerCase(kind.charAt(0)) + kind.substring(1)))
                        .plain("really", n.real())
                        .plain("rehearsed", n.rehearsed())
                        .done()));
        out.put("counts", Tree.items(counts));
        var ranges = new ArrayList<Tree>();
        for (var r : told.ranges())
            ranges.add(Trees.fields()
                    .text("property", name(r.property()))
                    .plain("known_s", seconds(r.knownMicros()))
                    .plain("really_s", seconds(r.realMicros()))
                    .plain("rehearsed_s", seconds(r.rehearsedMicros()))
                    .done());
        out.put("outside_range", Tree.items(ranges))
                .plain("played_writes", told.played())
                .plain("dropped_answers", told.dropped())
                .plain("replaced_readings", told.replaced())
                .plain("files_left_out", told.filesLeftOut())
                .texts("programs", told.programs());
    }

    private static long seconds(long micros) {
        return Math.floorDiv(micros, 1_000_000L);
    }

    private Tree.Fields reproduced(Rehearsal.Reproduced r) {
        var out = Trees.fields().plain("compared", r.compared()).plain("equal", r.equal());
        r.unlike()
                .ifPresent(u -> out.put(
                        "unlike",
                        Trees.fields()
                                .text("position", position(u.entry()))
                                .time("time", u.entry().at().wall())
                                .texts("really", real.lines(u.entry()))
                                .texts("rehearsed", reasons(rehearsed, u.inputs(), u.results(), u.entry()))
                                .done()));
        return out.done();
    }

    private String position(Entry entry) {
        return Trees.position(new Log.Position(view.id(), entry.epoch(), entry.seq()));
    }

    private Tree.Fields parting(Rehearsal.Parting p) {
        return Trees.fields()
                .text("position", position(p.entry()))
                .time("time", p.at().wall())
                .text("property", name(p.property()))
                .put("really", side(real, p.property(), p.real(), p.realBy()).done())
                .put(
                        "rehearsed",
                        side(rehearsed, p.property(), p.rehearsed(), p.rehearsedBy())
                                .done())
                .texts("because", reasons(rehearsed, p.inputs(), p.results(), p.entry()))
                .texts(
                        "really_then",
                        reasons(real, List.of(p.entry().input()), p.entry().results(), p.entry()))
                .text("text", words(p))
                .done();
    }

    private static Trees.Fields side(Telling telling, int property, Optional<Value> value, String by) {
        var out = Trees.fields();
        value.ifPresent(v ->
                out.put("value", Trees.value(v)).text("shown", telling.lexicon().value(property, v)));
        return out.text("in_charge", by);
    }

    /// What happened and what followed from it, without what everybody sees: who is in charge, and the write.
    private static List<String> reasons(Telling telling, List<Input> inputs, List<Result> results, Entry entry) {
        var all = new ArrayList<String>();
        for (var result : results) {
            if (result instanceof Result.Charged || result instanceof Result.WriteOrdered) continue;
            telling.followed(result).ifPresent(all::add);
        }
        for (var input : inputs) {
            if (all.size() >= REASONS_MAX) break;
            var alone = new Entry(1, 1, entry.at(), Principal.SYSTEM, input, List.of(), false);
            telling.happened(alone).ifPresent(all::add);
        }
        return all.size() > REASONS_MAX ? List.copyOf(all.subList(0, REASONS_MAX)) : all;
    }

    private String name(int property) {
        String name = rehearsed.lexicon().property(property);
        return name.startsWith("?") ? real.lexicon().property(property) : name;
    }

    private Tree.Fields actuator(Rehearsal.Actuator a) {
        var property =
                rehearsed.lexicon().find(a.property()).or(() -> real.lexicon().find(a.property()));
        var out = Trees.fields().text("property", name(a.property()));
        property.flatMap(p -> p.title()).ifPresent(t -> out.text("title", t));
        property.ifPresent(p -> out.text("type", p.type().word()));
        property.flatMap(p -> p.unit()).ifPresent(u -> out.text("unit", u));
        return out.plain("differs", a.differs())
                .plain("differences", a.times())
                .plain("differs_s", seconds(a.apartMicros()))
                .put("really", doing(real, a.property(), a.real()))
                .put("rehearsed", doing(rehearsed, a.property(), a.rehearsed()))
                .done();
    }

    private static Tree.Fields doing(Telling telling, int property, Rehearsal.Doing d) {
        var charges = new ArrayList<Tree>();
        d.inCharge()
                .forEach((who, micros) -> charges.add(Trees.fields()
                        .text("who", who)
                        .plain("s", seconds(micros))
                        .done()));
        var course = new ArrayList<Tree>();
        for (var s : d.stretches())
            course.add(side(telling, property, s.value(), s.who())
                    .time("from", s.from())
                    .time("to", s.to())
                    .done());
        return Trees.fields()
                .plain("switched", d.switched())
                .plain("writes", d.writes())
                .plain("on_s", seconds(d.onMicros()))
                .put("in_charge", Tree.items(charges))
                .put("course", Tree.items(course))
                .plain("course_left", d.stretchesLeft())
                .done();
    }

    private Tree.Fields notices() {
        return Trees.fields()
                .put("really", notices(told.realNotices()))
                .put("rehearsed", notices(told.rehearsedNotices()))
                .done();
    }

    private static Tree.Fields notices(Rehearsal.Notices n) {
        var kept = new ArrayList<Tree>();
        for (var each : n.kept())
            kept.add(Trees.fields()
                    .time("time", each.wall())
                    .text("severity", Trees.word(each.severity()))
                    .text("about", each.about())
                    .text("text", each.text())
                    .done());
        return Trees.fields()
                .plain("count", n.count())
                .put("kept", Tree.items(kept))
                .done();
    }

    // ---- plain words

    private List<String> lines(long from, String cutShort) {
        var all = new ArrayList<String>();
        all.add("Rehearsed " + told.realDirectory().file().name() + " from " + real.at(from) + " to "
                + real.at(told.at().wall()) + ": " + count(told.entries(), "entry", "entries") + " of the log");
        if (!cutShort.isEmpty()) all.add("It ended early: " + cutShort);
        told.reproduced().ifPresent(r -> all.add(words(r)));
        if (told.first().isPresent())
            all.add("First difference at " + words(told.first().get()));
        else if (told.reproduced().isEmpty()) all.add("No actuator would have done anything else");
        for (var a : told.actuators()) if (a.differs()) all.add(words(a));
        if (told.realNotices().count() != told.rehearsedNotices().count())
            all.add("People would have been told of something "
                    + told.rehearsedNotices().count() + " times, really "
                    + told.realNotices().count());
        for (var r : told.ranges())
            if (seconds(r.realMicros()) != seconds(r.rehearsedMicros()))
                all.add(name(r.property()) + " outside its range: " + span(r.rehearsedMicros()) + " by the rehearsed"
                        + " file, " + span(r.realMicros()) + " by the real one");
        return all;
    }

    private static String words(Rehearsal.Reproduced r) {
        if (r.unlike().isEmpty())
            return count(r.equal(), "entry", "entries")
                    + " decided anew from what came in: each as it is in the log, bit for bit";
        return "Decided anew, entry " + r.unlike().get().entry().seq() + " is otherwise than in the log; " + r.equal()
                + " of " + r.compared() + " are the same";
    }

    private String words(Rehearsal.Parting p) {
        return real.at(p.at().wall()) + ": " + name(p.property()) + " would have been "
                + p.rehearsed()
                        .map(v -> rehearsed.lexicon().value(p.property(), v))
                        .orElse("left as it is")
                + " (in charge: " + p.rehearsedBy() + "), and really was "
                + p.real().map(v -> real.lexicon().value(p.property(), v)).orElse("left as it is") + " (in charge: "
                + p.realBy() + ")";
    }

    private String words(Rehearsal.Actuator a) {
        String text = name(a.property()) + " would have changed "
                + count(a.rehearsed().switched(), "time", "times") + ", really "
                + a.real().switched();
        if (a.isFlag())
            text += "; on for " + span(a.rehearsed().onMicros()) + ", really "
                    + span(a.real().onMicros());
        return text + "; otherwise " + count(a.times(), "time", "times") + ", " + span(a.apartMicros()) + " in all";
    }

    private static String count(long n, String one, String many) {
        return n + " " + (n == 1 ? one : many);
    }

    private static String span(long micros) {
        long s = seconds(micros);
        if (s < 60) return s + " s";
        if (s < 3_600) return s / 60 + " min " + s % 60 + " s";
        return s / 3_600 + " h " + s / 60 % 60 + " min";
    }

    /// What a person must know to read the figures rightly.
    private List<String> assumptions() {
        var all = new ArrayList<String>();
        if (told.reproduced().isEmpty()) {
            all.add("The world did not react: each sensor read what it really read. The temperature is what it really"
                    + " was, also where a heater would have been off longer");
            all.add("What people and applications asked for, lines that failed and what was missing stay as they were");
            all.add("A write that did not really happen is taken to be accepted, and the machine to read what was"
                    + " written (" + count(told.played(), "such write", "such writes") + ", "
                    + count(told.replaced(), "reading", "readings")
                    + " replaced); what a link's own-power takes out is what the machine really drew");
            if (told.filesLeftOut() > 0)
                all.add(count(told.filesLeftOut(), "site file was", "site files were")
                        + " really applied meanwhile and left out here");
            if (hasPrivate()) all.add("Private links are left out: their readings are in no log");
        } else if (hasPrivate()) all.add("What private links did is taken from the log: their readings are in none");
        if (told.lacking() > 0)
            all.add(count(told.lacking(), "entry lacks its readings", "entries lack their readings")
                    + ": they are kept no longer, or the disk was full. From there on the rehearsal knows less than"
                    + " the site did");
        for (String program : told.programs())
            if (!program.equals(Version.NUMBER))
                all.add("Linkspan " + program + " decided then; this one is " + Version.NUMBER);
        return all;
    }

    private boolean hasPrivate() {
        return told.rehearsedDirectory().file().links().values().stream().anyMatch(l -> l.isPrivate());
    }
}
