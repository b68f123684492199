package io.linkspan.site;

import io.linkspan.model.Hold;
import io.linkspan.model.Input;
import io.linkspan.model.Link;
import io.linkspan.model.Moment;
import io.linkspan.model.Outcome;
import io.linkspan.model.Principal;
import io.linkspan.model.Priority;
import io.linkspan.model.Progress;
import io.linkspan.model.Property;
import io.linkspan.model.Result;
import io.linkspan.model.Result.By;
import io.linkspan.model.Result.Ended;
import io.linkspan.model.Value;
import io.linkspan.model.Values;
import io.linkspan.model.Wish;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Decides what becomes of commands: never ahead of the truth.
final class Commands {
    /// Most commands under way; one more is refused.
    static final int OPEN_MAX = 10_000;
    /// Longest lease of a wish: 366 days.
    static final long LEASE_MICROS_MAX = 366L * 86_400 * 1_000_000;
    /// How long the answer to a write is waited for, in microseconds: 60 s. Twice what a connector may keep it
    /// waiting.
    static final long ANSWER_MICROS_MAX = 60_000_000;
    /// Lease of a wish whose command names none: 4 h.
    static final long LEASE_MICROS = 4L * 3600 * 1_000_000;

    private Commands() {}

    /// Somebody wishes a value: a hold and a command, or a refusal.
    static List<Result> set(State state, Input.Set set, Principal by, Moment now) {
        return set(state, set, by, now, 0);
    }

    /// Somebody sets all values of a scene: each is a command of its own, with an outcome of its own.
    static List<Result> scene(State state, Input.SceneSet set, Principal by, Moment now) {
        var scene = state.program.directory.file().scenes().get(set.scene());
        if (scene == null)
            return List.of(new Result.CommandEnded(
                    state.nextCommand, set.key(), new Outcome.Refused("this site has no scene " + set.scene())));
        var results = new ArrayList<Result>();
        int nth = 0;
        for (var e : scene.set().entrySet()) {
            var one = new Input.Set(
                    set.key().isEmpty() ? "" : set.key() + "/" + e.getKey(),
                    state.program.directory.property(e.getKey()),
                    Optional.of(e.getValue()),
                    set.priority(),
                    set.lease(),
                    set.deadline());
            results.addAll(set(state, one, by, now, nth++));
        }
        return results;
    }

    /// @param nth how many commands of the same input were opened before
    private static List<Result> set(State state, Input.Set set, Principal by, Moment now, int nth) {
        var known = state.over.get(set.key());
        if (known != null && !set.key().isEmpty()) return List.of();
        if (isOpen(state, set.key())) return List.of();
        var refusal = refusal(state, set.property(), set.value(), by, set.priority());
        long number = state.nextCommand + nth;
        if (refusal.isPresent())
            return List.of(new Result.CommandEnded(number, set.key(), new Outcome.Refused(refusal.get())));
        var results = new ArrayList<Result>();
        for (var h : state.actuator(set.property()).holds())
            if (!h.ofLink() && h.by().equals(by) && h.priority() == set.priority()) results.addAll(replaced(state, h));
        long deadline = deadline(state, set.property(), set.deadline(), now);
        long lease = Math.min(set.lease() == 0 ? LEASE_MICROS : set.lease(), LEASE_MICROS_MAX);
        var hold = new Hold(
                state.nextHold + nth,
                set.property(),
                0,
                by,
                set.priority(),
                new Wish.Want(set.value().orElseThrow()),
                state.here,
                now.site(),
                Sleepers.untilSite(state, set, lease, deadline, now));
        results.add(new Result.HoldPlaced(hold));
        results.add(
                new Result.CommandOpened(number, set.key(), by, set.property(), hold.id(), Optional.empty(), deadline));
        return results;
    }

    private static boolean isOpen(State state, String key) {
        if (key.isEmpty()) return false;
        for (var o : state.open.values()) if (o.key().equals(key)) return true;
        return false;
    }

    private static long deadline(State state, int property, long micros, Moment now) {
        long given = micros == 0 ? state.program.sleepers.deadline(property, Input.DEADLINE_MICROS) : micros;
        return now.site() + Math.min(given, LEASE_MICROS_MAX);
    }

    private static List<Result> replaced(State state, Hold hold) {
        var results = new ArrayList<Result>();
        results.add(new Result.HoldEnded(hold.id(), hold.property(), Ended.REPLACED));
        for (var o : state.open.values())
            if (o.hold() == hold.id()) results.addAll(withdrawn(state, o, Outcome.Cause.SUPERSEDED));
        return results;
    }

    /// Nobody wishes it any more. What is on its way is awaited: its answer says what became of it.
    static List<Result> withdrawn(State state, Open o, Outcome.Cause cause) {
        if (o.write() != 0 && state.sending.containsKey(o.write())) return List.of();
        return List.of(ended(o, unsent(o, cause)));
    }

