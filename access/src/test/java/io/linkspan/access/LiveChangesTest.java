package io.linkspan.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.feed.Contract;
import io.linkspan.feed.Filter;
import io.linkspan.model.AlarmState;
import io.linkspan.model.Cell;
import io.linkspan.model.Directory;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Json;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import io.linkspan.model.Principal;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.SiteFile;
import io.linkspan.model.SiteId;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LiveChangesTest {
    private static final SiteId ID = SiteId.parse("000102030405060708090a0b0c0d0e0f");
    private final Directory directory = directory();
    private double value = 1;
    private boolean missing;
    private boolean shelved;

    /// What happens while a snapshot is made, between two looks at the same cell.
    private Runnable meanwhile = () -> {};

    private int looks;

    @Test
    void aChangeWhileTheSnapshotIsMadeIsTold() throws Exception {
        var changes = new LiveChanges(place(), filter(), desk());
        meanwhile = () -> {
            if (looks == 1) value = 2;
        };
        String told = "";
        for (int i = 0; i < 2; i++) for (var event : changes.next(Principal.SYSTEM)) told += event.data();
        assertThat(told)
                .as("the newest value reaches the page in the snapshot or behind it")
                .contains("\"value\":2");
    }

    @Test
    void aSnapshotSaysHowEachLineIsAndACellIsToldOnceForEachChange() throws Exception {
        var changes = new LiveChanges(place(), filter(), desk());
        assertThat(changes.next(Principal.SYSTEM))
                .singleElement()
                .satisfies(e -> assertThat(e.data())
                        .contains("\"connectors\":[{\"connector\":\"bus\",\"up\":true")
                        .contains("\"revision\":1"));
        assertThat(changes.next(Principal.SYSTEM)).isEmpty();
        missing = true;
        assertThat(changes.next(Principal.SYSTEM))
                .extracting(PageChanges.Event::name)
                .containsExactly("cells");
        assertThat(changes.next(Principal.SYSTEM)).isEmpty();
        missing = false;
        assertThat(changes.next(Principal.SYSTEM))
                .extracting(PageChanges.Event::name)
                .containsExactly("cells");
    }

    @Test
    void anAlarmThatMovedIsTold() throws Exception {
        var changes = new LiveChanges(place(), filter(), desk());
        assertThat(changes.next(Principal.SYSTEM))
                .singleElement()
                .satisfies(e -> assertThat(e.data()).contains("\"standing\":0"));
        shelved = true;
        assertThat(changes.next(Principal.SYSTEM))
                .filteredOn(e -> e.name().equals("alarms"))
                .singleElement()
                .satisfies(e -> assertThat(e.data()).contains("\"state\":\"shelved\"", "\"standing\":1"));
        assertThat(changes.next(Principal.SYSTEM)).isEmpty();
    }

    private AlarmState alarm() {
        if (!shelved) return AlarmState.fresh(3);
        var moved = new Result.AlarmMoved(
                3,
                1,
                Result.AlarmMove.SHELVED,
                AlarmState.Standing.SHELVED,
                9,
                false,
                false,
                "",
                List.of(),
                Principal.SYSTEM);
        return AlarmState.fresh(3).moved(moved, false, new Moment(1, 1), 1);
    }

    private Cell cell() {
        looks++;
        var cell = new Cell(
                1,
                Optional.of(Reading.good(1, new Value.Num(value))),
                5,
                1,
                Optional.empty(),
                missing ? 5 : 0,
                "",
                !missing,
                false);
        meanwhile.run();
        return cell;
    }

    private Filter filter() {
        return Filter.of(Contract.OWNER, directory, closed(), () -> 10);
    }

    private static EntryCodec.Privacy closed() {
        return new EntryCodec.Privacy() {
            @Override
            public boolean property(int number) {
                return false;
            }

            @Override
            public boolean link(int number) {
                return false;
            }
        };
    }

    private Place place() {
        return (Place) Proxy.newProxyInstance(
                Place.class.getClassLoader(),
                new Class<?>[] {Place.class},
                (_, method, arguments) -> switch (method.getName()) {
                    case "id" -> ID;
                    case "directory" -> directory;
                    case "armed" -> true;
                    case "newest" -> new Log.Position(ID, 1, 1);
                    case "nowMicros" -> 10L;
                    case "changes" -> looks + (shelved ? 1L : 0);
                    case "alarms" -> List.of(alarm());
                    case "cell" -> Optional.of(cell());
                    case "tree" -> tree(arguments[0]);
                    case "closed" -> closed();
                    case "page" -> new PageView("s", "S", "UTC", true, 10, 1, "", List.of());
                    default -> throw new AssertionError(method.getName());
                });
    }

    private static Tree.Fields tree(Object told) {
        return told instanceof AlarmState a
                ? Words.fields()
                        .text("state", a.standing().name().toLowerCase(java.util.Locale.ROOT))
                        .done()
                : Words.fields()
                        .text("property", "meter.power")
                        .plain("value", shown((Cell) told))
                        .done();
    }

    private static long shown(Cell cell) {
        return cell.reading().orElseThrow().value() instanceof Value.Num(double v) ? (long) v : -1;
    }

    private static Desk desk() {
        var status = Tree.fields(Map.of(
                "connectors",
                Tree.items(List.of(Words.fields()
                        .text("connector", "bus")
                        .plain("up", true)
                        .done()))));
        return (Desk) Proxy.newProxyInstance(
                Desk.class.getClassLoader(),
                new Class<?>[] {Desk.class},
                (_, _, _) -> new Desk.Done(List.of(), status));
    }

    private static Directory directory() {
        try {
            var file = SiteFile.read(Json.parseFields(
                    "",
                    "{\"linkspan\":1,\"site\":\"s\",\"connectors\":[{\"id\":\"bus\",\"type\":\"x\"}],\"things\":[{\"id\":\"meter\",\"connector\":\"bus\","
                            + "\"properties\":{\"power\":{\"type\":\"number\",\"unit\":\"kW\",\"at\":\"1\"}}}]}"));
            return Directory.EMPTY.with(
                    file, 1, List.of(new Result.Numbered(Result.Sort.PROPERTY, "meter.power", 1, 1)));
        } catch (io.linkspan.model.Invalid e) {
            throw new AssertionError(e);
        }
    }
}
