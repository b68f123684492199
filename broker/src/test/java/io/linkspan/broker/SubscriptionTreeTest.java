package io.linkspan.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.mqtt.Qos;
import io.linkspan.mqtt.Subscription;
import io.linkspan.mqtt.Topics;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/// The tree finds what a search through all filters would find, whatever came and went.
class SubscriptionTreeTest {
    private static final List<String> LEVELS = List.of("a", "b", "", "+", "$x");

    private static String filter(Random random) {
        var levels = new ArrayList<String>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) levels.add(LEVELS.get(random.nextInt(LEVELS.size())));
        String plain = String.join("/", levels);
        if (plain.isEmpty()) plain = "+";
        return switch (random.nextInt(4)) {
            case 0 -> plain + "/#";
            case 1 -> random.nextInt(5) == 0 ? "#" : plain;
            default -> plain;
        };
    }

    private static String topic(Random random) {
        var levels = new ArrayList<String>();
        for (int i = 1 + random.nextInt(4); i > 0; i--)
            levels.add(List.of("a", "b", "", "$x", "c").get(random.nextInt(5)));
        String name = String.join("/", levels);
        return name.isEmpty() ? "a" : name;
    }

    @Property(tries = 1_000)
    void findsWhatASearchFinds(@ForAll long seed) {
        var random = new Random(seed);
        var tree = new SubscriptionTree();
        var all = new ArrayList<Sub>();
        for (int i = 0; i < 60; i++) {
            if (!all.isEmpty() && random.nextInt(3) == 0) tree.remove(all.remove(random.nextInt(all.size())));
            else {
                String share = random.nextInt(4) == 0 ? "$share/g" + random.nextInt(2) + "/" : "";
                var sub = new Sub(
                        new Session("c" + i, 0, 0), new Subscription(share + filter(random), Qos.AT_MOST_ONCE), 0);
                all.add(sub);
                tree.add(sub);
            }
            check(tree, all, topic(random));
        }
        for (var each : all) tree.remove(each);
        assertThat(tree.size()).isZero();
        assertThat(tree.match("a/b").plain).isEmpty();
    }

    private static void check(SubscriptionTree tree, List<Sub> all, String topic) {
        Set<Session> plain = new HashSet<>();
        Set<String> shared = new HashSet<>();
        for (var each : all) {
            String filter = each.subscription.filter();
            if (!Topics.matches(Topics.plain(filter), topic)) continue;
            if (Topics.isShared(filter)) shared.add(filter);
            else plain.add(each.session);
        }
        var found = tree.match(topic);
        var sessions = new HashSet<Session>();
        for (var each : found.plain) sessions.add(each.session());
        var groups = new HashSet<String>();
        for (var each : found.shared) groups.add("$share/" + each.name + "/" + each.filter);
        assertThat(sessions).as(topic).isEqualTo(plain);
        assertThat(groups).as(topic).isEqualTo(shared);
    }

    @Property(tries = 1_000)
    void retainedMessagesAreFoundAsASearchFindsThem(@ForAll long seed) {
        var random = new Random(seed);
        var tree = new RetainedTree();
        var all = new HashSet<String>();
        for (int i = 0; i < 40; i++) {
            String topic = topic(random);
            if (random.nextInt(4) == 0) {
                tree.remove(topic);
                all.remove(topic);
            } else {
                tree.put(new Message(
                        topic, Qos.AT_MOST_ONCE, true, io.linkspan.mqtt.Properties.NONE, new byte[1], "", 0, 0));
                all.add(topic);
            }
            String filter = filter(random);
            var found = new ArrayList<String>();
            tree.match(filter, m -> found.add(m.topic()));
            assertThat(found)
                    .as(filter)
                    .containsExactlyInAnyOrderElementsOf(
                            all.stream().filter(t -> Topics.matches(filter, t)).toList());
            assertThat(tree.size()).isEqualTo(all.size());
        }
    }
}
