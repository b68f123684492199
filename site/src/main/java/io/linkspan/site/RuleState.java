package io.linkspan.site;

import io.linkspan.model.Moment;
import io.linkspan.model.Result.RuleHolds;
import io.linkspan.model.Result.RuleMoved;
import java.util.ArrayList;
import java.util.List;

/// The state of one rule or schedule. Immutable.
///
/// @param phase how far its condition is
/// @param sinceSite site time of the phase
/// @param unsureSince site time since which its condition can not be known; [#SURE] when it can
/// @param branch the steps that it is at
/// @param step the step that comes next; of a schedule one more than its point, 0 before the first
/// @param wakeSite until when it waits at this step, [Hold#WITHOUT_END] for a condition alone; [#GOING] when it does
/// not wait
/// @param held the holds that it placed
/// @param lastAtWall wall time of the newest recurring time that it dealt with, or from which they count
/// @param fired how often it acted
/// @param firedWall wall time of the last; 0: never
/// @param recent how often it acted since `recentSite`
/// @param here packed position of the entry of its last change; 0 before the first
/// @param limitedUntil site time until which it is stopped, because it acted too often
record RuleState(
        Phase phase,
        long sinceSite,
        long unsureSince,
        Branch branch,
        int step,
        long wakeSite,
        List<Held> held,
        long lastAtWall,
        long fired,
        long firedWall,
        int recent,
        long recentSite,
        long limitedUntil,
        long here) {
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
        return new RuleState(Phase.IDLE, site, SURE, Branch.NONE, 0, GOING, List.of(), wall, 0, 0, 0, NEVER, NEVER, 0);
    }

    /// Whether there is nothing to stop.
    boolean isIdle() {
        return phase == Phase.IDLE && unsureSince == SURE && branch == Branch.NONE && held.isEmpty() && step == 0;
    }

    boolean isLimited(long site) {
        return site < limitedUntil;
    }

    /// Whether it would act too often if it acted now.
    boolean actsTooOften(long now) {
        return recentSite != NEVER && now - recentSite < RECENT_MICROS && recent >= FIRED_MAX;
    }

    RuleState moved(RuleMoved r, RuleRun run, Moment at) {
        return switch (r.move()) {
            case MET -> phase(Phase.MET, at.site());
            case CALLED_OFF -> phase(Phase.IDLE, at.site());
            case FIRED -> fired(r, run, at);
            case ENDED ->
                phase(Phase.IDLE, at.site()).at(run.otherwise().isEmpty() ? Branch.NONE : Branch.ELSE, 0, GOING);
            case STEPPED -> stepped(r, run);
            case UNSURE -> unsure(at.site());
            case SURE -> unsure(SURE);
            case SILENT, ASLEEP, OFF ->
                phase(Phase.IDLE, at.site()).unsure(SURE).at(Branch.NONE, 0, GOING);
            case NOT_MET, COUNTS_ANEW -> lastAt(r.atWall());
            case SKIPPED -> r.atWall() != 0 ? lastAt(r.atWall()) : phase(Phase.ACTIVE, at.site()); // not caught up
            case LIMITED -> limited(r.untilSite());
            case POINT -> at(Branch.NONE, r.step(), GOING).lastAt(r.atWall());
        };
    }

    private RuleState fired(RuleMoved r, RuleRun run, Moment at) {
        boolean minute = recentSite != NEVER && at.site() - recentSite < RECENT_MICROS;
        boolean level = run.rule().isOfCondition();
        return new RuleState(
                level ? Phase.ACTIVE : Phase.IDLE,
                at.site(),
                SURE,
                Branch.THEN,
                0,
                GOING,
                held,
                r.atWall() != 0 ? r.atWall() : lastAtWall,
                fired + 1,
                at.wall(),
                minute ? recent + 1 : 1,
                minute ? recentSite : at.site(),
                limitedUntil,
                here);
    }

    private RuleState stepped(RuleMoved r, RuleRun run) {
        int steps = (r.otherwise() ? run.otherwise() : run.then()).size();
        if (r.step() >= steps) return at(Branch.NONE, 0, GOING);
        return at(
                r.otherwise() ? Branch.ELSE : Branch.THEN,
                r.step(),
                r.untilSite() == GOES_ON || !run.waitsAt(r.otherwise(), r.step()) ? GOING : r.untilSite());
    }

    private RuleState phase(Phase next, long site) {
        return new RuleState(
                next,
                site,
                unsureSince,
                branch,
                step,
                wakeSite,
                held,
                lastAtWall,
                fired,
                firedWall,
                recent,
                recentSite,
                limitedUntil,
                here);
    }

    private RuleState unsure(long since) {
        return new RuleState(
                phase,
                sinceSite,
                since,
                branch,
                step,
                wakeSite,
                held,
                lastAtWall,
                fired,
                firedWall,
                recent,
                recentSite,
                limitedUntil,
                here);
    }

    private RuleState at(Branch next, int nextStep, long wake) {
        return new RuleState(
                phase,
                sinceSite,
                unsureSince,
                next,
                nextStep,
                wake,
                held,
                lastAtWall,
                fired,
                firedWall,
                recent,
                recentSite,
                limitedUntil,
                here);
    }

    /// Recurring times up to this one are dealt with.
    RuleState lastAt(long wall) {
        return new RuleState(
                phase,
                sinceSite,
                unsureSince,
                branch,
                step,
                wakeSite,
                held,
                wall,
                fired,
                firedWall,
                recent,
                recentSite,
                limitedUntil,
                here);
    }

    private RuleState limited(long until) {
        return new RuleState(
                phase,
                sinceSite,
                unsureSince,
                branch,
                step,
                wakeSite,
                held,
                lastAtWall,
                fired,
                firedWall,
                recent,
                recentSite,
                until,
                here);
    }

    private RuleState holding(List<Held> next) {
        return new RuleState(
                phase,
                sinceSite,
                unsureSince,
                branch,
                step,
                wakeSite,
                List.copyOf(next),
                lastAtWall,
                fired,
                firedWall,
                recent,
                recentSite,
                limitedUntil,
                here);
    }

    /// It changed in this entry.
    RuleState at(long entry) {
        return new RuleState(
                phase,
                sinceSite,
                unsureSince,
                branch,
                step,
                wakeSite,
                held,
                lastAtWall,
                fired,
                firedWall,
                recent,
                recentSite,
                limitedUntil,
                entry);
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