    /// That a command was not sent, unless bytes of it went out before.
    static Outcome unsent(Open o, Outcome.Cause cause) {
        return o.sentWall() == 0 ? new Outcome.NotSent(cause) : new Outcome.InDoubt(o.sentWall());
    }

    private static Result ended(Open o, Outcome outcome) {
        return new Result.CommandEnded(o.number(), o.key(), outcome);
    }

    private static Optional<String> refusal(
            State state, int property, Optional<Value> value, Principal by, Priority priority) {
        var point = state.program.point(property);
        if (point.isEmpty() || point.get().property() == null) return Optional.of("this site has no such property");
        Property p = point.get().must();
        String path = point.get().path();
        if (!p.writable()) return Optional.of(path + " is a sensor, nothing can be set");
        if (state.disk == Input.DiskState.DEAD && by.kind() == Principal.Kind.APPLICATION)
            return Optional.of("the disk is dead: applications are not served before it is replaced");
        if (priority == Priority.FALLBACK) return Optional.of("fallback is not a priority for a wish");
        if (value.isEmpty()) return Optional.of("there is no value");
        if (value.get().type() != p.type())
            return Optional.of(path + " is a " + p.type().word() + ", not " + value.get());
        if (p.type().isQuantity()) {
            double d = Values.asDouble(value.get()).orElseThrow();
            if (d < p.min().orElse(Double.NEGATIVE_INFINITY) || d > p.max().orElse(Double.POSITIVE_INFINITY))
                return Optional.of(
                        path + " takes " + p.min().map(String::valueOf).orElse("..") + " to "
                                + p.max().map(String::valueOf).orElse("..") + ", not " + value.get());
        }
        if (value.get() instanceof Value.Choice c && !p.choices().containsValue(c.name()))
            return Optional.of(
                    path + " is one of " + String.join(", ", p.choices().values()) + ", not " + c.name());
        var out = state.outOfService(property);
        if (out.isPresent())
            return Optional.of(point.get().thing().id() + " is out of service ("
                    + out.get().reason() + ", " + out.get().by() + ")");
        if (!state.armed) return Optional.of("the site only watches; arm it first (linkspan arm)");
        if (state.open.size() >= OPEN_MAX) return Optional.of("there are " + OPEN_MAX + " commands under way already");
        return Optional.empty();
    }

    /// Somebody gives an actuator back.
    static List<Result> release(State state, Input.Release release) {
        if (!release.key().isEmpty() && state.over.containsKey(release.key())) return List.of();
        var point = state.program.point(release.property());
        long number = state.nextCommand;
        if (point.isEmpty() || !state.isActuator(release.property()))
            return List.of(new Result.CommandEnded(
                    number, release.key(), new Outcome.Refused("this site has no such actuator")));
        var results = new ArrayList<Result>();
        for (var h : state.actuator(release.property()).holds()) {
            if (h.priority() != release.priority() || h.ofSite() && !Rules.isKept(state, h)) continue;
            results.add(new Result.HoldEnded(h.id(), h.property(), Ended.RELEASED));
            for (var o : state.open.values())
                if (o.hold() == h.id()) results.addAll(withdrawn(state, o, Outcome.Cause.CANCELLED));
        }
        results.add(
                results.isEmpty()
                        ? new Result.CommandEnded(
                                number,
                                release.key(),
                                new Outcome.Refused(
                                        "nobody holds " + point.get().path() + " at priority "
                                                + release.priority().word()))
                        : new Result.CommandEnded(number, release.key(), new Outcome.Done(Optional.empty())));
        return results;
    }

    /// Somebody invokes an action.
    static List<Result> invoke(State state, Input.Invoke invoke, Principal by, Moment now) {
        var known = state.over.get(invoke.key());
        if (known != null && !invoke.key().isEmpty() || isOpen(state, invoke.key())) return List.of();
        long number = state.nextCommand;
        var refusal = refusedAction(state, invoke);
        if (refusal.isPresent())
            return List.of(new Result.CommandEnded(number, invoke.key(), new Outcome.Refused(refusal.get())));
        var results = new ArrayList<Result>();
        results.add(new Result.CommandOpened(
                number,
                invoke.key(),
                by,
                invoke.action(),
                0,
                invoke.value(),
                deadline(state, invoke.action(), invoke.deadline(), now)));
        if (Sleepers.asleep(state, invoke.action()))
            results.add(new Result.CommandAt(number, invoke.key(), invoke.action(), Progress.WAITS_FOR_WAKE));
        else if (state.reachable(invoke.action()))
            results.add(new Result.WriteOrdered(
                    state.nextWrite,
                    invoke.action(),
                    Optional.of(invoke.value().orElse(Value.Flag.ON)),
                    0,
                    state.here,
                    false));
        return results;
    }

