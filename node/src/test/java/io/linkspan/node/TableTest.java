package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.linkspan.node.Table.Cell;
import io.linkspan.node.Terminal.Tone;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void columnsAreAlignedByWhatATerminalShows() {
        var table = new Table("thing", "value", "who")
                .row(Cell.of("boiler"), Cell.number("4.5"), Cell.of("shed_peak"))
                .row(Cell.of("冷蔵庫"), Cell.number("-12"), Cell.of("e\u0301tage"))
                .row(Cell.of("x"), Cell.number("1000"), Cell.of(""));
        assertThat(table.text(Terminal.PLAIN)).isEqualTo("""
                thing   value  who
                boiler    4.5  shed_peak
                冷蔵庫    -12  e\u0301tage
                x        1000 \s
                """);
    }

    @Test
    void theLastColumnIsCutOnANarrowTerminalOnly() {
        var table = new Table("thing", "why").row("boiler", "meter.power 5.4 kW is above 5 kW since 14:02");
        assertThat(table.text(new Terminal(false, 24))).isEqualTo("thing   why\nboiler  meter.power 5.4…\n");
        assertThat(table.text(Terminal.PLAIN)).contains("since 14:02");
    }

    @Test
    void coloursOnlyWhereTheyAreUnderstood() {
        var table = new Table("a").row(Cell.of("up", Tone.GOOD));
        assertThat(table.text(Terminal.PLAIN)).isEqualTo("a\nup\n");
        assertThat(table.text(new Terminal(true, 80))).isEqualTo("\u001b[1ma\u001b[0m\n\u001b[32mup\u001b[0m\n");
        assertThat(Terminal.of(Map.of("TERM", "xterm", "COLUMNS", "90"))).isEqualTo(new Terminal(true, 90));
        assertThat(Terminal.of(Map.of("TERM", "xterm", "NO_COLOR", "1")).colours())
                .isFalse();
        assertThat(Terminal.of(Map.of("TERM", "dumb")).colours()).isFalse();
    }

    @Test
    void whatADeviceSentIsShownAndNotObeyed() {
        assertThat(new Table("a").row("\u001b[2J\nevil\u202e").text(Terminal.PLAIN))
                .isEqualTo("a\n?[2J?evil?\n");
    }

    @Test
    void aRowHasOneCellForEachHeading() {
        assertThatThrownBy(() -> new Table("a", "b").row("1")).hasMessage("A row has 2 cells, not 1");
    }

    @Test
    void agesAreInTheLargestUnit() {
        assertThat(Ages.text(Duration.ofMillis(999))).isEqualTo("now");
        assertThat(Ages.text(Duration.ofSeconds(59))).isEqualTo("59 s");
        assertThat(Ages.text(Duration.ofSeconds(60))).isEqualTo("1 min");
        assertThat(Ages.text(Duration.ofMinutes(119))).isEqualTo("1 h");
        assertThat(Ages.text(Duration.ofHours(49))).isEqualTo("2 d");
        assertThat(Ages.text(Duration.ofSeconds(-90))).isEqualTo("in 1 min");
        assertThat(Ages.text(Duration.ofMillis(-5))).isEqualTo("now");
        assertThat(Ages.since(0, 5)).isEqualTo("-");
        assertThat(Ages.since(1_000_000, 4_500_000)).isEqualTo("3 s");
    }
}
