package io.linkspan.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Value;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvTest {
    @TempDir
    Path folder;

    private static CsvImport.Imported read(TsFileHistory history, String source, String text) throws IOException {
        return CsvImport.read(
                history,
                source,
                () -> new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                Story.BRUSSELS,
                name -> switch (name) {
                    case "kitchen" -> Optional.of(new CsvImport.Target(1, t -> new Value.Num(Double.parseDouble(t))));
                    case "note" -> Optional.of(new CsvImport.Target(2, Value.Text::new));
                    default -> Optional.empty();
                });
    }

    @Test
    void whatIsWrittenComesBack() throws IOException {
        long at = Story.at("2026-03-02T00:00:00");
        var story = new Story()
                .number(at, 1, 21.5)
                .took(at + 1, new Reading(1, new Value.Num(1.0 / 3), Quality.UNCERTAIN, Reading.NO_TIME))
                .took(at + 2, Reading.good(2, new Value.Text("a, \"b\"\nc")));
        var text = new StringBuilder();
        var properties = List.of(new CsvExport.Named(1, "kitchen"), new CsvExport.Named(2, "note"));
        try (var history = Story.open(new Folder(folder.resolve("a")))) {
            story.tell(history);
            assertThat(CsvExport.write(history, properties, 0, Long.MAX_VALUE, text))
                    .isEqualTo(3);
            assertThat(text.toString())
                    .startsWith("property,time,value,quality\r\nkitchen,2026-03-01T23:00:00Z,21.5,good\r\n");
            try (var other = Story.open(new Folder(folder.resolve("b")))) {
                assertThat(read(other, "a.csv", text.toString()).readings()).isEqualTo(3);
                for (int property = 1; property <= 2; property++)
                    assertThat(other.read(property, 0, Long.MAX_VALUE, 10))
                            .isEqualTo(history.read(property, 0, Long.MAX_VALUE, 10));
            }
        }
    }

    @Test
    void everyKindOfValueQualityAndWhatDoesNotStandComesBack() throws IOException {
        long at = Story.at("2026-03-02T00:00:00");
        var values = List.of(
                new Value.Num(0.1 + 0.2),
                new Value.Int(Long.MIN_VALUE),
                new Value.Register(123_456_789_012L, 3),
                Value.Flag.ON,
                new Value.Choice("eco"),
                new Value.Text("a, \"b\"\nc"));
        var story = new Story();
        for (int property = 1; property <= values.size(); property++)
            for (var quality : Quality.values())
                story.took(
                        at + quality.ordinal() * Story.MINUTE,
                        new Reading(property, values.get(property - 1), quality, Reading.NO_TIME));
        // again: another value, one that is corrected, and one that is corrected once more
        story.took(at + 60 * Story.MINUTE, Reading.good(1, new Value.Num(7)));
        for (var quality : List.of(Quality.GOOD, Quality.CORRECTED, Quality.BAD, Quality.CORRECTED))
            story.took(
                    at + 61 * Story.MINUTE + story.log.size(),
                    new Reading(1, new Value.Num(story.log.size()), quality, at + 60 * Story.MINUTE));
        var named = new java.util.ArrayList<CsvExport.Named>();
        for (int property = 1; property <= values.size(); property++)
            named.add(new CsvExport.Named(property, "p" + property));
        var text = new StringBuilder();
        var again = new StringBuilder();
        try (var history = Story.open(new Folder(folder.resolve("a")));
                var other = Story.open(new Folder(folder.resolve("b")))) {
            story.tell(history);
            CsvExport.write(history, named, 0, Long.MAX_VALUE, text);
            CsvImport.read(
                    other,
                    "a.csv",
                    () -> new ByteArrayInputStream(text.toString().getBytes(StandardCharsets.UTF_8)),
                    Story.BRUSSELS,
                    name -> {
                        int property = Integer.parseInt(name.substring(1));
                        return Optional.of(new CsvImport.Target(property, t -> value(values.get(property - 1), t)));
                    });
            for (int property = 1; property <= values.size(); property++) {
                assertThat(other.read(property, 0, Long.MAX_VALUE, 100).points())
                        .as("property %d", property)
                        .isEqualTo(
                                history.read(property, 0, Long.MAX_VALUE, 100).points())
                        .hasSizeGreaterThanOrEqualTo(Quality.values().length);
                assertThat(other.again(property, 0, Long.MAX_VALUE))
                        .usingElementComparatorIgnoringFields("receivedMicros")
                        .containsExactlyInAnyOrderElementsOf(history.again(property, 0, Long.MAX_VALUE));
            }
            assertThat(history.again(1, 0, Long.MAX_VALUE)).hasSize(4);
            CsvExport.write(other, named, 0, Long.MAX_VALUE, again);
        }
        assertThat(again.toString().lines().sorted().toList())
                .isEqualTo(text.toString().lines().sorted().toList());
    }

    private static Value value(Value like, String text) {
        return io.linkspan.model.Values.parse(
                switch (like) {
                    case Value.Num _ -> io.linkspan.model.ValueType.NUMBER;
                    case Value.Int _ -> io.linkspan.model.ValueType.INTEGER;
                    case Value.Register _ -> io.linkspan.model.ValueType.REGISTER;
                    case Value.Flag _ -> io.linkspan.model.ValueType.FLAG;
                    case Value.Choice _ -> io.linkspan.model.ValueType.CHOICE;
                    case Value.Text _, Value.Bytes _, Value.Position _, Value.Group _ ->
                        io.linkspan.model.ValueType.TEXT;
                },
                java.util.Map.of(1L, "eco"),
                text);
    }

    @Test
    void aRowATimeWithAColumnForEachSeries() throws IOException {
        var text =
                "time,kitchen,humidity,note\n2016-01-11T17:00,19.89,47.6,cold\n2016-01-11T16:10Z,,,\n2016-01-11T18:20+01:00,20,1,\n";
        try (var history = Story.open(new Folder(folder))) {
            assertThat(read(history, "house.csv", text))
                    .isEqualTo(new CsvImport.Imported(true, 3, 3, List.of("humidity")));
            assertThat(read(history, "house.csv", text).isNew()).isFalse();
            assertThat(history.read(1, 0, Long.MAX_VALUE, 10).points())
                    .extracting(p -> p.atMicros())
                    .containsExactly(Story.at("2016-01-11T17:00:00"), Story.at("2016-01-11T18:20:00"));
            assertThat(history.again(1, 0, Long.MAX_VALUE)).isEmpty();
        }
    }

    @Test
    void whatIsWrongIsNamedAndNothingIsBroughtIn() throws IOException {
        try (var history = Story.open(new Folder(folder))) {
            assertThatThrownBy(() -> read(history, "a", "time,kitchen\n2016-01-11T17:00,1\n2016-01-11T17:10,warm\n"))
                    .hasMessageStartingWith("Line 3: ")
                    .hasMessageContaining("warm");
            assertThatThrownBy(() -> read(history, "a", "time,kitchen\nyesterday,1\n"))
                    .hasMessageContaining("Line 2");
            assertThatThrownBy(() -> read(history, "a", "time,kitchen\n2016-01-11T17:00,1,2\n"))
                    .hasMessageContaining("2 columns, here are 3");
            assertThatThrownBy(() -> read(history, "a", "")).hasMessageContaining("empty");
            assertThat(history.read(1, 0, Long.MAX_VALUE, 10).points()).isEmpty();
            assertThat(history.segments()).isZero();
        }
    }
}
