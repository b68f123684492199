package io.linkspan.node;

import io.linkspan.insight.Intent;
import io.linkspan.insight.Intent.Ask;
import io.linkspan.insight.Intent.Condition;
import io.linkspan.insight.Intent.Relation;
import io.linkspan.model.Cell;
import io.linkspan.model.Durations;
import io.linkspan.model.History;
import io.linkspan.model.Property;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import io.linkspan.model.Values;
import java.io.IOException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Answers what a sentence only asks: from the newest values, the history and the energy reckoned from it. What is
/// private is told to nobody. For one thread.
final class Queried {
    /// Most lines of one answer; what is more is counted.
    static final int LINES_MAX = 30;

    /// Most readings that are looked at for "how long" and "when last".
    static final int POINTS_MAX = 500_000;

    /// How far from what it shall be a value is not called too high or too low, where the property declares no
    /// step.
    private static final double TOLERANCE = 1;

    private final SiteView view;
    private final Optional<History> history;
    private final EnergyTold energy;

    /// What the site's tariffs make of a span.
    interface EnergyTold {
        /// @param from microseconds since 1970, as `to`
        Tree.Fields tell(long from, long to) throws IOException;
    }

    Queried(SiteView view, Optional<History> history, EnergyTold energy) {
        this.view = view;
        this.history = history;
        this.energy = energy;
    }

    // ---- now

    /// The answer, a line each.
    List<String> now(Intent.Query query, Spoken spoken) {
        var lines = new ArrayList<String>();
        var so = new ArrayList<String>();
        var unknown = new ArrayList<String>();
        int known = 0;
        for (var c : query.conditions()) {
            var holds = query.ask() == Ask.VALUE ? Optional.<Boolean>empty() : holds(c);
            if (holds.isPresent()) known++;
            if (holds.orElse(false)) so.add(spoken.name(c.path()));
            if (query.ask() != Ask.VALUE && holds.isEmpty()) unknown.add(spoken.name(c.path()));
            if (query.ask() == Ask.VALUE || query.ask() == Ask.IS || isFewer(query, holds)) lines.add(line(c, spoken));
        }
        int cut = lines.size() - LINES_MAX;
        var told = new ArrayList<>(cut > 0 ? lines.subList(0, LINES_MAX) : lines);
        if (cut > 0) told.add("+ " + cut);
        head(query, so, known, spoken).ifPresent(told::addFirst);
        if (!unknown.isEmpty()) told.add(spoken.say("value", spoken.list(unknown), spoken.say("unknown")));
        return told;
    }

    /// Those that make the answer what it is: of "are all closed" the ones that are not.
    private static boolean isFewer(Intent.Query query, Optional<Boolean> holds) {
        return query.ask() == Ask.ALL && holds.isPresent() && !holds.get();
    }

    private static Optional<String> head(Intent.Query query, List<String> so, int known, Spoken spoken) {
        int all = query.conditions().size();
        return switch (query.ask()) {
            case VALUE -> Optional.empty();
            case IS, ALL ->
                known == 0
                        ? Optional.empty()
                        : Optional.of(spoken.say(so.size() == all ? "yes" : "no") + (known < all ? " ?" : ""));
            case ANY ->
                Optional.of(
                        so.isEmpty()
                                ? known == 0 ? spoken.say("unknown") : spoken.say("no")
                                : spoken.say("yes") + ": " + spoken.list(so));
            case WHICH -> Optional.of(so.isEmpty() ? spoken.say("none") : spoken.list(so));
            case COUNT -> Optional.of(spoken.say("of", so.size(), all) + (so.isEmpty() ? "" : ": " + spoken.list(so)));
        };
    }

    private Optional<Cell> cell(String path) {
        return view.cell(view.directory().property(path));
    }

    /// The value that is known and stands.
    private Optional<Value> known(String path) {
        return cell(path)
                .filter(c -> !c.isPrivate() && c.missingSince() == 0)
                .flatMap(Cell::reading)
                .filter(r -> r.quality() != Quality.BAD)
                .map(Reading::value);
    }