    private static Optional<String> refusedAction(State state, Input.Invoke invoke) {
        var point = state.program.point(invoke.action());
        if (point.isEmpty() || point.get().action() == null) return Optional.of("this site has no such action");
        var action = point.get().action();
        if (action.input().isPresent()
                && invoke.value().map(v -> v.type() != action.input().get()).orElse(true))
            return Optional.of(
                    point.get().path() + " takes a " + action.input().get().word());
        if (action.input().isEmpty() && invoke.value().isPresent())
            return Optional.of(point.get().path() + " takes nothing");
        var out = state.outOfService(invoke.action());
        if (out.isPresent())
            return Optional.of(point.get().thing().id() + " is out of service ("
                    + out.get().reason() + ")");
        if (!state.armed) return Optional.of("the site only watches; arm it first (linkspan arm)");
        if (state.open.size() >= OPEN_MAX) return Optional.of("there are " + OPEN_MAX + " commands under way already");
        return Optional.empty();
    }

    /// What became of a command on this actuator, if that is known by now.
    static List<Result> look(State state, Open o, Moment now) {
        if (o.hold() == 0) return List.of();
        var a = state.actuator(o.property());
        var hold = a.hold(o.hold());
        if (hold.isEmpty()) return withdrawn(state, o, Outcome.Cause.CANCELLED);
        boolean past = now.site() >= o.deadlineSite();
        if (a.charge().by() == By.MINIMUM_TIME && a.charge().hold() == o.hold() && !past) return List.of();
        if (a.charge().hold() != o.hold() || a.charge().by() != By.HOLD)
            return List.of(ended(o, new Outcome.Outranked(words(state, o.property()))));
        var reading = state.twin(o.property()).reading();
        Optional<Value> reads =
                state.twin(o.property()).usable() && reading != null ? Optional.of(reading.value()) : Optional.empty();
        boolean right = reads.isPresent()
                && Values.same(
                        reads.get(),
                        a.desired().orElseThrow(),
                        state.program
                                .point(o.property())
                                .orElseThrow()
                                .writing()
                                .tolerance());
        return switch (a.write()) {
            case SETTLED -> List.of(ended(o, new Outcome.Done(shown(state, o, reads))));
            case IDLE ->
                right && !past ? List.of(ended(o, new Outcome.Done(shown(state, o, reads)))) : expired(state, o, past);
            case SENDING -> List.of(); // its answer comes, by the connector's contract
            case UNCONFIRMED, AWAIT_READ, LEFT, UNREACHABLE, REFUSED -> expired(state, o, past);
            case DIFFERS ->
                past
                        ? List.of(ended(
                                o,
                                new Outcome.Refused("the machine still reads "
                                        + shown(state, o, reads)
                                                .map(Value::toString)
                                                .orElse("otherwise"))))
                        : List.of();
        };
    }

    private static Optional<Value> shown(State state, Open o, Optional<Value> value) {
        return state.program.isPrivate(o.property()) ? Optional.empty() : value;
    }

    private static List<Result> expired(State state, Open o, boolean past) {
        if (!past) return List.of();
        if (o.sentWall() != 0) return List.of(ended(o, new Outcome.InDoubt(o.sentWall())));
        Outcome.Cause cause = state.reachable(o.property()) ? Outcome.Cause.EXPIRED : Outcome.Cause.UNREACHABLE;
        return List.of(
                ended(o, new Outcome.NotSent(cause)), new Result.HoldEnded(o.hold(), o.property(), Ended.NOT_SENT));
    }

    /// A connector answered: what that means for the commands which waited for this write.
    static List<Result> answered(State state, Sending sent, Outcome outcome, Moment now) {
        var results = new ArrayList<Result>();
        for (var o : state.open.values()) {
            if (o.write() != sent.write()) continue;
            if (o.hold() == 0) results.addAll(action(state, o, sent, outcome, now));
            else if (state.actuator(o.property()).hold(o.hold()).isEmpty()) results.add(ended(o, truly(o, outcome)));
            else if (outcome instanceof Outcome.Refused) results.add(ended(o, outcome));
            else if (outcome instanceof Outcome.Done done && done.readBack().isEmpty()) results.add(ended(o, outcome));
        }
        return results;
    }

    private static Outcome truly(Open o, Outcome outcome) {
        return outcome instanceof Outcome.NotSent n ? unsent(o, n.cause()) : outcome;
    }

    private static List<Result> action(State state, Open o, Sending sent, Outcome outcome, Moment now) {
        var action =
                state.program.point(o.property()).map(Program.Point::action).orElse(null);
        boolean past = now.site() >= o.deadlineSite();
        if (past) return List.of(ended(o, truly(o, outcome)));
        // not sent: it waits for the machine until its deadline
        if (outcome instanceof Outcome.NotSent n && n.cause() == Outcome.Cause.UNREACHABLE) return List.of();
        if (outcome instanceof Outcome.InDoubt && action != null && action.safeToRepeat())
            return mayGo(state, o) ? List.of(repeat(state, o, sent.value())) : List.of();
        return List.of(ended(o, truly(o, outcome)));
    }

