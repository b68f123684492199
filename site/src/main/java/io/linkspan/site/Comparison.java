package io.linkspan.site;

import io.linkspan.model.Entry;
import io.linkspan.model.Input;
import io.linkspan.model.Moment;
import io.linkspan.model.Property;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.Values;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a rehearsal did beside what was really done: who was in charge of each actuator and what it did, what people
/// were told, what lay outside its range, where the two parted first. Not thread-safe.
final class Comparison {
    /// A reading stands for what comes after it for at most so long: 15 minutes.
    static final long STANDS_MICROS_MAX = 900_000_000;

    private static final long QUARTER_MICROS = 900_000_000L;

    private final State real;
    private final Rehearsal.Limits limits;
    private final TreeMap<Integer, Pair> pairs = new TreeMap<>();
    private final TreeMap<Integer, Outside> outside = new TreeMap<>();
    private final Map<Class<?>, long[]> kinds = new java.util.HashMap<>(); // order does not matter: told by name
    private final List<Rehearsal.Notice> realNotices = new ArrayList<>();
    private final List<Rehearsal.Notice> rehearsedNotices = new ArrayList<>();
    private final long[] notices = new long[2];
    private int stretchesMax;
    private final BitSet touched = new BitSet();
    private BitSet ranged = new BitSet();
    private @Nullable Program rangedReal;
    private @Nullable Program rangedRehearsed;
    private Optional<Rehearsal.Parting> first = Optional.empty();

    /// The two courses of one actuator.
    private static final class Pair {
        private final Course real;
        private final Course rehearsed;
        private final TreeMap<Long, Long> moreOn = new TreeMap<>();
        private boolean apart;
        private long apartSite;
        private long apartMicros;
        private int times;

        Pair(int stretchesMax) {
            real = new Course(stretchesMax);
            rehearsed = new Course(stretchesMax);
        }

        boolean differs() {
            return !real.value().equals(rehearsed.value()) || !real.who().equals(rehearsed.who());
        }

        /// What was on while they were apart, as more or less time on by the quarter of an hour.
        void account(long site, long wall, int sign, int quartersMax) {
            long micros = Math.max(0, site - apartSite);
            apartMicros += micros;
            if (sign == 0) return;
            for (long at = wall - micros; at < wall; ) {
                long quarter = Math.floorDiv(at, QUARTER_MICROS) * QUARTER_MICROS;
                long end = Math.min(wall, quarter + QUARTER_MICROS);
                if (moreOn.size() < quartersMax || moreOn.containsKey(quarter))
                    moreOn.merge(quarter, sign * (end - at), Long::sum);
                at = end;
            }
        }
    }

    /// Time outside a range, by each of the two files.
    private static final class Outside {
        private final OptionalDouble[] value = {OptionalDouble.empty(), OptionalDouble.empty()};
        private final long[] micros = new long[2];
        private long since;
        private long known;
    }

    Comparison(State real, Rehearsal.Limits limits) {
        this.real = real;
        this.limits = limits;
        stretchesMax = limits.stretchesMax();
    }

    // ---- step by step

    /// Both begin alike.
    void begin(State rehearsed, Moment at) {
        int actuators = 0;
        for (int p = 1; p < rehearsed.program.propertiesEnd(); p++) {
            touched.set(p);
            if (rehearsed.isActuator(p)) actuators++;
        }
        stretchesMax = Math.min(limits.stretchesMax(), limits.stretchesInAll() / Math.max(1, actuators));
        look(rehearsed, at);
    }

    /// Results of one of the two.
    void results(int side, Moment at, List<Result> results) {
        for (var r : results) {
            kinds.computeIfAbsent(r.getClass(), _ -> new long[2])[side]++;
            if (r instanceof Result.Noticed n) {
                notices[side]++;
                var list = side == Rehearsal.REAL ? realNotices : rehearsedNotices;
                if (list.size() < limits.noticesMax())
                    list.add(new Rehearsal.Notice(at.wall(), n.severity(), n.about(), n.text()));
            } else if (r instanceof Result.WriteOrdered w) {
                var pair = pairs.get(w.property());
                if (pair != null) (side == Rehearsal.REAL ? pair.real : pair.rehearsed).wrote();
            }
        }
    }

    /// A property may be otherwise than before, in one of the two.
    void touch(int property) {
        touched.set(property);
    }

    /// Compares what was touched.
    void look(State rehearsed, Moment at) {
        for (int p = touched.nextSetBit(0); p >= 0; p = touched.nextSetBit(p + 1)) look(rehearsed, p, at);
        touched.clear();
    }

    private void look(State rehearsed, int p, Moment at) {
        if (rehearsed.isLeftOut(p) || real.program.isPrivate(p)) return;
        boolean isReal = p < real.actuators.length && real.isActuator(p);
        boolean isRehearsed = p < rehearsed.actuators.length && rehearsed.isActuator(p);
        if (!isReal && !isRehearsed) return;
        var pair = pairs.get(p);
        if (pair == null) {
            if (pairs.size() >= limits.actuatorsMax()) return;
            pair = new Pair(stretchesMax);
            pairs.put(p, pair);
        }
        int sign = sign(pair);
        boolean changed = isReal && pair.real.look(real, p, at.site(), at.wall());
        if (isRehearsed) changed |= pair.rehearsed.look(rehearsed, p, at.site(), at.wall());
        if (!changed) return;
        if (pair.apart) pair.account(at.site(), at.wall(), sign, limits.quartersMax());
        pair.apartSite = at.site();
        boolean differs = pair.differs();
        if (differs && !pair.apart) pair.times++;
        pair.apart = differs;
    }