    private String line(Condition c, Spoken spoken) {
        String name = spoken.name(c.path());
        var cell = cell(c.path());
        if (cell.map(Cell::isPrivate).orElse(false)) return spoken.say("value", name, spoken.say("private"));
        var reading = cell.flatMap(Cell::reading);
        String missing = cell.filter(x -> x.missingSince() != 0)
                .map(x -> spoken.say("missing", spoken.time(at(x.missingSince()))))
                .orElse("");
        if (reading.isEmpty()) return spoken.say("value", name, missing.isEmpty() ? spoken.say("unknown") : missing);
        String shown = spoken.value(c.path(), reading.get().value());
        var limit = limit(c);
        boolean too = c.relation() == Relation.TOO_HIGH || c.relation() == Relation.TOO_LOW;
        if (too)
            shown += "; "
                    + limit.map(d -> spoken.say("tooHigh", spoken.number(c.path(), d)))
                            .orElseGet(() -> spoken.say("noLimit"));
        return spoken.say("value", name, missing.isEmpty() ? shown : shown + " (" + missing + ")");
    }

    private ZonedDateTime at(long micros) {
        return Telling.instant(micros).atZone(view.directory().file().zone());
    }

    /// Whether a comparison holds now; none where it is not known.
    private Optional<Boolean> holds(Condition c) {
        var value = known(c.path());
        return value.isEmpty() ? Optional.empty() : holds(c, value.get());
    }

    private Optional<Boolean> holds(Condition c, Value value) {
        var property = view.directory().find(c.path()).orElseThrow();
        double is = Values.asDouble(value).orElse(Double.NaN);
        double with = c.value().map(v -> Values.asDouble(v).orElse(Double.NaN)).orElse(Double.NaN);
        return switch (c.relation()) {
            case ANY -> Optional.of(true);
            case EQUAL ->
                Optional.of(c.value()
                        .map(v -> Values.same(v, value, property.step().orElse(0.0) / 2))
                        .orElse(false));
            case ABOVE -> Optional.of(is > with);
            case BELOW -> Optional.of(is < with);
            case TOO_HIGH -> limit(c).map(d -> is > d + tolerance(property));
            case TOO_LOW -> limit(c).map(d -> is < d - tolerance(property));
        };
    }

    private static double tolerance(Property p) {
        return Math.max(p.step().orElse(0.0), TOLERANCE);
    }

    /// What a property shall be: the set-point of its thing; none where nothing says it.
    private Optional<Double> limit(Condition c) {
        String thing = c.path().substring(0, c.path().indexOf('.'));
        for (String name : List.of("setpoint", "target", "target_temperature")) {
            String path = thing + "." + name;
            if (view.directory().property(path) == 0 || path.equals(c.path())) continue;
            var shall = cell(path)
                    .filter(x -> !x.isPrivate())
                    .flatMap(x -> x.duty()
                            .flatMap(Cell.Duty::desired)
                            .or(() -> x.reading().map(Reading::value)));
            if (shall.isPresent()) return shall.map(v -> Values.asDouble(v).orElse(Double.NaN));
        }
        return Optional.empty();
    }

    // ---- what was

    /// The answer, a line each.
    List<String> past(Intent.Past past, Spoken spoken) throws IOException {
        if (history.isEmpty()) return List.of(spoken.say("noHistory"));
        var lines = new ArrayList<String>();
        for (var c : past.conditions()) {
            if (lines.size() == LINES_MAX) {
                lines.add("+ " + (past.conditions().size() - LINES_MAX));
                break;
            }
            if (cell(c.path()).map(Cell::isPrivate).orElse(false))
                lines.add(spoken.say("value", spoken.name(c.path()), spoken.say("private")));
            else lines.add(past(past, c, history.get(), spoken));
        }
        return lines;
    }

    private String past(Intent.Past past, Condition c, History history, Spoken spoken) throws IOException {
        long from = micros(past.period().from());
        long to = Math.min(micros(past.period().to()), view.nowMicros());
        String name = spoken.name(c.path());
        String value = c.value().map(v -> spoken.value(c.path(), v)).orElse("");
        return switch (past.figure()) {
            case LAST -> {
                var last = stretches(history, c, from, to).last();
                yield last.isEmpty()
                        ? spoken.say(
                                "past.never",
                                name,
                                value,
                                Duration.ofMillis((to - from) / 1_000).toDays())
                        : spoken.say("past.last", name, value, spoken.time(at(last.get())));
            }
            case TIME ->
                spoken.say(
                        "past.time",
                        name,
                        value,
                        Durations.format(Duration.ofSeconds(
                                stretches(history, c, from, to).micros() / 1_000_000)));
            case MAX, MIN, MEAN, ALL, SUM -> figures(past.figure(), history, c.path(), from, to, spoken);
        };
    }

