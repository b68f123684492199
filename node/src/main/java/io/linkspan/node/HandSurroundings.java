package io.linkspan.node;

import io.linkspan.connector.Command;
import io.linkspan.connector.Current;
import io.linkspan.connector.Endpoint;
import io.linkspan.connector.Line;
import io.linkspan.connector.Listener;
import io.linkspan.connector.Point;
import io.linkspan.connector.Points;
import io.linkspan.connector.Report;
import io.linkspan.connector.Surroundings;
import io.linkspan.connector.Ticket;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a connector has around it when a person looks at a line by hand: lines and a clock, no site. For one thread,
/// and another one that closes its lines.
final class HandSurroundings implements Surroundings {
    private final Lines lines = new RealLines(Set.of());
    private final NodeClock clock = NodeClock.real();
    private final Path directory;
    private final Points points;
    private final Consumer<Report> told;
    private final Set<Line> open = ConcurrentHashMap.newKeySet();

    /// @param directory an empty folder
    HandSurroundings(Path directory) {
        this(directory, new Points(0, List.of()), _ -> {});
    }

    /// @param points what is to be read
    /// @param told gets what the connector reports
    HandSurroundings(Path directory, Points points, Consumer<Report> told) {
        this.directory = directory;
        this.points = points;
        this.told = told;
    }

    /// Closes all lines, so that who reads from them is woken.
    void closeLines() {
        for (var line : open)
            try {
                line.close();
            } catch (IOException e) {
                LoggerFactory.getLogger("linkspan.connector.by_hand")
                        .debug("{} could not be closed: {}", line.name(), e.getMessage());
            }
        open.clear();
    }

    @Override
    public String connector() {
        return "by_hand";
    }

    @Override
    public Points points() {
        return points;
    }

    @Override
    public Optional<Command> nextCommand(Duration wait) throws InterruptedException {
        clock.sleep(wait);
        return Optional.empty();
    }

    @Override
    public Ticket accept(Report report) {
        told.accept(report);
        return Receipt.done();
    }

    @Override
    public Optional<Ticket> offer(Report report) {
        return Optional.of(accept(report));
    }

    @Override
    public Optional<Current> current(Point point) {
        return Optional.empty();
    }

    @Override
    public boolean watched(Point point) {
        return false;
    }

    @Override
    public long wallMicros() {
        return clock.wallMicros();
    }

    @Override
    public long nanoTime() {
        return clock.nanoTime();
    }

    @Override
    public void sleep(Duration time) throws InterruptedException {
        clock.sleep(time);
    }

    @Override
    public Line open(Endpoint endpoint) throws IOException, InterruptedException {
        var line = lines.open(endpoint);
        open.add(line);
        return line;
    }

    @Override
    public Listener listen(Endpoint.Tcp endpoint) throws IOException {
        return lines.listen(endpoint);
    }

    @Override
    public boolean fork(String name, Task task) {
        return false;
    }

    @Override
    public Logger log() {
        return LoggerFactory.getLogger("linkspan.connector.by_hand");
    }

    @Override
    public Path directory() {
        return directory;
    }
}
