package io.linkspan.node;

import io.linkspan.model.Tree;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `shadow`: a site file that runs beside the site and never writes, until a person switches to it.
@Command(
        name = "shadow",
        description = "runs a site file beside the site, without writing, until you switch to it",
        subcommands = {
            ShadowCommand.Start.class,
            ShadowCommand.Show.class,
            ShadowCommand.Stop.class,
            ShadowCommand.Switch.class
        })
final class ShadowCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        return AccountCommand.usage(spec);
    }

    private static void print(Where where, Tree.Fields shadow) {
        where.print("The shadow runs since " + Where.text(shadow, "since") + ", begun by "
                + Terminal.harmless(Where.text(shadow, "by")));
        if (Where.text(shadow, "current").equals("false"))
            where.print("The running file was changed since; the shadow goes on without that change");
        Where.optional(shadow, "trouble")
                .ifPresent(t -> where.print("The shadow has trouble: " + Terminal.harmless(t)));
        var soFar = Where.below(shadow, "so_far");
        if (soFar.isPresent()) RehearseCommand.print(where, soFar.get(), false);
        else where.print("It has lived through no entry of the log yet");
    }

    @Command(name = "start", description = "begins a shadow with this file", mixinStandardHelpOptions = true)
    static final class Start implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Parameters(paramLabel = "FILE", description = "site.yaml")
        private Path file = Path.of("site.yaml");

        @Option(
                names = "--csv",
                paramLabel = "POINTS.CSV",
                description = "a point list: its things beside those of the file")
        private @Nullable Path csv;

        @Override
        public Integer call() throws Exception {
            var request = where.request("shadow-start");
            RehearseCommand.file(request, file, csv);
            var answer = where.askNode(request);
            if (!where.printed(answer)) {
                Where.below(answer, "changes").ifPresent(changes -> ApplyCommand.print(where, changes));
                where.print("The shadow runs; look at it with: linkspan shadow show");
            }
            return Exit.DONE;
        }
    }

    @Command(name = "show", description = "shows what the shadow does otherwise", mixinStandardHelpOptions = true)
    static final class Show implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Override
        public Integer call() throws Exception {
            var answer = where.askNode(where.request("shadow"));
            if (!where.printed(answer)) print(where, answer);
            return Exit.DONE;
        }
    }

    @Command(name = "stop", description = "ends the shadow, with a last look at it", mixinStandardHelpOptions = true)
    static final class Stop implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Override
        public Integer call() throws Exception {
            var answer = where.askNode(where.request("shadow-stop"));
            if (where.printed(answer)) return Exit.DONE;
            print(where, answer);
            where.print("It has ended");
            return Exit.DONE;
        }
    }

    @Command(
            name = "switch",
            description = "puts the shadow's file in force, as apply does, and ends the shadow",
            mixinStandardHelpOptions = true)
    static final class Switch implements Callable<Integer> {
        @Mixin
        private final Where where = new Where();

        @Option(names = "--yes", description = "take out what the file no longer has")
        private boolean yes;

        @Option(names = "--force", description = "take the file although the running one was changed since")
        private boolean force;

        @Override
        public Integer call() throws Exception {
            var answer = where.askNode(
                    where.request("shadow-switch").plain("confirmed", yes).plain("force", force));
            if (!where.printed(answer)) {
                ApplyCommand.print(where, answer);
                where.print("Revision " + Where.text(answer, "revision") + " is in force; the shadow has ended");
            }
            return Exit.DONE;
        }
    }
}
