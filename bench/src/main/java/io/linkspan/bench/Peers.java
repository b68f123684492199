package io.linkspan.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import org.duckdb.DuckDBConnection;

/// The same readings and questions in SQLite and DuckDB, with the tables and batches that their makers advise.
final class Peers {
    /// More would take SQLite minutes; the figures are of so many.
    static final long POINTS_MAX = 2_000_000;

    private static final String DAY = "SELECT t / 60000000, min(v), max(v), avg(v), count(*) FROM r WHERE series = "
            + HistoryBench.DAY_SERIES + " GROUP BY 1 ORDER BY 1";
    private static final String YEAR = "SELECT t / " + 365 * HistoryBench.DAY / 1_000
            + ", min(v), max(v), min(t), max(t) FROM r WHERE series = " + HistoryBench.YEAR_SERIES
            + " GROUP BY 1 ORDER BY 1";

    private Peers() {}

    static void run(Path folder, long points, HistoryBench.Figures ours) throws SQLException, IOException {
        System.out.printf(
                "%-8s %14s %14s %14s %12s %12s%n",
                "", "bytes/reading", "readings/s", "CPU s/million", "day ms", "year ms");
        print("Linkspan", ours);
        for (var name : new String[] {"sqlite", "duckdb"}) {
            Path file = folder.resolve(name);
            try (var connection = DriverManager.getConnection("jdbc:" + name + ":" + file)) {
                var theirs = measure(connection, name.equals("sqlite"), file, points);
                print(name, theirs);
                System.out.printf(
                        "%-8s %14.2f %14.3f %14.2f %12.2f %12.2f   times ours%n",
                        "",
                        theirs.bytesAPoint() / ours.bytesAPoint(),
                        theirs.pointsASecond() / ours.pointsASecond(),
                        theirs.cpuAMillion() / ours.cpuAMillion(),
                        theirs.dayMillis() / ours.dayMillis(),
                        theirs.yearMillis() / ours.yearMillis());
            }
        }
    }

    private static void print(String name, HistoryBench.Figures f) {
        System.out.printf(
                "%-8s %14.2f %14.0f %14.2f %12.1f %12.1f%n",
                name, f.bytesAPoint(), f.pointsASecond(), f.cpuAMillion(), f.dayMillis(), f.yearMillis());
    }

    private static HistoryBench.Figures measure(Connection connection, boolean sqlite, Path file, long points)
            throws SQLException, IOException {
        try (var statement = connection.createStatement()) {
            if (sqlite) {
                statement.execute("PRAGMA journal_mode = WAL");
                statement.execute("PRAGMA synchronous = NORMAL");
                statement.execute(
                        "CREATE TABLE r (series INTEGER, t INTEGER, v REAL, PRIMARY KEY (series, t)) WITHOUT ROWID");
            } else {
                statement.execute("SET threads = 2");
                statement.execute("SET memory_limit = '512MB'");
                statement.execute("CREATE TABLE r (series INTEGER, t BIGINT, v DOUBLE)");
            }
        }
        long wall = System.nanoTime();
        long cpu = HistoryBench.cpu();
        if (sqlite) fillSqlite(connection, points);
        else fillDuckDb((DuckDBConnection) connection, points);
        double seconds = (System.nanoTime() - wall) / 1e9;
        double cpuSeconds = (HistoryBench.cpu() - cpu) / 1e9;
        try (var statement = connection.createStatement()) {
            statement.execute(sqlite ? "PRAGMA wal_checkpoint(TRUNCATE)" : "CHECKPOINT");
        }
        long all = points + 86_400 + 525_600;
        return new HistoryBench.Figures(
                Files.size(file) / (double) all,
                all / seconds,
                cpuSeconds * 1e6 / all,
                ask(connection, DAY),
                ask(connection, YEAR));
    }

    private interface Row {
        void take(int series, long at, double value) throws SQLException;
    }

    private interface Batch {
        void end() throws SQLException;
    }

    private static void fill(long points, Row row, Batch batch) throws SQLException {
        var power = new HistoryBench.Power();
        for (int s = 0; s < 86_400; s++)
            row.take(
                    HistoryBench.DAY_SERIES,
                    HistoryBench.START - HistoryBench.DAY + s * HistoryBench.SECOND,
                    power.next(0));
        for (int m = 0; m < 525_600; m++)
            row.take(
                    HistoryBench.YEAR_SERIES,
                    HistoryBench.START - 365 * HistoryBench.DAY + m * 60 * HistoryBench.SECOND,
                    power.next(1));
        batch.end();
        for (long taken = 0, second = 0; taken < points; taken += HistoryBench.SERIES, second++) {
            for (int i = 0; i < HistoryBench.SERIES; i++)
                row.take(i + 1, HistoryBench.START + second * HistoryBench.SECOND, power.next(i));
            batch.end();
        }
    }

    private static void fillSqlite(Connection connection, long points) throws SQLException {
        connection.setAutoCommit(false);
        try (var insert = connection.prepareStatement("INSERT INTO r VALUES (?, ?, ?)")) {
            int[] waiting = {0};
            fill(
                    points,
                    (series, at, value) -> {
                        insert.setInt(1, series);
                        insert.setLong(2, at);
                        insert.setDouble(3, value);
                        insert.addBatch();
                        if (++waiting[0] % 10_000 == 0) insert.executeBatch();
                    },
                    () -> {
                        insert.executeBatch();
                        connection.commit();
                    });
        }
        connection.setAutoCommit(true);
    }

    private static void fillDuckDb(DuckDBConnection connection, long points) throws SQLException {
        try (var appender = connection.createAppender("main", "r")) {
            fill(
                    points,
                    (series, at, value) -> {
                        appender.beginRow();
                        appender.append(series);
                        appender.append(at);
                        appender.append(value);
                        appender.endRow();
                    },
                    appender::flush);
        }
    }

    private static double ask(Connection connection, String question) throws SQLException {
        var millis = new ArrayList<Double>();
        try (var statement = connection.createStatement()) {
            for (int i = 0; i < 20; i++) {
                long began = System.nanoTime();
                int rows = 0;
                try (var result = statement.executeQuery(question)) {
                    while (result.next()) rows++;
                }
                if (rows < 1_000) throw new SQLException("Only " + rows + " rows");
                millis.add((System.nanoTime() - began) / 1e6);
            }
        }
        return HistoryBench.median(millis);
    }
}
