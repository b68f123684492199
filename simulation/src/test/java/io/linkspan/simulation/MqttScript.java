package io.linkspan.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// A random legal session of a few clients, from a seed: what each does, one after the other.
record MqttScript(List<Act> acts) {
    static final int CLIENTS = 4;

    private static final List<String> TOPICS = List.of("a", "a/b", "a/b/c", "a//c", "/a", "b/c", "a/ü");
    private static final List<String> FILTERS =
            List.of("a", "a/b", "a/+", "a/#", "+/c", "#", "+/+/c", "/+", "a//c", "b/#", "+", "a/ü");

    /// Clients 0 and 1 speak 3.1.1, the others 5.
    static int version(int client) {
        return client < 2 ? 4 : 5;
    }

    sealed interface Act {
        int client();

        /// @param will whether it leaves one, at `will/CLIENT`
        record Connect(int client, boolean clean, boolean will) implements Act {}

        record Subscribe(int client, String filter, int qos) implements Act {}

        record Unsubscribe(int client, String filter) implements Act {}

        record Publish(int client, String topic, int qos, boolean retain, String payload) implements Act {}

        /// In good order.
        record Leave(int client) implements Act {}

        /// The connection is cut, so its will is published.
        record Drop(int client) implements Act {}
    }

    static MqttScript of(long seed, int length) {
        var random = new SplittableRandom(seed);
        var connected = new boolean[CLIENTS];
        var willing = new boolean[CLIENTS];
        var acts = new ArrayList<Act>();
        while (acts.size() < length) {
            int c = random.nextInt(CLIENTS);
            if (!connected[c]) {
                connected[c] = true;
                willing[c] = random.nextInt(3) == 0;
                acts.add(new Act.Connect(c, random.nextInt(3) == 0, willing[c]));
                continue;
            }
            int kind = random.nextInt(20);
            if (kind < 6)
                acts.add(new Act.Subscribe(c, FILTERS.get(random.nextInt(FILTERS.size())), random.nextInt(3)));
            else if (kind < 8) acts.add(new Act.Unsubscribe(c, FILTERS.get(random.nextInt(FILTERS.size()))));
            else if (kind < 18) {
                String payload = random.nextInt(8) == 0 ? "" : "message " + acts.size();
                acts.add(new Act.Publish(
                        c,
                        TOPICS.get(random.nextInt(TOPICS.size())),
                        random.nextInt(3),
                        random.nextInt(4) == 0,
                        payload));
            } else {
                connected[c] = false;
                acts.add(willing[c] ? new Act.Drop(c) : new Act.Leave(c));
            }
        }
        return new MqttScript(acts);
    }
}