    /// An action for a device that was heard, if it is not on its way.
    static Optional<Result> heardAgain(State state, Open o, Moment now) {
        if (now.site() >= o.deadlineSite() || !mayGo(state, o) || state.sending.containsKey(o.write()))
            return Optional.empty();
        return Optional.of(repeat(state, o, Optional.of(o.input().orElse(Value.Flag.ON))));
    }

    /// Somebody takes back a command: what was not sent is not, what is on its way or was sent is awaited; its wish
    /// is
    /// over.
    static List<Result> cancel(State state, Open o) {
        var results = new ArrayList<Result>();
        if (o.hold() != 0 && state.actuator(o.property()).hold(o.hold()).isPresent())
            results.add(new Result.HoldEnded(o.hold(), o.property(), Ended.CANCELLED));
        results.addAll(withdrawn(state, o, Outcome.Cause.CANCELLED));
        return results;
    }

    /// Somebody takes back a command or an order over many things, by its number.
    static List<Result> cancel(State state, Input.Cancel cancel) {
        var o = state.open.get(cancel.number());
        if (o != null) return cancel(state, o);
        return state.bulks
                .find(cancel.number())
                .map(b -> Bulks.cancel(state, b))
                .orElse(List.of());
    }

    /// A device tells how far it is.
    static List<Result> progressed(State state, Input.Progressed told) {
        var results = new ArrayList<Result>();
        if (!state.sending.containsKey(told.write())) return results;
        var at = new Progress(Progress.Stage.UNDER_WAY, told.percent(), told.text());
        for (var o : state.open.values())
            if (o.write() == told.write() && !o.progress().equals(Optional.of(at)))
                results.add(new Result.CommandAt(o.number(), o.key(), o.property(), at));
        return results;
    }

    /// No answer to a write came: it is in doubt, and nothing waits for it any longer.
    static List<Result> unanswered(State state, long write, Moment now) {
        var sent = state.sending.get(write);
        if (sent == null) return List.of();
        var results = new ArrayList<Result>();
        var doubt = new Outcome.InDoubt(sent.orderedWall());
        results.add(new Result.WriteEnded(write, sent.property(), doubt));
        results.addAll(answered(state, sent, doubt, now));
        return results;
    }

    /// Actions of a connector that is reachable again and were not sent yet.
    static List<Result> reachedAgain(State state, Moment now) {
        var results = new ArrayList<Result>();
        long write = state.nextWrite;
        for (var o : state.open.values()) {
            if (o.hold() != 0 || now.site() >= o.deadlineSite() || !mayGo(state, o)) continue;
            if (o.write() != 0 && state.sending.containsKey(o.write())) continue;
            results.add(new Result.WriteOrdered(
                    write++, o.property(), Optional.of(o.input().orElse(Value.Flag.ON)), 0, o.opened(), false));
        }
        return results;
    }

    private static boolean mayGo(State state, Open o) {
        return state.reachable(o.property())
                && !Sleepers.asleep(state, o.property())
                && Writes.withheld(state, o.property()).isEmpty();
    }

    private static Result repeat(State state, Open o, Optional<Value> value) {
        return new Result.WriteOrdered(state.nextWrite, o.property(), value, 0, o.opened(), false);
    }

    /// A command's deadline passed.
    static List<Result> deadline(State state, Open o, Moment now) {
        if (o.hold() != 0) return look(state, o, now);
        if (o.write() != 0 && state.sending.containsKey(o.write())) return List.of();
        return List.of(
                ended(o, unsent(o, state.reachable(o.property()) ? Outcome.Cause.EXPIRED : Outcome.Cause.UNREACHABLE)));
    }

    /// Who is in charge, in words: `anna (manual)`, `link shed_peak (economy)`, `its minimum time`.
    static String words(State state, int property) {
        var a = state.actuator(property);
        return switch (a.charge().by()) {
            case NOBODY -> "nobody";
            case MINIMUM_TIME -> "its minimum time on or off";
            case FALLBACK -> "its fallback";
            case HOLD, BOUND ->
                a.hold(a.charge().hold()).map(h -> holder(state, h)).orElse("nobody");
        };
    }

    private static String holder(State state, Hold h) {
        String who = h.ofLink()
                ? "link "
                        + state.program
                                .link(h.link())
                                .map(Program.Run::link)
                                .map(Link::id)
                                .orElse("?")
                : h.by().toString();
        return who + " (" + h.priority().word() + ")";
    }
}
