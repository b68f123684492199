package io.linkspan.site;

import io.linkspan.model.ByteReader;
import io.linkspan.model.ByteWriter;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.Hold;
import io.linkspan.model.Value;
import java.util.Optional;
import java.util.TreeMap;

/// What one window knows. [Windows] decides by it, [WindowStates] changes it; a part that is in an image is copied
/// before
/// it is changed.
final class WindowState {
    /// Most told stretches of one window that late readings can still correct; the oldest go first.
    static final int TOLD_KEPT_MAX = WindowRun.PANES_MAX;

    final WindowRun run;
    final Track[] tracks;
    /// The end of the newest stretch that was told, wall time.
    long toldTo;
    /// Readings before this instant are too late.
    long finalTo;
    /// The latest wall time seen.
    long seenWall;
    /// Late readings came between these instants, since the last time they were looked at.
    long dirtyFrom = Long.MAX_VALUE;

    long dirtyTo = Long.MIN_VALUE;
    /// Wall time at which late readings are looked at; [Hold#WITHOUT_END] when none came.
    long lookAt = Hold.WITHOUT_END;
    /// Readings that came too late, since the last time it was told; then in all.
    long tooLate;

    long tooLateAll;
    /// What was told, by the end of the stretch.
    final TreeMap<Long, Told> told = new TreeMap<>();
    /// Whether it is part of an image.
    boolean isShared;

    /// A value that was told.
    record Told(long from, Optional<Value> value, boolean usable) {}

    WindowState(WindowRun run, Track[] tracks) {
        this.run = run;
        this.tracks = tracks;
    }

    /// One that begins with the stretch that an instant is in.
    static WindowState fresh(WindowRun run, long wall) {
        var tracks = new Track[run.members().size()];
        for (int i = 0; i < tracks.length; i++) tracks[i] = new Track();
        var state = new WindowState(run, tracks);
        state.toldTo = run.calendar().start(wall);
        state.finalTo = wall - run.late();
        state.seenWall = wall;
        return state;
    }

    /// The same under a definition that says the same; what is looked at may be more or fewer.
    WindowState under(WindowRun next) {
        var all = new Track[next.members().size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = new Track();
            for (int k = 0; k < tracks.length; k++)
                if (WindowRun.same(run.members().get(k), next.members().get(i))) all[i] = tracks[k].copy();
        }
        return copyTo(new WindowState(next, all));
    }

    WindowState copy() {
        var all = new Track[tracks.length];
        for (int i = 0; i < all.length; i++) all[i] = tracks[i].copy();
        return copyTo(new WindowState(run, all));
    }

    private WindowState copyTo(WindowState copy) {
        copy.toldTo = toldTo;
        copy.finalTo = finalTo;
        copy.seenWall = seenWall;
        copy.dirtyFrom = dirtyFrom;
        copy.dirtyTo = dirtyTo;
        copy.lookAt = lookAt;
        copy.tooLate = tooLate;
        copy.tooLateAll = tooLateAll;
        copy.told.putAll(told);
        return copy;
    }

    /// Time goes on: nothing before this can be corrected any more.
    void advance(long wall) {
        seenWall = Math.max(seenWall, wall);
        finalTo = Math.max(finalTo, wall - run.late());
    }

    /// Puts what is old enough into panes, of one source.
    void settle(int member, Track.Gaps gaps) {
        tracks[member].settle(finalTo, keptFrom(), run, run.members().get(member), gaps);
    }

    /// Forgets what no stretch that can still be told, or corrected, is made of.
    void forget() {
        told.headMap(finalTo, true).clear();
        while (told.size() > TOLD_KEPT_MAX) told.pollFirstEntry();
        long before = keptFrom();
        for (var track : tracks) track.forget(before);
    }

    /// Nothing before this instant is of interest any more.
    long keptFrom() {
        return Math.min(finalTo, toldTo) - run.reach();
    }

    /// Wall time at which there is something to tell.
    long dueWall() {
        return Math.min(lookAt, run.calendar().end(toldTo) + run.delay());
    }

    void write(ByteWriter w) {
        w.varint(tracks.length);
        for (var track : tracks) track.write(w);
        w.signed(toldTo)
                .signed(finalTo)
                .signed(seenWall)
                .signed(dirtyFrom)
                .signed(dirtyTo)
                .signed(lookAt);
        w.varint(tooLate).varint(tooLateAll).varint(told.size());
        told.forEach((to, t) ->
                EntryCodec.optional(w.signed(to).signed(t.from()), t.value()).flag(t.usable()));
    }

    static WindowState read(ByteReader r, WindowRun run) {
        int n = r.items();
        if (n != run.members().size())
            throw new IllegalArgumentException("A snapshot has " + n + " sources of " + run.path() + ", its site file "
                    + run.members().size());
        var tracks = new Track[n];
        for (int i = 0; i < n; i++)
            tracks[i] =
                    Track.read(r, run.window().function(), run.members().get(i).exact());
        var s = new WindowState(run, tracks);
        s.toldTo = r.signed();
        s.finalTo = r.signed();
        s.seenWall = r.signed();
        s.dirtyFrom = r.signed();
        s.dirtyTo = r.signed();
        s.lookAt = r.signed();
        s.tooLate = r.varint();
        s.tooLateAll = r.varint();
        for (int i = r.items(); i > 0; i--)
            s.told.put(r.signed(), new Told(r.signed(), EntryCodec.optional(r), r.flag()));
        return s;
    }
}
