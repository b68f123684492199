package io.linkspan.payload;

import java.nio.charset.StandardCharsets;

/// Topic names and filters (MQTT 5.0, 4.7). Pure.
public final class Topics {
    /// Longest topic, in bytes of UTF-8 (MQTT 5.0, 1.5.4).
    public static final int TOPIC_BYTES_MAX = 65_535;

    private Topics() {}

    /// Checks a topic name that is published to; returns it, or throws [IllegalArgumentException].
    public static String checkName(String topic) {
        checkText(topic);
        if (hasWildcard(topic))
            throw new IllegalArgumentException("a topic to write to has no + or #: \"" + topic + "\"");
        return topic;
    }

    /// Checks a topic filter that is subscribed to; returns it, or throws [IllegalArgumentException].
    public static String checkFilter(String filter) {
        checkText(filter);
        String[] levels = filter.split("/", -1);
        for (int i = 0; i < levels.length; i++) {
            if (levels[i].equals("#") && i < levels.length - 1)
                throw new IllegalArgumentException("# stands last in a topic: \"" + filter + "\"");
            if (levels[i].length() > 1 && hasWildcard(levels[i]))
                throw new IllegalArgumentException("+ and # stand alone between slashes: \"" + filter + "\"");
        }
        return filter;
    }

    private static void checkText(String topic) {
        if (topic.isEmpty()) throw new IllegalArgumentException("a topic has at least one character");
        if (topic.indexOf('\0') >= 0 || topic.getBytes(StandardCharsets.UTF_8).length > TOPIC_BYTES_MAX)
            throw new IllegalArgumentException(
                    "a topic has no NUL and at most " + TOPIC_BYTES_MAX + " bytes: " + Shape.shown(topic));
    }

    /// Whether it stands for several topics.
    public static boolean hasWildcard(String topic) {
        return topic.indexOf('+') >= 0 || topic.indexOf('#') >= 0;
    }

    /// Whether a topic is one of those that a filter stands for (MQTT 5.0, 4.7.1 and 4.7.2).
    public static boolean matches(String filter, String topic) {
        if (topic.startsWith("$") && !filter.startsWith("$")) return false;
        String[] wanted = filter.split("/", -1);
        String[] levels = topic.split("/", -1);
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].equals("#")) return true; // "a/#" has "a" too
            if (i >= levels.length) return false;
            if (!wanted[i].equals("+") && !wanted[i].equals(levels[i])) return false;
            if (i == levels.length - 1 && i == wanted.length - 2 && wanted[i + 1].equals("#")) return true;
        }
        return wanted.length == levels.length;
    }
}
