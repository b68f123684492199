package io.linkspan.site;

import io.linkspan.model.Result.Charge;
import io.linkspan.model.Value;
import io.linkspan.model.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What one actuator did over a time, and who was in charge of it. Not thread-safe.
final class Course {
    /// Most parties whose time in charge is kept; the time of more counts as that of [#OTHERS].
    static final int PARTIES_MAX = 100;
    /// Who was in charge when there were too many to name.
    static final String OTHERS = "others";

    private final int stretchesMax;
    private final List<Rehearsal.Stretch> stretches = new ArrayList<>();
    private final Map<String, Long> inCharge = new LinkedHashMap<>();
    private Optional<Value> value = Optional.empty();
    private String who = "nobody";
    private @Nullable Charge charge;
    private long sinceSite;
    private long sinceWall;
    private long lastSite;
    private boolean begun;
    private long onMicros;
    private long left;
    private int switched;
    private int writes;

    Course(int stretchesMax) {
        this.stretchesMax = stretchesMax;
    }

    /// Looks at the state after a step; true when something is otherwise than before.
    boolean look(State state, int property, long site, long wall) {
        var a = state.actuator(property);
        var now = a.desired().isPresent() ? a.desired() : state.current(property);
        lastSite = Math.max(lastSite, site);
        boolean sameWho = begun && a.charge().equals(charge);
        if (sameWho && now.equals(value)) return false;
        String next = sameWho ? who : Commands.words(state, property);
        charge = a.charge();
        if (begun && next.equals(who) && now.equals(value)) return false;
        if (begun) close(site, wall);
        if (begun && !now.equals(value) && value.isPresent()) switched++;
        begun = true;
        value = now;
        who = next;
        sinceSite = site;
        sinceWall = wall;
        return true;
    }

    void wrote() {
        writes++;
    }

    private void close(long site, long wall) {
        long micros = Math.max(0, site - sinceSite);
        if (isOn()) onMicros += micros;
        inCharge.merge(inCharge.size() < PARTIES_MAX || inCharge.containsKey(who) ? who : OTHERS, micros, Long::sum);
        if (micros == 0) return;
        if (stretches.size() < stretchesMax) stretches.add(new Rehearsal.Stretch(sinceWall, wall, value, who));
        else left++;
    }

    /// Whether it is on, or anything but zero.
    boolean isOn() {
        return value.isPresent() && Values.asDouble(value.get()).orElse(0) != 0;
    }

    boolean isFlag() {
        return value.orElse(null) instanceof Value.Flag;
    }

    Optional<Value> value() {
        return value;
    }

    String who() {
        return who;
    }

    /// What it came to, as if it ended now.
    Rehearsal.Doing told(long site, long wall) {
        long micros = Math.max(0, Math.max(site, lastSite) - sinceSite);
        var parties = new LinkedHashMap<>(inCharge);
        var all = new ArrayList<>(stretches);
        long more = left;
        if (begun) {
            parties.merge(parties.size() < PARTIES_MAX || parties.containsKey(who) ? who : OTHERS, micros, Long::sum);
            if (all.size() < stretchesMax) all.add(new Rehearsal.Stretch(sinceWall, wall, value, who));
            else more++;
        }
        return new Rehearsal.Doing(switched, writes, onMicros + (isOn() ? micros : 0), parties, all, more);
    }
}
