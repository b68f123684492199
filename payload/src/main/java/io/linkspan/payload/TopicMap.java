package io.linkspan.payload;

import io.linkspan.model.Invalid;
import io.linkspan.model.Quality;
import io.linkspan.model.Reading;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import io.linkspan.payload.TopicAddress.Heard;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Which message says what about which property: many addresses, found fast by the topic of a message. Made anew when
/// things
/// come or go.
///
/// Bytes from anywhere are safe here: what can not be taken is named, counted, and told once for its topic and then
/// at most every [#TOLD_EVERY_MICROS], with how many messages it were.
///
/// Safe for many threads; the messages of one topic should come from one of them, to stay in order.
public final class TopicMap {
    /// How often a topic's trouble is told again while it lasts, in microseconds: 10 minutes.
    public static final long TOLD_EVERY_MICROS = 600_000_000;

    /// Most topics whose trouble is remembered one by one; that of others is only counted.
    public static final int TROUBLED_TOPICS_MAX = 10_000;

    /// After so many messages without a word about a property that was never heard, its address is doubted.
    public static final int MISSES_BEFORE_TOLD = 10;

    private final List<TopicAddress> addresses;
    private final Map<String, List<Ear>> exact = new HashMap<>();
    private final FilterTree wild = new FilterTree();
    private final Set<String> filters = new TreeSet<>();
    private final Map<String, Streak> streaks = new ConcurrentHashMap<>();
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong unknown = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    private TopicMap(List<TopicAddress> addresses) {
        this.addresses = List.copyOf(addresses);
    }

    /// What a message came to.
    ///
    /// @param known whether any address hears this topic
    /// @param readings in the order of the addresses
    /// @param units things that are told to answer, or not, from now on
    /// @param troubles to be told to a person, few
    public record Taken(boolean known, List<Reading> readings, List<Unit> units, List<Trouble> troubles) {
        public Taken {
            readings = List.copyOf(readings);
            units = List.copyOf(units);
            troubles = List.copyOf(troubles);
        }
    }

    /// Whether a thing answers, as its `available` says.
    ///
    /// @param properties all that are heard of the thing
    public record Unit(String thing, List<Integer> properties, boolean answers, String topic) {
        public Unit {
            properties = List.copyOf(properties);
        }
    }

    /// Messages that could not be taken.
    ///
    /// @param properties those that they would have been for
    /// @param cause completes "a message on the topic could not be taken: ..."
    /// @param fromMicros the first one's receive time, microseconds since 1970 UTC; also `toMicros`, of the last
    /// @param messages how many
    public record Trouble(
            String topic, List<Integer> properties, String cause, long fromMicros, long toMicros, long messages) {
        public Trouble {
            properties = List.copyOf(properties);
        }
    }

    /// What was counted since this map was made.
    ///
    /// @param unknown messages on topics that no address hears
    /// @param refused messages of which something could not be taken
    public record Counts(long messages, long unknown, long refused) {}

    /// One that listens to a topic: a property, or whether a thing answers.
    private sealed interface Ear {
        record OfProperty(TopicAddress address, Heard heard, AtomicLong misses) implements Ear {}

        record OfThing(ThingState thing, int place, Heard heard) implements Ear {}
    }

    /// Whether a thing answers: only if each of its topics says so.
    private static final class ThingState {
        private final String name;
        private final List<Integer> properties;
        private final boolean[] answers;
        private Optional<Boolean> told = Optional.empty();

        ThingState(String name, List<Integer> properties, int topics) {
            this.name = name;
            this.properties = properties;
            this.answers = new boolean[topics];
            java.util.Arrays.fill(answers, true);
        }

        synchronized Optional<Unit> now(int place, boolean on, String topic) {
            answers[place] = on;
            boolean all = true;
            for (boolean each : answers) all &= each;
            if (told.isPresent() && told.get() == all) return Optional.empty();
            told = Optional.of(all);
            return Optional.of(new Unit(name, properties, all, topic));
        }
    }

    /// What goes wrong on one topic, since it was told last.
    private static final class Streak {
        private long toldAt = Long.MIN_VALUE;
        private long first;
        private long last;
        private long count;

        synchronized Optional<Trouble> more(String topic, List<Integer> properties, String cause, long now) {
            if (count == 0) first = now;
            last = now;
            count++;
            if (toldAt != Long.MIN_VALUE && now - toldAt < TOLD_EVERY_MICROS) return Optional.empty();
            toldAt = now;
            var trouble = new Trouble(topic, properties, cause, first, last, count);
            count = 0;
            return Optional.of(trouble);
        }
    }

