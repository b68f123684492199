package io.linkspan.simulation;

/// Lives through simulated worlds from the command line: `--seed N` replays one and shows its story, `--seeds N` tries
/// the
/// seeds 1 to N, `--from M` begins elsewhere, `--without-sync` is the control that must fail. Exits with 1 when an
/// invariant
/// broke.
public final class SimulateWorld {
    private SimulateWorld() {}

    /// The command line.
    public static void main(String... args) {
        long from = 1;
        long count = 20;
        boolean sync = true;
        boolean story = false;
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--seed" -> {
                    from = Long.parseLong(args[++i]);
                    count = 1;
                    story = true;
                }
                case "--from" -> from = Long.parseLong(args[++i]);
                case "--seeds" -> count = Long.parseLong(args[++i]);
                case "--without-sync" -> sync = false;
                default ->
                    throw new IllegalArgumentException(
                            "Unknown argument " + args[i] + "; use --seed, --from, --seeds"); // open: what was typed
            }
        }
        System.exit(live(from, count, sync, story) == 0 ? 0 : 1);
    }

    private static int live(long from, long count, boolean sync, boolean story) {
        int broken = 0;
        for (long seed = from; seed < from + count; seed++) {
            var verdict = sync ? World.of(seed) : World.withoutSync(seed);
            if (verdict.violation().isPresent()) broken++;
            if (story) verdict.story().forEach(System.out::println);
            if (story || verdict.violation().isPresent()) System.out.println(verdict);
        }
        System.out.println(count + " worlds, " + broken + " with a broken invariant");
        return broken;
    }
}
