package io.linkspan.node;

import io.linkspan.model.Tree;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// The commands that act: `set`, `invoke`, `say`, `arm`, `service`, `exchange`. They need the running node.
final class Acting {
    private Acting() {}

    /// Tells what became of a command, truthfully.
    private static int told(Where where, String what, Tree.Fields answer, boolean noWait) {
        var outcome = Where.below(answer, "outcome");
        String kind = outcome.map(o -> Where.text(o, "kind")).orElse("");
        var progress = Where.below(answer, "progress").map(p -> Where.text(p, "text"));
        String text = outcome.map(o -> Where.text(o, "text"))
                .or(() -> progress.map(
                        p -> p + " (take it back: linkspan" + " cancel " + Where.text(answer, "key") + ")"))
                .orElse(noWait ? "taken" : "taken, but nobody knows yet what became of it (linkspan tail)");
        if (!where.printed(answer))
            where.print(what + ": " + text + "  [entry " + Where.text(answer, "position") + "]");
        return switch (kind) {
            case "done" -> Exit.DONE;
            case "refused", "outranked" -> Exit.SAID_NO;
            case "not_sent", "in_doubt" -> Exit.NOT_SENT;
            default -> noWait ? Exit.DONE : Exit.NOT_SENT; // open: no outcome
        };
    }

    @Command(name = "set", description = "wishes a value for an actuator, and tells what became of it")
    static final class SetCommand implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Spec
        private @Nullable CommandSpec spec;

        @Parameters(
                index = "0",
                paramLabel = "PATH",
                description =
                        "the actuator: boiler.on; with --all many: kind:streetlight.dim, lamp_1,lamp_2.dim, lamp_*.dim")
        private String path = "";

        @Parameters(index = "1", arity = "0..1", paramLabel = "VALUE", description = "true, 55.0, idle ...")
        private @Nullable String value;

        @Option(names = "--for", paramLabel = "TIME", description = "how long the wish stands: 2h (4h without)")
        private @Nullable String lease;

        @Option(
                names = "--priority",
                paramLabel = "P",
                description = "protect, manual (without), operate, comfort, economy, suggest")
        private @Nullable String priority;

        @Option(names = "--deadline", paramLabel = "TIME", description = "give up when it is not sent by then: 30s")
        private @Nullable String deadline;

        @Option(
                names = "--key",
                paramLabel = "K",
                description = "the same key is done once, whatever happens in between")
        private @Nullable String key;

        @Option(names = "--release", description = "take the wish back")
        private boolean release;

        @Option(names = "--no-wait", description = "do not wait for the outcome")
        private boolean noWait;

        @Option(names = "--all", description = "one order over many things")
        private boolean all;

        @Option(
                names = "--rate",
                paramLabel = "N/s",
                description = "with --all: commands begun: 10/s (without), 30/min")
        private @Nullable String rate;

        @Option(
                names = "--at-once",
                paramLabel = "N",
                description = "with --all: commands under way at once: 10 (without)")
        private @Nullable Integer atOnce;

        @Option(
                names = "--stop-after",
                paramLabel = "N",
                description = "with --all: begin no more when so many were not done")
        private @Nullable Integer stopAfter;

        @Override
        public Integer call() throws Exception {
            if (!all && (rate != null || atOnce != null || stopAfter != null) && spec != null)
                throw new ParameterException(spec.commandLine(), "--rate, --at-once and --stop-after go with --all");
            if (all && release && spec != null)
                throw new ParameterException(
                        spec.commandLine(), "--all sets a value; --release gives one actuator back");
            if (release == (value != null) && spec != null)
                throw new ParameterException(
                        spec.commandLine(),
                        release
                                ? "--release takes no value: it gives " + path + " back"
                                : "a value is missing: linkspan set " + path + " VALUE, or --release to give it back");
            var request = where.request(release ? "release" : "set")
                    .text("property", path)
                    .plain("no-wait", noWait);
            if (value != null) request.text("value", value);
            if (lease != null) request.text("for", lease);
            if (priority != null) request.text("priority", priority);
            if (deadline != null) request.text("deadline", deadline);
            if (key != null) request.text("key", key);
            if (all) return many(request);
            return told(where, path, where.askNode(request), noWait);
        }

