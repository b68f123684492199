package io.linkspan.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.access.Account;
import io.linkspan.access.Accounts;
import io.linkspan.access.AccountsInput;
import io.linkspan.access.AccountsState;
import io.linkspan.access.Language;
import io.linkspan.access.Role;
import io.linkspan.feed.Contract;
import io.linkspan.journal.Health;
import io.linkspan.journal.Journal;
import io.linkspan.journal.JournalSettings;
import io.linkspan.journal.RetentionLimits;
import io.linkspan.journal.SimulatedDisk;
import io.linkspan.model.Log;
import io.linkspan.model.Principal;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The accounts through what happens to a disk.
class LedAccountsTest {
    private static final Principal ANNA = Principal.person("anna");
    private static final SiteId SITE = new SiteId(4, 2);

    /// A journal with the thread that commits.
    private static final class Life implements AutoCloseable {
        final Journal journal;
        final LedAccounts led;
        private final Thread committer;
        private volatile boolean open = true;

        Life(SimulatedDisk disk) throws IOException {
            var settings = new JournalSettings(
                    Duration.ofMillis(200), 1 << 12, 1 << 12, 1 << 16, 1 << 12, 0, Duration.ofSeconds(1), 7);
            journal = Journal.open(disk, settings);
            boolean unsure = journal.recovery().unsure().contains(SiteId.NODE);
            led = LedAccounts.open(
                    journal.open(SiteId.NODE), NodeClock.real(), unsure, () -> journal.health() == Health.OK);
            journal.listen(new Journal.Listener() {
                @Override
                public void durable(Log.Position at) {
                    led.durable(at);
                }

                @Override
                public void health(Health now, String why) {
                    if (now == Health.DEAD) led.accounts().lost(why);
                }
            });
            committer = Thread.ofPlatform().start(this::commit);
        }

        private void commit() {
            while (open) {
                journal.commit(System.nanoTime());
                journal.maintain(System.nanoTime());
                journal.park(System.nanoTime(), 10_000_000);
            }
        }

        Accounts accounts() {
            return led.accounts();
        }

        AccountsState state() {
            return led.accounts().state();
        }

        void add(String name) throws IOException, InterruptedException {
            accounts().put(ANNA, new AccountsInput.Add(name, Role.OWNER, "$hash", Language.EN));
        }

        void stop() throws InterruptedException {
            open = false;
            committer.join();
        }

        @Override
        public void close() throws IOException {
            try {
                stop();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            journal.close();
        }
    }

    @Test
    void whatWasAcknowledgedSurvivesPowerCuts() throws Exception {
        int acknowledged = 0;
        for (int seed = 0; seed < 40; seed++) {
            var random = new Random(seed);
            var disk = new SimulatedDisk(seed);
            var added = new HashSet<String>();
            var asked = new HashSet<String>();
            for (int life = 0; life < 3; life++) {
                var now = new Life(disk);
                assertThat(now.state().accounts().keySet()).as("seed " + seed).containsAll(added);
                assertThat(asked).containsAll(now.state().accounts().keySet());
                added.addAll(now.state().accounts().keySet()); // seen is as good as told
                disk.failAfter(1 + random.nextInt(60));
                try {
                    for (int i = 0; i < 60; i++) {
                        String name = "a" + life + "x" + i;
                        asked.add(name);
                        now.add(name);
                        added.add(name);
                        acknowledged++;
                    }
                } catch (IOException e) {
                    assertThat(e).hasMessageContaining("disk");
                }
                now.stop();
                disk.cutPower();
            }
        }
        assertThat(acknowledged).isGreaterThan(500);
    }

    @Test
    void aDiskThatOnlySaysThatItSyncsIsFound() throws Exception {
        int lost = 0;
        for (int seed = 0; seed < 20; seed++) {
            var disk = new SimulatedDisk(seed);
            disk.ignoreForces();
            var life = new Life(disk);
            for (int i = 0; i < 5; i++) life.add("a" + i);
            life.stop();
            disk.cutPower();
            try (var next = new Life(disk)) {
                if (next.state().accounts().size() < 5) lost++;
            }
        }
        assertThat(lost).as("the negative control of the test above").isPositive();
    }

    @Test
    void aSnapshotBoundsTheReplayAndGivesTheSame() throws Exception {
        var disk = new SimulatedDisk(1);
        AccountsState before;
        try (var life = new Life(disk)) {
            for (int i = 0; i < 10; i++) life.add("a" + i);
            life.led.close();
            assertThat(life.led.log().snapshots()).hasSize(1);
            life.add("later");
            before = life.state();
        }
        try (var life = new Life(disk)) {
            assertThat(life.state()).isEqualTo(before);
            life.led.close();
            assertThat(life.led.log().snapshots()).hasSize(1); // nothing changed, nothing to save
        }
    }

    @Test
    void oldCursorsGoAndTheNewestStays() throws Exception {
        var disk = new SimulatedDisk(3);
        try (var life = new Life(disk)) {
            life.add("anna");
            var applications = life.accounts().applications(SITE, () -> "drawn");
            var contract = new Contract("p", 0, Set.of(), Duration.ZERO, Duration.ZERO, Long.MAX_VALUE);
            applications.put(ANNA, "billing", contract, 10);
            for (int i = 1; i <= 300; i++) applications.cursor("billing", i);
            life.led.close();
            var floor = life.led.log().snapshots().getLast();
            var limits = new RetentionLimits(Map.of(SiteId.NODE, floor), Long.MAX_VALUE, Long.MAX_VALUE);
            while (life.journal.maintain(System.nanoTime())) continue;
            assertThat(life.journal.dropReadings(limits)).isPresent();
            applications.cursor("billing", 301);
        }
        try (var life = new Life(disk)) {
            var stored = life.accounts().applications(SITE, () -> "x").all().getFirst();
            assertThat(stored.cursor()).contains(301L);
            assertThat(life.state().account("anna").map(Account::role)).contains(Role.OWNER);
        }
    }

    @Test
    void aDeadDiskChangesNothingAndKeepsWhoIsIn() throws Exception {
        var disk = new SimulatedDisk(5);
        var life = new Life(disk);
        life.add("anna");
        disk.failNextForce();
        for (int i = 0; i < 2; i++) {
            String name = "late" + i;
            assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> life.add(name)))
                    .isInstanceOf(IOException.class);
        }
        assertThat(life.state().accounts().keySet()).containsExactly("anna");
        assertThat(life.state().account("anna").map(Account::role)).isEqualTo(Optional.of(Role.OWNER));
        life.stop();
    }
}
