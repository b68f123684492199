package io.linkspan.site;

import io.linkspan.model.Moment;
import io.linkspan.model.Result.RuleHolds;
import io.linkspan.model.Result.RuleMoved;
import java.util.ArrayList;
import java.util.List;

/// The state of one rule or schedule. Immutable.
///
/// @param held the holds that it placed
/// @param lastAtWall wall time of the newest recurring time that it dealt with, or from which they count
/// @param here packed position of the entry of its last change; 0 before the first
record RuleState(Met met, Place place, Acts acts, List<Held> held, long lastAtWall, long here) {
    /// How far its condition is.
    ///
    /// @param sinceSite site time of the phase
    /// @param unsureSince site time since which the condition can not be known; [#SURE] when it can
    record Met(Phase phase, long sinceSite, long unsureSince) {}

    /// Where it is in its steps.
    ///
    /// @param step the step that comes next; of a schedule one more than its point, 0 before the first
    /// @param wakeSite until when it waits at this step, [io.linkspan.model.Hold#WITHOUT_END] for a condition
    /// alone;
    /// [#GOING] when it does not wait
    record Place(Branch branch, int step, long wakeSite) {
        static final Place NOWHERE = new Place(Branch.NONE, 0, GOING);
    }

    /// How often it acted.
    ///
    /// @param fired in all
    /// @param firedWall wall time of the last; 0: never
    /// @param recent since `recentSite`
    /// @param limitedUntil site time until which it is stopped, because it acted too often
    record Acts(long fired, long firedWall, int recent, long recentSite, long limitedUntil) {
        static final Acts NONE = new Acts(0, 0, 0, NEVER, NEVER);

        boolean isRecent(long site) {
            return recentSite != NEVER && site - recentSite < RECENT_MICROS;
        }

        Acts once(Moment at) {
            boolean minute = isRecent(at.site());
            return new Acts(
                    fired + 1, at.wall(), minute ? recent + 1 : 1, minute ? recentSite : at.site(), limitedUntil);
        }

        Acts limited(long until) {
            return new Acts(fired, firedWall, recent, recentSite, until);
        }
    }

    static final long SURE = Long.MIN_VALUE;
    static final long GOING = Long.MIN_VALUE;
    /// `untilSite` of a move to a step that it did not look at yet.
    static final long GOES_ON = 0;
    static final long NEVER = Long.MIN_VALUE;
    /// How long a stretch is in which a rule may act [#FIRED_MAX] times: one minute.
    static final long RECENT_MICROS = 60_000_000;
    /// How often a rule acts within [#RECENT_MICROS] before it is stopped for as long.
    static final int FIRED_MAX = 60;

    /// How far a condition is. The order is the code in a snapshot.
    enum Phase {
        /// Not met.
        IDLE,
        /// Met, and not long enough.
        MET,
        /// Met; the rule acted.
        ACTIVE
    }

    /// The steps that a rule is at. The order is the code in a snapshot.
    enum Branch {
        /// None.
        NONE,
        /// `then`
        THEN,
        /// `else`
        ELSE
    }

    /// A hold that it placed, and the step that says how long it lives.
    record Held(long hold, int property, boolean otherwise, int step) {}

    /// @param wall the recurring times after this are its
    static RuleState fresh(long site, long wall) {
        return new RuleState(new Met(Phase.IDLE, site, SURE), Place.NOWHERE, Acts.NONE, List.of(), wall, 0);
    }

    Phase phase() {
        return met.phase;
    }

    Branch branch() {
        return place.branch;
    }

    int step() {
        return place.step;
    }

    long wakeSite() {
        return place.wakeSite;
    }

    boolean isSure() {
        return met.unsureSince == SURE;
    }

    /// Whether there is nothing to stop.
    boolean isIdle() {
        return phase() == Phase.IDLE && isSure() && branch() == Branch.NONE && held.isEmpty() && step() == 0;
    }

    boolean isLimited(long site) {
        return site < acts.limitedUntil;
    }

    /// Whether it would act too often if it acted now.
    boolean actsTooOften(long now) {
        return acts.isRecent(now) && acts.recent >= FIRED_MAX;
    }

    RuleState moved(RuleMoved r, RuleRun run, Moment at) {
        return switch (r.move()) {
            case MET -> phase(Phase.MET, at);
            case CALLED_OFF -> phase(Phase.IDLE, at);
            case FIRED -> fired(r, run, at);
            case ENDED ->
                phase(Phase.IDLE, at).at(new Place(run.otherwise().isEmpty() ? Branch.NONE : Branch.ELSE, 0, GOING));
            case STEPPED -> at(stepped(r, run));
            case UNSURE -> unsure(at.site());
            case SURE -> unsure(SURE);
            case SILENT, ASLEEP, OFF -> phase(Phase.IDLE, at).unsure(SURE).at(Place.NOWHERE);
            case NOT_MET, COUNTS_ANEW -> lastAt(r.atWall());
            case SKIPPED -> r.atWall() != 0 ? lastAt(r.atWall()) : phase(Phase.ACTIVE, at); // not caught up
            case LIMITED -> acted(acts.limited(r.untilSite()));
            case POINT -> at(new Place(Branch.NONE, r.step(), GOING)).lastAt(r.atWall());
        };
    }

    private RuleState fired(RuleMoved r, RuleRun run, Moment at) {
        return phase(run.rule().isOfCondition() ? Phase.ACTIVE : Phase.IDLE, at)
                .unsure(SURE)
                .at(new Place(Branch.THEN, 0, GOING))
                .acted(acts.once(at))
                .lastAt(r.atWall() != 0 ? r.atWall() : lastAtWall);
    }

    private static Place stepped(RuleMoved r, RuleRun run) {
        if (r.step() >= run.branch(r.otherwise()).size()) return Place.NOWHERE;
        boolean waits = r.untilSite() != GOES_ON && run.waitsAt(r.otherwise(), r.step());
        return new Place(r.otherwise() ? Branch.ELSE : Branch.THEN, r.step(), waits ? r.untilSite() : GOING);
    }

    private RuleState phase(Phase next, Moment at) {
        return met(new Met(next, at.site(), met.unsureSince));
    }

    private RuleState unsure(long since) {
        return met(new Met(met.phase, met.sinceSite, since));
    }

    private RuleState met(Met next) {
        return new RuleState(next, place, acts, held, lastAtWall, here);
    }

    private RuleState at(Place next) {
        return new RuleState(met, next, acts, held, lastAtWall, here);
    }

    private RuleState acted(Acts next) {
        return new RuleState(met, place, next, held, lastAtWall, here);
    }

    private RuleState holding(List<Held> next) {
        return new RuleState(met, place, acts, List.copyOf(next), lastAtWall, here);
    }

    /// Recurring times up to this one are dealt with.
    RuleState lastAt(long wall) {
        return new RuleState(met, place, acts, held, wall, here);
    }

    /// It changed in this entry.
    RuleState at(long entry) {
        return new RuleState(met, place, acts, held, lastAtWall, entry);
    }

    RuleState with(RuleHolds r) {
        var all = new ArrayList<>(held);
        all.add(new Held(r.hold(), r.property(), r.otherwise(), r.step()));
        return holding(all);
    }

    RuleState without(long hold) {
        var all = new ArrayList<>(held);
        all.removeIf(h -> h.hold() == hold);
        return holding(all);
    }
}
