package io.linkspan.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.simulation.MqttPlay.Message;
import io.linkspan.simulation.MqttPlay.Step;
import io.linkspan.simulation.MqttScript.Act;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same random legal sessions before mosquitto and before ours: what clients hear may differ only where the
/// standard leaves
/// a broker free.
class MqttDifferenceTest {
    private static final int ACTS = 60;

    /// Where two brokers may differ.
    private enum Freedom {
        /// A message that several of a client's subscriptions match comes once or once for each (3.1.1: 3.3.5;
        /// 5:
        /// 3.3.4),
        /// and mosquitto's one copy does not always have the highest QoS.
        OVERLAPPING_SUBSCRIPTIONS,
        /// Messages of QoS 0 may be kept for a session without a connection (3.1.1: 3.1.2.4; 5: 4.1).
        QOS_0_KEPT_FOR_A_SESSION
    }

    @TempDir
    private Path folder;

    @Test
    void oursDiffersFromMosquittoOnlyWhereItMay() throws Exception {
        compare(1, 6);
    }

    @Test
    @Tag("long")
    void oursDiffersFromMosquittoOnlyWhereItMayForManySeeds() throws Exception {
        compare(1_000, 200);
    }

    private void compare(long firstSeed, int seeds) throws Exception {
        Mosquitto.need();
        var counts = new EnumMap<Freedom, Integer>(Freedom.class);
        try (var theirs = Mosquitto.start(folder.resolve("theirs"), "max_queued_messages 0");
                var ours = MqttNode.start(folder.resolve("ours"))) {
            for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
                var script = MqttScript.of(seed, ACTS);
                var wrong = differences(play(script, theirs, seed), play(script, ours, seed), counts);
                assertThat(String.join("\n", wrong)).as("seed %d", seed).isEmpty();
            }
        }
        System.out.println(seeds + " sessions of " + ACTS + " acts; differences within the standard: " + counts);
    }

    private static List<Step> play(MqttScript script, Judged broker, long seed) throws IOException {
        return MqttPlay.of(script, broker, "s" + seed);
    }

    /// The filters of each client's session, as the script builds them up.
    private static final class Sessions {
        private final List<Set<String>> filters = new ArrayList<>();

        Sessions() {
            for (int c = 0; c < MqttScript.CLIENTS; c++) filters.add(new HashSet<>());
        }

        void after(Act act) {
            var own = filters.get(act.client());
            switch (act) {
                case Act.Connect c when c.clean() -> own.clear();
                case Act.Subscribe s -> own.add(s.filter());
                case Act.Unsubscribe u -> own.remove(u.filter());
                case Act.Connect _, Act.Publish _, Act.Leave _, Act.Drop _ -> {}
            }
        }

        /// More than one filter of the client matches.
        boolean overlap(int client, String topic) {
            return filters.get(client).stream().filter(f -> matches(f, topic)).count() > 1;
        }

        /// Section 4.7 of either standard.
        private static boolean matches(String filter, String topic) {
            String[] f = filter.split("/", -1);
            String[] t = topic.split("/", -1);
            for (int i = 0; i < f.length; i++) {
                if (f[i].equals("#")) return true;
                if (i >= t.length || !f[i].equals("+") && !f[i].equals(t[i])) return false;
            }
            return f.length == t.length;
        }
    }

    private static List<String> differences(List<Step> theirs, List<Step> ours, Map<Freedom, Integer> counts) {
        var wrong = new ArrayList<String>();
        var sessions = new Sessions();
        var overlapped = new HashSet<String>(); // client and payload, which may come later too, to a session
        for (int i = 0; i < theirs.size(); i++) {
            var a = theirs.get(i);
            var b = ours.get(i);
            sessions.after(a.act());
            if (a.act() instanceof Act.Publish p)
                for (int c = 0; c < MqttScript.CLIENTS; c++)
                    if (sessions.overlap(c, p.topic())) overlapped.add(c + p.topic() + p.payload());
            if (!a.answers().equals(b.answers()))
                wrong.add("act " + i + " " + a.act() + ": mosquitto " + a.answers() + ", ours " + b.answers());
            for (int c = 0; c < MqttScript.CLIENTS; c++) {
                var them = a.messages().getOrDefault(c, List.of());
                var us = b.messages().getOrDefault(c, List.of());
                if (them.equals(us)) continue;
                int client = c;
                boolean resumed = a.act() instanceof Act.Connect connect && connect.client() == c;
                var theirRest = rest(them, client, overlapped, resumed);
                var ourRest = rest(us, client, overlapped, resumed);
                if (theirRest.equals(ourRest))
                    counts.merge(
                            resumed
                                            && them.stream()
                                                    .filter(m -> m.qos() > 0)
                                                    .toList()
                                                    .equals(us.stream()
                                                            .filter(m -> m.qos() > 0)
                                                            .toList())
                                    ? Freedom.QOS_0_KEPT_FOR_A_SESSION
                                    : Freedom.OVERLAPPING_SUBSCRIPTIONS,
                            1,
                            Integer::sum);
                else wrong.add("act " + i + " " + a.act() + ", client " + c + ": mosquitto " + them + ", ours " + us);
            }
        }
        return wrong;
    }

    /// What has to be the same: overlapped messages once, whatever their QoS.
    private static List<Message> rest(List<Message> all, int client, Set<String> overlapped, boolean resumed) {
        var rest = new ArrayList<Message>();
        for (var m : all) {
            boolean overlap = overlapped.contains(client + m.topic() + m.payload());
            if (resumed && m.qos() == 0 && !m.retained() && !overlap) continue;
            var same = overlap ? new Message(m.topic(), -1, m.retained(), m.payload()) : m;
            if (!overlap || !rest.contains(same)) rest.add(same);
        }
        return rest;
    }
}
