package io.linkspan.node;

import io.linkspan.model.Tree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `rehearse`: what a site file would have done, over the log of the site, running or not. Changes nothing.
@Command(
        name = "rehearse",
        description = "shows what a site file would have done over the last days, beside what really happened")
final class RehearseCommand implements Callable<Integer> {
    @Mixin
    private final Where where = new Where();

    @Parameters(
            paramLabel = "FILE",
            arity = "0..1",
            description = "site.yaml; without one the log is decided anew by its own files and must come out the same")
    private @Nullable Path file;

    @Option(
            names = "--csv",
            paramLabel = "POINTS.CSV",
            description = "a point list: its things beside those of the file")
    private @Nullable Path csv;

    @Option(names = "--last", paramLabel = "SPAN", description = "how far back: 12h, 7d (1d without)")
    private @Nullable String last;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "from here on: a time (2026-01-14T12:00, 2026-01-14) or how long ago (7d)")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "up to here, and without it (now without)")
    private @Nullable String to;

    @Option(names = "--course", description = "also each stretch of what the actuators did")
    private boolean course;

    @Override
    public Integer call() throws Exception {
        Tree.Fields answer;
        try (var door = Door.toLook(where.data())) {
            answer = door.ask(request().done(), this::progress);
        }
        if (Terminal.isInteractive() && !where.json()) where.err().print("\r\033[K");
        if (!where.printed(answer)) print(where, answer, course);
        return Where.below(answer, "reproduced")
                        .flatMap(r -> Where.below(r, "unlike"))
                        .isPresent()
                ? Exit.SAID_NO
                : Exit.DONE;
    }

    private Trees.Fields request() throws IOException {
        var request = where.request("rehearse");
        if (file != null) file(request, file, csv);
        if (last != null) request.text("last", last);
        if (from != null) request.text("from", from);
        if (to != null) request.text("to", to);
        return request;
    }

    /// A site file in a request.
    static void file(Trees.Fields request, Path file, @Nullable Path csv) throws IOException {
        request.text("file", file.toString()).text("yaml", ApplyCommand.read(file));
        if (csv != null) request.text("csv-file", csv.toString()).text("csv", ApplyCommand.read(csv));
    }

    private void progress(Tree.Fields item) {
        if (!Terminal.isInteractive() || where.json()) return;
        double share = Double.parseDouble(Where.optional(item, "share").orElse("0"));
        where.err()
                .print(
                        Where.text(item, "phase").equals("before")
                                ? "\rgoing to the beginning ..."
                                : "\rrehearsed " + Math.round(share * 100) + " % ...");
        where.err().flush();
    }

    /// A rehearsal for people.
    static void print(Where where, Tree.Fields answer, boolean course) {
        for (String line : Where.texts(answer, "text")) where.print(Terminal.harmless(line));
        Where.below(answer, "first_difference").ifPresent(first -> {
            for (String line : Where.texts(first, "because")) where.print("  because " + Terminal.harmless(line));
        });
        Where.below(answer, "energy").ifPresent(energy -> energy(where, energy));
        if (course) for (var actuator : Where.list(answer, "actuators")) course(where, actuator);
        var assumptions = Where.texts(answer, "assumptions");
        if (!assumptions.isEmpty()) where.print("What this takes for granted:");
        for (String line : assumptions) where.print("  " + Terminal.harmless(line));
    }

    private static void energy(Where where, Tree.Fields energy) {
        for (var tariff : Where.list(energy, "tariffs")) {
            String money = Where.text(tariff, "currency");
            where.print(Terminal.harmless(Where.text(tariff, "id")) + ": "
                    + Where.below(tariff, "rehearsed")
                            .map(r -> Where.text(r, "import_kwh") + " kWh, " + Where.text(r, "cost"))
                            .orElse("")
                    + " " + money + "; really "
                    + Where.below(tariff, "really")
                            .map(r -> Where.text(r, "import_kwh") + " kWh, " + Where.text(r, "cost"))
                            .orElse("")
                    + " " + money);
        }
        for (var machine : Where.list(energy, "machines"))
            Where.optional(machine, "unknown").ifPresent(why -> where.print("Energy: " + Terminal.harmless(why)));
    }

    private static void course(Where where, Tree.Fields actuator) {
        for (String side : new String[] {"really", "rehearsed"}) {
            where.print(Where.text(actuator, "property") + ", " + side + ":");
            Where.below(actuator, side).ifPresent(doing -> {
                for (var s : Where.list(doing, "course"))
                    where.print("  " + Where.text(s, "from") + "  " + Where.text(s, "shown") + "  "
                            + Terminal.harmless(Where.text(s, "in_charge")));
            });
        }
    }
}
