package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The command `query`, over the socket of a node and from its folder.
class QueryTest {
    private static final String CSV = "property,time,value,quality\r\n"
            + "boiler.temperature,2024-01-01T00:00:00Z,20.5,good\r\n"
            + "boiler.temperature,2024-01-01T00:10:00Z,21.5,uncertain\r\n"
            + "boiler.temperature,2024-01-01T00:10:00Z,99.5,bad\r\n"
            + "boiler.temperature,2024-01-01T00:20:00Z,22.5,corrected\r\n"
            + "boiler.temperature,2024-01-01T00:20:00Z,77.5,good\r\n"
            + "meter.energy_import,2024-01-01T00:00:00Z,100.250,good\r\n"
            + "meter.energy_import,2024-01-01T00:30:00Z,101.500,good\r\n";
    private static final String[] SPAN = {"--from", "2024-01-01", "--to", "2024-01-02T01:00+01:00"};

    @TempDir
    Path folder;

    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        node = TestNode.start(folder);
        Path csv = folder.resolve("old.csv");
        Files.writeString(csv, CSV);
        TestNode.await("the site is there", () -> node.view().directory().revision() > 0);
        assertThat(node.say("import", csv.toString()).err()).isEmpty();
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    private String query(String... words) {
        var all = new String[words.length + SPAN.length + 1];
        all[0] = "query";
        System.arraycopy(words, 0, all, 1, words.length);
        System.arraycopy(SPAN, 0, all, words.length + 1, SPAN.length);
        var said = node.say(all);
        assertThat(said.err()).isEmpty();
        assertThat(said.exit()).isEqualTo(Exit.DONE);
        return said.out();
    }

    @Test
    void whatIsExportedCanBeImported() throws Exception {
        assertThat(query("boiler.temperature", "meter.energy_import", "--as", "csv"))
                .isEqualTo(CSV);
    }

    @Test
    void showsReadingsAndSpansOfThem() throws Exception {
        assertThat(query("boiler.temperature"))
                .contains("PROPERTY", "20.5", "uncertain", "3 rows; complete to")
                .doesNotContain("99.5");
        assertThat(query("boiler.temperature", "--as", "json"))
                .contains(
                        "{\"property\":\"boiler.temperature\",\"time\":\"2024-01-01T00:00:00Z\",\"value\":20.5,\"quality\":\"good\"}")
                .contains("\"rows\":3");
        assertThat(query("meter.energy_import", "--every", "1h", "--as", "csv"))
                .isEqualTo(
                        "property,from,to,count,min,max,mean,time_mean,last,consumption\r\n"
                                + "meter.energy_import,2024-01-01T00:00:00Z,2024-01-01T01:00:00Z,2,100.25,101.5,100.875,100.875,101.5,1.25\r\n");
    }

    @Test
    void theFolderOfAStoppedNodeAnswersTheSame() throws Exception {
        String before = query("boiler.temperature", "--as", "csv");
        TestNode.await(
                "the boiler is in the history",
                () -> node.say("query", "boiler.temperature", "--as", "csv")
                        .out()
                        .contains("58.5"));
        node.end();
        assertThat(query("boiler.temperature", "--as", "csv")).isEqualTo(before);
        assertThat(node.say("query", "boiler.temperature", "--as", "csv").out()).contains("58.5,good");
        node.begin();
    }

    @Test
    void readingsAndSpansAreWrittenAsParquet() throws Exception {
        Path file = folder.resolve("readings.parquet");
        String columns = "property, number, register, quality";
        String expected = "boiler.temperature|20.5|null|good\nboiler.temperature|21.5|null|uncertain\n"
                + "boiler.temperature|22.5|null|corrected\nmeter.energy_import|null|100.250000000|good\n"
                + "meter.energy_import|null|101.500000000|good\n";
        String[] all = {"boiler.temperature", "meter.energy_import", "--as", "parquet", "--out", file.toString()};
        assertThat(query(all)).startsWith("5 rows are in " + file + "; complete to ");
        assertThat(Duck.ask("SELECT " + columns + " FROM read_parquet('" + file + "')"))
                .isEqualTo(expected);
        node.end();
        assertThat(query(all)).startsWith("5 rows are in ");
        assertThat(Duck.ask("SELECT " + columns + " FROM read_parquet('" + file + "')"))
                .isEqualTo(expected);
        query("meter.energy_import", "--every", "1h", "--as", "parquet", "--out", file.toString());
        assertThat(Duck.ask(
                        "SELECT epoch_us(\"from\"), \"count\", consumption, unit FROM read_parquet('" + file + "')"))
                .isEqualTo("1704067200000000|2|1.25|kW.h\n");
        try (var left = Files.list(folder)) {
            assertThat(left.map(p -> p.getFileName().toString())).noneMatch(n -> n.endsWith(".tmp"));
        }
        node.begin();
    }

    @Test
    void theWideFormHasAColumnForEachPropertyAndSaysWhatItLeavesOut() throws Exception {
        var said = node.say(
                "query",
                "boiler.temperature",
                "meter.energy_import",
                "--as",
                "csv",
                "--wide",
                SPAN[0],
                SPAN[1],
                SPAN[2],
                SPAN[3]);
        assertThat(said.out())
                .isEqualTo("time,boiler.temperature,meter.energy_import\r\n"
                        + "2024-01-01T00:00:00Z,20.5,100.250\r\n"
                        + "2024-01-01T00:20:00Z,22.5,\r\n"
                        + "2024-01-01T00:30:00Z,,101.500\r\n"
                        + "# left out, since they are uncertain, bad or empty: 1\r\n");
        assertThat(said.err()).contains("Left out, since", ": 1;");
        Path wide = folder.resolve("wide.csv");
        Files.writeString(wide, said.out());
        assertThat(node.say("import", wide.toString()).out()).contains("4 readings of 4 lines");
        assertThat(node.say("query", "boiler.on", "--wide").err()).contains("--wide goes with --as csv");
        assertThat(node.say("query", "boiler.on", "--out", "x").err()).contains("--out goes with");
    }

    @Test
    void saysWhatIsWrong() {
        assertThat(node.say("query", "boiler.pressure").exit()).isEqualTo(Exit.NO_SUCH);
        var when = node.say("query", "boiler.on", "--from", "yesterday");
        assertThat(when.exit()).isEqualTo(Exit.SAID_NO);
        assertThat(when.err()).contains("is a time such as 2026-01-14T12:00");
        assertThat(node.say("query", "boiler.on", "--every", "2h").err()).contains("is 1min, 15min, 1h or 1d");
        assertThat(node.say("query", "boiler").err()).contains("is no property");
        assertThat(node.say("query", "boiler.on", "--as", "xml").exit()).isEqualTo(Exit.USAGE);
    }
}
