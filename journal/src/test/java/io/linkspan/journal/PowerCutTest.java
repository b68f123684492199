package io.linkspan.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

/// Random appends, commits, kills and power cuts: what was acknowledged is there, in order, and nothing else.
class PowerCutTest {
    private static final JournalSettings TINY = new JournalSettings(
            Duration.ofMillis(200), 1 << 13, 1 << 11, 1 << 20, 1 << 12, 1 << 13, Duration.ofSeconds(1), 42);

    @Property(tries = 400, shrinking = ShrinkingMode.OFF)
    void nothingAcknowledgedIsLostAndNothingIsInvented(@ForAll long seed) throws IOException {
        assertThat(new World(seed).run()).as("seed " + seed).isEmpty();
    }

    @Test
    void aDiskThatOnlySaysThatItSyncedIsFoundOut() throws IOException {
        int found = 0;
        for (long seed = 0; seed < 20; seed++) {
            var world = new World(seed);
            world.disk.ignoreForces();
            if (!world.run().isEmpty()) found++;
        }
        assertThat(found).isGreaterThan(15);
    }

    private static final class World {
        final SimulatedDisk disk;
        private final SplittableRandom random;
        private final Map<SiteId, List<byte[]>> appended = new HashMap<>();
        private final Map<SiteId, Long> acknowledged = new HashMap<>();
        private final List<String> wrong = new ArrayList<>();

        World(long seed) {
            disk = new SimulatedDisk(seed);
            random = new SplittableRandom(~seed);
            for (int i = 1; i <= 3; i++) appended.put(new SiteId(0, i), new ArrayList<>());
        }

        List<String> run() throws IOException {
            for (int life = 0; life < 8 && wrong.isEmpty(); life++) {
                if (random.nextInt(3) == 0) disk.failAfter(random.nextInt(60));
                try {
                    live(Journal.open(disk, TINY));
                } catch (IOException power) {
                    assertThat(power).hasMessage("The power went");
                }
                if (random.nextInt(4) == 0) disk.kill();
                else disk.cutPower();
                compare();
            }
            return wrong;
        }

        private void live(Journal journal) throws IOException {
            journal.listen(new Journal.Listener() {
                @Override
                public void durable(Log.Position at) {
                    acknowledged.put(at.site(), at.seq());
                }
            });
            for (int steps = random.nextInt(300); steps > 0; steps--) {
                switch (random.nextInt(8)) {
                    case 0 -> journal.commitNow(0);
                    case 1 -> journal.maintain(0);
                    default -> append(journal.open(new SiteId(0, 1 + random.nextInt(3))));
                }
            }
            if (random.nextInt(5) == 0) journal.close();
        }

        private void append(SiteLog log) {
            var entry = new byte[1 + random.nextInt(random.nextInt(20) == 0 ? 3000 : 40)];
            random.nextBytes(entry);
            var entries = appended.get(log.head().site());
            entries.add(entry);
            int split = random.nextInt(entry.length + 1);
            long seq = log.append(
                    entries.size(),
                    0,
                    ByteBuffer.wrap(entry, 0, split),
                    ByteBuffer.wrap(entry, split, entry.length - split));
            assertThat(seq).isEqualTo(entries.size());
        }

        private void compare() throws IOException {
            try (var journal = Journal.open(disk, TINY)) {
                if (!journal.recovery().damage().isEmpty())
                    wrong.add("damage " + journal.recovery().damage());
                for (var site : appended.keySet()) compare(site, journal.open(site));
            } catch (IOException | IllegalStateException failed) {
                wrong.add("cannot open: " + failed);
            }
        }

        private void compare(SiteId site, SiteLog log) throws IOException {
            var expected = appended.get(site);
            int found = 0;
            try (var reader = log.read(new Log.Position(site, 1, 0))) {
                for (var entry = reader.next(); entry != null; entry = reader.next()) {
                    var bytes = new byte
                            [entry.control().remaining() + entry.readings().remaining()];
                    int controlLength = entry.control().remaining();
                    entry.control().get(bytes, 0, controlLength);
                    entry.readings().get(bytes, controlLength, bytes.length - controlLength);
                    found++;
                    if (found > expected.size() || !Arrays.equals(bytes, expected.get(found - 1)))
                        wrong.add("entry " + entry.at() + " is not what was appended");
                    if (entry.at().seq() != found || entry.siteTimeMicros() != found)
                        wrong.add("entry " + entry.at() + " is out of order");
                }
            }
            if (found < acknowledged.getOrDefault(site, 0L))
                wrong.add("of " + acknowledged.get(site) + " acknowledged entries of " + site + " " + found
                        + " are there");
            if (found != log.head().seq()) wrong.add("the head is " + log.head() + ", " + found + " entries are there");
            if (found < expected.size())
                expected.subList(found, expected.size()).clear();
        }
    }
}
