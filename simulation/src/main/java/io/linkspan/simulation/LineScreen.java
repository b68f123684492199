package io.linkspan.simulation;

import io.linkspan.access.PageView;
import io.linkspan.access.PageView.PropertyView;
import java.io.PrintStream;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;

/// For files and other programs: a line for each change. Of an actuator each change, of a sensor one now and then,
/// since at the
/// speed of a demo all of them change always.
final class LineScreen implements DemoScreen {
    /// Shortest time between two lines of one sensor.
    private static final Duration SENSOR_EVERY = Duration.ofSeconds(5);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");

    private final PrintStream out;
    private final Map<String, Line> shown = new HashMap<>();

    /// What was printed of a property.
    private record Line(String text, long nanos) {}

    LineScreen(PrintStream out) {
        this.out = out;
    }

    @Override
    public void begin(String introduction) {
        out.println(introduction);
    }

    @Override
    public boolean show(PageView site, LocalDateTime recorded) {
        long now = System.nanoTime();
        for (var thing : site.things())
            for (var property : thing.properties()) {
                var text = text(property);
                var before = shown.get(property.path());
                if (before != null && before.text().equals(text)) continue;
                boolean sensor = property.who().isEmpty();
                if (before != null && sensor && now - before.nanos() < SENSOR_EVERY.toNanos()) continue;
                shown.put(property.path(), new Line(text, now));
                out.println(recorded.format(TIME) + "  " + text);
            }
        out.flush();
        return false;
    }

    private static String text(PropertyView p) {
        return switch (p.state()) {
            case UNREAD -> "%-20s not read yet".formatted(p.path());
            case CLOSED -> "%-20s private, not shown".formatted(p.path());
            case MISSING -> "%-20s missing: %s".formatted(p.path(), p.missingCause());
            case KNOWN ->
                p.who().isEmpty()
                        ? "%-20s %s %s".formatted(p.path(), p.value(), p.unit()).stripTrailing()
                        : "%-20s %-10s in charge: %s. %s"
                                .formatted(p.path(), (p.value() + " " + p.unit()).strip(), p.who(), p.why());
        };
    }

    @Override
    public void end() {}

    @Override
    public void line(String text) {
        out.println(text);
        out.flush();
    }
}
