package io.linkspan.model;

import java.util.Optional;

/// An alarm as it stands: what the doors show, and all that the site keeps of it. Immutable; [#moved] is the table of
/// transitions of ANSI/ISA-18.2-2016 (alarm state transition diagram), with shelved, suppressed by design and out of
/// service
/// each beside the others, as OPC UA Part 9 (OPC 10000-9, 5.8.2 and Annex E) has them.
///
/// @param alarm number of its rule
/// @param active whether its condition is met, delays counted in
/// @param acknowledged whether nobody need look: a person saw it, or there is nothing to see
/// @param latched its condition is met no longer, and it waits to be reset
/// @param unknown it is active because what it looks at can not be known
/// @param unknownSite site time since which it can not be known; [#NEVER] when it can
/// @param returnsSite site time at which it returns to normal unless its condition is met again; [#NEVER] when not
/// @param byDesign whether its mode or its `suppress:` keeps it from being told
/// @param shelf when a person put it aside
/// @param out when a person took it out of service
/// @param count how often it was raised
/// @param raised packed position of the entry that raised it last; 0: never
/// @param raisedWall wall time of that
/// @param announcedSite site time at which people were last told that it stands, or acknowledged it
/// @param escalated the longest `after:` of those who were told since then, microseconds
/// @param changed packed position of the entry that moved it last
/// @param changedWall wall time of that
/// @param text what it says, with the values at which it was raised
/// @param first whether it was the first of its group to be raised
/// @param seen when a person acknowledged it last
/// @param comment the newest comment
public record AlarmState(
        int alarm,
        boolean active,
        boolean acknowledged,
        boolean latched,
        boolean unknown,
        long unknownSite,
        long returnsSite,
        boolean byDesign,
        Optional<Shelf> shelf,
        Optional<Said> out,
        long count,
        long raised,
        long raisedWall,
        long announcedSite,
        long escalated,
        long changed,
        long changedWall,
        String text,
        boolean first,
        Optional<Said> seen,
        Optional<Said> comment) {

    /// No such time.
    public static final long NEVER = Long.MIN_VALUE;

    /// What a person said, and when.
    public record Said(Principal by, long wall, String text) {}

    /// That a person put it aside.
    ///
    /// @param untilSite site time at which it is there again by itself
    public record Shelf(Said said, long untilSite) {}

    /// How an alarm stands: the states of ISA-18.2. The order is the code in the log: add at the end only.
    public enum Standing {
        /// Nothing is wrong.
        NORMAL,
        /// It is active and nobody saw it.
        UNACKNOWLEDGED,
        /// It is active and a person saw it.
        ACKNOWLEDGED,
        /// It is over, and nobody saw it.
        RETURNED_UNACKNOWLEDGED,
        /// Its condition is gone, it stays until it is reset, and nobody saw it.
        LATCHED_UNACKNOWLEDGED,
        /// Its condition is gone, a person saw it, it stays until it is reset.
        LATCHED_ACKNOWLEDGED,
        /// A person put it aside for a time.
        SHELVED,
        /// It is not told now, by design.
        SUPPRESSED_BY_DESIGN,
        /// A person took it out of service.
        OUT_OF_SERVICE
    }

    /// An alarm that was never raised.
    public static AlarmState fresh(int alarm) {
        return new AlarmState(
                alarm,
                false,
                true,
                false,
                false,
                NEVER,
                NEVER,
                false,
                Optional.empty(),
                Optional.empty(),
                0,
                0,
                0,
                NEVER,
                0,
                0,
                0,
                "",
                false,
                Optional.empty(),
                Optional.empty());
    }

    /// The state of ISA-18.2 that it is in.
    public Standing standing() {
        if (out.isPresent()) return Standing.OUT_OF_SERVICE;
        if (byDesign) return Standing.SUPPRESSED_BY_DESIGN;
        if (shelf.isPresent()) return Standing.SHELVED;
        if (active) return acknowledged ? Standing.ACKNOWLEDGED : Standing.UNACKNOWLEDGED;
        if (latched) return acknowledged ? Standing.LATCHED_ACKNOWLEDGED : Standing.LATCHED_UNACKNOWLEDGED;
        return acknowledged ? Standing.NORMAL : Standing.RETURNED_UNACKNOWLEDGED;
    }

    /// Whether it is kept from being told.
    public boolean isSuppressed() {
        return out.isPresent() || byDesign || shelf.isPresent();
    }

    /// Whether there is something to acknowledge.
    public boolean needsAcknowledging() {
        return !isSuppressed() && !acknowledged;
    }

    /// Whether people see it in their list of what stands.
    public boolean isStanding() {
        return standing() != Standing.NORMAL;
    }

    /// The state after a move.
    ///
    /// @param latches whether the alarm's definition says so
    /// @param here packed position of the entry
    public AlarmState moved(Result.AlarmMoved r, boolean latches, Moment at, long here) {
        var said = new Said(r.by(), at.wall(), r.text());
        var next = new Next(this);
        next.changed = here;
        next.changedWall = at.wall();
        switch (r.move()) {
            case RAISED -> next.raised(r, at, here);
            case RETURNING -> next.returnsSite = r.untilSite();
            case STAYED -> next.returnsSite = NEVER;
            case RETURNED -> next.returned(latches, at);
            case ACKNOWLEDGED -> {
                next.acknowledged = true;
                next.announcedSite = at.site();
                next.seen = Optional.of(said);
            }
            case RESET -> next.latched = false;
            case SHELVED -> next.shelf = Optional.of(new Shelf(said, r.untilSite()));
            case UNSHELVED, SHELF_ENDED -> {
                next.shelf = Optional.empty();
                next.told(at);
            }
            case SUPPRESSED -> next.byDesign = true;
            case UNSUPPRESSED -> {
                next.byDesign = false;
                next.told(at);
            }
            case OUT_OF_SERVICE -> next.out = Optional.of(said);
            case IN_SERVICE -> {
                next.out = Optional.empty();
                next.told(at);
            }
            case AGAIN -> next.again(at);
            case ESCALATED -> next.escalated = r.untilSite();
            case UNSURE -> next.unknownSite = at.site();
            case SURE -> {
                next.unknownSite = NEVER;
                next.unknown = false;
            }
            case COMMENTED -> next.comment = Optional.of(said);
            case REMOVED -> {
                return fresh(alarm);
            }
        }
        return next.done();
    }

    /// A state that is being changed. For one thread.
    private static final class Next {
        private final AlarmState was;
        private boolean active;
        private boolean acknowledged;
        private boolean latched;
        private boolean unknown;
        private long unknownSite;
        private long returnsSite;
        private boolean byDesign;
        private Optional<Shelf> shelf;
        private Optional<Said> out;
        private long count;
        private long raised;
        private long raisedWall;
        private long announcedSite;
        private long escalated;
        private long changed;
        private long changedWall;
        private String text;
        private boolean first;
        private Optional<Said> seen;
        private Optional<Said> comment;

        Next(AlarmState s) {
            was = s;
            active = s.active;
            acknowledged = s.acknowledged;
            latched = s.latched;
            unknown = s.unknown;
            unknownSite = s.unknownSite;
            returnsSite = s.returnsSite;
            byDesign = s.byDesign;
            shelf = s.shelf;
            out = s.out;
            count = s.count;
            raised = s.raised;
            raisedWall = s.raisedWall;
            announcedSite = s.announcedSite;
            escalated = s.escalated;
            changed = s.changed;
            changedWall = s.changedWall;
            text = s.text;
            first = s.first;
            seen = s.seen;
            comment = s.comment;
        }

        void raised(Result.AlarmMoved r, Moment at, long here) {
            active = true;
            latched = false;
            unknown = r.unknown();
            returnsSite = NEVER;
            count++;
            raised = here;
            raisedWall = at.wall();
            text = r.text();
            first = r.first();
            again(at);
        }

        void again(Moment at) {
            acknowledged = false;
            announcedSite = at.site();
            escalated = 0;
        }

        /// What nobody was told of need not be acknowledged.
        void returned(boolean latches, Moment at) {
            active = false;
            unknown = false;
            returnsSite = NEVER;
            latched = latches;
            if (was.isSuppressed()) acknowledged = true;
        }

        /// It is told again, unless another reason keeps it from being told: what stands is told anew, what is
        /// over
        /// meanwhile is not.
        void told(Moment at) {
            if (out.isPresent() || byDesign || shelf.isPresent()) return;
            if (active || latched) again(at);
            else acknowledged = true;
        }

        AlarmState done() {
            return new AlarmState(
                    was.alarm,
                    active,
                    acknowledged,
                    latched,
                    unknown,
                    unknownSite,
                    returnsSite,
                    byDesign,
                    shelf,
                    out,
                    count,
                    raised,
                    raisedWall,
                    announcedSite,
                    escalated,
                    changed,
                    changedWall,
                    text,
                    first,
                    seen,
                    comment);
        }
    }
}
