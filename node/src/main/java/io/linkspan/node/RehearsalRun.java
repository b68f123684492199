package io.linkspan.node;

import io.linkspan.model.Directory;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Log;
import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import io.linkspan.site.Assessment;
import io.linkspan.site.Rehearsal;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/// One rehearsal over a stretch of a site's log, in fast motion: finds where it begins, lives through its entries, and
/// tells how far it is. Changes nothing. For one thread.
final class RehearsalRun {
    /// Longest stretch of time that is rehearsed.
    static final Duration SPAN_MAX = Duration.ofDays(366);
    /// How long a rehearsal goes back when nobody says.
    static final Duration LAST = Duration.ofDays(1);
    /// Most entries of one rehearsal, with those before its beginning.
    static final long ENTRIES_MAX = 500_000_000;
    /// Longest time that one rehearsal may take.
    static final Duration TIME_MAX = Duration.ofMinutes(30);
    /// Entries between two looks at the time and at whether it is still wanted.
    static final int LOOK_ENTRIES = 4_096;

    /// What is asked for.
    ///
    /// @param file with its profiles worked in; none: the files of the log
    /// @param from wall time, microseconds since 1970 UTC, as is `to`, which is not included
    /// @param changes what the file changes in the running one
    record Asked(Optional<Tree.Fields> file, long from, long to, Optional<Assessment> changes) {}

    /// How far it is.
    ///
    /// @param begun whether it is past its beginning
    /// @param at wall time of the newest entry; 0 before the first
    /// @param share of the time that is rehearsed, 0 to 1
    record Progress(boolean begun, long entries, long at, double share) {}

    /// Who waits for it.
    interface Watch {
        /// @throws IOException nobody waits any more
        void progress(Progress progress) throws IOException;

        boolean isCancelled();
    }

    /// What it came to.
    ///
    /// @param from wall time of its first entry
    /// @param cutShort why it ended before its end; empty: it did not
    record Rehearsed(Asked asked, Rehearsal.Told told, long from, String cutShort) {}

    private final SiteView view;
    private final Asked asked;
    private final Watch watch;
    private final long endNanos = System.nanoTime() + TIME_MAX.toNanos();
    private long passed;
    private String cutShort = "";

    private RehearsalRun(SiteView view, Asked asked, Watch watch) {
        this.view = view;
        this.asked = asked;
        this.watch = watch;
    }

    /// Reads a request: `yaml`, `file`, `csv`, `csv-file`, and `last`, or `from` and `to`.
    ///
    /// @throws Invalid at the line of what is wrong
    /// @throws SaidNo the file is of another site
    static Asked asked(SiteView view, Settings s) throws Invalid, IOException {
        var directory = view.directory();
        var zone = directory.file().zone();
        long now = view.nowMicros();
        var last = s.duration("last");
        if (last.isPresent() && (s.has("from") || s.has("to")))
            throw s.wrong("last", "goes without from and to: it says how long ago from now");
        long to = Querying.time(s, "to", zone, now, now);
        long back = io.linkspan.model.Durations.micros(last.orElse(LAST));
        long from = Querying.time(s, "from", zone, now, to - back);
        if (from >= to) throw s.wrong("from", "is before " + Telling.instant(to) + ", where it ends");
        if (to - from > io.linkspan.model.Durations.micros(SPAN_MAX))
            throw s.wrong("from", "is at most " + SPAN_MAX.toDays() + " days before the end");
        if (s.text("yaml").isEmpty()) return new Asked(Optional.empty(), from, to, Optional.empty());
        var tree = file(directory, s);
        return new Asked(Optional.of(tree), from, to, Optional.of(Node.check(directory, tree)));
    }

    /// The file of a request, not held against a revision: what is rehearsed is not in force.
    static Tree.Fields file(Directory directory, Settings s) throws Invalid, IOException {
        var tree = Applying.read(
                s.text("file").orElse("site.yaml"),
                s.needText("yaml", "\"linkspan: 1 ...\""),
                s.text("csv-file"),
                s.text("csv").orElse(""));
        Applying.refuseOther(directory, tree);
        return tree;
    }

    /// Rehearses.
    ///
    /// @throws Log.Damaged the log can not be read
    /// @throws NoSuch it has no entry of that time
    static Rehearsed of(SiteView view, Asked asked, Watch watch) throws IOException {
        return new RehearsalRun(view, asked, watch).run();
    }

    private Rehearsed run() throws IOException {
        watch.progress(new Progress(false, 0, 0, 0));
        var beginning = Beginning.of(
                view,
                site -> site.lastWall() < asked.from(),
                (site, entry) -> entry.at().wall() >= asked.from()
                        && !entry.readingsDropped()
                        && (asked.file().isEmpty() || site.directory().revision() > 0),
                () -> watch.isCancelled() || isTooLong());
        passed = beginning.passed();
        var rehearsal = rehearsal(beginning);
        long first = 0;
        try (var reader = view.reader(beginning.next())) {
            for (Log.Stored stored; cutShort.isEmpty() && (stored = reader.next()) != null; ) {
                var entry = EntryCodec.decode(stored);
                if (entry.at().wall() >= asked.to()) break;
                if (first == 0) first = entry.at().wall();
                rehearsal.take(entry);
                if (rehearsal.entries() % LOOK_ENTRIES == 0) look(rehearsal, first);
            }
        }
        if (rehearsal.entries() == 0 && cutShort.isEmpty() && !watch.isCancelled())
            throw new NoSuch("the log has nothing from " + Telling.instant(asked.from()) + " to "
                    + Telling.instant(asked.to()) + " whose readings are kept");
        return new Rehearsed(asked, rehearsal.told(), first, cutShort);
    }

    /// By the file that is asked for or, where the log has no other in all that time, by those of the log: then it
    /// must come to the same.
    private Rehearsal rehearsal(Beginning beginning) {
        var now = view.directory();
        var limits = Rehearsal.Limits.STANDARD;
        boolean asLogged = asked.file().isEmpty()
                || now.revision() == beginning.site().directory().revision()
                        && Applying.same(now.file().tree(), asked.file().get());
        return asLogged
                ? Rehearsal.asLogged(beginning.site(), limits)
                : Rehearsal.of(beginning.site(), Json.write(asked.file().orElseThrow()), now, limits);
    }

    private void look(Rehearsal rehearsal, long first) throws IOException {
        long at = rehearsal.at().wall();
        double share = Math.clamp((at - first) / (double) Math.max(1, asked.to() - first), 0, 1);
        watch.progress(new Progress(true, rehearsal.entries(), at, share));
        if (watch.isCancelled()) cutShort = "it was cancelled";
        else if (isTooLong()) cutShort = "a rehearsal takes at most " + TIME_MAX.toMinutes() + " minutes";
        else if (passed + rehearsal.entries() >= ENTRIES_MAX)
            cutShort = "a rehearsal takes at most " + ENTRIES_MAX + " entries";
    }

    private boolean isTooLong() {
        return System.nanoTime() - endNanos > 0;
    }
}