    /// Reads the addresses of all points, and the `available` of their things.
    ///
    /// @throws Invalid the first that is wrong, at its line
    public static TopicMap of(List<TopicPoint> points) throws Invalid {
        var addresses = new ArrayList<TopicAddress>();
        var things = new LinkedHashMap<String, List<TopicPoint>>();
        for (var point : points) {
            addresses.add(TopicAddress.parse(point));
            things.computeIfAbsent(point.thingName(), _ -> new ArrayList<>()).add(point);
        }
        var map = new TopicMap(addresses);
        for (var address : addresses)
            address.heard().ifPresent(h -> map.add(new Ear.OfProperty(address, h, new AtomicLong()), h.filter()));
        for (var thing : things.values()) map.available(thing);
        return map;
    }

    /// Checks one point and the fields of its thing, as at `apply`.
    ///
    /// @throws Invalid at its line
    public static void check(TopicPoint point) throws Invalid {
        of(List.of(point));
    }

    private void available(List<TopicPoint> thing) throws Invalid {
        var any = thing.getFirst();
        var topics = TopicAddress.availableOf(any.thing());
        var numbers = thing.stream()
                .filter(p -> p.use() != TopicPoint.Use.INVOKE)
                .map(TopicPoint::number)
                .toList();
        var state = new ThingState(any.thingName(), numbers, topics.size());
        for (int i = 0; i < topics.size(); i++) {
            Tree.Scalar topic = topics.get(i);
            var heard = TopicAddress.available(any, topic);
            add(new Ear.OfThing(state, i, heard), heard.filter());
        }
    }

    private void add(Ear ear, String filter) {
        filters.add(filter);
        if (Topics.hasWildcard(filter)) wild.add(filter, ear);
        else exact.computeIfAbsent(filter, _ -> new ArrayList<>()).add(ear);
    }

    /// All that is mapped.
    public List<TopicAddress> addresses() {
        return addresses;
    }

    /// What to subscribe to, each filter once.
    public Set<String> filters() {
        return Set.copyOf(filters);
    }

    /// What a message says.
    ///
    /// @param retained the broker had kept it: nobody knows since when, so its readings are UNCERTAIN, unless the
    /// address says `retained` or the message has a time of its own
    /// @param receivedMicros wall time, microseconds since 1970 UTC
    public Taken take(String topic, byte[] payload, boolean retained, long receivedMicros) {
        messages.incrementAndGet();
        var ears = ears(topic);
        if (ears.isEmpty()) {
            unknown.incrementAndGet();
            return new Taken(false, List.of(), List.of(), List.of());
        }
        var all = new Hearing(topic, retained, receivedMicros, new Message(topic, payload, receivedMicros));
        for (var ear : ears) all.by(ear);
        return all.taken();
    }

    /// What a message says whose content was read already and has no form but JSON: of a key of a device
    /// ([KeyAddress#topic]).
    public Taken take(String topic, Tree json, long receivedMicros) {
        messages.incrementAndGet();
        var ears = ears(topic);
        if (ears.isEmpty()) {
            unknown.incrementAndGet();
            return new Taken(false, List.of(), List.of(), List.of());
        }
        var all = new Hearing(topic, false, receivedMicros, Message.read(topic, json, receivedMicros));
        for (var ear : ears) all.by(ear);
        return all.taken();
    }

    /// Counts a message that could not be taken at all.
    ///
    /// @param properties those that it would have been for
    /// @param cause completes "a message on the topic could not be taken: ..."
    /// @return what is to be told, as for those that [#take] finds
    public Optional<Trouble> refuse(String topic, List<Integer> properties, String cause, long receivedMicros) {
        refused.incrementAndGet();
        return trouble(topic, properties, cause, receivedMicros);
    }

    private Optional<Trouble> trouble(String topic, List<Integer> properties, String cause, long now) {
        var streak = Optional.ofNullable(streaks.get(topic));
        if (streak.isEmpty() && streaks.size() < TROUBLED_TOPICS_MAX)
            streak = Optional.of(streaks.computeIfAbsent(topic, _ -> new Streak()));
        return streak.flatMap(s -> s.more(topic, properties, cause, now));
    }

