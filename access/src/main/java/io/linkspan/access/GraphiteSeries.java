package io.linkspan.access;

import io.linkspan.feed.Filter;
import io.linkspan.model.Directory;
import io.linkspan.model.History;
import io.linkspan.model.Quality;
import io.linkspan.model.Result;
import io.linkspan.model.Values;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;

/// A line of a chart as Graphite tells it. Immutable.
///
/// @param name what it is called in the chart
/// @param path where it comes from: `home.boiler.temperature`; empty when from more than one
/// @param points in order of time; NaN: missing
record GraphiteSeries(String name, String path, List<At> points) {
    GraphiteSeries {
        points = List.copyOf(points);
    }

    /// @param second since 1970 UTC: Graphite knows no parts of a second
    record At(long second, double value) {}

    GraphiteSeries named(String other) {
        return new GraphiteSeries(other, path, points);
    }

    GraphiteSeries each(String otherName, DoubleUnaryOperator change) {
        return new GraphiteSeries(
                otherName,
                path,
                points.stream()
                        .map(p -> new At(p.second, change.applyAsDouble(p.value)))
                        .toList());
    }

    /// How what lies within one step is told as one value.
    enum How {
        /// Each value weighted by how long it stood.
        AVERAGE,
        MIN,
        MAX,
        LAST,
        /// Of all readings.
        SUM,
        /// How many readings.
        COUNT,
        /// The largest less the least; of a meter's register what was consumed, through roll-over and exchange.
        RANGE;

        /// By the words that Graphite has.
        static How of(String word) throws Problem {
            return switch (word) {
                case "average", "avg", "avg_zero" -> AVERAGE;
                case "min" -> MIN;
                case "max" -> MAX;
                case "last", "current" -> LAST;
                case "sum", "total" -> SUM;
                case "count" -> COUNT;
                case "range" -> RANGE;
                default -> // open: what a client wrote
                    throw Problem.of(
                            400,
                            "A step is told as average, min, max, last, sum, count or range, not as \""
                                    + Words.cut(word) + "\"");
            };
        }
    }

    /// Steps of equal length.
    ///
    /// @param seconds at least 1
    record Steps(long seconds, How how) {}

    /// One property that may be taken.
    record Source(Filter filter, History history, int property, String path) {
        private static final long SECOND = 1_000_000;
        private static final long MINUTE = 60;
        private static final long DAY = Duration.ofDays(1).toSeconds();

        /// As a chart shows it: the least and the largest of each stretch, and nulls where it is missing. A
        /// reduced
        /// contract gets the average of its windows.
        GraphiteSeries chart(long from, long until, int pointsMax) throws IOException, Problem {
            var windows = filter.contract().windows();
            if (windows.isPresent())
                return steps(from, until, new Steps(filter.contract().every().toSeconds(), How.AVERAGE));
            var all = new TreeMap<Long, Double>();
            int columns = Math.clamp(pointsMax / POINTS_A_COLUMN, 1, History.COLUMNS_MAX);
            for (var m : history.missing(property, from * SECOND, until * SECOND)) {
                all.put(Math.clamp(m.fromMicros() / SECOND, from, until), Double.NaN);
                if (m.toMicros() < until * SECOND) all.put(m.toMicros() / SECOND, Double.NaN);
            }
            for (var p : history.reduce(property, from * SECOND, until * SECOND, columns))
                if (p.quality() != Quality.BAD)
                    Values.asDouble(p.value()).ifPresent(v -> all.put(p.atMicros() / SECOND, v));
            return new GraphiteSeries(path, path, points(all));
        }

        private static final int POINTS_A_COLUMN = 4;

        /// A value a step.
        ///
        /// @throws Problem the contract lets nothing so fine out, or there is too much
        GraphiteSeries told(long from, long until, Steps steps) throws IOException, Problem {
            long least = filter.contract().every().toSeconds();
            if (least > 0 && steps.seconds() % least != 0)
                throw Problem.of(
                        403,
                        "The contract of " + filter.contract().party() + " lets windows of " + least
                                + " s out; a step is one of them, or several");
            if ((until - from) / steps.seconds() > Limits.POINTS_MAX)
                throw Problem.of(400, "A series has at most " + Limits.POINTS_MAX + " steps; ask for longer ones");
            return steps(from, until, steps);
        }

        private GraphiteSeries steps(long from, long until, Steps steps) throws IOException, Problem {
            boolean raw = filter.contract().windows().isEmpty() && steps.seconds() % MINUTE != 0;
            var parts = raw ? readings(from, until) : buckets(from, until, steps);
            var all = new TreeMap<Long, List<History.Bucket>>();
            for (var b : parts)
                all.computeIfAbsent(begin(b.fromMicros() / SECOND, steps.seconds()), _ -> new ArrayList<>())
                        .add(b);
            var told = new TreeMap<Long, Double>();
            if (steps.seconds() < DAY) // days are not all of the same length
            for (long at = begin(from, steps.seconds()); at < until; at += steps.seconds()) told.put(at, Double.NaN);
            all.forEach((at, of) ->
                    told.put(steps.seconds() < DAY ? at : of.getFirst().fromMicros() / SECOND, value(of, steps.how())));
            return new GraphiteSeries(path, path, points(told));
        }

