package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Entry;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Input;
import io.linkspan.model.Log;
import io.linkspan.model.Principal;
import io.linkspan.model.Result;
import io.linkspan.model.SiteId;
import io.linkspan.node.Explanation;
import io.linkspan.node.Node;
import io.linkspan.node.NodeClock;
import io.linkspan.node.RunningSite;
import io.linkspan.node.Why;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// For every write to a machine `why` names what made it follow, with the bytes on the wire.
class WhyTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    Path folder;

    @Test
    void everyOneOfFiftyWritesIsExplained() throws Exception {
        explain(50);
    }

    @Test
    @Tag("long")
    void everyOneOfAThousandWritesIsExplained() throws Exception {
        explain(1_000);
    }

    private void explain(int writes) throws Exception {
        try (var workshop = new Workshop();
                var node = Node.start(new Node.Settings(folder, NodeClock.real(), Duration.ofMillis(200), Set.of()))) {
            var site = node.create(Principal.person("eve"), workshop.site());
            try (var _ = new Crew(node, site, new Nobody(), "why", 1, writes)) {
                for (long end = System.nanoTime() + PATIENCE.toNanos();
                        workshop.count() < writes && System.nanoTime() < end; ) TimeUnit.MILLISECONDS.sleep(20);
            }
            assertThat(workshop.count()).isGreaterThanOrEqualTo(writes);
            var log = new LinkedHashMap<Log.Position, Entry>();
            try (var reader = node.log(site).read(new Log.Position(site, 1, 1))) {
                for (Log.Stored stored; (stored = reader.next()) != null; )
                    log.put(stored.at(), EntryCodec.decode(stored));
            }
            System.out.println("why: " + new Checked(node, site, log).run());
        }
    }

    private static final class Nobody implements Crew.Hears {
        @Override
        public void taken(long here, Input input) {}

        @Override
        public void ended(String key, io.linkspan.model.Outcome outcome) {}
    }

    private static final class Checked {
        private final Node node;
        private final SiteId site;
        private final Map<Log.Position, Entry> log;
        private final Why why;
        private final Map<String, Integer> kinds = new HashMap<>();

        Checked(Node node, SiteId site, Map<Log.Position, Entry> log) {
            this.node = node;
            this.site = site;
            this.log = log;
            why = new Why(new RunningSite(node, NodeClock.real(), site));
        }

        String run() throws IOException {
            for (var e : log.entrySet())
                for (Result r : e.getValue().results())
                    if (r instanceof Result.WriteOrdered w) check(e.getKey(), e.getValue(), w);
            return kinds.toString();
        }

        private void check(Log.Position at, Entry entry, Result.WriteOrdered order) throws IOException {
            var told = why.write(at, order.property());
            String path = node.board(site).directory().name(Result.Sort.PROPERTY, order.property());
            String words = at + " " + order + "\n" + String.join("\n", told.lines());
            assertThat(of(told, "write"))
                    .as(words)
                    .anyMatch(s -> s.text().startsWith("write " + order.write() + ": " + path));
            var cause = log.getOrDefault(Log.Position.of(site, order.cause()), entry);
            switch (path) {
                case "boiler.on", "display.shown" -> link(told, path.equals("boiler.on") ? "shed" : "show", words);
                case "valve.position", "pump.speed" -> person(told, cause, words);
                default ->
                    throw new AssertionError("Nobody should write " + path); // open: no other actuator is in the file
            }
        }

        private void link(Explanation told, String link, String words) {
            kinds.merge("by a link", 1, Integer::sum);
            assertThat(of(told, "link"))
                    .as(words)
                    .anyMatch(s -> s.text().contains(link) && s.text().contains("version 1"));
            assertThat(of(told, "telegram"))
                    .as(words)
                    .anyMatch(s ->
                            new String(s.wire(), StandardCharsets.US_ASCII).matches("(?s)/.*1-0:1\\.7\\.0\\(.*!.*"));
        }

        private void person(Explanation told, Entry cause, String words) {
            kinds.merge("by a person", 1, Integer::sum);
            assertThat(cause.input()).as(words).isInstanceOf(Input.Set.class);
            assertThat(of(told, "person"))
                    .as(words)
                    .anyMatch(s -> s.text().contains(cause.by().name()));
        }

        private static List<Explanation.Step> of(Explanation told, String kind) {
            return told.steps().stream().filter(s -> s.kind().equals(kind)).toList();
        }
    }
}
