package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.SiteFile;
import io.linkspan.model.Tree;
import io.linkspan.model.ValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PointListTest {
    private static final String HEADER =
            "thing,connector,unit_id,profile,property,type,unit,at,every,writable,range_min,range_max,"
                    + "step,title\n";

    @Test
    void aListSaysWhatASiteFileSays() throws Invalid {
        var file = site(HEADER
                + "pump,bus,7,,on,flag,,coil 0,1s,TRUE,,,,Pump\n"
                + "store,bus,8,,air,,Cel,input 0 int16 x0.1,10s,,-60,40,0.1,\n"
                + "pump,,,,heat,Number,kW,input 4,,no,,,,\n");

        assertThat(file.paths()).containsExactly("pump.on", "pump.heat", "store.air");
        var pump = file.things().get("pump");
        assertThat(pump.connector()).contains("bus");
        assertThat(pump.settings().fields()).containsOnlyKeys("unit");
        assertThat(pump.settings().fields().get("unit")).isEqualTo(new Tree.Scalar(new Mark("p.csv", 2), "7", false));
        var on = pump.properties().get("on");
        assertThat(on.type()).isEqualTo(ValueType.FLAG);
        assertThat(on.writable()).isTrue();
        assertThat(on.title()).contains("Pump");
        assertThat(on.every()).contains(Duration.ofSeconds(1));
        var heat = pump.properties().get("heat");
        assertThat(heat.writable()).isFalse();
        assertThat(heat.every()).isEmpty();
        assertThat(heat.at()).contains(new Tree.Scalar(new Mark("p.csv", 4), "input 4", true));
        var air = file.things().get("store").properties().get("air");
        assertThat(air.type()).isEqualTo(ValueType.NUMBER);
        assertThat(air.unit()).contains("Cel");
        assertThat(air.min()).contains(-60.0);
        assertThat(air.max()).contains(40.0);
        assertThat(air.step()).contains(0.1);
    }

    @Test
    void theExampleOfTheDocumentationIsTaken() throws Invalid, IOException {
        String example = Files.readString(Path.of("..", "examples", "points.csv"));
        var list = PointList.parse(example, "examples/points.csv");

        assertThat(thing(list, 0).fields()).containsOnlyKeys("id", "profile", "connector", "unit");
        assertThat(thing(list, 0).fields().get("profile"))
                .isEqualTo(new Tree.Scalar(new Mark("examples/points.csv", 2), "eastron_sdm630", false));

        var withoutProfile =
                example.lines().filter(line -> !line.contains("eastron")).toList();
        var file = site(String.join("\n", withoutProfile));
        assertThat(file.paths())
                .containsExactly(
                        "pump_1.on",
                        "pump_1.speed",
                        "pump_1.temperature",
                        "cold_store.temperature",
                        "cold_store.door_open");
        assertThat(file.property("pump_1.temperature").orElseThrow().title()).contains("Bearing, \"drive end\"");
    }

    @Test
    void theSheetOnThePageOfTheDocumentationIsTaken() throws Invalid, IOException {
        String page = Files.readString(Path.of("..", "docs", "point-lists.md"));
        String sheet = page.substring(page.indexOf("```csv\n") + 7, page.indexOf("```\nsays what"));

        var pump = site(sheet).things().get("pump_1");
        assertThat(pump.settings().fields().get("unit")).isEqualTo(new Tree.Scalar(new Mark("p.csv", 2), "7", false));
        assertThat(pump.properties()).containsOnlyKeys("on", "temperature");
        assertThat(pump.properties().get("temperature").unit()).contains("Cel");
    }

    @Test
    void columnsComeInAnyOrderAndAreNamedAsPeopleNameThem() throws Invalid {
        var list = PointList.parse(
                "Property;AT;Unit-ID;Range Min;range_max;Thing\nair;input 0;3;-0,5;1,5;store\n", "p.csv");

        var thing = thing(list, 0);
        assertThat(text(thing, "unit")).isEqualTo("3");
        var air = (Tree.Fields)
                ((Tree.Fields) thing.fields().get("properties")).fields().get("air");
        assertThat(text(air, "at")).isEqualTo("input 0");
        assertThat(((Tree.Items) air.fields().get("range")).items())
                .extracting(each -> ((Tree.Scalar) each).text())
                .containsExactly("-0.5", "1.5");
    }

    @Test
    void aCommaIsADecimalSignOnlyWhereItIsNotTheSeparator() throws Invalid {
        var list = PointList.parse("thing,property,step,title,type\na,b,\"0,1\",\"1,5\",\n", "p.csv");
        assertThat(text(property(list, "b"), "step")).isEqualTo("0,1");

        var german = PointList.parse("thing;property;step;title;type\na;b;0,1;1,5;\n", "p.csv");
        assertThat(text(property(german, "b"), "step")).isEqualTo("0.1");
        assertThat(text(property(german, "b"), "title")).isEqualTo("1,5");
    }

    @Test
    void tabsSeparateWhatASpreadsheetGivesToTheClipboard() throws Invalid {
        var list = PointList.parse("thing\tproperty\ttitle\na\tb\tone, two; three\n", "p.csv");
        assertThat(text(property(list, "b"), "title")).isEqualTo("one, two; three");
    }

    @Test
    void marksCountTheLinesOfTheFileAlsoBehindCellsOfSeveralLines() throws Invalid {
        var list = PointList.parse(
                "\uFEFFthing,property,title\r\n\r\n,,\r\na,b,\"two\r\nlines\"\r\na,c,\"\"\r\nd,e,x", "p.csv");

        assertThat(text(property(list, "b"), "title")).isEqualTo("two\r\nlines");
        assertThat(thing(list, 0).mark().line()).isEqualTo(4);
        assertThat(property(list, "c").mark().line()).isEqualTo(6);
        assertThat(property(list, "c").fields()).isEmpty();
        assertThat(thing(list, 1).mark()).isEqualTo(new Mark("p.csv", 7));
        assertThat(thing(list, 1).keys().get("id")).isEqualTo(new Mark("p.csv", 7));
    }

    @Test
    void whatACellMeansIsCheckedAtItsLine() {
        assertThatThrownBy(() ->
                        site(HEADER + "a,bus,1,,b,number,W,input 0,1s,,,,,\na,bus,1,,c,nmber,W,input 0,1s,,,,,\n"))
                .isInstanceOf(Invalid.class)
                .hasMessageStartingWith("p.csv:3: \"type\" is one of");
        assertThatThrownBy(() -> site(HEADER + "a,bus,1,,b,number,W,input 0,1s,,9,1,,\n"))
                .hasMessageStartingWith("p.csv:2: \"range\" begins with the smaller number");
        assertThatThrownBy(() -> site(HEADER + "a,buss,1,,b,number,W,input 0,1s,,,,,\n"))
                .hasMessageStartingWith("p.csv:2: \"connector\" names no connector of this file");
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of("", "p.csv:1: the list is empty"),
                Arguments.of("\n\r\n , \n", "p.csv:1: the list is empty"),
                Arguments.of(
                        "thing,propperty\n",
                        "p.csv:1: no column is called \"propperty\"; known are at, connector, every"),
                Arguments.of("thing,at\n", "p.csv:1: the column \"property\" is missing"),
                Arguments.of("thing,property,thing\n", "p.csv:1: names the column \"thing\" twice"),
                Arguments.of("thing,property,\n", "p.csv:1: no column is called \"\""),
                Arguments.of(
                        "thing,property\na,b\na,c,d\n",
                        "p.csv:3: this row has 3 cells and the first row names 2 columns"),
                Arguments.of("thing,property\na\n", "p.csv:2: this row has 1 cells"),
                Arguments.of("thing,property\nPump 1,b\n", "p.csv:2: in the column \"thing\": \"Pump 1\" is no name"),
                Arguments.of(
                        "thing,property\na,time\n", "p.csv:2: in the column \"property\": \"time\" is a reserved word"),
                Arguments.of("thing,property\n,b\n", "p.csv:2: in the column \"thing\": \"\" is no name"),
                Arguments.of("thing,property\na,b\nc,b\na,b\n", "p.csv:4: names a.b a second time; line 2 has it"),
                Arguments.of("thing,property,at\na,,x\n", "p.csv:2: the row names no property"),
                Arguments.of(
                        "thing,property,profile,at\na,,sdm,x\n",
                        "p.csv:2: has a \"at\" and names no property that it belongs to"),
                Arguments.of(
                        "thing,property,unit_id\na,b,7\na,c,\na,d,8\n",
                        "p.csv:4: says unit_id 8 and line 2 says 7; a thing has one"),
                Arguments.of(
                        "thing,property,range_min,range_max\na,b,0,\n",
                        "p.csv:2: has one end of the range; range_min and range_max belong together"),
                Arguments.of(
                        "thing,property,writable\na,b,maybe\n",
                        "p.csv:2: \"writable\" is true or false, not \"maybe\""),
                Arguments.of("thing,property\na,\"b\nc,d\n", "p.csv:2: the quote that opens here is never closed"),
                Arguments.of("thing,property\na,\"b\"c\n", "p.csv:2: after a closing quote the cell ends"),
                Arguments.of("thing,property\na,b\"c\n", "p.csv:2: a quote stands inside a cell"),
                Arguments.of(
                        "thing,property,title\na,b," + "x".repeat(Csv.CELL_CHARS_MAX + 1),
                        "p.csv:2: a cell has at most 10000 characters, not 10001"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void anErrorNamesFileAndLineAndWhatWouldBeRight(String csv, String message) {
        assertThatThrownBy(() -> PointList.parse(csv, "p.csv"))
                .isInstanceOf(Invalid.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void moreRowsThanTheLimitAreRefusedAtTheFirstTooMuch() throws Invalid {
        var csv = new StringBuilder("thing,property\n");
        for (int i = 1; i < Csv.ROWS_MAX; i++) csv.append("a,p").append(i).append('\n');
        assertThat(((Tree.Fields) thing(PointList.parse(csv.toString(), "p.csv"), 0)
                                .fields()
                                .get("properties"))
                        .fields())
                .hasSize(Csv.ROWS_MAX - 1);

        csv.append("a,b\n");
        assertThatThrownBy(() -> PointList.parse(csv.toString(), "p.csv"))
                .hasMessage("p.csv:200001: a point list has at most 200000 rows; split it into several files");
    }

    @Property
    void anyTitleComesBackAsItWasWritten(
            @ForAll
                    @StringLength(max = 12)
                    @Chars({'"', ',', ';', '\t', '\n', '\r', ' ', 'x'})
                    @CharRange(from = 'à', to = 'ü')
                    String title,
            @ForAll @IntRange(max = 2) int which)
            throws Invalid {
        char separator = ",;\t".charAt(which);
        String quoted = '"' + title.replace("\"", "\"\"") + '"';
        String row = String.join(String.valueOf(separator), "a", quoted, "b", "input 7");
        var list = PointList.parse(
                String.join(String.valueOf(separator), "thing", "title", "property", "at") + "\r\n" + row + "\r\n",
                "p.csv");

        var property = property(list, "b");
        assertThat(text(property, "at")).isEqualTo("input 7");
        if (title.isEmpty()) assertThat(property.fields()).doesNotContainKey("title");
        else assertThat(text(property, "title")).isEqualTo(title);
    }

    private static SiteFile site(String csv) throws Invalid {
        var bus = new LinkedHashMap<String, Tree>();
        bus.put("id", Tree.text("bus"));
        bus.put("type", Tree.text("modbus_tcp"));
        bus.put("endpoint", Tree.text("127.0.0.1:5020"));
        var site = new LinkedHashMap<String, Tree>();
        site.put("linkspan", Tree.plain(1));
        site.put("site", Tree.text("plant"));
        site.put("connectors", Tree.items(List.of(Tree.fields(bus))));
        site.putAll(PointList.parse(csv, "p.csv").fields());
        return SiteFile.read(Tree.fields(site));
    }

    private static Tree.Fields thing(Tree.Fields list, int index) {
        return (Tree.Fields) ((Tree.Items) list.fields().get("things")).items().get(index);
    }

    private static Tree.Fields property(Tree.Fields list, String name) {
        return (Tree.Fields) ((Tree.Fields) thing(list, 0).fields().get("properties"))
                .fields()
                .get(name);
    }

    private static String text(Tree.Fields fields, String name) {
        return ((Tree.Scalar) fields.fields().get(name)).text();
    }
}
