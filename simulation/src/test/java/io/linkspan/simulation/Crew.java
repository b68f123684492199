package io.linkspan.simulation;

import io.linkspan.model.Input;
import io.linkspan.model.Outcome;
import io.linkspan.model.Principal;
import io.linkspan.model.Priority;
import io.linkspan.model.SiteId;
import io.linkspan.model.Value;
import io.linkspan.node.Asked;
import io.linkspan.node.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/// People who work a [Workshop] through a node's door while it may die at any moment: set-points with values that
/// nobody used
/// before, the same key again, releases, a pump taken out of service, the site disarmed, snapshots. What they are told
/// they tell.
final class Crew implements AutoCloseable {
    /// Most set-points of one person in one life of a node.
    static final int SETS_MAX = 90;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Node node;
    private final SiteId site;
    private final Hears hears;
    private final String name;
    private final SplittableRandom random;
    private final List<Thread> threads = new ArrayList<>();

    /// Takes what the crew is told.
    interface Hears {
        /// It is on disk, at this packed position.
        void taken(long here, Input input);

        /// What became of a command, for good.
        void ended(String key, Outcome outcome);
    }

    /// @param name a new one for each life: keys begin with it
    /// @param firstValue the values from this on, 2 x [#SETS_MAX] of them, are used by nobody else
    Crew(Node node, SiteId site, Hears hears, String name, int firstValue, long seed) {
        this.node = node;
        this.site = site;
        this.hears = hears;
        this.name = name;
        random = new SplittableRandom(seed);
        sets("valve.position", "anna", firstValue);
        sets("pump.speed", "bert", firstValue + SETS_MAX);
        start(() -> {
            service();
            return 300;
        });
        start(() -> {
            arm();
            return 700;
        });
        start(() -> {
            node.snapshot(site);
            return 250;
        });
    }

    private interface Task {
        /// @return the longest pause before the next turn, in milliseconds
        int turn() throws InterruptedException;
    }

    private void start(Task task) {
        var own = random.split();
        threads.add(Thread.ofPlatform().name("crew").daemon().start(() -> {
            try {
                while (true) TimeUnit.MICROSECONDS.sleep(own.nextInt(1 + task.turn() * 1_000));
            } catch (InterruptedException e) {
                // only close() interrupts
            }
        }));
    }

    private void sets(String path, String who, int firstValue) {
        int property = node.board(site).directory().property(path);
        var own = random.split();
        var next = new int[1];
        start(() -> {
            int n = next[0]++;
            if (n >= SETS_MAX) return 1_000;
            String key = name + "-" + who + "-" + n;
            var set = new Input.Set(key, property, Optional.of(new Value.Int(firstValue + n)), Priority.MANUAL, 0, 0);
            say(Principal.person(who), set, key);
            if (own.nextInt(8) == 0) say(Principal.person(who), set, key);
            if (own.nextInt(10) == 0) {
                String release = key + "-back";
                say(Principal.person(who), new Input.Release(release, property, Priority.MANUAL), release);
            }
            return 60;
        });
    }

    private void service() throws InterruptedException {
        say(Principal.person("carl"), new Input.Service("pump", true, "a new seal"), "");
        TimeUnit.MILLISECONDS.sleep(20);
        say(Principal.person("carl"), new Input.Service("pump", false, ""), "");
    }

    private void arm() throws InterruptedException {
        say(Principal.person("dora"), new Input.Arm(false), "");
        say(Principal.person("dora"), new Input.Arm(true), "");
    }

    private void say(Principal by, Input input, String key) throws InterruptedException {
        var asked = node.ask(site, by, input);
        if (!key.isEmpty()) Thread.ofVirtual().start(() -> outcome(asked, key));
        asked.await(PATIENCE).ifPresent(taken -> hears.taken(taken.here(), input));
    }

    private void outcome(Asked asked, String key) {
        try {
            asked.awaitOutcome(PATIENCE).ifPresent(outcome -> hears.ended(key, outcome));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Nobody works any more; what was asked may still be told.
    @Override
    public void close() {
        for (var t : threads) t.interrupt();
        try {
            for (var t : threads) t.join(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
