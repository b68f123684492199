package io.linkspan.mqtt;

import java.util.Optional;

/// What a topic name and a topic filter may be (4.7). Functions without state.
public final class Topics {
    /// Longest name and longest filter, in bytes of UTF-8 (4.7.3, \[MQTT-4.7.3-3]).
    public static final int BYTES_MAX = 65_535;

    private static final String SHARE = "$share/";

    private Topics() {}

    /// Why a text is no topic name; empty when it is one.
    public static Optional<String> whyNoName(String name) {
        if (name.isEmpty()) return Optional.of("A topic name has at least one character [MQTT-4.7.3-1]");
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '+' || c == '#')
                return Optional.of("A topic name has no wildcard, as \"" + name + "\" does [MQTT-3.3.2-2]");
            if (c == 0) return Optional.of("A topic name has no null character [MQTT-4.7.3-2]");
        }
        return Optional.empty();
    }

    /// Why a text is no topic filter; empty when it is one. The filter of a shared subscription is looked at whole.
    public static Optional<String> whyNoFilter(String filter) {
        if (filter.isEmpty()) return Optional.of("A topic filter has at least one character [MQTT-4.7.3-1]");
        if (filter.startsWith(SHARE)) return whyNoShare(filter);
        return whyNoPlainFilter(filter);
    }

    private static Optional<String> whyNoPlainFilter(String filter) {
        int length = filter.length();
        for (int i = 0; i < length; i++) {
            char c = filter.charAt(i);
            if (c == 0) return Optional.of("A topic filter has no null character [MQTT-4.7.3-2]");
            boolean begins = i == 0 || filter.charAt(i - 1) == '/';
            if (c == '#' && !(begins && i == length - 1))
                return Optional.of(
                        "\"#\" is the last level, and alone in it, not as in \"" + filter + "\" [MQTT-4.7.1-1]");
            if (c == '+' && !(begins && (i == length - 1 || filter.charAt(i + 1) == '/')))
                return Optional.of("\"+\" is alone in its level, not as in \"" + filter + "\" [MQTT-4.7.1-2]");
        }
        return Optional.empty();
    }

    private static Optional<String> whyNoShare(String filter) {
        int end = filter.indexOf('/', SHARE.length());
        if (end == SHARE.length() || end < 0 || end == filter.length() - 1)
            return Optional.of(
                    "A shared subscription is $share/<name>/<filter>, not \"" + filter + "\" [MQTT-4.8.2-1]");
        for (int i = SHARE.length(); i < end; i++)
            if (filter.charAt(i) == '+' || filter.charAt(i) == '#')
                return Optional.of("The name of a share has no wildcard, as in \"" + filter + "\" [MQTT-4.8.2-2]");
        return whyNoPlainFilter(filter.substring(end + 1));
    }

    /// Whether a filter is of a shared subscription.
    public static boolean isShared(String filter) {
        return filter.startsWith(SHARE);
    }

    /// The name of a shared subscription's group.
    public static String shareOf(String filter) {
        return filter.substring(SHARE.length(), filter.indexOf('/', SHARE.length()));
    }

    /// The filter behind the name of a shared subscription's group, or the filter itself.
    public static String plain(String filter) {
        return isShared(filter) ? filter.substring(filter.indexOf('/', SHARE.length()) + 1) : filter;
    }

    /// Whether a filter has a wildcard.
    public static boolean hasWildcard(String filter) {
        return filter.indexOf('#') >= 0 || filter.indexOf('+') >= 0;
    }

    /// How many levels a name or filter has, 1 or more.
    public static int levels(String topic) {
        int levels = 1;
        for (int i = 0; i < topic.length(); i++) if (topic.charAt(i) == '/') levels++;
        return levels;
    }

    /// Whether a filter, which is not one of a shared subscription, matches a name. Walks both once and allocates
    /// nothing.
    public static boolean matches(String filter, String name) {
        if (name.charAt(0) == '$' && (filter.charAt(0) == '+' || filter.charAt(0) == '#'))
            return false; // [MQTT-4.7.2-1]
        int f = 0;
        int n = 0;
        while (true) {
            if (f < filter.length() && filter.charAt(f) == '#') return true;
            int filterEnd = levelEnd(filter, f);
            int nameEnd = levelEnd(name, n);
            boolean any = filterEnd == f + 1 && filter.charAt(f) == '+';
            if (!any && !(filterEnd - f == nameEnd - n && filter.regionMatches(f, name, n, filterEnd - f)))
                return false;
            if (filterEnd == filter.length()) return nameEnd == name.length();
            if (nameEnd == name.length())
                return filterEnd + 2 == filter.length() && filter.charAt(filterEnd + 1) == '#'; // "a/#" matches "a"
            f = filterEnd + 1;
            n = nameEnd + 1;
        }
    }

    private static int levelEnd(String topic, int from) {
        int end = topic.indexOf('/', from);
        return end < 0 ? topic.length() : end;
    }
}
