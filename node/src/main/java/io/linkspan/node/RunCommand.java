package io.linkspan.node;

import io.linkspan.connector.Endpoint;
import io.linkspan.model.Invalid;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `run`: begins a site from its file, or goes on with it, until it is told to end.
@Command(name = "run", description = "runs a site: begins it from its file, or goes on where it was")
final class RunCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger("linkspan.node");
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    @Mixin
    private final Where where = new Where();

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "SITE.YAML",
            description = "the site's file; without one the folder's site goes on")
    private @Nullable Path file;

    @Option(
            names = "--node",
            paramLabel = "NODE.YAML",
            description = "what belongs to the box: permitted listeners, limits of the log")
    private @Nullable Path nodeFile;

    @Option(names = "--port", paramLabel = "N", description = "port of the page on loopback (8080)")
    private int port = -1;

    @Option(names = "--no-page", description = "without the page")
    private boolean noPage;

    @Option(names = "--speed", paramLabel = "X", description = "so many times as fast as the clock on the wall")
    private double speed = 1;

    @Option(names = "--lead", description = "a restored backup: open its lines, it leads from now on")
    private boolean lead;

    @Override
    public Integer call() throws Exception {
        var node = nodeFile == null ? NodeFile.standard() : NodeFile.read(nodeFile);
        Path data = where.data();
        if (file == null && !Files.isDirectory(data.resolve(Node.JOURNAL)) && spec != null)
            throw new ParameterException(
                    spec.commandLine(), "there is no site in " + data + " yet: linkspan run SITE.yaml --data " + data);
        Node.makeFolder(data);
        boolean passive = Backup.isPassive(data) && !lead;
        if (lead) Backup.lead(data);
        if (passive)
            LOG.warn("This folder is a restored backup: no line is opened; when it shall lead, run it with --lead");
        var page = page(node);
        var settings =
                new Running.Settings(data, Optional.ofNullable(file), clock(), node.log(), node.permitted(), passive);
        var running = Running.start(settings, changes -> ApplyCommand.print(where, changes));
        return serve(running, page, where);
    }

    private NodeClock clock() {
        if (speed == 1) return NodeClock.real();
        try {
            return new SpeedClock(NodeClock.real(), speed, NodeClock.real().wallMicros());
        } catch (IllegalArgumentException e) {
            if (spec == null) throw e;
            throw new ParameterException(spec.commandLine(), "--speed: " + e.getMessage(), e);
        }
    }

    /// What `node.yaml` says, on another port where one is named.
    private Optional<HttpFile> page(NodeFile node) {
        if (noPage) return Optional.empty();
        return port < 0
                ? node.http()
                : Optional.of(node.http()
                        .map(http ->
                                new HttpFile(new Endpoint.Tcp(http.listen().host(), port), http.tls(), http.insecure()))
                        .orElse(HttpFile.loopback(new Endpoint.Tcp("127.0.0.1", port))));
    }

    private static int serve(Running running, Optional<HttpFile> file, Where where)
            throws Invalid, IOException, InterruptedException {
        var opened = open(running, file);
        Closeable pages = opened.isPresent() ? opened.get() : () -> {};
        if (opened.isPresent())
            running.entrance().welcome(opened.get().address()).ifPresent(where::print);
        var end = Thread.ofPlatform().name("linkspan end").unstarted(() -> {
            try (running;
                    pages) {
                LOG.info("Ending in order");
            } catch (IOException e) {
                LOG.error("The end was not in order: {}", e.getMessage());
                Runtime.getRuntime().halt(Exit.UNAVAILABLE);
            }
            Runtime.getRuntime().halt(Exit.DONE); // told to end, and ended: no error, whatever signal it was
        });
        Runtime.getRuntime().addShutdownHook(end);
        while (running.node().broken().isEmpty()) Thread.sleep(LOOK_EVERY);
        Runtime.getRuntime().removeShutdownHook(end);
        try (running;
                pages) {
            return Exit.BUG;
        }
    }

    /// A node whose door does not open ends in order.
    private static Optional<Pages.Opened> open(Running running, Optional<HttpFile> file) throws Invalid, IOException {
        try {
            return Pages.open(running, file);
        } catch (Invalid | IOException | RuntimeException e) {
            running.close();
            throw e;
        }
    }
}
