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
