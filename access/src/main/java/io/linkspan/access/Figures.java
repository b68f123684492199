package io.linkspan.access;

import io.linkspan.access.Desk.Figure;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/// What the HTTP door counted, as Prometheus reads it (text format 0.0.4). Safe for many threads.
final class Figures {
    private static final int CLASSES = 6;

    private final LongAdder[] answers = new LongAdder[CLASSES];
    private final LongAdder nanos = new LongAdder();
    final LongAdder refusedBusy = new LongAdder();
    final LongAdder feedItems = new LongAdder();

    Figures() {
        for (int i = 0; i < CLASSES; i++) answers[i] = new LongAdder();
    }

    void answered(int status, long took) {
        answers[Math.clamp(status / 100, 0, CLASSES - 1)].increment();
        nanos.add(took);
    }

    /// The door's own figures.
    List<Figure> all(Streams streams, Connections connections, long dropped) {
        var all = new java.util.ArrayList<Figure>();
        for (int i = 1; i < CLASSES; i++)
            all.add(new Figure(
                    "linkspan_http_requests_total",
                    "Requests answered, by class of status",
                    "status=\"" + i + "xx\"",
                    answers[i].sum()));
        all.add(new Figure(
                "linkspan_http_request_seconds_total",
                "Time spent on answers, streams included",
                "",
                nanos.sum() / 1e9));
        all.add(new Figure(
                "linkspan_http_busy_total", "Requests refused because too many ran at once", "", refusedBusy.sum()));
        all.add(new Figure("linkspan_http_slow_total", "Clients dropped because they were too slow", "", dropped));
        all.add(new Figure("linkspan_feed_items_total", "Items given to feeds", "", feedItems.sum()));
        all.add(new Figure("linkspan_feeds", "Feeds that are open", "", streams.feeds()));
        all.add(new Figure("linkspan_pages", "Pages that are open", "", streams.pages()));
        all.add(new Figure(
                "linkspan_streams_refused_total",
                "Feeds and pages refused because too many were open",
                "",
                streams.refused()));
        all.add(new Figure("linkspan_http_connections", "Connections that are open", "", connections.open()));
        all.add(new Figure(
                "linkspan_http_connections_refused_total",
                "Connections refused because too many were open",
                "",
                connections.refused()));
        all.add(new Figure(
                "linkspan_http_silent_total",
                "Connections closed because they asked for nothing in time",
                "",
                connections.silent()));
        return all;
    }

    /// The text of these figures: those of one name together, each name explained once.
    static String text(List<Figure> figures) {
        var byName = new TreeMap<String, StringBuilder>();
        for (var f : figures) {
            var text = byName.computeIfAbsent(
                    f.name(),
                    name -> new StringBuilder("# HELP " + name + " " + f.help() + "\n# TYPE " + name + " "
                            + (name.endsWith("_total") ? "counter" : "gauge") + "\n"));
            String labels = f.labels().isEmpty() ? "" : "{" + f.labels() + "}";
            text.append(f.name())
                    .append(labels)
                    .append(' ')
                    .append(number(f.value()))
                    .append('\n');
        }
        return String.join("", byName.values());
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.6g", value);
    }
}
