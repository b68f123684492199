package io.linkspan.site;

import io.linkspan.model.Hold;
import io.linkspan.model.Input;
import io.linkspan.model.Input.Timer;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;

/// When the site must step although nothing happens. All of it follows from the state: nothing here is logged or saved.
///
/// A due time that moved on since it was queued (each reading moves its links' silence) is put back when its turn
/// comes, so a
/// reading costs no queue.
final class Timers {
    record Due(long at, Timer timer, long ref) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            if (at != other.at) return Long.compare(at, other.at);
            if (timer != other.timer) return timer.compareTo(other.timer);
            return Long.compare(ref, other.ref);
        }
    }

    private record Key(Timer timer, long ref) {}

    private final State state;
    private final PriorityQueue<Due> queue = new PriorityQueue<>();
    private final Map<Key, Long> queued = new HashMap<>(); // looked up only

    Timers(State state) {
        this.state = state;
    }

    /// The next due time in site time, put right; [Hold#WITHOUT_END] when there is none.
    long next() {
        while (true) {
            Due first = queue.peek();
            if (first == null) return Hold.WITHOUT_END;
            long at = dueAt(first.timer, first.ref, first.at - 1);
            if (at == first.at) return at;
            queue.poll();
            queued.remove(new Key(first.timer, first.ref), first.at);
            put(first.timer, first.ref, at);
        }
    }

    /// The timer that [#next] told of, taken out.
    Due take() {
        Due first = queue.remove();
        queued.remove(new Key(first.timer, first.ref), first.at);
        return first;
    }

    /// A link, an actuator or a command changed at this site time: its timers may be due at other times.
    void link(int number, long now) {
        look(Timer.SILENCE, number, now);
        look(Timer.CAREFUL_END, number, now);
    }

    void actuator(int property, long now) {
        look(Timer.LEASE, property, now);
        look(Timer.ACTUATOR, property, now);
    }

    void rule(int number, long now) {
        look(Timer.RULE, number, now);
    }

    void alarm(int number, long now) {
        look(Timer.ALARM, number, now);
    }

    void note(long number, long now) {
        look(Timer.NOTE, number, now);
    }

    void storm(long now) {
        look(Timer.STORM, 0, now);
    }

    void window(int property, long now) {
        look(Timer.WINDOW, property, now);
    }

    void command(long number, long now) {
        look(Timer.DEADLINE, number, now);
    }

    void answer(long write, long now) {
        look(Timer.ANSWER, write, now);
    }

    void bulks(long now) {
        for (var bulk : state.bulks.all()) look(Timer.BULK_NEXT, bulk.number(), now);
    }

    private void look(Timer timer, long ref, long now) {
        put(timer, ref, dueAt(timer, ref, now));
    }

    private void put(Timer timer, long ref, long at) {
        if (at == Hold.WITHOUT_END) return;
        var key = new Key(timer, ref);
        Long known = queued.get(key);
        if (known != null && known <= at) return;
        queued.put(key, at);
        queue.add(new Due(at, timer, ref));
    }

    /// All timers anew, after a start.
    void rebuild(long now) {
        queue.clear();
        queued.clear();
        for (int i = 1; i < state.program.linksEnd(); i++) link(i, now);
        for (int p = 1; p < state.program.propertiesEnd(); p++) if (state.isActuator(p)) actuator(p, now);
        for (int i = 1; i < state.program.rulesEnd(); i++) rule(i, now);
        for (int i = 1; i < state.program.rulesEnd(); i++) alarm(i, now);
        for (long number : state.notes.keySet()) note(number, now);
        storm(now);
        for (long number : state.open.keySet()) command(number, now);
        for (long write : state.sending.keySet()) answer(write, now);
        bulks(now);
        for (int p : state.program.windows().keySet()) window(p, now);
    }

    /// When this timer is due by the state, if later than `after`.
    private long dueAt(Timer timer, long ref, long after) {
        if (state.rehearsed && state.isLeftOut(new Input.Due(timer, ref))) return Hold.WITHOUT_END;
        long at = switch (timer) {
            case SILENCE ->
                state.program
                        .link((int) ref)
                        .map(run -> Links.silentAt(state, run))
                        .orElse(Hold.WITHOUT_END);
            case CAREFUL_END ->
                state.program
                        .link((int) ref)
                        .map(run -> Links.carefulEndAt(state, run))
                        .orElse(Hold.WITHOUT_END);
            case RULE ->
                state.program
                        .rule((int) ref)
                        .map(run -> Rules.lookAgainAt(state, run, after))
                        .orElse(Hold.WITHOUT_END);
            case ALARM ->
                state.program
                        .rule((int) ref)
                        .map(run -> Alarms.lookAgainAt(state, run))
                        .orElse(Hold.WITHOUT_END);
            case NOTE -> {
                var note = state.notes.get(ref);
                yield note == null ? Hold.WITHOUT_END : note.expiresSite();
            }
            case STORM -> Tells.lookAgainAt(state);
            case LEASE -> leaseEnd((int) ref);
            case ACTUATOR -> Writes.lookAgainAt(state, (int) ref, after);
            case WINDOW -> state.windows.dueSite(state, (int) ref);
            case DEADLINE -> {
                var open = state.open.get(ref);
                yield open == null
                        ? Hold.WITHOUT_END
                        : open.deadlineSite() > after ? open.deadlineSite() : Hold.WITHOUT_END;
            }
            case ANSWER -> {
                var sent = state.sending.get(ref);
                yield sent == null ? Hold.WITHOUT_END : sent.orderedSite() + Commands.ANSWER_MICROS_MAX;
            }
            case BULK_NEXT -> Bulks.nextAt(state, ref);
        };
        // what should have happened before is due at once (a definition changed, a clock ran on while we were down)
        return at <= after ? after + 1 : at;
    }

    private long leaseEnd(int property) {
        if (!state.isActuator(property)) return Hold.WITHOUT_END;
        long first = Hold.WITHOUT_END;
        for (var hold : state.actuator(property).holds()) first = Math.min(first, hold.untilSite());
        return first;
    }
}
