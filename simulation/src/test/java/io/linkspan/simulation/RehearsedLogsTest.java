package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.journal.JournalView;
import io.linkspan.journal.RealDisk;
import io.linkspan.model.Json;
import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import io.linkspan.site.Rehearsal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Logs that others wrote, decided anew from their inputs: the golden ones, the demo's, and one whose node is killed
/// while it rehearses.
class RehearsedLogsTest {
    /// Golden logs whose end the disk does not have whole.
    private static final Set<String> DAMAGED = Set.of("0021-damage");
    /// So many entries that a rehearsal of them is not over before it is killed.
    private static final int LONG_ENTRIES = 100_000;

    @TempDir
    Path folder;

    static List<Path> golden() throws IOException {
        try (var all = Files.list(GoldenLogs.FOLDER)) {
            return all.filter(each -> !DAMAGED.contains(each.getFileName().toString()))
                    .sorted()
                    .toList();
        }
    }

    private static List<Rehearsal.Told> rehearsed(Path journal) throws IOException {
        var view = JournalView.open(new RealDisk(journal)).orElseThrow();
        var all = new ArrayList<Rehearsal.Told>();
        for (SiteId id : view.sites()) {
            if (!id.isSite()) continue;
            try (var reader = view.read(new Log.Position(id, 1, 1))) {
                all.add(Again.of(reader, Optional.empty()));
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("golden")
    void eachGoldenLogComesToItsResults(Path golden) throws IOException {
        for (var told : rehearsed(golden)) {
            var reproduced = told.reproduced().orElseThrow();
            assertThat(reproduced.unlike()).isEmpty();
            assertThat(reproduced.equal()).isEqualTo(reproduced.compared());
        }
    }

    /// The others lie behind readings that a full disk refused, or that retention dropped.
    @Test
    void manyEntriesOfTheGoldenLogsAreHeld() throws IOException {
        long compared = 0;
        for (var each : golden())
            for (var told : rehearsed(each))
                compared += told.reproduced().orElseThrow().compared();
        assertThat(compared).isGreaterThan(250);
    }

    /// A rehearsal writes nothing: the node that is killed in the middle of one starts, and its log is whole.
    @Test
    void aKillDuringARehearsalHarmsNothing() throws Exception {
        try (var workshop = new Workshop()) {
            long entries = LongLog.make(folder.resolve("data"), workshop, LONG_ENTRIES);
            try (var node = NodeProcess.start(folder, workshop.text())) {
                var begun = node.ask("{\"do\": \"rehearsal-start\", \"from\": \"300d\"}");
                assertThat(Json.write(begun)).contains("\"phase\":");
                node.kill();
                node.restart();
                assertThat(rehearsals(node)).isEqualTo("{\"rehearsals\":[]}");
            }
            var view = JournalView.open(new RealDisk(folder.resolve("data/journal")))
                    .orElseThrow();
            var id = view.sites().stream().filter(SiteId::isSite).findFirst().orElseThrow();
            assertThat(view.head(id).at().seq()).isGreaterThan(entries);
            for (var told : rehearsed(folder.resolve("data/journal")))
                assertThat(told.reproduced().orElseThrow().unlike()).isEmpty();
        }
    }

    private static String rehearsals(NodeProcess node) throws Exception {
        return Json.write(node.ask("{\"do\": \"rehearsals\"}"));
    }
}
