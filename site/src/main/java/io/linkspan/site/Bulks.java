package io.linkspan.site;

import io.linkspan.model.ByteReader;
import io.linkspan.model.ByteWriter;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Hold;
import io.linkspan.model.Input;
import io.linkspan.model.Moment;
import io.linkspan.model.Outcome;
import io.linkspan.model.Principal;
import io.linkspan.model.Progress;
import io.linkspan.model.Result;
import io.linkspan.model.Result.BulkMove;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// The orders over many actuators that are under way, and those that were lately. [#apply] changes them and decides
/// nothing; the static part decides and changes nothing. Each target gets a command like anybody's, in an entry of its
/// own, with a key derived from the order's: what is in the log has begun and begins no second time. Not thread-safe.
public final class Bulks {
    /// Most orders under way; one more is refused.
    public static final int UNDER_WAY_MAX = 16;
    /// Most orders kept, also those that are over; the oldest that is over goes first.
    public static final int KEPT_MAX = 64;

    private final TreeMap<Long, Bulk> all = new TreeMap<>();

    /// None.
    public Bulks() {}

    /// Those of another, as they are now.
    public Bulks copy() {
        var copy = new Bulks();
        for (var b : all.values()) copy.all.put(b.number, b.copy());
        return copy;
    }

    /// All that are kept, the oldest first.
    public Collection<Bulk> all() {
        return all.values();
    }

