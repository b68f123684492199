package io.linkspan.broker;

import io.linkspan.broker.Matches.Group;
import io.linkspan.mqtt.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// All subscriptions, by the levels of their filters: a match costs as many steps as the topic has levels, whatever the
/// number of subscriptions (4.7.1). For one thread.
final class SubscriptionTree {
    /// Topics whose matches are remembered; then all are forgotten.
    static final int REMEMBERED_MAX = 65_536;

    private final Node root = new Node();
    private final HashMap<String, Matches> remembered = new HashMap<>();
    private long version;
    private int size;

    private static final class Node {
        @Nullable
        Map<String, Node> below;

        @Nullable
        Node any;
        /// Filters that end here, and those that end in `#` below here.
        @Nullable
        Place here;

        @Nullable
        Place all;

        boolean isEmpty() {
            return below == null && any == null && here == null && all == null;
        }
    }

    private static final class Place {
        final List<Sub> subs = new ArrayList<>(1);

        @Nullable
        Map<String, Group> groups;

        boolean isEmpty() {
            return subs.isEmpty() && groups == null;
        }
    }

    /// How many subscriptions there are.
    int size() {
        return size;
    }

    /// Adds one that is not there.
    void add(Sub sub) {
        version++;
        size++;
        String filter = sub.subscription.filter();
        String plain = Topics.plain(filter);
        var node = root;
        int from = 0;
        while (true) {
            int end = levelEnd(plain, from);
            if (end == from + 1 && plain.charAt(from) == '#') {
                if (node.all == null) node.all = new Place();
                put(node.all, sub, filter, plain);
                return;
            }
            node = child(node, plain, from, end);
            if (end == plain.length()) break;
            from = end + 1;
        }
        if (node.here == null) node.here = new Place();
        put(node.here, sub, filter, plain);
    }

    private static void put(Place place, Sub sub, String filter, String plain) {
        var list = place.subs;
        if (Topics.isShared(filter)) {
            if (place.groups == null) place.groups = new HashMap<>(2);
            String name = Topics.shareOf(filter);
            list = place.groups.computeIfAbsent(name, n -> new Group(n, plain)).members;
        }
        sub.at = list.size();
        list.add(sub);
    }

    private static Node child(Node node, String filter, int from, int end) {
        if (end == from + 1 && filter.charAt(from) == '+') {
            if (node.any == null) node.any = new Node();
            return node.any;
        }
        if (node.below == null) node.below = new HashMap<>(2);
        return node.below.computeIfAbsent(filter.substring(from, end), _ -> new Node());
    }

    /// Takes one away that is there.
    void remove(Sub sub) {
        version++;
        size--;
        String filter = sub.subscription.filter();
        remove(root, Topics.plain(filter), 0, sub, filter);
    }

    private static void remove(Node node, String plain, int from, Sub sub, String filter) {
        int end = levelEnd(plain, from);
        if (end == from + 1 && plain.charAt(from) == '#') {
            if (node.all != null && take(node.all, sub, filter)) node.all = null;
            return;
        }
        boolean isAny = end == from + 1 && plain.charAt(from) == '+';
        String level = plain.substring(from, end);
        var below = node.below;
        var child = isAny ? node.any : below == null ? null : below.get(level);
        if (child == null) return;
        if (end < plain.length()) remove(child, plain, end + 1, sub, filter);
        else if (child.here != null && take(child.here, sub, filter)) child.here = null;
        if (!child.isEmpty()) return;
        if (isAny) node.any = null;
        else if (below != null) {
            below.remove(level);
            if (below.isEmpty()) node.below = null;
        }
    }

    /// Whether the place is empty now.
    private static boolean take(Place place, Sub sub, String filter) {
        var list = place.subs;
        var groups = place.groups;
        if (Topics.isShared(filter)) {
            var group = groups == null ? null : groups.get(Topics.shareOf(filter));
            if (group == null) return false;
            list = group.members;
        }
        var last = list.removeLast();
        if (last != sub) {
            last.at = sub.at;
            list.set(sub.at, last);
        }
        if (groups != null && list != place.subs && list.isEmpty()) {
            groups.remove(Topics.shareOf(filter));
            if (groups.isEmpty()) place.groups = null;
        }
        return place.isEmpty();
    }

    /// Who gets messages of this topic.
    Matches match(String topic) {
        var known = remembered.get(topic);
        if (known != null && known.version == version) return known;
        var found = new ArrayList<Sub>();
        var groups = new ArrayList<Group>();
        walk(root, topic, 0, found, groups);
        var matches = Matches.of(found, groups, version);
        if (known == null && remembered.size() >= REMEMBERED_MAX) remembered.clear();
        remembered.put(topic, matches);
        return matches;
    }

    private static void walk(Node node, String topic, int from, List<Sub> found, List<Group> groups) {
        boolean ours = from == 0 && topic.charAt(0) == '$'; // no wildcard at the front matches it [MQTT-4.7.2-1]
        if (node.all != null && !ours) collect(node.all, found, groups);
        int end = levelEnd(topic, from);
        boolean last = end == topic.length();
        var below = node.below;
        if (below != null) {
            var child = below.get(topic.substring(from, end));
            if (child != null) step(child, topic, end, last, found, groups);
        }
        if (node.any != null && !ours) step(node.any, topic, end, last, found, groups);
    }

    private static void step(Node child, String topic, int end, boolean last, List<Sub> found, List<Group> groups) {
        if (!last) {
            walk(child, topic, end + 1, found, groups);
            return;
        }
        if (child.here != null) collect(child.here, found, groups);
        if (child.all != null) collect(child.all, found, groups); // "a/#" matches "a" (4.7.1.2)
    }

    private static void collect(Place place, List<Sub> found, List<Group> groups) {
        found.addAll(place.subs);
        if (place.groups != null) groups.addAll(place.groups.values());
    }

    private static int levelEnd(String topic, int from) {
        int end = topic.indexOf('/', from);
        return end < 0 ? topic.length() : end;
    }
}
