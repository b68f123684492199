package io.linkspan.node;

import io.linkspan.model.Tree;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Commands as such: `commands`, `cancel`, and what `set --all` shows. They need the running node.
final class Ordering {
    /// How often an order that is followed is looked at.
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);
    /// Targets that were not done that are named behind the counts; `commands NUMBER` shows all.
    private static final int NAMED_MAX = 20;

    private Ordering() {}

    /// Puts who is meant into a request: `kind:streetlight.dim`, `lamp_1,lamp_2.dim`, `lamp_*.dim`.
    static boolean selects(String path, Trees.Fields request) {
        int dot = path.lastIndexOf('.');
        if (dot <= 0 || dot == path.length() - 1) return false;
        String who = path.substring(0, dot);
        request.text("property", path.substring(dot + 1));
        if (who.startsWith("kind:")) request.text("kind", who.substring(5));
        else if (who.contains(",")) request.texts("things", List.of(who.split(",", -1)));
        else request.text("pattern", who);
        return true;
    }

    /// Shows how far an order is until it is over; its exit code says whether all was done.
    static int follow(Where where, Tree.Fields first, boolean waits)
            throws IOException, ControlClient.Refused, InterruptedException {
        var table = first;
        String shown = "";
        while (waits) {
            String counts = counts(table);
            if (!where.json() && !counts.equals(shown)) where.print(counts);
            shown = counts;
            if (Where.text(table, "over").equals("true")) break;
            Thread.sleep(LOOK_EVERY);
            table = where.askNode(where.request("command").text("key", Where.text(first, "number")));
        }
        if (where.printed(table)) return exit(table, waits);
        if (waits) notDone(where, table);
        else
            where.print(counts(table) + "; look: linkspan commands " + Where.text(table, "number")
                    + ", take the rest back: linkspan cancel " + Where.text(table, "number"));
        return exit(table, waits);
    }

    private static int exit(Tree.Fields table, boolean waits) {
        boolean all = Where.text(table, "done").equals(Where.text(table, "all"));
        return all || !waits ? Exit.DONE : Exit.NOT_SENT;
    }

    /// `order 7, running: 12 of 500 done, 1 not done, 4 under way, 483 not begun`.
    private static String counts(Tree.Fields t) {
        return "order " + Where.text(t, "number") + ", " + Where.text(t, "phase") + ": " + Where.text(t, "done")
                + " of "
                + Where.text(t, "all") + " done, " + Where.text(t, "not_done") + " not done, "
                + Where.text(t, "under_way") + " under way, " + Where.text(t, "not_begun") + " not begun";
    }

    private static void notDone(Where where, Tree.Fields table) {
        var rows = Where.list(table, "targets").stream()
                .filter(r -> !kind(r).equals("done"))
                .toList();
        for (var row : rows.subList(0, Math.min(rows.size(), NAMED_MAX)))
            where.print("  " + Where.text(row, "property") + ": " + Terminal.harmless(Where.text(row, "state")));
        if (rows.size() > NAMED_MAX)
            where.print(
                    "  and " + (rows.size() - NAMED_MAX) + " more: linkspan commands " + Where.text(table, "number"));
    }

    private static String kind(Tree.Fields row) {
        return Where.below(row, "outcome").map(o -> Where.text(o, "kind")).orElse("");
    }

    @Command(
            name = "commands",
            description = "shows the commands under way, or one of them, or an order over many things")
    static final class Commands implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(
                arity = "0..1",
                paramLabel = "KEY",
                description = "a command's or an order's key or number; all that are under way without")
        private @Nullable String key;

        @Option(
                names = {"-f", "--follow"},
                description = "with an order: until it is over")
        private boolean follow;

        @Override
        public Integer call() throws Exception {
            if (key == null) return all();
            var answer = where.askNode(where.request("command").text("key", key));
            if (Where.list(answer, "targets").isEmpty()) return one(answer);
            if (follow) return Ordering.follow(where, answer, true);
            if (where.printed(answer)) return Exit.DONE;
            where.print(counts(answer));
            var table = new Table("ACTUATOR", "COMMAND", "STATE");
            for (var t : Where.list(answer, "targets"))
                table.row(
                        Table.Cell.of(Where.text(t, "property")),
                        Table.Cell.number(Where.optional(t, "command").orElse("-")),
                        Table.Cell.of(Where.text(t, "state")));
            where.out().print(table.text(where.terminal()));
            where.out().flush();
            return Exit.DONE;
        }

        private int one(Tree.Fields c) {
            if (!where.printed(c))
                where.print("command " + Where.text(c, "number") + ", " + Where.text(c, "property") + ", by "
                        + Where.text(c, "by") + ": " + Terminal.harmless(Where.text(c, "state")) + "  [linkspan why "
                        + Where.text(c, "position") + "]");
            return Exit.DONE;
        }

        private int all() throws IOException, ControlClient.Refused, InterruptedException {
            var answer = where.askNode(where.request("commands"));
            if (where.printed(answer)) return Exit.DONE;
            var table = new Table("NUMBER", "KEY", "ACTUATOR", "BY", "STATE");
            for (var c : Where.list(answer, "commands"))
                table.row(
                        Table.Cell.number(Where.text(c, "number")),
                        Table.Cell.of(Where.text(c, "key")),
                        Table.Cell.of(Where.text(c, "property")),
                        Table.Cell.of(Where.text(c, "by")),
                        Table.Cell.of(Where.text(c, "state")));
            where.out().print(table.text(where.terminal()));
            for (var o : Where.list(answer, "orders")) where.print(counts(o));
            where.out().flush();
            return Exit.DONE;
        }
    }

    @Command(name = "cancel", description = "takes back a command that is under way, or the rest of an order")
    static final class Cancel implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(paramLabel = "KEY", description = "its key or number")
        private String key = "";

        @Override
        public Integer call() throws Exception {
            var answer = where.askNode(where.request("cancel").text("key", key));
            if (where.printed(answer)) return Exit.DONE;
            if (Where.text(answer, "all").isEmpty())
                where.print(key + ": "
                        + Where.below(answer, "outcome")
                                .map(o -> Where.text(o, "text"))
                                .orElse(Where.text(answer, "state")));
            else where.print(counts(answer));
            return Exit.DONE;
        }
    }
}