    private List<Ear> ears(String topic) {
        var named = exact.getOrDefault(topic, List.of());
        var all = wild.isEmpty() ? List.<Ear>of() : wild.find(topic);
        if (all.isEmpty()) return named;
        if (named.isEmpty()) return all;
        var both = new ArrayList<>(named);
        both.addAll(all);
        return both;
    }

    /// What was counted so far.
    public Counts counts() {
        return new Counts(messages.get(), unknown.get(), refused.get());
    }

    /// One message, ear by ear.
    private final class Hearing {
        private final String topic;
        private final boolean retained;
        private final long received;
        private final Message message;
        private final List<Reading> readings = new ArrayList<>();
        private final List<Unit> units = new ArrayList<>();
        private final List<Trouble> troubles = new ArrayList<>();
        private final List<Integer> bad = new ArrayList<>();
        private Optional<String> cause = Optional.empty();

        Hearing(String topic, boolean retained, long received, Message message) {
            this.topic = topic;
            this.retained = retained;
            this.received = received;
            this.message = message;
        }

        void by(Ear ear) {
            try {
                switch (ear) {
                    case Ear.OfProperty p -> property(p);
                    case Ear.OfThing t -> thing(t);
                }
            } catch (BadPayload e) {
                if (cause.isEmpty()) cause = Optional.of(e.getMessage());
                switch (ear) {
                    case Ear.OfProperty p -> bad.add(p.address().point().number());
                    case Ear.OfThing t -> bad.addAll(t.thing().properties);
                }
            }
        }

        private void property(Ear.OfProperty p) throws BadPayload {
            var reading = p.address().read(message, received);
            if (reading.isEmpty()) {
                missed(p);
                return;
            }
            if (p.misses().get() >= 0) p.misses().set(Long.MIN_VALUE / 2); // heard once: its address is right
            boolean old = retained && !p.heard().retained() && !reading.get().hasDeviceTime();
            readings.add(old ? reading.get().as(Quality.UNCERTAIN) : reading.get());
        }

        private void missed(Ear.OfProperty p) {
            if (p.misses().incrementAndGet() != MISSES_BEFORE_TOLD) return;
            var point = p.address().point();
            troubles.add(new Trouble(
                    topic,
                    List.of(point.number()),
                    "the first " + MISSES_BEFORE_TOLD + " messages have nothing of " + point.name() + " (\""
                            + point.at().text() + "\"); is its address right?",
                    received,
                    received,
                    MISSES_BEFORE_TOLD));
        }

        private void thing(Ear.OfThing t) throws BadPayload {
            if (TopicAddress.value(t.heard(), message).orElse(Value.Flag.OFF) instanceof Value.Flag flag)
                t.thing().now(t.place(), flag.on(), topic).ifPresent(units::add);
        }

        Taken taken() {
            if (cause.isPresent()) {
                refused.incrementAndGet();
                trouble(topic, bad, cause.get(), received).ifPresent(troubles::add);
            }
            return new Taken(true, readings, units, troubles);
        }
    }

    /// Filters with wildcards, level by level.
    private static final class FilterTree {
        private final Map<String, FilterTree> next = new HashMap<>();
        private final List<Ear> here = new ArrayList<>();
        private final List<Ear> below = new ArrayList<>();

        boolean isEmpty() {
            return next.isEmpty() && below.isEmpty();
        }

        void add(String filter, Ear ear) {
            var node = this;
            for (String level : filter.split("/", -1)) {
                if (level.equals("#")) {
                    node.below.add(ear);
                    return;
                }
                node = node.next.computeIfAbsent(level, _ -> new FilterTree());
            }
            node.here.add(ear);
        }

        List<Ear> find(String topic) {
            var found = new ArrayList<Ear>();
            collect(topic.split("/", -1), 0, topic.startsWith("$"), found);
            return found;
        }

        /// MQTT 5.0, 4.7.2: a wildcard at the beginning does not stand for `$SYS`.
        private void collect(String[] levels, int at, boolean system, List<Ear> into) {
            boolean wildcards = at > 0 || !system;
            if (wildcards) into.addAll(below);
            if (at == levels.length) {
                into.addAll(here);
                return;
            }
            Optional.ofNullable(next.get(levels[at])).ifPresent(n -> n.collect(levels, at + 1, system, into));
            if (wildcards) Optional.ofNullable(next.get("+")).ifPresent(n -> n.collect(levels, at + 1, system, into));
        }
    }
}
