package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Cell;
import io.linkspan.model.Input;
import io.linkspan.model.Log;
import io.linkspan.model.Priority;
import io.linkspan.model.Result;
import io.linkspan.model.Value;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `why` over a whole node: each write, whoever caused it and however old it is.
class WhyTest {
    private static final long SEED = 42;

    @TempDir
    Path folder;

    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        node = TestNode.start(folder);
        TestNode.await("the boiler is read", () -> node.value("boiler.on").equals("true"));
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    private int on() {
        return node.view().directory().property("boiler.on");
    }

    private void settled() throws Exception {
        TestNode.await(
                "the boiler does what it shall",
                () -> node.view()
                        .cell(on())
                        .flatMap(Cell::duty)
                        .map(d -> d.write() == Cell.WriteState.SETTLED || d.write() == Cell.WriteState.IDLE)
                        .orElse(false));
    }

    private void ask(Input input) throws Exception {
        node.running()
                .node()
                .ask(node.view().id(), Requests.here(), input)
                .await(Duration.ofSeconds(30))
                .orElseThrow();
    }

    /// Somebody or something that can change who is in charge.
    private void actAtRandom(SplittableRandom random, int round) throws Exception {
        String key = "k" + round;
        switch (random.nextInt(4)) {
            case 0 ->
                ask(new Input.Set(key, on(), Optional.of(new Value.Flag(random.nextBoolean())), Priority.MANUAL, 0, 0));
            case 1 -> ask(new Input.Release(key, on(), Priority.MANUAL));
            default -> {
                double before = node.value("meter.power").equals("9") ? 1 : 9;
                node.power(before);
                TestNode.await("it was read", () -> node.value("meter.power").equals(before == 9 ? "9" : "1"));
            }
        }
        settled();
    }

    private List<Log.Position> writes(SiteView view) throws Exception {
        var all = new ArrayList<Log.Position>();
        try (var feed = view.feed(new Log.Position(view.id(), 1, 0))) {
            for (var item = feed.next(); item.isPresent(); item = feed.next())
                for (var r : item.get().entry().results())
                    if (r instanceof Result.WriteOrdered) all.add(item.get().at());
        }
        return all;
    }

    @Test
    void explainsEachOfAHundredRandomWrites() throws Exception {
        explainsEachWrite(100);
    }

    @Test
    @Tag("long")
    void explainsEachOfAThousandRandomWrites() throws Exception {
        explainsEachWrite(1_000);
    }

    /// A snapshot is taken half-way, and the node started anew: the older half lies before the newest snapshot.
    private void explainsEachWrite(int wanted) throws Exception {
        var random = new SplittableRandom(SEED);
        int rounds = 0;
        while (writesSoFar() < wanted) {
            actAtRandom(random, rounds++);
            if (rounds == wanted / 2) node.running().node().snapshot(node.view().id());
        }
        node.end();
        node.begin();
        var view = node.view();
        var writes = writes(view);
        assertThat(writes).hasSizeGreaterThanOrEqualTo(wanted);
        int byLink = 0;
        for (var at : writes) {
            var explained = new Why(view).entry(at);
            var kinds = explained.steps().stream().map(Explanation.Step::kind).toList();
            assertThat(kinds).as(explained.lines().toString()).contains("write", "answer");
            boolean linked = kinds.contains("link");
            assertThat(linked || kinds.contains("person") || kinds.contains("restart"))
                    .as(explained.lines().toString())
                    .isTrue();
            if (!linked) continue;
            byLink++;
            assertThat(explained.steps())
                    .anySatisfy(step -> assertThat(step.text()).contains("link shed_peak (version 1)"));
            assertThat(explained.steps()).anySatisfy(step -> {
                assertThat(step.text()).startsWith("grid_meter: meter.power");
                assertThat(new String(step.wire(), java.nio.charset.StandardCharsets.US_ASCII))
                        .contains("1-0:1.7.0(0");
            });
        }
        assertThat(byLink).isGreaterThan(wanted / 10);
    }

    /// Each write has a number, so the newest says how many there were; the log is read behind the last look alone.
    private long writesSoFar() throws Exception {
        var from = looked == null ? new Log.Position(node.view().id(), 1, 0) : looked;
        try (var feed = node.view().feed(from)) {
            for (var item = feed.next(); item.isPresent(); item = feed.next())
                for (var r : item.get().entry().results()) if (r instanceof Result.WriteOrdered w) newest = w.write();
            looked = feed.seen().map(io.linkspan.feed.Feed::after).orElse(from);
        }
        return newest;
    }

    private Log.Position looked;
    private long newest;

    @Test
    void aPrivateLinkIsNamedAndNothingItSaw() throws Exception {
        node.write(node.text().replace("priority: economy", "priority: economy\n    private: true"));
        assertThat(node.say("apply", node.site.toString()).exit()).isEqualTo(Exit.DONE);
        node.power(8.125);
        TestNode.await("the boiler is shed", () -> !node.isOn());
        var why = node.say("why", "boiler.on");
        assertThat(why.out()).contains("belongs to a private link", "link shed_peak (version 2) acted", "withheld");
        String everything = why.out()
                + node.say("tail", "--from", "0", "--json").out()
                + node.say("get", "--json").out();
        assertThat(everything).doesNotContain("8.125");
    }

    @Test
    void aLocalChangeIsNamed() throws Exception {
        settled();
        node.plant.unit(1).flag("coil 0", false);
        TestNode.await(
                "it was noticed", () -> node.say("get", "boiler.on").out().contains("somebody at boiler"));
        assertThat(node.say("tail").out()).contains("somebody worked boiler.on at the machine: it is off");
    }

    @Test
    void whatIsNotThereIsNamed() {
        assertThat(node.say("why", "boiler.no").exit()).isEqualTo(Exit.NO_SUCH);
        assertThat(node.say("why", "99999999").err()).contains("there is no entry 99999999");
        assertThat(node.say("why", "boiler").err()).contains("is a thing");
        assertThat(node.say("why", "boiler.on").out()).contains("was never written");
    }
}
