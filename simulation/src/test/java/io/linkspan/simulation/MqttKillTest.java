package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A broker in a process of its own is killed at random moments under QoS 1 and QoS 2 load and started again: nothing
/// that it
/// acknowledged may be lost, nothing of QoS 2 come twice, no session and no retained message be forgotten.
class MqttKillTest {
    private static final int LIFE_MILLIS_MAX = 1_500;
    private static final int CUT_AFTER = 1_000; // deliveries
    private static final Duration FINISH_MAX = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    /// One life after the other of a broker on one port.
    private interface Lives {
        Dying start(int port) throws Exception;
    }

    private interface Dying {
        void die() throws Exception;
    }

    @Test
    void whatOursAcknowledgedOutlivesFiveKills() throws Exception {
        oursOutlives(5);
    }

    @Test
    @Tag("long")
    void whatOursAcknowledgedOutlivesTwoHundredKills() throws Exception {
        oursOutlives(200);
    }

    private void oursOutlives(int kills) throws Exception {
        var wrong = rounds(kills, port -> {
            var node = MqttNode.start(folder, port);
            return node::kill;
        });
        assertThat(wrong).isEmpty();
    }

    /// The book-keeping finds nothing wrong with a broker that lives on while all connections are cut.
    @Test
    void mosquittoThatLivesOnLosesNothing() throws Exception {
        Mosquitto.need();
        var book = new MqttBook();
        try (var broker = Mosquitto.start(folder, saved());
                var crew = new MqttCrew(broker.at(), book)) {
            for (int round = 0; round < 5; round++) {
                long had = book.deliveries();
                while (book.deliveries() < had + CUT_AFTER) TimeUnit.MILLISECONDS.sleep(10);
                crew.cut();
            }
            assertThat(crew.finish(FINISH_MAX)).as(book.figures()).isEmpty();
        }
    }

    /// The negative control: mosquitto acknowledges before it is on the disk, and the book-keeping finds that.
    @Test
    void mosquittoThatIsKilledIsCaught() throws Exception {
        Mosquitto.need();
        var wrong = rounds(2, port -> {
            var broker = Mosquitto.start(folder, port, saved());
            return broker::kill;
        });
        assertThat(wrong).anyMatch(w -> w.contains("never got") || w.contains("was forgotten"));
    }

    private String[] saved() {
        return new String[] {
            "persistence true",
            "persistence_location " + folder + "/",
            "autosave_interval 1800",
            "max_queued_messages 0",
            "max_inflight_messages 0"
        };
    }

    private static List<String> rounds(int rounds, Lives lives) throws Exception {
        var random = new SplittableRandom(rounds);
        var book = new MqttBook();
        int port = Mosquitto.freePort();
        var life = lives.start(port);
        try (var crew = new MqttCrew(MqttWire.loopback(port), book)) {
            for (int round = 0; round < rounds; round++) {
                TimeUnit.MILLISECONDS.sleep(LIFE_MILLIS_MAX / 3 + random.nextInt(LIFE_MILLIS_MAX));
                life.die();
                life = lives.start(port);
            }
            var wrong = crew.finish(FINISH_MAX);
            System.out.println(rounds + " rounds: " + book.figures());
            return wrong;
        } finally {
            life.die();
        }
    }
}
