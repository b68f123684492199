package io.linkspan.connectors.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/// Which requests read all that is wanted.
class PlanTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Plan.Limits LIMITS = new Plan.Limits(125, 2_000, 10);

    private static Plan.Cell<Integer> cell(int unit, Table table, int first, int count) {
        return new Plan.Cell<>(unit, table, first, count, SECOND, 0);
    }

    private static List<String> words(List<Plan.Run<Integer>> runs) {
        return runs.stream()
                .map(r -> r.unit() + " " + r.table().word() + " " + r.first() + "+" + r.count())
                .toList();
    }

    @Test
    void neighboursShareARequest() {
        var cells = List.of(
                cell(1, Table.INPUT, 4, 1),
                cell(1, Table.INPUT, 0, 2),
                cell(1, Table.INPUT, 12, 2),
                cell(1, Table.INPUT, 25, 1),
                cell(2, Table.INPUT, 5, 1),
                cell(1, Table.HOLDING, 5, 1),
                cell(1, Table.COIL, 0, 1),
                cell(1, Table.COIL, 150, 1),
                cell(1, Table.COIL, 400, 1));
        assertThat(words(Plan.runs(cells, LIMITS, new Plan.Fences())))
                .containsExactlyInAnyOrder(
                        "1 coil 0+151", "1 coil 400+1", "1 holding 5+1", "1 input 0+14", "1 input 25+1", "2 input 5+1");
    }

    @Test
    void aRequestReadsAtMost125Registers() {
        var cells = new ArrayList<Plan.Cell<Integer>>();
        for (int i = 0; i < 130; i++) cells.add(cell(1, Table.HOLDING, 2 * i, 2));
        assertThat(words(Plan.runs(cells, LIMITS, new Plan.Fences())))
                .containsExactly("1 holding 0+124", "1 holding 124+124", "1 holding 248+12");
    }

    @Test
    void aRefusedBridgeIsNotTriedAgain() {
        var cells = List.of(cell(1, Table.HOLDING, 0, 1), cell(1, Table.HOLDING, 3, 1), cell(1, Table.HOLDING, 4, 1));
        var fences = new Plan.Fences();
        assertThat(fences.split(Plan.runs(cells, LIMITS, fences).getFirst())).isTrue();
        assertThat(words(Plan.runs(cells, LIMITS, fences))).containsExactly("1 holding 0+1", "1 holding 3+2");
    }

    @Test
    void aValueOverSeveralRegistersIsNeverCut() {
        var fences = new Plan.Fences();
        var cells = List.of(cell(1, Table.HOLDING, 0, 2), cell(1, Table.HOLDING, 1, 2));
        var run = Plan.runs(cells, LIMITS, fences).getFirst();
        assertThat(run.count()).isEqualTo(3);
        assertThat(fences.split(run)).isFalse();
    }

    /// A device knows some addresses only, and refuses any request that touches another one. Splitting ends, and
    /// each cell
    /// that the device knows is read in the end.
    @Property(tries = 300)
    void splittingFindsAllThatADeviceKnows(@ForAll Random random) {
        var cells = new ArrayList<Plan.Cell<Integer>>();
        int address = 0;
        for (int i = 0; i < 40; i++) {
            address += random.nextInt(6);
            int count = 1 + random.nextInt(2);
            cells.add(cell(1, Table.HOLDING, address, count));
            address += count;
        }
        var known = new boolean[address + 1];
        for (var each : cells) {
            boolean there = random.nextInt(5) > 0;
            for (int i = each.first(); i < each.end(); i++) known[i] = there;
        }
        var fences = new Plan.Fences();
        int refusals = 0;
        boolean split = true;
        while (split) {
            split = false;
            for (var run : Plan.runs(cells, LIMITS, fences))
                if (!answers(known, run) && fences.split(run)) {
                    split = true;
                    refusals++;
                    break;
                }
            assertThat(refusals).isLessThan(200);
        }
        for (var run : Plan.runs(cells, LIMITS, fences))
            if (!answers(known, run))
                assertThat(run.cells()).allMatch(c -> run.cells().size() == 1 || !known[c.first()]);
    }

    private static boolean answers(boolean[] known, Plan.Run<Integer> run) {
        for (int i = run.first(); i < run.first() + run.count(); i++) if (!known[i]) return false;
        return true;
    }

    @Property(tries = 500)
    void eachCellIsReadOnceWithinTheLimits(@ForAll Random random) {
        var cells = new ArrayList<Plan.Cell<Integer>>();
        for (int i = 0; i < 60; i++)
            cells.add(new Plan.Cell<>(
                    1 + random.nextInt(3),
                    Table.values()[random.nextInt(4)],
                    random.nextInt(500),
                    1 + random.nextInt(4),
                    SECOND * (1 + random.nextInt(2)),
                    i));
        var limits = new Plan.Limits(1 + random.nextInt(125) + 4, 64, random.nextInt(20));
        var runs = Plan.runs(cells, limits, new Plan.Fences());
        assertThat(runs.stream()
                        .flatMap(r -> r.cells().stream())
                        .map(Plan.Cell::sink)
                        .sorted())
                .containsExactlyElementsOf(
                        cells.stream().map(Plan.Cell::sink).sorted().toList());
        for (var run : runs) {
            assertThat(run.count()).isLessThanOrEqualTo(limits.max(run.table()));
            for (var each : run.cells()) {
                assertThat(each.first()).isGreaterThanOrEqualTo(run.first());
                assertThat(each.end()).isLessThanOrEqualTo(run.first() + run.count());
                assertThat(each.everyNanos()).isEqualTo(run.everyNanos());
            }
        }
    }
}