        /// Where the step begins that a second lies in. Days begin at midnight in the site's zone: noon tells
        /// which one.
        private static long begin(long second, long step) {
            return Math.floorDiv(step >= DAY ? second + DAY / 2 : second, step) * step;
        }

        /// Each reading as a stretch of its own.
        private List<History.Bucket> readings(long from, long until) throws IOException, Problem {
            var all = new ArrayList<History.Bucket>();
            var found = history.read(property, from * SECOND, until * SECOND, History.POINTS_MAX);
            if (found.more())
                throw Problem.of(
                        400,
                        path + " has more than " + History.POINTS_MAX
                                + " readings in this span; ask for steps of whole minutes, or for less");
            for (var p : found.points()) {
                var value = Values.asDouble(p.value());
                if (p.quality() == Quality.BAD || value.isEmpty()) continue;
                double v = value.getAsDouble();
                all.add(new History.Bucket(
                        p.atMicros(), p.atMicros(), 1, v, v, v, v, v, Double.NaN, v, p.atMicros(), p.atMicros()));
            }
            return all;
        }

        private List<History.Bucket> buckets(long from, long until, Steps steps) throws IOException {
            var every = filter.contract().windows().orElse(every(steps.seconds()));
            var all = new ArrayList<History.Bucket>();
            for (long at = from * SECOND; at < until * SECOND; ) {
                var page = history.buckets(property, at, until * SECOND, every);
                all.addAll(page.buckets());
                if (!page.more() || page.buckets().isEmpty()) break;
                at = page.buckets().getLast().toMicros();
            }
            return all;
        }

        private static History.Every every(long seconds) {
            if (seconds % DAY == 0) return History.Every.DAY;
            if (seconds % 3_600 == 0) return History.Every.HOUR;
            return seconds % 900 == 0 ? History.Every.QUARTER : History.Every.MINUTE;
        }

        private static double value(List<History.Bucket> of, How how) {
            var kept = of.stream().filter(b -> !Double.isNaN(b.last())).toList();
            if (kept.isEmpty())
                return how == How.COUNT
                        ? of.stream().mapToLong(History.Bucket::count).sum()
                        : Double.NaN;
            return switch (how) {
                case AVERAGE ->
                    kept.stream()
                            .mapToDouble(b -> Double.isNaN(b.timeMean()) ? b.mean() : b.timeMean())
                            .average()
                            .orElse(Double.NaN);
                case MIN -> kept.stream().mapToDouble(History.Bucket::min).min().orElse(Double.NaN);
                case MAX -> kept.stream().mapToDouble(History.Bucket::max).max().orElse(Double.NaN);
                case LAST -> kept.getLast().last();
                case SUM -> kept.stream().mapToDouble(b -> b.mean() * b.count()).sum();
                case COUNT -> of.stream().mapToLong(History.Bucket::count).sum();
                case RANGE -> {
                    var consumed = kept.stream()
                            .mapToDouble(History.Bucket::consumption)
                            .filter(c -> !Double.isNaN(c))
                            .boxed()
                            .toList();
                    yield consumed.isEmpty()
                            ? kept.stream()
                                            .mapToDouble(History.Bucket::max)
                                            .max()
                                            .orElse(Double.NaN)
                                    - kept.stream()
                                            .mapToDouble(History.Bucket::min)
                                            .min()
                                            .orElse(Double.NaN)
                            : consumed.stream().mapToDouble(Double::doubleValue).sum();
                }
            };
        }

        private static List<At> points(Map<Long, Double> all) {
            return all.entrySet().stream()
                    .map(e -> new At(e.getKey(), e.getValue()))
                    .toList();
        }
    }

    /// All that somebody may take, by path: what has a number in a site that he may see.
    static Map<String, Source> sources(Visit visit) throws Problem {
        var all = new TreeMap<String, Source>();
        for (var place : visit.desk().places()) {
            var history = place.history();
            if (history.isEmpty() || !visit.who().maySee(place.id())) continue;
            var filter = visit.filter(place);
            Directory directory = place.directory();
            for (String path : directory.file().paths()) {
                int number = directory.property(path);
                boolean isNumber = directory
                        .find(path)
                        .map(p -> p.type().isQuantity() || p.type() == io.linkspan.model.ValueType.FLAG)
                        .orElse(false);
                if (number == 0 || !isNumber || !filter.lets(number)) continue;
                String name = directory.file().name() + "." + directory.name(Result.Sort.PROPERTY, number);
                all.put(name.toLowerCase(Locale.ROOT), new Source(filter, filter.over(history.get()), number, name));
            }
        }
        return all;
    }
}
