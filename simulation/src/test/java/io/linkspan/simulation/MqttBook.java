package io.linkspan.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Keeps book over what a broker acknowledged and what it delivered, message by message, through its crashes. A message
/// is a
/// topic and a number that counts up from 0; the topics `k/QOS/...` are those that receivers subscribe to. Safe for
/// many threads.
final class MqttBook {
    private static final int WRONG_MAX = 50;

    private final Map<String, Integer> acknowledged = new TreeMap<>(); // topic: how many from the first on
    private final Map<String, Map<String, List<Integer>>> delivered =
            new TreeMap<>(); // receiver, topic: times each came
    private final Map<String, Map<String, Integer>> newest =
            new HashMap<>(); // receiver, topic: highest number that came
    private final List<String> wrong = new ArrayList<>();
    private long acknowledgedInAll;
    private long deliveredInAll;
    private long repeated;

    /// The broker took it over: a PUBACK of QoS 1, a PUBREC of QoS 2. Each topic is acknowledged in order.
    synchronized void acknowledged(String topic, int number) {
        int count = acknowledged.merge(topic, number + 1, Math::max);
        if (count == number + 1 && topic.startsWith("k/")) acknowledgedInAll++;
    }

    /// A receiver has it; of QoS 2, once for each packet id and PUBREL.
    synchronized void delivered(String receiver, String topic, int number) {
        deliveredInAll++;
        var times = delivered
                .computeIfAbsent(receiver, _ -> new TreeMap<>())
                .computeIfAbsent(topic, _ -> new ArrayList<>());
        while (times.size() <= number) times.add(0);
        int time = times.get(number) + 1;
        times.set(number, time);
        if (time > 1) repeated++;
        if (time > 1 && topic.startsWith("k/2/"))
            wrong(receiver + " got " + topic + " " + number + " for the " + time + "th time at QoS 2");
        int before = newest.computeIfAbsent(receiver, _ -> new HashMap<>()).merge(topic, number, Math::max);
        if (time == 1 && before > number)
            wrong(receiver + " got " + topic + " " + number + " for the first time after " + before);
    }

    synchronized void wrong(String what) {
        if (wrong.size() < WRONG_MAX) wrong.add(what);
    }

    /// What a receiver has not got of what was acknowledged.
    synchronized List<String> missing(String receiver) {
        var missing = new ArrayList<String>();
        acknowledged.forEach((topic, count) -> {
            if (!topic.startsWith("k/")) return;
            var times = delivered.getOrDefault(receiver, Map.of()).getOrDefault(topic, List.of());
            for (int i = 0; i < count; i++) {
                int from = i;
                while (i < count && (i >= times.size() || times.get(i) == 0)) i++;
                if (i > from)
                    missing.add(receiver + " never got " + topic + " " + from + " to " + (i - 1) + " of " + count);
            }
        });
        return missing;
    }

    /// How many messages the slowest receiver lies behind.
    synchronized long lag() {
        long least = Long.MAX_VALUE;
        for (var byTopic : delivered.values()) {
            long had = 0;
            for (var times : byTopic.values()) had += times.size();
            least = Math.min(least, had);
        }
        return least == Long.MAX_VALUE ? 0 : Math.max(0, acknowledgedInAll - least);
    }

    synchronized long deliveries() {
        return deliveredInAll;
    }

    synchronized int acknowledgedOf(String topic) {
        return acknowledged.getOrDefault(topic, 0);
    }

    synchronized List<String> wrongs() {
        return List.copyOf(wrong);
    }

    synchronized String figures() {
        return acknowledgedInAll + " acknowledged, " + deliveredInAll + " delivered, " + repeated
                + " of them again (QoS 1)";
    }
}
