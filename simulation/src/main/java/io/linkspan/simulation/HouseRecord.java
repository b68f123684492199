package io.linkspan.simulation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/// What was recorded in a house in Belgium in 2016, every 10 minutes (see `house-2016.NOTICE.md` for whose it is).
/// Immutable.
final class HouseRecord {
    /// Time between two rows.
    static final Duration INTERVAL = Duration.ofMinutes(10);
    /// Most days that are kept; after them the record begins again.
    static final int DAYS_MAX = 28;

    private static final int ROWS_A_DAY = 144;
    private static final String FILE = "house-2016.csv.gz";
    private static final double WATTS_PER_WATT_HOUR = 6.0; // in 10 minutes

    private final LocalDateTime start;
    private final List<Row> rows;

    /// One row.
    ///
    /// @param watts mean power of appliances and lights in the 10 minutes from its time on
    /// @param lit whether lights used energy in them
    record Row(double watts, boolean lit, double kitchen, double living, double bathroom, double outside) {}

    private HouseRecord(LocalDateTime start, List<Row> rows) {
        this.start = start;
        this.rows = List.copyOf(rows);
    }

    /// The record from this time on, [#DAYS_MAX] days of it.
    ///
    /// @throws IllegalArgumentException it has no row of this time
    static HouseRecord from(LocalDateTime start) {
        return from(start, DAYS_MAX);
    }

    /// The record from this time on, at most so many days of it.
    ///
    /// @throws IllegalArgumentException it has no row of this time
    static HouseRecord from(LocalDateTime start, int days) {
        var rows = new ArrayList<Row>();
        try (var stream = HouseRecord.class.getResourceAsStream(FILE)) {
            if (stream == null) throw new IllegalStateException(FILE + " is not in this program; build it again");
            var lines =
                    new BufferedReader(new InputStreamReader(new GZIPInputStream(stream), StandardCharsets.US_ASCII));
            lines.readLine();
            int most = days * ROWS_A_DAY;
            String from = start.toString();
            for (String line; rows.size() < most && (line = lines.readLine()) != null; )
                if (line.compareTo(from) >= 0) rows.add(row(line));
        } catch (IOException e) {
            throw new UncheckedIOException(FILE + " can not be read", e);
        }
        if (start.getMinute() % INTERVAL.toMinutes() != 0 || start.getSecond() != 0)
            throw new IllegalArgumentException("The record has a row each 10 minutes, none at " + start.toLocalTime());
        if (rows.isEmpty())
            throw new IllegalArgumentException("The record of the house ends on 2016-04-10, before " + start);
        return new HouseRecord(start, rows);
    }

    private static Row row(String line) {
        String[] f = line.split(",");
        double lights = Double.parseDouble(f[2]);
        return new Row(
                (Double.parseDouble(f[1]) + lights) * WATTS_PER_WATT_HOUR,
                lights > 0,
                Double.parseDouble(f[3]),
                Double.parseDouble(f[4]),
                Double.parseDouble(f[5]),
                Double.parseDouble(f[6]));
    }

    /// The time of the record after this many seconds.
    LocalDateTime time(double seconds) {
        return start.plusSeconds((long) (seconds % (rows.size() * (double) INTERVAL.toSeconds())));
    }

    /// What the house was like after this many seconds: temperatures between two rows lie between them; power is
    /// the mean of
    /// the row, since the record knows no more.
    Row at(double seconds) {
        double position = seconds / INTERVAL.toSeconds();
        Row here = rows.get((int) ((long) position % rows.size()));
        Row next = rows.get((int) (((long) position + 1) % rows.size()));
        double part = position - Math.floor(position);
        return new Row(
                here.watts,
                here.lit,
                between(here.kitchen, next.kitchen, part),
                between(here.living, next.living, part),
                between(here.bathroom, next.bathroom, part),
                between(here.outside, next.outside, part));
    }

    private static double between(double a, double b, double part) {
        return a + (b - a) * part;
    }
}