    /// Whether the rehearsal has it on while it was really off (1), or the other way round (-1).
    private static int sign(Pair pair) {
        return (pair.rehearsed.isOn() ? 1 : 0) - (pair.real.isOn() ? 1 : 0);
    }

    /// Notes where the two part first.
    ///
    /// @param own what followed in the rehearsal
    void parting(Entry entry, Moment at, List<Step> own) {
        if (first.isPresent()) return;
        for (var e : pairs.entrySet()) {
            var pair = e.getValue();
            if (!pair.apart) continue;
            first = Optional.of(new Rehearsal.Parting(
                    at,
                    entry,
                    e.getKey(),
                    pair.real.value(),
                    pair.real.who(),
                    pair.rehearsed.value(),
                    pair.rehearsed.who(),
                    own.stream().map(Step::input).toList(),
                    own.stream().flatMap(s -> s.results().stream()).toList()));
            return;
        }
    }

    // ---- ranges

    /// Readings, for those that have a range.
    ///
    /// @param heard as the rehearsal heard them
    void readings(State rehearsed, Input.Frame told, Input.Frame heard, Moment at) {
        if (rangedReal != real.program || rangedRehearsed != rehearsed.program) findRanges(rehearsed);
        if (ranged.isEmpty()) return;
        for (int i = 0; i < told.readings().size(); i++) {
            var r = told.readings().get(i);
            if (!ranged.get(r.property())) continue;
            var o = outside.computeIfAbsent(r.property(), _ -> new Outside());
            stand(rehearsed, r.property(), o, at);
            o.value[Rehearsal.REAL] = number(r);
            o.value[Rehearsal.REHEARSED] = number(heard.readings().get(i));
        }
    }

    private static OptionalDouble number(Reading r) {
        return Values.asDouble(r.value());
    }

    private void findRanges(State rehearsed) {
        ranged = new BitSet();
        rangedReal = real.program;
        rangedRehearsed = rehearsed.program;
        int end = Math.max(real.program.propertiesEnd(), rehearsed.program.propertiesEnd());
        for (int p = 1; p < end; p++)
            if (!real.program.isPrivate(p)
                    && !rehearsed.program.isPrivate(p)
                    && (range(real, p).isPresent() || range(rehearsed, p).isPresent())) ranged.set(p);
    }

    private static Optional<Property> range(State state, int p) {
        return state.program
                .point(p)
                .flatMap(x -> Optional.ofNullable(x.property()))
                .filter(x ->
                        x.type().isQuantity() && (x.min().isPresent() || x.max().isPresent()));
    }

    private void stand(State rehearsed, int p, Outside o, Moment at) {
        long micros = Math.min(STANDS_MICROS_MAX, Math.max(0, at.site() - o.since));
        if (o.value[Rehearsal.REAL].isPresent()) {
            o.known += micros;
            for (int side : new int[] {Rehearsal.REAL, Rehearsal.REHEARSED}) {
                var range = range(side == Rehearsal.REAL ? real : rehearsed, p);
                if (range.isPresent() && isOutside(range.get(), o.value[side])) o.micros[side] += micros;
            }
        }
        o.since = at.site();
    }

    private static boolean isOutside(Property p, OptionalDouble value) {
        if (value.isEmpty()) return false;
        return value.getAsDouble() < p.min().orElse(Double.NEGATIVE_INFINITY)
                || value.getAsDouble() > p.max().orElse(Double.POSITIVE_INFINITY);
    }

    // ---- what it came to

    Optional<Rehearsal.Parting> first() {
        return first;
    }

    boolean isSame() {
        return first.isEmpty();
    }

    long differences() {
        long all = 0;
        for (var pair : pairs.values()) all += pair.times;
        return all;
    }

    List<Rehearsal.Actuator> actuators(Moment at) {
        var all = new ArrayList<Rehearsal.Actuator>();
        pairs.forEach((p, pair) -> {
            long apart = pair.apartMicros;
            var more = new TreeMap<>(pair.moreOn);
            if (pair.apart) {
                var open = new Pair(0);
                open.apartSite = pair.apartSite;
                open.account(at.site(), at.wall(), sign(pair), limits.quartersMax());
                apart += open.apartMicros;
                open.moreOn.forEach((quarter, micros) -> more.merge(quarter, micros, Long::sum));
            }
            all.add(new Rehearsal.Actuator(
                    p,
                    pair.rehearsed.isFlag() || pair.real.isFlag(),
                    pair.times,
                    apart,
                    pair.real.told(at.site(), at.wall()),
                    pair.rehearsed.told(at.site(), at.wall()),
                    more));
        });
        return all;
    }

    Rehearsal.Notices notices(int side) {
        return new Rehearsal.Notices(notices[side], side == Rehearsal.REAL ? realNotices : rehearsedNotices);
    }

    TreeMap<String, Rehearsal.Count> counts() {
        var all = new TreeMap<String, Rehearsal.Count>();
        kinds.forEach((kind, n) ->
                all.put(kind.getSimpleName(), new Rehearsal.Count(n[Rehearsal.REAL], n[Rehearsal.REHEARSED])));
        return all;
    }

    List<Rehearsal.Range> ranges(State rehearsed, Moment at) {
        var all = new ArrayList<Rehearsal.Range>();
        outside.forEach((p, o) -> {
            stand(rehearsed, p, o, at);
            all.add(new Rehearsal.Range(p, o.known, o.micros[Rehearsal.REAL], o.micros[Rehearsal.REHEARSED]));
        });
        return all;
    }
}