    private static long micros(ZonedDateTime t) {
        return t.toEpochSecond() * 1_000_000L;
    }

    private String figures(Intent.Figure figure, History history, String path, long from, long to, Spoken spoken)
            throws IOException {
        String name = spoken.name(path);
        double min = Double.NaN;
        double max = Double.NaN;
        double sum = 0;
        double weight = 0;
        double consumed = 0;
        boolean isRegister = view.directory()
                .find(path)
                .map(p -> p.type() == ValueType.REGISTER)
                .orElse(false);
        for (var b : history.buckets(view.directory().property(path), from, to, History.Every.QUARTER)
                .buckets()) {
            if (Double.isNaN(b.min())) continue;
            min = Double.isNaN(min) ? b.min() : Math.min(min, b.min());
            max = Double.isNaN(max) ? b.max() : Math.max(max, b.max());
            double mean = Double.isNaN(b.timeMean()) ? b.mean() : b.timeMean();
            sum += mean;
            weight++;
            if (!Double.isNaN(b.consumption())) consumed += b.consumption();
        }
        if (weight == 0) return spoken.say("past.none", name);
        if (isRegister) return spoken.say("past.sum", name, spoken.number(path, consumed));
        String mean = spoken.number(path, sum / weight);
        return switch (figure) {
            case MAX -> spoken.say("past.max", name, spoken.number(path, max));
            case MIN -> spoken.say("past.min", name, spoken.number(path, min));
            case MEAN -> spoken.say("past.mean", name, mean);
            case ALL, SUM, LAST, TIME ->
                spoken.say("past.all", name, spoken.number(path, min), spoken.number(path, max), mean);
        };
    }

    /// How long a comparison held within a span, and when for the last time.
    private record Stretches(long micros, Optional<Long> last) {}

    private Stretches stretches(History history, Condition c, long from, long to) throws IOException {
        int property = view.directory().property(c.path());
        long total = 0;
        Optional<Long> last = Optional.empty();
        var before = history.lastBefore(property, from);
        boolean held = before.flatMap(p -> holds(c, p.value())).orElse(false);
        long since = from;
        if (held) last = Optional.of(from);
        int looked = 0;
        for (long at = from; at < to && looked < POINTS_MAX; ) {
            var points = history.read(property, at, to, History.POINTS_MAX);
            for (var p : points.points()) {
                looked++;
                if (p.quality() == Quality.BAD) continue;
                boolean now = holds(c, p.value()).orElse(false);
                if (held) {
                    total += p.atMicros() - since;
                    last = Optional.of(p.atMicros());
                }
                if (now) last = Optional.of(p.atMicros());
                held = now;
                since = p.atMicros();
            }
            if (!points.more() || points.points().isEmpty()) break;
            at = points.points().getLast().atMicros() + 1;
        }
        if (held) {
            total += Math.max(0, to - since);
            last = Optional.of(to);
        }
        return new Stretches(total, last);
    }

    // ---- energy

    /// The answer, a line for each tariff.
    List<String> energy(Intent.Energy asked, Spoken spoken) throws IOException {
        if (view.directory().file().tariffs().isEmpty()) return List.of(spoken.say("noTariff"));
        var told = energy.tell(
                micros(asked.period().from()), Math.min(micros(asked.period().to()), view.nowMicros()));
        var lines = new ArrayList<String>();
        String from = spoken.time(asked.period().from());
        String to = spoken.time(at(Math.min(micros(asked.period().to()), view.nowMicros())));
        for (var tariff : Where.list(told, "tariffs")) {
            var total = Where.below(tariff, "total").orElseThrow();
            String about = asked.about().name().toLowerCase(Locale.ROOT);
            String title = Where.optional(tariff, "title").orElse(Where.text(tariff, "id"));
            lines.add(title + ": "
                    + switch (asked.about()) {
                        case USED -> spoken.say("energy." + about, Where.text(total, "import_kwh"), from, to);
                        case PRODUCED -> spoken.say("energy." + about, Where.text(total, "export_kwh"), from, to);
                        case COST ->
                            spoken.say(
                                    "energy." + about,
                                    Where.below(total, "cost")
                                            .map(c -> Where.text(c, "total"))
                                            .orElse(""),
                                    Where.text(tariff, "currency"),
                                    from,
                                    to);
                    });
        }
        return lines;
    }
}