        private int many(Trees.Fields request) throws Exception {
            request.text("do", "bulk");
            if (rate != null) request.text("rate", rate);
            if (atOnce != null) request.plain("at-once", atOnce);
            if (stopAfter != null) request.plain("stop-after", stopAfter);
            if (!Ordering.selects(path, request) && spec != null)
                throw new ParameterException(
                        spec.commandLine(),
                        "\"" + path + "\" names no many: kind:streetlight.dim, lamp_1,lamp_2.dim or lamp_*.dim");
            return Ordering.follow(where, where.askNode(request), !noWait);
        }
    }

    @Command(name = "invoke", description = "invokes an action of a thing")
    static final class Invoke implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(index = "0", paramLabel = "ACTION", description = "pump.flush")
        private String path = "";

        @Parameters(index = "1", arity = "0..1", paramLabel = "VALUE", description = "where the action takes one")
        private @Nullable String value;

        @Option(names = "--deadline", paramLabel = "TIME", description = "give up when it is not sent by then: 30s")
        private @Nullable String deadline;

        @Option(
                names = "--key",
                paramLabel = "K",
                description = "the same key is done once, whatever happens in between")
        private @Nullable String key;

        @Option(names = "--no-wait", description = "do not wait for the outcome")
        private boolean noWait;

        @Override
        public Integer call() throws Exception {
            var request = where.request("invoke").text("action", path).plain("no-wait", noWait);
            if (value != null) request.text("value", value);
            if (deadline != null) request.text("deadline", deadline);
            if (key != null) request.text("key", key);
            return told(where, path, where.askNode(request), noWait);
        }
    }

    @Command(name = "say", description = "does or answers a sentence, in English or Dutch")
    static final class Say implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(
                arity = "1..*",
                paramLabel = "SENTENCE",
                description = "\"turn off the lights\", \"how warm is the boiler\"")
        private List<String> words = new ArrayList<>();

        @Option(names = "--choice", paramLabel = "ID", description = "the answer to a question: one of its choices")
        private @Nullable String choice;

        @Option(names = "--dry-run", description = "only say how it is understood")
        private boolean dryRun;

        @Option(names = "--language", paramLabel = "L", description = "en or nl, where a sentence makes sense in both")
        private @Nullable String language;

        @Override
        public Integer call() throws Exception {
            var request = where.request("say")
                    .text("sentence", String.join(" ", words))
                    .plain("dry-run", dryRun);
            if (choice != null) request.text("choice", choice);
            if (language != null) request.text("language", language);
            var answer = where.askNode(request);
            if (!where.printed(answer)) {
                for (String line : Where.text(answer, "text").split("\n")) where.print(Terminal.harmless(line));
                if (dryRun && Where.optional(answer, "meaning").isPresent())
                    where.print("  " + Where.text(answer, "meaning"));
                for (var c : Where.list(answer, "choices"))
                    where.print("  " + Terminal.harmless(Where.text(c, "text")) + "  --choice \"" + Where.text(c, "id")
                            + "\"");
            }
            return switch (Where.text(answer, "kind")) {
                case "done" -> worst(answer);
                case "answer", "understood" -> Exit.DONE;
                default -> Exit.SAID_NO; // open: a question, a refusal, not understood
            };
        }

        private static int worst(Tree.Fields answer) {
            int worst = Exit.DONE;
            for (var o : Where.list(answer, "outcomes")) {
                String kind = Where.below(o, "outcome")
                        .map(x -> Where.text(x, "kind"))
                        .orElse("");
                if (kind.equals("refused") || kind.equals("outranked")) worst = Math.max(worst, Exit.SAID_NO);
                if (kind.equals("not_sent") || kind.equals("in_doubt")) worst = Math.max(worst, Exit.NOT_SENT);
            }
            return worst;
        }
    }

    @Command(name = "arm", description = "lets the site write to its machines")
    static final class Arm implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Option(names = "--off", description = "only watch: show and log what would have been written")
        private boolean off;

        @Override
        public Integer call() throws Exception {
            var answer = where.askNode(where.request("arm").plain("armed", !off));
            if (!where.printed(answer))
                where.print(off ? "The site only watches now" : "The site writes to its machines now");
            return Exit.DONE;
        }
    }

    @Command(
            name = "service",
            description = "takes a thing out of service (it is never written then), or gives it back")
    static final class Service implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Spec
        private @Nullable CommandSpec spec;

        @Parameters(paramLabel = "THING", description = "boiler")
        private String thing = "";

        @Option(names = "--out", paramLabel = "REASON", description = "why it is out of service")
        private @Nullable String reason;

        @Option(names = "--in", description = "give it back")
        private boolean in;

        @Override
        public Integer call() throws Exception {
            if (in == (reason != null) && spec != null)
                throw new ParameterException(
                        spec.commandLine(), "say one of --out \"compressor is being changed\" and --in");
            var request = where.request("service").text("thing", thing).plain("out", !in);
            if (reason != null) request.text("reason", reason);
            var answer = where.askNode(request);
            if (!where.printed(answer))
                where.print(in ? thing + " is in service again" : thing + " is out of service: nobody writes to it");
            return Exit.DONE;
        }
    }

    @Command(name = "exchange", description = "records that a meter was exchanged, so that its register goes on")
    static final class ExchangeCommand implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(index = "0", paramLabel = "METER.REGISTER", description = "meter.energy_import")
        private String path = "";

        @Parameters(index = "1", paramLabel = "OLD", description = "what the old meter showed last")
        private String old = "";

        @Parameters(index = "2", paramLabel = "NEW", description = "what the new one began with")
        private String fresh = "";

        @Override
        public Integer call() throws Exception {
            var answer = where.askNode(where.request("exchange")
                    .text("property", path)
                    .text("old", old)
                    .text("new", fresh));
            if (!where.printed(answer))
                where.print(path + ": the new meter goes on where the old one ended  [entry "
                        + Where.text(answer, "position") + "]");
            return Exit.DONE;
        }
    }
}
