package io.linkspan.access;

import io.linkspan.feed.Filter;
import io.linkspan.model.Cell;
import io.linkspan.model.History;
import io.linkspan.model.Property;
import io.linkspan.model.Result;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Set;

/// The newest of a property, as far as a contract lets it out. No state.
final class Cells {
    /// How far a delayed contract looks back for the newest reading it may have.
    private static final long BACK_MICROS = Duration.ofDays(7).toMillis() * 1_000;

    /// What of a cell an application is told: the data, and not who does what with the machine.
    private static final Set<String> DATA = Set.of(
            "property",
            "title",
            "type",
            "writable",
            "unit",
            "value",
            "shown",
            "quality",
            "received",
            "age_ms",
            "device_time",
            "missing_since",
            "missing_cause",
            "missing");

    private Cells() {}

    /// The cell of this path, where anything of it is let out.
    static Cell find(Place place, Filter filter, String path) throws Problem {
        int number = place.directory().property(path);
        boolean open = number != 0 && (filter.contract().isOwner() || filter.lets(number));
        var cell = open ? place.cell(number) : Optional.<Cell>empty();
        return cell.orElseThrow(() -> Problem.of(
                404,
                "There is no property \"" + Words.cut(path) + "\" in "
                        + place.directory().file().name()
                        + "; a path is a thing and its property such as boiler.on"));
    }

    /// What may be told of it.
    static Tree.Fields shown(Place place, Filter filter, Cell cell) throws IOException {
        if (filter.contract().isOwner()) return place.tree(cell);
        if (filter.isReduced()) return window(place, filter, cell);
        if (!filter.contract().delay().isZero()) return delayed(place, filter, cell);
        var fields = new LinkedHashMap<>(place.tree(cell).fields());
        fields.keySet().retainAll(DATA);
        return Tree.fields(fields);
    }

    private static Words.Fields head(Place place, Cell cell) {
        String path = place.directory().name(Result.Sort.PROPERTY, cell.property());
        var out = Words.fields().text("property", path);
        place.directory().find(path).ifPresent(p -> {
            out.text("type", p.type().word()).plain("writable", p.writable());
            p.title().ifPresent(t -> out.text("title", t));
            unit(p).ifPresent(u -> out.text("unit", u));
        });
        return out;
    }

    static Optional<String> unit(Property property) {
        return property.unit();
    }

    /// The last whole window; nothing where the history has none.
    private static Tree.Fields window(Place place, Filter filter, Cell cell) throws IOException {
        var out = head(place, cell);
        var history = place.history();
        if (history.isEmpty()) return out.done();
        var every = filter.contract().windows().orElseThrow();
        long end = filter.horizon();
        var all = filter.over(history.get())
                .buckets(cell.property(), end - 1, end, every)
                .buckets();
        if (!all.isEmpty()) out.put("window", bucket(all.getLast()));
        return out.done();
    }

    /// The newest reading that is old enough.
    private static Tree.Fields delayed(Place place, Filter filter, Cell cell) throws IOException {
        var out = head(place, cell);
        var history = place.history();
        if (history.isEmpty()) return out.done();
        long horizon = filter.horizon();
        filter.over(history.get())
                .lastBefore(cell.property(), horizon)
                .filter(p -> p.atMicros() > horizon - BACK_MICROS)
                .ifPresent(p -> out.put("value", Words.value(p.value()))
                        .text("quality", p.quality().name().toLowerCase(java.util.Locale.ROOT))
                        .time("received", p.atMicros()));
        return out.done();
    }

    static Tree.Fields bucket(History.Bucket b) {
        return Words.fields()
                .time("from", b.fromMicros())
                .time("to", b.toMicros())
                .plain("count", b.count())
                .number("min", b.min())
                .number("max", b.max())
                .number("mean", b.mean())
                .number("time_mean", b.timeMean())
                .number("last", b.last())
                .number("consumption", b.consumption())
                .done();
    }
}
