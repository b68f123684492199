package io.linkspan.broker;

import io.linkspan.mqtt.Qos;
import io.linkspan.mqtt.Topics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// Who gets the messages of one topic: each session once, with the numbers of all its subscriptions that match (3.3.4),
/// and
/// the shared subscriptions, of each of which one member gets it (4.8.2).
final class Matches {
    /// One session and what of its subscriptions match.
    ///
    /// @param qos the highest that any of them grants (3.3.4)
    /// @param asPublished whether it keeps the retain flag
    /// @param noLocal whether all of them leave out what the session itself publishes
    /// @param subs all of them, where some leave that out and some do not; else empty
    record Match(Session session, Qos qos, boolean asPublished, boolean noLocal, int[] numbers, List<Sub> subs) {
        /// What is left of it for a message of the session itself.
        Match ofOwn() {
            return of(
                    session,
                    subs.stream().filter(s -> !s.subscription.noLocal()).toList());
        }

        static Match of(Session session, List<Sub> subs) {
            var qos = Qos.AT_MOST_ONCE;
            boolean asPublished = false;
            int local = 0;
            var numbers = new int[subs.size()];
            int count = 0;
            for (var each : subs) {
                var s = each.subscription;
                if (s.qos().compareTo(qos) > 0) qos = s.qos();
                asPublished |= s.retainAsPublished();
                if (s.noLocal()) local++;
                if (each.number != 0) numbers[count++] = each.number;
            }
            var unlike = local > 0 && local < subs.size() ? List.copyOf(subs) : List.<Sub>of();
            var all = count == 0 ? Delivery.NO_NUMBERS : Arrays.copyOf(numbers, count);
            return new Match(session, qos, asPublished, local == subs.size(), all, unlike);
        }
    }

    final Match[] plain;
    final Group[] shared;
    /// The version of the tree that it was made of.
    final long version;

    private Matches(Match[] plain, Group[] shared, long version) {
        this.plain = plain;
        this.shared = shared;
        this.version = version;
    }

    static Matches of(List<Sub> found, List<Group> groups, long version) {
        if (found.size() == 1)
            return new Matches(
                    new Match[] {Match.of(found.getFirst().session, found)}, groups.toArray(new Group[0]), version);
        var bySession = new LinkedHashMap<Session, List<Sub>>();
        for (var each : found)
            bySession.computeIfAbsent(each.session, _ -> new ArrayList<>(1)).add(each);
        var plain = new Match[bySession.size()];
        int i = 0;
        for (var each : bySession.entrySet()) plain[i++] = Match.of(each.getKey(), each.getValue());
        return new Matches(plain, groups.toArray(new Group[0]), version);
    }

    /// The members of one shared subscription; they take turns.
    static final class Group {
        final String name;
        final String filter;
        final List<Sub> members = new ArrayList<>();
        private int turn;

        Group(String name, String filter) {
            this.name = name;
            this.filter = filter;
        }

        /// Whether this is the group of a filter with its share.
        boolean is(String shared) {
            return Topics.shareOf(shared).equals(name) && Topics.plain(shared).equals(filter);
        }

        /// Whose turn it is: the next who is connected and has room, else the next whose session outlives its
        /// connection.
        /// With none it is whoever is next.
        Sub next() {
            return next(Optional.empty()).orElseThrow();
        }

        /// The same without one member; none when there is no other.
        Optional<Sub> next(Optional<Session> without) {
            int size = members.size();
            Optional<Sub> absent = Optional.empty();
            boolean kept = false;
            for (int i = 0; i < size; i++) {
                var each = members.get(Math.floorMod(turn + i, size));
                if (without.isPresent() && each.session == without.get()) continue;
                if (absent.isEmpty()) absent = Optional.of(each);
                if (each.session.takesNow()) {
                    turn = Math.floorMod(turn + i + 1, size);
                    return Optional.of(each);
                }
                if (!kept && each.session.isKept()) {
                    absent = Optional.of(each);
                    kept = true;
                }
            }
            turn = Math.floorMod(turn + 1, size);
            return absent;
        }
    }
}