    /// The order with this number.
    public Optional<Bulk> find(long number) {
        return Optional.ofNullable(all.get(number));
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    // ---- what changes them

    /// Changes them as a result says; results about anything else change nothing.
    public void apply(Result result, Moment at) {
        if (result instanceof Result.BulkOpened r) opened(r, at);
        if (all.isEmpty()) return;
        switch (result) {
            case Result.BulkMoved r -> moved(r, at);
            case Result.CommandAt r -> {
                if (r.progress().stage() == Progress.Stage.WAITS_FOR_WAKE)
                    for (var b : all.values()) if (b.underWay.containsKey(r.number())) b.asleep.add(r.number());
            }
            case Result.CommandEnded r -> ended(r);
            default -> {} // open: the others are about other things
        }
    }

    private void opened(Result.BulkOpened r, Moment at) {
        all.values().removeIf(b -> b.over && b.overSite + State.KEY_KEPT_MICROS < at.site());
        if (all.size() >= KEPT_MAX)
            all.values().stream().filter(b -> b.over).findFirst().ifPresent(b -> all.remove(b.number));
        all.put(r.number(), new Bulk(r.number(), r.by(), r.order(), at.site(), at.wall()));
    }

    private void moved(Result.BulkMoved r, Moment at) {
        var b = all.get(r.number());
        if (b == null) return;
        switch (r.move()) {
            case BEGAN -> {
                b.commands[r.target()] = r.command();
                b.begun = r.target() + 1;
                b.begunSite = at.site();
                b.underWay.put(r.command(), r.target());
            }
            case CANCELLED, STOPPED -> b.phase = r.move();
            case ENDED -> {
                b.over = true;
                b.overSite = at.site();
            }
        }
    }

    private void ended(Result.CommandEnded r) {
        for (var b : all.values()) {
            Integer target = b.underWay.remove(r.number());
            if (target == null) continue;
            b.asleep.remove(r.number());
            b.outcomes[target] = r.outcome();
            if (r.outcome() instanceof Outcome.Done) b.done++;
            else b.failed++;
        }
    }

    // ---- what is decided

    /// Somebody orders one value for many actuators: it is under way, or refused.
    static List<Result> open(State state, Input.Bulk bulk, Principal by) {
        var order = bulk.order();
        if (state.over.containsKey(order.key())) return List.of();
        int underWay = 0;
        for (var b : state.bulks.all.values()) {
            if (b.order.key().equals(order.key())) return List.of();
            if (!b.over) underWay++;
        }
        String refusal = null;
        if (underWay >= UNDER_WAY_MAX)
            refusal = "there are " + UNDER_WAY_MAX + " orders over many things under way already";
        for (int p : order.properties())
            if (!state.isActuator(p)) refusal = "this site has no actuator number " + p;
            else if (state.program.isPrivate(p))
                refusal = state.program.point(p).orElseThrow().path() + " belongs to a private link; set it by itself";
        if (refusal != null)
            return List.of(new Result.CommandEnded(state.nextCommand, order.key(), new Outcome.Refused(refusal)));
        return List.of(new Result.BulkOpened(state.nextCommand, by, order));
    }

    /// When the next command of an order begins; [Hold#WITHOUT_END] while none may.
    static long nextAt(State state, long number) {
        var b = state.bulks.all.get(number);
        if (b == null || !b.isMore() || b.atOnce() >= b.order.atOnce()) return Hold.WITHOUT_END;
        return b.begunSite + b.order.every();
    }

    /// It is time for the next command of an order.
    static List<Result> next(State state, long number, Moment now) {
        var b = state.bulks.all.get(number);
        if (b == null || !b.isMore() || b.atOnce() >= b.order.atOnce()) return List.of();
        var order = b.order;
        int property = order.properties().get(b.begun);
        var results = new ArrayList<Result>();
        var set = new Input.Set(
                order.keyOf(property),
                property,
                Optional.of(order.value()),
                order.priority(),
                order.lease(),
                order.deadline());
        results.add(new Result.BulkMoved(number, BulkMove.BEGAN, b.begun, state.nextCommand));
        var began = Commands.set(state, set, b.by, now);
        if (began.isEmpty()) began = List.of(known(state, set.key()));
        results.addAll(began);
        return results;
    }

    /// A command with this key was there before: it is not done again, and its outcome stands here too.
    private static Result known(State state, String key) {
        var over = state.over.get(key);
        var outcome =
                over == null ? new Outcome.Refused("a command with this key is under way already") : over.outcome();
        return new Result.CommandEnded(state.nextCommand, "", outcome);
    }

    /// Somebody takes back what is left of an order: no more begin, what was not sent is cancelled; what was sent
    /// goes
    /// on to its outcome.
    static List<Result> cancel(State state, Bulk b) {
        if (b.over || b.isHalted()) return List.of();
        var results = new ArrayList<Result>();
        results.add(new Result.BulkMoved(b.number, BulkMove.CANCELLED, -1, 0));
        for (long number : b.underWay.keySet()) {
            var o = state.open.get(number);
            if (o != null && !o.isSent() && !state.sending.containsKey(o.write()))
                results.addAll(Commands.cancel(state, o));
        }
        return results;
    }

    /// What follows for the orders from what became of their commands.
    static List<Result> look(State state) {
        var results = new ArrayList<Result>();
        for (var b : state.bulks.all.values()) {
            if (b.over) continue;
            boolean stops = b.isMore() && b.order.failuresMax() > 0 && b.failed >= b.order.failuresMax();
            if (stops) results.add(new Result.BulkMoved(b.number, BulkMove.STOPPED, -1, 0));
            if (b.underWay.isEmpty() && (stops || !b.isMore()))
                results.add(new Result.BulkMoved(b.number, BulkMove.ENDED, -1, 0));
        }
        return results;
    }

    // ---- in a snapshot

    void write(ByteWriter w) {
        w.varint(all.size());
        for (var b : all.values()) {
            EntryCodec.bulk(EntryCodec.principal(w.varint(b.number), b.by), b.order);
            w.signed(b.openedSite).signed(b.openedWall).signed(b.begunSite);
            w.constant(b.phase).flag(b.over).signed(b.overSite).varint(b.begun);
            for (int t = 0; t < b.begun; t++) {
                var outcome = b.outcomes[t];
                w.varint(b.commands[t]).flag(outcome != null);
                if (outcome != null) EntryCodec.outcome(w, outcome);
                else w.flag(b.asleep.contains(b.commands[t]));
            }
        }
    }

    void read(ByteReader r) {
        for (int n = r.items(); n > 0; n--) {
            long number = r.varint();
            var by = EntryCodec.principal(r);
            var order = EntryCodec.bulk(r);
            var b = new Bulk(number, by, order, r.signed(), r.signed());
            b.begunSite = r.signed();
            b.phase = r.constant(BulkMove.values());
            b.over = r.flag();
            b.overSite = r.signed();
            b.begun = r.count();
            for (int t = 0; t < b.begun; t++) target(r, b, t);
            all.put(number, b);
        }
    }

    private static void target(ByteReader r, Bulk b, int t) {
        b.commands[t] = r.varint();
        if (!r.flag()) {
            b.underWay.put(b.commands[t], t);
            if (r.flag()) b.asleep.add(b.commands[t]);
            return;
        }
        var outcome = EntryCodec.outcome(r);
        b.outcomes[t] = outcome;
        if (outcome instanceof Outcome.Done) b.done++;
        else b.failed++;
    }
}
