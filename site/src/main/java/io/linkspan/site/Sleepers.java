package io.linkspan.site;

import io.linkspan.model.Directory;
import io.linkspan.model.Durations;
import io.linkspan.model.Hold;
import io.linkspan.model.Input;
import io.linkspan.model.Moment;
import io.linkspan.model.Progress;
import io.linkspan.model.Result;
import io.linkspan.model.Thing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The devices of a site that sleep: what goes to them waits until they are heard, then goes in the order in which it
/// was asked for. A device is awake for a time after each reading of any of its properties. Immutable.
final class Sleepers {
    private static final int[] NOBODY = {};

    private final int[][] beside;
    private final long[] awakeMicros;
    private final long[] deadlineMicros;
    private final boolean some;

    /// @param end one more than the highest number of a property or an action
    Sleepers(Directory directory, int end) {
        beside = new int[end][];
        awakeMicros = new long[end];
        deadlineMicros = new long[end];
        boolean any = false;
        for (var thing : directory.file().things().values()) {
            if (thing.sleeps().isEmpty()) continue;
            any = true;
            add(directory, thing, thing.sleeps().get());
        }
        some = any;
    }

    private void add(Directory directory, Thing thing, Thing.Sleep sleep) {
        int[] properties = thing.properties().keySet().stream()
                .mapToInt(p -> directory.property(thing.id() + "." + p))
                .toArray();
        var all = new ArrayList<String>(thing.properties().keySet());
        all.addAll(thing.actions().keySet());
        for (String name : all) {
            int n = directory.property(thing.id() + "." + name);
            beside[n] = properties;
            awakeMicros[n] = Durations.micros(sleep.awakeFor());
            deadlineMicros[n] = 2 * Durations.micros(sleep.wakesEvery());
        }
    }

    /// Whether any device of the site sleeps.
    boolean some() {
        return some;
    }

    /// Whether the device of this property or action sleeps at times.
    boolean has(int property) {
        return property > 0 && property < beside.length && beside[property] != null;
    }

    /// The properties of the same sleeping device; none of a device that never sleeps.
    int[] beside(int property) {
        return has(property) ? beside[property] : NOBODY;
    }

    /// How long a command that names no deadline waits, in microseconds: twice the longest sleep, or what is given.
    long deadline(int property, long otherwise) {
        return has(property) ? deadlineMicros[property] : otherwise;
    }

    // ---- what it means for a site now

    /// Whether the device sleeps now, as far as it was heard.
    static boolean asleep(State state, int property) {
        var sleepers = state.program.sleepers;
        return sleepers.has(property) && state.lastSite > heard(state, property) + sleepers.awakeMicros[property];
    }

    /// Site time of the newest reading of the device.
    private static long heard(State state, int property) {
        long newest = Twin.NEVER;
        for (int p : state.program.sleepers.beside(property))
            newest = Math.max(newest, state.twin(p).receivedSite());
        return newest;
    }

    /// The commands for devices that were heard in this step, the oldest first.
    static List<Open> woken(State state, Moment now) {
        var all = new ArrayList<Open>();
        for (var o : state.open.values())
            if (state.program.sleepers.has(o.property()) && heard(state, o.property()) == now.site()) all.add(o);
        return all;
    }

    /// That a command waits for its device, told once.
    static Optional<Result> waits(State state, Open o) {
        boolean told = o.progress().isPresent();
        if (told || o.isSent() || state.sending.containsKey(o.write()) || !asleep(state, o.property()))
            return Optional.empty();
        return Optional.of(new Result.CommandAt(o.number(), o.key(), o.property(), Progress.WAITS_FOR_WAKE));
    }

    /// The end of a wish's lease when it is placed: for a device that sleeps it begins when the command is sent, or
    /// is
    /// over.
    static long untilSite(State state, Input.Set set, long leaseMicros, long deadlineSite, Moment now) {
        return (state.program.sleepers.has(set.property()) ? deadlineSite : now.site()) + leaseMicros;
    }

    /// The commands on an actuator that no write was ordered for, whose wish's lease has not begun.
    static List<Open> unsent(State state, int property) {
        if (!state.program.sleepers.has(property)) return List.of();
        return state.open.values().stream()
                .filter(o -> o.property() == property && o.hold() != 0 && o.write() == 0)
                .toList();
    }

    /// The leases that begin now: their commands were sent or are over.
    static List<Result> leases(State state, List<Open> unsentBefore, Moment now) {
        var results = new ArrayList<Result>();
        for (var before : unsentBefore) {
            var after = state.open.get(before.number());
            if (after != null && after.write() == 0) continue;
            Optional<Hold> hold = state.actuator(before.property()).hold(before.hold());
            long lease = hold.map(Hold::untilSite).orElse(0L) - before.deadlineSite();
            if (lease > 0) results.add(new Result.LeaseBegan(before.hold(), before.property(), now.site() + lease));
        }
        return results;
    }
}
