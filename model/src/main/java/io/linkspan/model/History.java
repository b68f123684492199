package io.linkspan.model;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// The readings of one site by time. Times are microseconds since 1970 UTC; a span is from its first instant on up to,
/// and
/// without, its last. A reading stands at its device's time where that can be trusted, else at its receive time.
///
/// What is private is not in it. A property is named by its number, which it keeps through renamings.
///
/// Thread-safety: safe for many threads; a query sees what was there when it began, and slows no writer.
public interface History {
    /// Most points of one answer of [#read].
    int POINTS_MAX = 100_000;

    /// Most buckets of one answer of [#buckets].
    int BUCKETS_MAX = 100_000;

    /// Most columns of one chart ([#reduce]).
    int COLUMNS_MAX = 10_000;

    /// A reading at its instant.
    record Point(long atMicros, Value value, Quality quality) {}

    /// Readings in order of time.
    ///
    /// @param more there are more in the span; go on at the last point's instant + 1
    record Points(List<Point> points, boolean more) {
        public Points {
            points = List.copyOf(points);
        }
    }

    /// How long a bucket is. Days begin at midnight in the site's zone, so that one has 23, 24 or 25 hours.
    enum Every {
        MINUTE,
        QUARTER,
        HOUR,
        DAY
    }

    /// What a stretch of time held. Readings of quality BAD are in `count` alone; where no other was, the figures
    /// are
    /// NaN.
    ///
    /// @param count readings
    /// @param mean of the readings
    /// @param timeMean each value weighted by how long it stood, gaps left out
    /// @param consumption of a register, in its unit, through roll-over and exchange; NaN for what is no register
    /// @param first the first figure; NaN where it is not told
    /// @param firstAtMicros when that was; 0 where it is not told
    /// @param lastAtMicros when `last` was; 0 where it is not told
    record Bucket(
            long fromMicros,
            long toMicros,
            long count,
            double min,
            double max,
            double mean,
            double timeMean,
            double last,
            double consumption,
            double first,
            long firstAtMicros,
            long lastAtMicros) {
        /// The same without the times of its readings.
        public Bucket untimed() {
            return new Bucket(
                    fromMicros, toMicros, count, min, max, mean, timeMean, last, consumption, Double.NaN, 0, 0);
        }
    }

    /// A stretch in which a series is missing.
    ///
    /// @param toMicros [Long#MAX_VALUE]: it still is
    /// @param cause in plain words
    record Missing(long fromMicros, long toMicros, String cause) {}

    /// The readings of a span, oldest first.
    ///
    /// @param max most points of the answer, 1..[#POINTS_MAX]
    Points read(int property, long fromMicros, long toMicros, int max) throws IOException;

    /// The newest reading before an instant.
    Optional<Point> lastBefore(int property, long beforeMicros) throws IOException;

    /// What each stretch of a span held, oldest first; stretches without a reading are left out. The first and the
    /// last
    /// are whole, also where the span cuts them.
    Buckets buckets(int property, long fromMicros, long toMicros, Every every) throws IOException;

    /// Buckets in order of time.
    ///
    /// @param more there are more in the span; go on at the last bucket's end
    record Buckets(List<Bucket> buckets, boolean more) {
        public Buckets {
            buckets = List.copyOf(buckets);
        }
    }

    /// The readings of a span as far as a chart of so many columns can show them: of each column the first, the
    /// least,
    /// the
    /// largest and the last (M4: Jugel et al., PVLDB 7(10), 2014), so that the line is the one that all readings
    /// draw.
    ///
    /// @param columns pixels across, 1..[#COLUMNS_MAX]
    List<Point> reduce(int property, long fromMicros, long toMicros, int columns) throws IOException;

    /// Where a series is missing within a span, oldest first.
    List<Missing> missing(int property, long fromMicros, long toMicros) throws IOException;

    /// All that was received up to this instant, and is kept, is in every answer: "complete to T".
    long completeTo();
}
