package io.linkspan.simulation;

import io.linkspan.model.Input;
import io.linkspan.model.Outcome;
import io.linkspan.model.Principal;
import io.linkspan.node.Node;
import io.linkspan.node.NodeClock;
import io.linkspan.node.Yaml;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/// A node in a process of its own, which [KillTest] kills. Tells on its standard output, a line each: `@start MILLIS`
/// when `main`
/// began, `@up MILLIS` when the node ran, `@taken POSITION INPUT`, `@ended KEY OUTCOME`.
final class Doomed {
    /// What begins a line that is meant for the test.
    static final char MARK = '@';

    private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);

    private Doomed() {}

    /// @param args folder, site file, name of this life, first value
    public static void main(String[] args) throws Exception {
        tell("start " + System.currentTimeMillis());
        var node = Node.start(new Node.Settings(Path.of(args[0]), NodeClock.real(), Duration.ofMillis(200), Set.of()));
        var site = node.sites().isEmpty()
                ? node.create(Principal.person("eve"), Yaml.read(Path.of(args[1])))
                : node.sites().getFirst();
        tell("up " + System.currentTimeMillis() + " " + site);
        node.ask(site, Principal.person("dora"), new Input.Arm(true)).await(Duration.ofSeconds(30));
        int first = Integer.parseInt(args[3]);
        var crew = new Crew(node, site, new Told(), args[2], first, first);
        new CountDownLatch(1).await(); // nobody ends it but a kill
        crew.close();
    }

    private static final class Told implements Crew.Hears {
        @Override
        public void taken(long here, Input input) {
            tell("taken " + here + " " + input);
        }

        @Override
        public void ended(String key, Outcome outcome) {
            tell("ended " + key + " " + outcome);
        }
    }

    /// One write a line, so that a kill leaves no half of one behind a whole one.
    private static void tell(String what) {
        try {
            synchronized (OUT) {
                OUT.write((MARK + what + "\n").getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new IllegalStateException("The test does not listen any more", e);
        }
    }
}
