package io.linkspan.simulation;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `simulate-world`: lives through simulated worlds; exits with 1 when an invariant broke.
@Command(name = "simulate-world", description = "a whole node from a seed, held against named invariants")
public final class WorldCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--seed", paramLabel = "N", description = "one world, with the last things that happened in it")
    private @Nullable Long seed;

    @Option(names = "--seeds", paramLabel = "N", description = "how many worlds (20)")
    private long seeds = 20;

    @Option(names = "--from", paramLabel = "N", description = "the first seed (1)")
    private long from = 1;

    @Option(
            names = "--without-sync",
            description = "on a disk that only says that it synced: the control that must fail")
    private boolean withoutSync;

    /// For the command line, which makes one.
    public WorldCommand() {}

    /// The same without the rest of the program.
    public static void main(String... args) {
        System.exit(new CommandLine(new WorldCommand()).execute(args));
    }

    @Override
    public Integer call() {
        if (spec == null) return 2;
        var out = spec.commandLine().getOut();
        Long one = seed;
        if (one != null) return live(out, one, 1, true);
        return live(out, from, seeds, false);
    }

    private int live(PrintWriter out, long first, long count, boolean story) {
        int broken = 0;
        for (long n = first; n < first + count; n++) {
            var verdict = withoutSync ? World.withoutSync(n) : World.of(n);
            if (verdict.violation().isPresent()) broken++;
            if (story) verdict.story().forEach(out::println);
            if (story || verdict.violation().isPresent()) out.println(verdict);
            out.flush();
        }
        out.println(count + " worlds, " + broken + " with a broken invariant");
        out.flush();
        return broken == 0 ? 0 : 1;
    }
}
