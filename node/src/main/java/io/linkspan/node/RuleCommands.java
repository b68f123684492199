package io.linkspan.node;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The commands about what a site does by itself: `rules`, `mode`, `scene`.
final class RuleCommands {
    private RuleCommands() {}

    @Command(
            name = "rules",
            description = "shows the rules and schedules, or one with what its condition says now and what it did")
    static final class Rules implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(arity = "0..1", paramLabel = "RULE", description = "one of them: legionella")
        private @Nullable String id;

        @Option(names = "--sleep", paramLabel = "REASON", description = "put it to sleep: it lets go and does nothing")
        private @Nullable String reason;

        @Option(names = "--wake", description = "wake it")
        private boolean wake;

        @Option(names = "--most", paramLabel = "N", description = "at most so many of its moves (50 without)")
        private @Nullable Integer most;

        @Override
        public Integer call() throws Exception {
            if (id == null) return all();
            if (reason != null || wake) return asleep(id);
            var request = where.request("rule").text("rule", id);
            if (most != null) request.plain("most", most);
            var answer = where.askToLook(request);
            if (where.printed(answer)) return Exit.DONE;
            where.print(Terminal.harmless(Where.text(answer, "sentence")));
            where.print("");
            where.print(
                    "now: " + Where.text(answer, "state") + "; " + Terminal.harmless(Where.text(answer, "why_not")));
            for (var part : Where.list(answer, "condition"))
                where.print(
                        "  %-8s %s".formatted(Where.text(part, "met"), Terminal.harmless(Where.text(part, "text"))));
            where.print("");
            where.moves(answer, "moves");
            return Exit.DONE;
        }

        private int all() throws Exception {
            var answer = where.askToLook(where.request("rules"));
            if (where.printed(answer)) return Exit.DONE;
            var table = new Table("RULE", "NOW", "FIRED", "NEXT", "WHAT IT SAYS");
            for (var r : Where.list(answer, "rules"))
                table.row(
                        Table.Cell.of(Where.text(r, "id")),
                        Table.Cell.of(Where.text(r, "state")),
                        Table.Cell.number(Where.text(r, "fired")),
                        Table.Cell.of(Where.optional(r, "next").orElse("-")),
                        Table.Cell.of(Terminal.harmless(Where.text(r, "sentence"))));
            where.out().print(table.text(where.terminal()));
            String mode = Where.text(answer, "mode");
            if (!mode.isEmpty()) where.print("\nThe site is in mode " + mode);
            return Exit.DONE;
        }

        private int asleep(String rule) throws Exception {
            var request = where.request("rule-sleep").text("rule", rule).plain("off", !wake);
            if (reason != null) request.text("reason", reason);
            var answer = where.askNode(request);
            if (!where.printed(answer))
                where.print(wake ? rule + " is awake" : rule + " sleeps: it lets go and does nothing");
            return Exit.DONE;
        }
    }

    @Command(name = "mode", description = "shows the mode of the site, or puts it into another: home, away")
    static final class Mode implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(arity = "0..1", paramLabel = "MODE", description = "away")
        private @Nullable String mode;

        @Override
        public Integer call() throws Exception {
            if (mode == null) {
                var answer = where.askToLook(where.request("modes"));
                if (where.printed(answer)) return Exit.DONE;
                String now = Where.text(answer, "mode");
                where.print(
                        now.isEmpty()
                                ? "This site has no modes"
                                : now + "  (of " + String.join(", ", Where.texts(answer, "modes")) + ")");
                return Exit.DONE;
            }
            var answer = where.askNode(where.request("mode").text("mode", mode));
            if (!where.printed(answer)) where.print("The site is in mode " + mode);
            return Exit.DONE;
        }
    }

    @Command(name = "scene", description = "shows the scenes of the site, or sets all values of one")
    static final class Scene implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(arity = "0..1", paramLabel = "SCENE", description = "evening")
        private @Nullable String scene;

        @Option(names = "--for", paramLabel = "TIME", description = "how long its wishes stand: 2h (4h without)")
        private @Nullable String lease;

        @Override
        public Integer call() throws Exception {
            if (scene == null) {
                var answer = where.askToLook(where.request("scenes"));
                if (where.printed(answer)) return Exit.DONE;
                for (var s : Where.list(answer, "scenes")) {
                    var values = Where.list(s, "set").stream()
                            .map(v -> Where.text(v, "property") + " " + Where.text(v, "shown"))
                            .toList();
                    where.print(Where.text(s, "id") + ": " + Terminal.harmless(String.join(", ", values)));
                }
                return Exit.DONE;
            }
            var request = where.request("scene").text("scene", scene);
            if (lease != null) request.text("for", lease);
            var answer = where.askNode(request);
            if (where.printed(answer)) return Exit.DONE;
            boolean done = true;
            for (var o : Where.list(answer, "outcomes")) {
                var outcome = Where.below(o, "outcome");
                String kind = outcome.map(x -> Where.text(x, "kind")).orElse("");
                done &= kind.equals("done");
                where.print(Where.text(o, "property") + ": "
                        + outcome.map(x -> Where.text(x, "text"))
                                .orElse("taken, but nobody knows yet what became of it"));
            }
            return done ? Exit.DONE : Exit.NOT_SENT;
        }
    }
}
