package io.linkspan.site;

import io.linkspan.model.Cell.WriteState;
import io.linkspan.model.Entry;
import io.linkspan.model.Input;
import io.linkspan.model.Outcome;
import io.linkspan.model.Reading;
import io.linkspan.model.Result;
import io.linkspan.model.Value;
import io.linkspan.model.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The machines that a rehearsal writes to.
///
/// A write that really happened too, in the same step and with the same value, has the answer that it really had. One
/// that did not is played: the machine accepts it after the time that its last real answer took, and reads what was
/// written. From then on the machine is *apart*: what it was really read as is what the real site made of it, and is
/// replaced by what is played, until both are the same again or somebody really worked the machine itself, which he
/// would have done in the rehearsal too. The answer to a write that did not happen here is dropped.
///
/// Not thread-safe.
final class PlayedMachines {
    /// How long a played answer takes where no real one is known: 100 ms.
    static final long ANSWER_MICROS = 100_000;

    /// An answer to come.
    ///
    /// @param before what the machine was before
    record Answer(long at, long write, int property, Optional<Value> value, Optional<Value> before)
            implements Comparable<Answer> {
        @Override
        public int compareTo(Answer other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(write, other.write);
        }
    }

    private final State real;
    private final TreeMap<Integer, Value> apart = new TreeMap<>();
    private final TreeMap<Integer, Value> really = new TreeMap<>();
    private final Map<Long, Long> pairs = new HashMap<>(); // looked up only
    private final Map<Integer, Long> latency = new HashMap<>(); // looked up only
    private final PriorityQueue<Answer> answers = new PriorityQueue<>();
    private long played;
    private long dropped;
    private long replaced;

    PlayedMachines(State real) {
        this.real = real;
    }

    /// Writes that are on their way where the rehearsal begins are the same in both.
    void begin(State rehearsed) {
        for (long write : rehearsed.sending.keySet()) pairs.put(write, write);
    }

    /// The program began anew: nobody waits for an answer any more.
    void restarted() {
        pairs.clear();
        answers.clear();
    }

    /// What machines that are apart really do, for [State#really]; changes with this object.
    Map<Integer, Value> really() {
        return really;
    }

    // ---- before a step

    /// A frame as the rehearsed site hears it; called before the real site takes it.
    Input.Frame heard(Input.Frame frame) {
        if (apart.isEmpty()) return frame;
        boolean some = false;
        for (var r : frame.readings()) some |= apart.containsKey(r.property());
        if (!some) return frame;
        var readings = new ArrayList<Reading>(frame.readings().size());
        for (var r : frame.readings()) readings.add(heard(r));
        return new Input.Frame(frame.connector(), readings, frame.rawId(), frame.rawCheck());
    }

    private Reading heard(Reading r) {
        int p = r.property();
        var own = apart.get(p);
        if (own == null || !r.quality().isUsable()) return r;
        var told = real.actuator(p).written();
        double tolerance = tolerance(p);
        boolean asTold = told.isEmpty() || Values.same(told.get(), r.value(), tolerance);
        boolean together = asTold && Values.same(own, r.value(), tolerance);
        if (together || wasWorked(p, r.value(), told, tolerance)) {
            join(p);
            return r;
        }
        replaced++;
        return new Reading(p, own, r.quality(), r.deviceTimeMicros());
    }

    /// Whether the machine moved though nobody here told it to.
    private boolean wasWorked(int p, Value now, Optional<Value> told, double tolerance) {
        var before = real.twin(p).reading();
        if (before == null || Values.same(before.value(), now, tolerance)) return false;
        if (told.isEmpty()) return true;
        return real.actuator(p).write() == WriteState.SETTLED && !Values.same(told.get(), now, tolerance);
    }

    private double tolerance(int property) {
        return real.program
                .point(property)
                .flatMap(p -> Optional.ofNullable(p.property()))
                .flatMap(p -> p.writing())
                .map(w -> w.tolerance())
                .orElse(0.0);
    }

    private void join(int property) {
        apart.remove(property);
        really.remove(property);
    }

    /// The answer to a real write as the rehearsed site gets it; none: it wrote no such thing.
    Optional<Input.Answered> answered(Input.Answered answer, long wall) {
        var sent = real.sending.get(answer.write());
        if (sent != null) latency.put(sent.property(), Math.max(1, wall - sent.orderedWall()));
        var own = pairs.remove(answer.write());
        if (own == null) {
            if (sent != null) dropped++; // else it belongs to a private link
            return Optional.empty();
        }
        return Optional.of(new Input.Answered(own, answer.outcome(), answer.rawId(), answer.rawCheck()));
    }

    // ---- played answers

    /// Site time of the next played answer; [Long#MAX_VALUE]: none is to come.
    long nextAnswer() {
        var next = answers.peek();
        return next == null ? Long.MAX_VALUE : next.at();
    }

    /// The next played answer.
    Input.Answered answer(State rehearsed) {
        var next = answers.remove();
        boolean there = rehearsed.program.point(next.property()).isPresent() && rehearsed.reachable(next.property());
        if (!there) {
            next.before().ifPresent(v -> part(next.property(), v));
            return new Input.Answered(next.write(), new Outcome.NotSent(Outcome.Cause.UNREACHABLE), 0, 0);
        }
        played++;
        Optional<Value> readBack = rehearsed.isActuator(next.property()) ? next.value() : Optional.empty();
        return new Input.Answered(next.write(), new Outcome.Done(readBack), 0, 0);
    }

    // ---- after a step

    /// What both sites wrote in one step: what is the same is the same machine's doing, the rest parts them.
    void wrote(Entry entry, List<Result.WriteOrdered> rehearsed, State state) {
        var own = new ArrayList<>(rehearsed);
        for (var result : entry.results()) {
            if (!(result instanceof Result.WriteOrdered order)) continue;
            var same = twinOf(order, own);
            if (same != null) {
                own.remove(same);
                pairs.put(order.write(), same.write());
                join(order.property());
            } else if (state.isActuator(order.property()) && !apart.containsKey(order.property()))
                state.current(order.property()).ifPresent(v -> part(order.property(), v));
        }
        for (var order : own) {
            var before = state.isActuator(order.property())
                    ? Optional.ofNullable(state.twin(order.property()).reading())
                            .map(Reading::value)
                    : Optional.<Value>empty();
            long at = state.lastSite + latency.getOrDefault(order.property(), ANSWER_MICROS);
            answers.add(new Answer(at, order.write(), order.property(), order.value(), before));
            if (state.isActuator(order.property())) order.value().ifPresent(v -> part(order.property(), v));
        }
        for (int p : really.keySet()) real.current(p).ifPresent(v -> really.put(p, v));
    }

    private static Result.@Nullable WriteOrdered twinOf(Result.WriteOrdered order, List<Result.WriteOrdered> all) {
        for (var each : all)
            if (each.property() == order.property() && each.value().equals(order.value())) return each;
        return null;
    }

    private void part(int property, Value own) {
        apart.put(property, own);
        if (property < real.actuators.length) real.current(property).ifPresent(v -> really.put(property, v));
    }

    // ---- what it came to

    long played() {
        return played;
    }

    long dropped() {
        return dropped;
    }

    long replaced() {
        return replaced;
    }
}
