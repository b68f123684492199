package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.access.PageView;
import io.linkspan.access.PageView.PropertyView;
import io.linkspan.model.Cell;
import io.linkspan.model.Directory;
import io.linkspan.model.Hold;
import io.linkspan.model.Invalid;
import io.linkspan.model.Principal;
import io.linkspan.model.Priority;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.SiteFile;
import io.linkspan.model.Value;
import io.linkspan.model.Wish;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PageViewsTest {
    private static final String SITE = """
            linkspan: 1
            site: riverside_12
            title: House
            things:
              - id: meter
                title: Meter
                properties:
                  power: { title: Power, type: number, unit: kW, step: 0.01 }
                  peak: { type: number, unit: kW }
              - id: boiler
                properties:
                  on: { type: flag, writable: true, minimum-off: 10min }
                  hot: { type: flag }
            links:
              - { id: shed_peak, from: meter.power, to: boiler.on, priority: economy, value: false, off-above: 5.0, on-below: 2.5,
                  own-power: 2.5, silent: { after: 60s, then: hold, at-most: 2h } }
            """;

    private final Board board = new Board();
    private final SimulatedClock clock = new SimulatedClock(10_000_000);
    private Directory directory = Directory.EMPTY;

    @BeforeEach
    void site() throws Invalid {
        var file = SiteFile.read(Yaml.parseFields("site.yaml", SITE));
        directory = Directory.EMPTY.with(file, 1, Directory.EMPTY.changes(file));
        board.put(List.of(), directory, true);
    }

    private Cell cell(String path, Value value, Optional<Cell.Duty> duty, long missing, boolean isPrivate) {
        int number = directory.property(path);
        return new Cell(
                number,
                Optional.of(Reading.good(number, value)),
                9_000_000,
                1,
                duty,
                missing,
                "the line is down",
                missing == 0,
                isPrivate);
    }

    private void shows(String path, Value value) {
        board.put(List.of(cell(path, value, Optional.empty(), 0, false)), directory, true);
    }

    private void duty(Value is, Result.By by, Hold... holds) {
        long hold = holds.length == 0 ? 0 : holds[0].id();
        int link = holds.length == 0 ? 0 : holds[0].link();
        var duty = new Cell.Duty(
                Optional.of(Value.Flag.OFF),
                new Result.Charge(by, hold, link, Hold.WITHOUT_END),
                List.of(holds),
                Optional.empty(),
                Cell.WriteState.SETTLED,
                Optional.empty());
        board.put(List.of(cell("boiler.on", is, Optional.of(duty), 0, false)), directory, true);
    }

    private Hold ofLink() {
        int on = directory.property("boiler.on");
        var want = new Wish.Want(Value.Flag.OFF);
        return new Hold(
                7, on, directory.link("shed_peak"), Principal.SYSTEM, Priority.ECONOMY, want, 1, 0, Hold.WITHOUT_END);
    }

    private PageView view() {
        return new PageViews(board, clock, 1).now("");
    }

    private PropertyView property(String path) {
        return view().things().stream()
                .flatMap(t -> t.properties().stream())
                .filter(p -> p.path().equals(path))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aSiteAndItsMachinesHaveTheirTitles() {
        assertThat(view().title()).isEqualTo("House");
        assertThat(view().things()).extracting(PageView.ThingView::title).containsExactly("Meter", "boiler");
        assertThat(property("meter.power").title()).isEqualTo("Power");
        assertThat(property("meter.power").state()).isEqualTo(PageView.State.UNREAD);
    }

    @Test
    void aNumberHasTheDigitsOfItsStepAndTheSymbolOfItsUnit() {
        shows("meter.power", new Value.Num(4.2));
        shows("meter.peak", new Value.Num(4.23456));
        assertThat(property("meter.power").value()).isEqualTo("4.20");
        assertThat(property("meter.power").unit()).isEqualTo("kW");
        assertThat(property("meter.peak").value()).isEqualTo("4.235");
    }

    @Test
    void aFlagIsOnWhereItCanBeSwitchedAndYesWhereItIsSeen() {
        shows("boiler.on", Value.Flag.ON);
        shows("boiler.hot", Value.Flag.ON);
        assertThat(property("boiler.on").value()).isEqualTo("on");
        assertThat(property("boiler.hot").value()).isEqualTo("yes");
    }

    @Test
    void nothingOfAPrivatePropertyIsShown() {
        board.put(List.of(cell("meter.power", new Value.Num(4.2), Optional.empty(), 5, true)), directory, true);
        assertThat(property("meter.power"))
                .isEqualTo(new PropertyView(
                        "meter.power", "Power", PageView.State.CLOSED, "", "", 0, false, 0, "", "", "", ""));
    }

    @Test
    void whatIsMissingSaysSinceWhenAndWhy() {
        board.put(
                List.of(cell("meter.power", new Value.Num(4.2), Optional.empty(), 8_000_000, false)), directory, true);
        assertThat(property("meter.power").state()).isEqualTo(PageView.State.MISSING);
        assertThat(property("meter.power").missingMicros()).isEqualTo(8_000_000);
        assertThat(property("meter.power").missingCause()).isEqualTo("the line is down");
    }

    @Test
    void aLinkThatHoldsIsNamedWithItsThresholds() {
        duty(Value.Flag.OFF, Result.By.HOLD, ofLink());
        assertThat(property("boiler.on").who()).isEqualTo("link shed_peak");
        assertThat(property("boiler.on").why())
                .isEqualTo(
                        "Held off (economy): meter.power without its own draw went above 5 kW, until it is below 2.5 kW.");
        assertThat(property("boiler.on").desired()).isEmpty();
    }

    @Test
    void whatItShallBeIsShownWhileItIsNotSoYet() {
        duty(Value.Flag.ON, Result.By.HOLD, ofLink());
        assertThat(property("boiler.on").value()).isEqualTo("on");
        assertThat(property("boiler.on").desired()).isEqualTo("off");
    }

    @Test
    void itsMinimumTimeIsNamed() {
        duty(Value.Flag.OFF, Result.By.MINIMUM_TIME);
        assertThat(property("boiler.on").who()).isEqualTo("its minimum time");
        assertThat(property("boiler.on").why()).contains("Once off, it stays so for 10 min");
    }

    @Test
    void aPersonIsNamed() {
        var hold = new Hold(
                3,
                directory.property("boiler.on"),
                0,
                Principal.person("anna"),
                Priority.MANUAL,
                new Wish.Want(Value.Flag.OFF),
                1,
                0,
                9);
        duty(Value.Flag.OFF, Result.By.HOLD, hold);
        assertThat(property("boiler.on").who()).isEqualTo("person:anna");
        assertThat(property("boiler.on").why()).isEqualTo("Asked to be off (manual).");
    }
}
