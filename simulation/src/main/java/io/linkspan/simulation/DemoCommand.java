package io.linkspan.simulation;

import io.linkspan.model.Durations;
import io.linkspan.node.Terminal;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `demo`: a recorded house comes alive.
@Command(
        name = "demo",
        description = "a recorded house comes alive: simulated machines on real protocols, links, a page, figures")
final class DemoCommand implements Callable<Integer> {
    /// How long a signal waits for the figures and for the temporary folder to be gone.
    private static final Duration END_TIMEOUT = Duration.ofSeconds(20);

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--speed", paramLabel = "X", description = "so many times as fast as the clock on the wall (400)")
    private double speed = Demo.SPEED_USUAL;

    @Option(names = "--for", paramLabel = "TIME", description = "how long, such as 20s or 5min; else until q or Ctrl-C")
    private @Nullable String time;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "its folder; else a temporary one that is removed at the end")
    private @Nullable Path data;

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "port of the page on loopback (8080, or a free one when it is taken)")
    private @Nullable Integer port;

    @Option(names = "--plain", description = "a line for each change, also on a terminal")
    private boolean plain;

    @Override
    public Integer call() throws Exception {
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        boolean drawn = !plain && Terminal.here().colours();
        var demo = new Demo(options(), drawn ? new TerminalScreen(out, System.in) : new LineScreen(out));
        var done = new CountDownLatch(1);
        var signal = Thread.ofPlatform().name("linkspan end").unstarted(() -> end(demo, done));
        Runtime.getRuntime().addShutdownHook(signal);
        var complaints = System.err;
        if (drawn) System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        try {
            demo.run();
        } finally {
            System.setErr(complaints);
            done.countDown();
        }
        return 0;
    }

    private static void end(Demo demo, CountDownLatch done) {
        demo.stop();
        try {
            done.await(END_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Demo.Options options() {
        try {
            Optional<Duration> ends = time == null ? Optional.empty() : Optional.of(Durations.parse(time));
            return new Demo.Options(speed, ends, Optional.ofNullable(data), Optional.ofNullable(port));
        } catch (IllegalArgumentException e) {
            if (spec == null) throw e;
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
