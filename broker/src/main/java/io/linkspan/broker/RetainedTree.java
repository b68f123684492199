package io.linkspan.broker;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The retained messages, by the levels of their topics (3.3.1.3). For one thread.
final class RetainedTree {
    private final Node root = new Node();
    private int size;
    private long bytes;

    private static final class Node {
        @Nullable
        Map<String, Node> below;

        @Nullable
        Message message;
    }

    /// How many messages are retained.
    int size() {
        return size;
    }

    /// Bytes of their payloads and topics.
    long bytes() {
        return bytes;
    }

    /// What is retained under this topic.
    @Nullable
    Message get(String topic) {
        var node = root;
        int from = 0;
        while (true) {
            int end = levelEnd(topic, from);
            if (node.below == null) return null;
            node = node.below.get(topic.substring(from, end));
            if (node == null) return null;
            if (end == topic.length()) return node.message;
            from = end + 1;
        }
    }

    /// Retains a message instead of what was retained under its topic.
    void put(Message message) {
        String topic = message.topic();
        var node = root;
        int from = 0;
        while (true) {
            int end = levelEnd(topic, from);
            if (node.below == null) node.below = new HashMap<>(2);
            node = node.below.computeIfAbsent(topic.substring(from, end), _ -> new Node());
            if (end == topic.length()) break;
            from = end + 1;
        }
        forget(node.message);
        node.message = message;
        size++;
        bytes += message.bytes();
    }

    private void forget(@Nullable Message old) {
        if (old == null) return;
        size--;
        bytes -= old.bytes();
    }

    /// Forgets what is retained under this topic.
    void remove(String topic) {
        remove(root, topic, 0);
    }

    private boolean remove(Node node, String topic, int from) {
        int end = levelEnd(topic, from);
        var below = node.below;
        if (below == null) return false;
        String level = topic.substring(from, end);
        var child = below.get(level);
        if (child == null) return false;
        if (end == topic.length()) {
            forget(child.message);
            child.message = null;
        } else remove(child, topic, end + 1);
        if (child.message == null && child.below == null) {
            below.remove(level);
            if (below.isEmpty()) node.below = null;
        }
        return true;
    }

    /// All whose topics a filter matches, which is not one of a shared subscription.
    void match(String filter, Consumer<Message> each) {
        match(root, filter, 0, each);
    }

    private static void match(Node node, String filter, int from, Consumer<Message> each) {
        var below = node.below;
        int end = levelEnd(filter, from);
        boolean last = end == filter.length();
        char c = from < filter.length() ? filter.charAt(from) : '/';
        if (end == from + 1 && c == '#') {
            all(node, from == 0, each);
            return;
        }
        if (below == null) return;
        if (end == from + 1 && c == '+') {
            for (var child : below.entrySet())
                if (from > 0 || !child.getKey().startsWith("$")) step(child.getValue(), filter, end, last, each);
            return;
        }
        var child = below.get(filter.substring(from, end));
        if (child != null) step(child, filter, end, last, each);
    }

    private static void step(Node child, String filter, int end, boolean last, Consumer<Message> each) {
        if (!last) {
            if (filter.length() == end + 2 && filter.charAt(end + 1) == '#' && child.message != null)
                each.accept(child.message); // "a/#" matches "a"
            matchBelow(child, filter, end + 1, each);
        } else if (child.message != null) each.accept(child.message);
    }

    private static void matchBelow(Node child, String filter, int from, Consumer<Message> each) {
        if (filter.length() == from + 1 && filter.charAt(from) == '#') allBelow(child, false, each);
        else match(child, filter, from, each);
    }

    private static void all(Node node, boolean top, Consumer<Message> each) {
        allBelow(node, top, each);
    }

    private static void allBelow(Node node, boolean top, Consumer<Message> each) {
        if (node.below == null) return;
        for (var child : node.below.entrySet()) {
            if (top && child.getKey().startsWith("$")) continue; // [MQTT-4.7.2-1]
            if (child.getValue().message != null) each.accept(child.getValue().message);
            allBelow(child.getValue(), false, each);
        }
    }

    /// All of them.
    void each(Consumer<Message> each) {
        allBelow(root, false, each);
    }

    private static int levelEnd(String topic, int from) {
        int end = topic.indexOf('/', from);
        return end < 0 ? topic.length() : end;
    }
}
