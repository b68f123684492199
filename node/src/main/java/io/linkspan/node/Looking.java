package io.linkspan.node;

import io.linkspan.model.Tree;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The commands that only look: `get`, `tail`, `why`, `export`, `status`. Without a running node they read the folder.
final class Looking {
    private Looking() {}

    @Command(name = "get", description = "shows what is known of the site's properties, and who is in charge")
    static final class Get implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(paramLabel = "PATH", description = "properties (boiler.on) or things (boiler); all of them without")
        private List<String> paths = new ArrayList<>();

        @Override
        public Integer call() throws Exception {
            var answer = where.askToLook(where.request("get").texts("paths", paths));
            if (where.printed(answer)) return Exit.DONE;
            var table = new Table("PROPERTY", "VALUE", "AGE", "IN CHARGE", "");
            for (var p : Where.list(answer, "properties")) table.row(row(p));
            where.out().print(table.text(where.terminal()));
            where.print("");
            where.print(Where.text(answer, "site") + ", revision " + Where.text(answer, "revision")
                    + (Where.text(answer, "armed").equals("true") ? ", armed" : ", not armed: it only watches"));
            return Exit.DONE;
        }

        private static Table.Cell[] row(Tree.Fields p) {
            String missing = Where.text(p, "missing");
            String quality = Where.text(p, "quality");
            String progress = Where.below(p, "progress")
                    .map(at -> Terminal.harmless(Where.text(at, "text")))
                    .orElse("");
            String note = !progress.isEmpty()
                    ? progress
                    : !missing.isEmpty() ? missing : quality.equals("good") || quality.isEmpty() ? "" : quality;
            String shown =
                    Where.optional(p, "shown").orElse(Where.text(p, "private").equals("true") ? "(private)" : "-");
            return new Table.Cell[] {
                Table.Cell.of(Where.text(p, "property")),
                new Table.Cell(shown, missing.isEmpty() ? Terminal.Tone.PLAIN : Terminal.Tone.DIM, true),
                Table.Cell.number(Where.optional(p, "age_ms")
                        .map(ms -> Ages.text(Duration.ofMillis(Long.parseLong(ms))))
                        .orElse("-")),
                Table.Cell.of(Where.text(p, "in_charge")),
                Table.Cell.of(note, Terminal.Tone.WARN)
            };
        }
    }

    @Command(name = "tail", description = "shows what happens: the site's log, in plain words")
    static final class Tail implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Option(names = "--from", paramLabel = "SEQ", description = "from this entry on (the last 20 without)")
        private @Nullable String from;

        @Option(names = "--most", paramLabel = "N", description = "at most so many entries")
        private @Nullable Long most;

        @Option(
                names = {"-f", "--follow"},
                description = "go on with what comes")
        private boolean follow;

        @Override
        public Integer call() throws Exception {
            var request = where.request("tail").plain("follow", follow);
            if (from != null) request.text("from", from);
            if (most != null) request.plain("most", most);
            try (var door = Door.toLook(where.data())) {
                var end = door.ask(request.done(), this::show);
                if (where.json()) where.printed(end);
            }
            return Exit.DONE;
        }

        private void show(Tree.Fields item) {
            if (where.printed(item)) return;
            var lines = Where.texts(item, "text");
            String time = Where.text(item, "time");
            for (int i = 0; i < lines.size(); i++)
                where.print(
                        (i == 0 ? "%-8s %-27s ".formatted(Where.text(item, "position"), time) : " ".repeat(37) + "-> ")
                                + Terminal.harmless(lines.get(i)));
        }
    }

    @Command(name = "why", description = "tells why an actuator is as it is, or where a value came from")
    static final class WhyCommand implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(paramLabel = "PATH|SEQ", description = "a property (boiler.on) or an entry of the log (42)")
        private String of = "";

        @Override
        public Integer call() throws Exception {
            var answer = where.askToLook(where.request("why").text("of", of));
            if (where.printed(answer)) return Exit.DONE;
            for (String line : Where.texts(answer, "text")) where.print(Terminal.harmless(line));
            return Exit.DONE;
        }
    }

    @Command(name = "export", description = "writes the running site file back")
    static final class Export implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Override
        public Integer call() throws Exception {
            var answer = where.askToLook(where.request("export"));
            if (where.json())
                where.print(io.linkspan.model.Json.write(answer.fields().getOrDefault("tree", answer)));
            else {
                where.out().print(Where.text(answer, "yaml"));
                where.out().flush();
            }
            return Exit.DONE;
        }
    }

    @Command(name = "status", description = "shows how the connectors and the log are doing")
    static final class Status implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Override
        public Integer call() throws Exception {
            var answer = where.askNode(where.request("status"));
            if (where.printed(answer)) return Exit.DONE;
            var table = new Table(
                    "CONNECTOR", "LINE", "FRAMES", "READINGS", "GAPS", "COMMANDS", "RECONNECTS", "LAST ERROR");
            for (var c : Where.list(answer, "connectors"))
                table.row(
                        Table.Cell.of(Where.text(c, "connector")),
                        Where.text(c, "up").equals("true")
                                ? Table.Cell.of("up", Terminal.Tone.GOOD)
                                : Table.Cell.of("down", Terminal.Tone.BAD),
                        Table.Cell.number(Where.text(c, "frames")),
                        Table.Cell.number(Where.text(c, "readings")),
                        Table.Cell.number(Where.text(c, "gaps")),
                        Table.Cell.number(Where.text(c, "commands")),
                        Table.Cell.number(Where.text(c, "reconnects")),
                        Table.Cell.of(Where.text(c, "last_error")));
            where.out().print(table.text(where.terminal()));
            where.print("");
            where.print("Linkspan " + Where.text(answer, "version") + ", " + Where.text(answer, "site") + ", revision "
                    + Where.text(answer, "revision") + ", entry " + Where.text(answer, "position") + "; the disk is "
                    + Where.text(answer, "disk").replace('_', ' ') + ", " + Where.text(answer, "syncs") + " syncs, "
                    + Where.text(answer, "bytes_written") + " bytes written since the start");
            return Exit.DONE;
        }
    }
}
