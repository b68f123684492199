package io.linkspan.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.feed.Contract;
import io.linkspan.feed.Filter;
import io.linkspan.feed.NotLet;
import io.linkspan.model.Directory;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.History;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Value;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is written as Parquet, read by DuckDB. The golden file is made anew with `-Dlinkspan.golden=write`: when the
/// table changes, or ZSTD packs otherwise.
class ParquetTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/readings.parquet");
    private static final long AT = Story.at("2026-03-02T00:00:00"); // 2026-03-01T23:00:00Z
    private static final EntryCodec.Privacy OPEN = new EntryCodec.Privacy() {
        @Override
        public boolean property(int number) {
            return false;
        }

        @Override
        public boolean link(int number) {
            return false;
        }
    };
    private static final Filter OWNER = Filter.of(Contract.OWNER, Directory.EMPTY, OPEN, () -> AT);
    private static final List<Value> KINDS = List.of(
            new Value.Num(0.1 + 0.2),
            new Value.Int(Long.MIN_VALUE),
            new Value.Register(123_456_789_012L, 3),
            Value.Flag.ON,
            new Value.Choice("eco"),
            new Value.Text("a, \"b\"\nc \u2603"),
            new Value.Bytes(new byte[] {1, (byte) 0xFF}),
            new Value.Position(51.1, 4.4, 12),
            new Value.Group(new java.util.TreeMap<>(Map.of("a", new Value.Int(1)))));

    @TempDir
    Path folder;

    /// What DuckDB answers, each row as its columns in words.
    private static List<String> ask(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:duckdb:");
                var statement = connection.createStatement()) {
            statement.execute("SET TimeZone = 'UTC'");
            try (var rows = statement.executeQuery(sql)) {
                var all = new ArrayList<String>();
                int columns = rows.getMetaData().getColumnCount();
                while (rows.next()) {
                    var row = new ArrayList<String>();
                    for (int i = 1; i <= columns; i++) row.add(String.valueOf(rows.getString(i)));
                    all.add(String.join("|", row));
                }
                return all;
            }
        }
    }

    private static String table(Path file) {
        return "read_parquet('" + file + "')";
    }

    private static Export export(Export.Form form, int... properties) {
        var named = new ArrayList<Export.Named>();
        for (int p : properties)
            named.add(new Export.Named(p, "p" + p, p == 1 ? Optional.of("kWh") : Optional.empty()));
        return new Export(named, 0, Long.MAX_VALUE / 2, Optional.empty(), form);
    }

    private Path write(History history, Export export) throws IOException {
        Path file = folder.resolve("readings.parquet");
        try (var out = Files.newOutputStream(file)) {
            export.write(history, OWNER, out);
        }
        return file;
    }

    private static Story kinds() {
        var story = new Story();
        for (int property = 1; property <= KINDS.size(); property++)
            for (var quality : Quality.values())
                story.took(
                        AT + quality.ordinal() * Story.MINUTE + property,
                        new Reading(property, KINDS.get(property - 1), quality, Reading.NO_TIME));
        return story.number(AT + 10 * Story.MINUTE, 1, 7) // newer
                .number(AT + 11 * Story.MINUTE, 1, -2.5, AT + 9 * Story.MINUTE); // late: it has a time of receiving
    }

    @Test
    void everyKindOfValueIsThereWithItsTypeAndTime() throws Exception {
        Path file;
        try (var history = Story.open(new Folder(folder.resolve("h")))) {
            kinds().tell(history);
            file = write(history, export(Export.Form.PARQUET, 1, 2, 3, 4, 5, 6, 7, 8, 9, 99));
        }
        assertThat(ask("SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM " + table(file) + ")"))
                .containsExactly(
                        "property|VARCHAR",
                        "time|TIMESTAMP WITH TIME ZONE",
                        "kind|VARCHAR",
                        "number|DOUBLE",
                        "integer|BIGINT",
                        "register|DECIMAL(28,9)",
                        "flag|BOOLEAN",
                        "text|VARCHAR",
                        "quality|VARCHAR",
                        "received|TIMESTAMP WITH TIME ZONE",
                        "unit|VARCHAR");
        assertThat(ask("SELECT kind, number, integer, register, flag, text, unit FROM " + table(file)
                        + " WHERE quality = 'good' AND property <> 'p1' ORDER BY property"))
                .containsExactly(
                        "integer|null|-9223372036854775808|null|null|null|null",
                        "register|null|null|123456789.012000000|null|null|null",
                        "flag|null|null|null|true|null|null",
                        "choice|null|null|null|null|eco|null",
                        "text|null|null|null|null|a, \"b\"\nc \u2603|null",
                        "bytes|null|null|null|null|01ff|null",
                        "position|null|null|null|null|51.1,4.4,12.0|null",
                        "group|null|null|null|null|{a=1}|null");
        assertThat(ask("SELECT epoch_us(time), number, quality, unit, epoch_us(received) FROM " + table(file)
                        + " WHERE property = 'p1' ORDER BY time"))
                .containsExactly(
                        AT + 1 + "|0.30000000000000004|good|kWh|null",
                        AT + Story.MINUTE + 1 + "|0.30000000000000004|uncertain|kWh|null",
                        AT + 2 * Story.MINUTE + 1 + "|0.30000000000000004|bad|kWh|null",
                        AT + 3 * Story.MINUTE + 1 + "|0.30000000000000004|estimated|kWh|null",
                        AT + 4 * Story.MINUTE + 1 + "|0.30000000000000004|corrected|kWh|null",
                        AT + 9 * Story.MINUTE + "|-2.5|good|kWh|" + (AT + 11 * Story.MINUTE),
                        AT + 10 * Story.MINUTE + "|7.0|good|kWh|null");
        assertThat(ask("SELECT strftime(time, '%Y-%m-%d %H:%M:%S.%f') FROM " + table(file)
                        + " WHERE property = 'p2' LIMIT 1"))
                .containsExactly("2026-03-01 23:00:00.000002");
    }

    @Test
    void everyRegisterIsExact() throws Exception {
        var registers = List.of(
                new Value.Register(Long.MAX_VALUE, 0),
                new Value.Register(Long.MIN_VALUE, 0),
                new Value.Register(Long.MIN_VALUE, 9),
                new Value.Register(-1, 9),
                new Value.Register(0, 3),
                new Value.Register(100_250, 3));
        var story = new Story();
        for (int i = 0; i < registers.size(); i++) story.took(AT + i, Reading.good(1, registers.get(i)));
        try (var history = Story.open(new Folder(folder.resolve("h")))) {
            story.tell(history);
            assertThat(ask("SELECT CAST(register AS VARCHAR) FROM "
                            + table(write(history, export(Export.Form.PARQUET, 1))) + " ORDER BY time"))
                    .isEqualTo(registers.stream()
                            .map(r -> r.exact().setScale(9).toPlainString())
                            .toList());
        }
    }

    @Test
    void anEmptyAnswerHasItsColumns() throws Exception {
        try (var history = Story.open(new Folder(folder.resolve("h")))) {
            var file = write(history, export(Export.Form.PARQUET, 1));
            assertThat(ask("SELECT count(*) FROM " + table(file))).containsExactly("0");
            assertThat(ask("SELECT count(*) FROM (DESCRIBE SELECT * FROM " + table(file) + ")"))
                    .containsExactly("11");
        }
    }

    /// Counts what came, and keeps it.
    private static final class Sink extends OutputStream {
        private final OutputStream to;
        private long bytes;

        Sink(OutputStream to) {
            this.to = to;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] more, int from, int length) throws IOException {
            to.write(more, from, length);
            bytes += length;
        }
    }

    @Test
    void aMillionRowsAreGroupsOfWhichOneIsInMemory() throws Exception {
        int n = 1_000_000;
        Path file = folder.resolve("million.parquet");
        var property = new ParquetColumn("property", ParquetColumn.Kind.WORD, false);
        var time = new ParquetColumn("time", ParquetColumn.Kind.TIME, false);
        var number = new ParquetColumn("number", ParquetColumn.Kind.NUMBER, true);
        var text = new ParquetColumn("text", ParquetColumn.Kind.TEXT, true);
        long most = 0;
        long half = 0;
        try (var sink = new Sink(Files.newOutputStream(file));
                var to = sink.to) {
            var writer = new ParquetWriter(sink, List.of(property, time, number, text), Map.of());
            for (int i = 0; i < n; i++) {
                int row = writer.row();
                property.word(row, "p" + i / 300_000);
                time.whole(row, AT + i * Story.SECOND);
                if (i % 3 == 0) number.number(row, i / 8.0);
                if (i % 7 == 0) text.text(row, "n" + i);
                writer.endRow();
                if (i == n / 2) half = sink.bytes;
                most = Math.max(most, i % 1_000 == 0 ? writer.bytes() : 0);
            }
            writer.finish();
            assertThat(half).as("what is out half way").isBetween(sink.bytes / 4, sink.bytes * 3 / 4);
        }
        assertThat(most).isLessThan(8 << 20);
        assertThat(ask("SELECT count(*), count(number), sum(number), count(text), min(epoch_us(time)),"
                        + " max(epoch_us(time)), count(DISTINCT property) FROM " + table(file)))
                .containsExactly("1000000|333334|" + 333_333.0 * 333_334 / 2 * 3 / 8 + "|142858|" + AT + "|"
                        + (AT + (n - 1) * Story.SECOND) + "|4");
        assertThat(ask("SELECT count(*) FROM " + table(file) + " WHERE text <> 'n' || (epoch_us(time) - " + AT
                        + ") // 1000000"))
                .containsExactly("0");
        var groups = ask("SELECT row_group_id, row_group_num_rows, stats_min_value, stats_max_value, stats_null_count"
                + " FROM parquet_metadata('" + file + "') WHERE path_in_schema = 'time' ORDER BY row_group_id");
        assertThat(groups).hasSize(16);
        assertThat(groups.getFirst())
                .contains("65536")
                .contains("2026-03-01 23:00:00")
                .endsWith("|0");
        assertThat(ask("SELECT count(*) FROM " + table(file) + " WHERE property = 'p3' AND time > TIMESTAMPTZ"
                        + " '2026-03-13 12:46:00+00'"))
                .containsExactly("39");
    }

    @Test
    void aGroupEndsWhereTextsOrWordsAreMany() throws Exception {
        Path file = folder.resolve("texts.parquet");
        var word = new ParquetColumn("word", ParquetColumn.Kind.WORD, true);
        var text = new ParquetColumn("text", ParquetColumn.Kind.TEXT, true);
        try (var out = Files.newOutputStream(file)) {
            var writer = new ParquetWriter(out, List.of(word, text), Map.of());
            for (int i = 0; i < 10; i++) {
                text.text(writer.row(), "x".repeat(1 << 20));
                writer.endRow();
            }
            for (int i = 0; i < 5_000; i++) {
                word.word(writer.row(), "w" + i);
                writer.endRow();
            }
            writer.finish();
        }
        assertThat(ask("SELECT count(DISTINCT word), sum(length(text)), count(*) FROM " + table(file)))
                .containsExactly("5000|" + (10 << 20) + "|5010");
        assertThat(ask("SELECT count(DISTINCT row_group_id) FROM parquet_metadata('" + file + "')"))
                .containsExactly("4");
    }

    @Test
    void whatIsNoRowIsRefused() throws IOException {
        var column = new ParquetColumn("time", ParquetColumn.Kind.TIME, false);
        var writer = new ParquetWriter(OutputStream.nullOutputStream(), List.of(column), Map.of());
        assertThatThrownBy(writer::endRow).hasMessage("Row 0 lacks its time");
        assertThatThrownBy(() -> column.word(0, "now")).hasMessageContaining("TIME");
    }

    /// The frame of the file, by hand: both marks, and a footer as long as it says.
    @Test
    void theFileIsTheOneOfBefore() throws Exception {
        byte[] bytes;
        try (var history = Story.open(new Folder(folder.resolve("h")))) {
            kinds().tell(history);
            var out = new ByteArrayOutputStream();
            export(Export.Form.PARQUET, 1, 2, 3, 4, 5, 6, 7, 8, 9).write(history, OWNER, out);
            bytes = out.toByteArray();
        }
        if ("write".equals(System.getProperty("linkspan.golden"))) Files.write(GOLDEN, bytes);
        assertThat(bytes).isEqualTo(Files.readAllBytes(GOLDEN));
        var mark = "PAR1".getBytes(StandardCharsets.US_ASCII);
        assertThat(bytes).startsWith(mark).endsWith(mark);
        int footer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(bytes.length - 8);
        assertThat(footer).isBetween(100, bytes.length - 12);
        assertThat(ask("SELECT count(*) FROM " + table(GOLDEN.toAbsolutePath())))
                .containsExactly(Integer.toString(KINDS.size() * Quality.values().length + 2));
    }

    @Test
    void windowsHaveFiguresOrNone() throws Exception {
        var story = new Story();
        for (int m = 0; m < 60; m++) story.number(AT + m * Story.MINUTE, 1, m);
        story.took(AT + 5, new Reading(2, Value.Flag.ON, Quality.BAD, Reading.NO_TIME));
        try (var history = Story.open(new Folder(folder.resolve("h")))) {
            story.tell(history);
            var export = new Export(
                    export(Export.Form.PARQUET, 1, 2).properties(),
                    AT,
                    AT + Story.HOUR,
                    Optional.of(History.Every.QUARTER),
                    Export.Form.PARQUET);
            var file = write(history, export);
            assertThat(ask("SELECT property, epoch_us(\"from\"), epoch_us(\"to\"), \"count\", \"min\", \"max\","
                            + " mean, \"last\", consumption, unit FROM " + table(file)))
                    .contains("p1|" + AT + "|" + (AT + 15 * Story.MINUTE) + "|15|0.0|14.0|7.0|14.0|null|kWh")
                    .contains("p2|" + AT + "|" + (AT + 15 * Story.MINUTE) + "|1|null|null|null|null|null|null")
                    .hasSize(5);
        }
    }

    @Test
    void aContractOfWindowsGetsNoReadings() throws Exception {
        var contract = new Contract(
                "billing",
                1,
                java.util.Set.of(),
                java.time.Duration.ofMinutes(15),
                java.time.Duration.ZERO,
                Long.MAX_VALUE);
        var filter = Filter.of(contract, Directory.EMPTY, OPEN, () -> AT);
        try (var history = Story.open(new Folder(folder.resolve("h")))) {
            kinds().tell(history);
            var out = new ByteArrayOutputStream();
            for (var form : Export.Form.values())
                assertThatThrownBy(() -> export(form, 1).write(history, filter, out))
                        .as("a site whose directory lets nothing out")
                        .isInstanceOf(NotLet.class);
            assertThat(out.size()).isZero();
        }
    }

    @Test
    void theWideFormComesBack() throws Exception {
        var story = new Story()
                .number(AT, 1, 21.5)
                .took(AT, Reading.good(2, new Value.Text("a, \"b\"")))
                .number(AT + 1, 1, 22)
                .took(AT + 2, Reading.good(2, new Value.Text("")))
                .took(AT + 3, new Reading(1, new Value.Num(9), Quality.BAD, Reading.NO_TIME))
                .took(AT + 4, Reading.good(2, new Value.Text("c")));
        var out = new ByteArrayOutputStream();
        try (var history = Story.open(new Folder(folder.resolve("a")));
                var other = Story.open(new Folder(folder.resolve("b")))) {
            story.tell(history);
            var wrote = export(Export.Form.WIDE, 1, 2).write(history, OWNER, out);
            assertThat(wrote).isEqualTo(new Export.Wrote(3, 2));
            String text = out.toString(StandardCharsets.UTF_8);
            assertThat(text)
                    .isEqualTo("time,p1,p2\r\n"
                            + "2026-03-01T23:00:00Z,21.5,\"a, \"\"b\"\"\"\r\n"
                            + "2026-03-01T23:00:00.000001Z,22,\r\n"
                            + "2026-03-01T23:00:00.000004Z,,c\r\n"
                            + "# left out, since they are uncertain, bad or empty: 2\r\n");
            CsvImport.read(
                    other,
                    "wide.csv",
                    () -> new java.io.ByteArrayInputStream(out.toByteArray()),
                    Story.BRUSSELS,
                    name -> Optional.of(
                            name.equals("p1")
                                    ? new CsvImport.Target(1, t -> new Value.Num(Double.parseDouble(t)))
                                    : new CsvImport.Target(2, Value.Text::new)));
            assertThat(other.read(1, 0, Long.MAX_VALUE, 10).points())
                    .isEqualTo(history.read(1, 0, AT + 3, 10).points());
            assertThat(other.read(2, 0, Long.MAX_VALUE, 10).points())
                    .extracting(History.Point::value)
                    .containsExactly(new Value.Text("a, \"b\""), new Value.Text("c"));
        }
    }

    @Test
    void theWideFormGoesThroughPages() throws Exception {
        var story = new Story();
        for (int i = 0; i < 25_000; i++) story.number(AT + i * Story.SECOND, 1 + i % 2, i);
        var out = new ByteArrayOutputStream();
        try (var history = Story.open(new Folder(folder.resolve("a")))) {
            story.tell(history);
            assertThat(export(Export.Form.WIDE, 1, 2).write(history, OWNER, out))
                    .isEqualTo(new Export.Wrote(25_000, 0));
            assertThat(out.toString(StandardCharsets.UTF_8).lines().toList())
                    .hasSize(25_001)
                    .endsWith("2026-03-02T05:56:39Z,,24999");
        }
    }
}
