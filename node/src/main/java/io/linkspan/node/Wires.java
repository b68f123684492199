package io.linkspan.node;

import io.linkspan.connector.Command;
import io.linkspan.connector.Outlets;
import io.linkspan.connector.OwnLog;
import io.linkspan.connector.Point;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Result;
import io.linkspan.model.SiteFile;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The connectors of one site: begins and ends them as the site's definition says, gives them their points, and hands
/// writes
/// to the right one.
///
/// Thread-safety: [#rewire] and [#close] belong to the wiring thread, the others are for all.
final class Wires {
    private static final Logger LOG = LoggerFactory.getLogger("linkspan.node");

    /// How long a write may wait in a connector's queue before it is told as not sent.
    static final Duration WRITE_TIMEOUT = Duration.ofSeconds(30);

    private final LedSite site;
    private final Around around;
    private final Map<String, SiteFile.ConnectorEntry> entries = new HashMap<>();
    private volatile Map<String, ConnectorRunner> runners = Map.of();
    private volatile Map<Integer, Wired> wired = Map.of();

    /// What all sites of a node share.
    ///
    /// @param folder the node's folder for connectors
    /// @param alive whether the node steps its sites
    /// @param ownLogs the log that a connector of a site has of its own
    /// @param views a site, for who looks at it
    /// @param outlets the applications of a site
    record Around(
            Attached types,
            NodeClock clock,
            RandomGenerator random,
            Lines lines,
            Inbox<Runnable> inbox,
            Path folder,
            BooleanSupplier alive,
            BiFunction<SiteId, String, OwnLog> ownLogs,
            Function<SiteId, SiteView> views,
            Function<SiteId, Outlets> outlets) {}

    private record Wired(ConnectorRunner runner, Point point) {}

    Wires(LedSite site, Around around) {
        this.site = site;
        this.around = around;
    }

    /// Ends connectors that are gone or changed, begins new ones, and gives all their points.
    ///
    /// @return those that were ended: their lines are down
    List<String> rewire() {
        var directory = site.directory();
        var next = directory.file().connectors();
        var now = new HashMap<>(runners);
        var ended = entries.values().stream()
                .filter(old -> !next.containsKey(old.id()) || !Attached.same(old, next.get(old.id())))
                .map(SiteFile.ConnectorEntry::id)
                .toList();
        for (String id : ended) {
            entries.remove(id);
            var runner = now.remove(id);
            if (runner != null) runner.close();
        }
        var fresh =
                next.values().stream().filter(e -> !entries.containsKey(e.id())).toList();
        for (var entry : fresh) make(entry, now);
        var points = new HashMap<Integer, Wired>();
        for (var runner : now.values()) {
            runner.points(Attached.version(directory, runner.id()));
            for (var point : Attached.points(directory, runner.id()))
                if (!point.served()) points.put(point.number(), new Wired(runner, point));
        }
        runners = Map.copyOf(now);
        wired = Map.copyOf(points);
        for (var entry : fresh)
            if (now.containsKey(entry.id())) now.get(entry.id()).start();
        return ended;
    }

    private void make(SiteFile.ConnectorEntry entry, Map<String, ConnectorRunner> into) {
        try {
            var connector = around.types.create(entry);
            Path folder = Files.createDirectories(around.folder.resolve(entry.id()));
            var sink = around.inbox.sink(
                    entry.id(), lane(entry), Inbox.QUEUE_REPORTS_MAX, told -> () -> site.arrive(told));
            var wiring = new ConnectorRunner.Wiring(
                    around.clock,
                    around.random,
                    around.lines,
                    sink,
                    point -> Attached.current(site.board(), point),
                    point -> Attached.wished(site.board(), point),
                    point -> around.alive.getAsBoolean() && site.watched(point.number()),
                    folder,
                    isSerial(entry),
                    () -> around.ownLogs.apply(site.id(), entry.id()),
                    (of, after) -> ServedFeed.open(around.views.apply(site.id()), of, after),
                    around.outlets.apply(site.id()));
            into.put(entry.id(), new ConnectorRunner(entry.id(), connector, wiring));
            entries.put(entry.id(), entry);
        } catch (Invalid | IOException e) {
            LOG.error("Connector {} can not run: {}", entry.id(), e.getMessage());
        }
    }

    /// Serial reads go through native code and need a platform thread.
    private static boolean isSerial(SiteFile.ConnectorEntry entry) {
        String settings = Json.write(entry.settings().tree());
        return settings.contains("/dev/") || settings.contains("serial:") || settings.contains("COM");
    }

    /// Connectors that feed links, or that links work, go first.
    private Inbox.Lane lane(SiteFile.ConnectorEntry entry) {
        var directory = site.directory();
        var points = Attached.points(directory, entry.id());
        for (var link : directory.file().links().values())
            for (var point : points)
                if (link.to().equals(point.name())
                        || link.from().map(point.name()::equals).orElse(true)) return Inbox.Lane.CONTROL;
        return Inbox.Lane.READINGS;
    }

    /// Hands a write to its connector, whose answer comes as a report.
    ///
    /// @return false when nobody can write it: it was not sent
    boolean write(Result.WriteOrdered order) {
        var to = wired.get(order.property());
        if (to == null || order.value().isEmpty()) return false;
        long deadline = around.clock.nanoTime() + WRITE_TIMEOUT.toNanos();
        to.runner.command(new Command(order.write(), to.point, order.value().get(), deadline));
        return true;
    }

    /// How the connectors are doing.
    List<Health> health() {
        return runners.values().stream().map(ConnectorRunner::health).toList();
    }

    /// Ends all, at the same time: each says goodbye to its machine.
    void close() {
        try (var closing = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var runner : runners.values()) closing.execute(runner::close);
        }
    }
}
