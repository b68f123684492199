package io.linkspan.site;

import io.linkspan.model.Cell.WriteState;
import io.linkspan.model.Hold;
import io.linkspan.model.Result.Charge;
import io.linkspan.model.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The state of one writable property. Immutable, so an image of the site is a copy of references.
///
/// @param holds all wishes, the highest first, among equals the newest first
/// @param desired what it shall do; none: it is left as it is
/// @param write how far the machine is with it
/// @param pending the write that is on its way; 0: none
/// @param written the value sent last
/// @param writtenSite site time of the last order to write; [#NEVER]
/// @param switchedSite site time at which it was last told to switch, or switched itself; [#NEVER]
/// @param withheld what was shown instead of being written
/// @param rewrites how often the present value was written again because the machine read otherwise
record Actuator(
        List<Hold> holds,
        Charge charge,
        Optional<Value> desired,
        WriteState write,
        long pending,
        Optional<Value> written,
        long writtenSite,
        long switchedSite,
        Optional<Value> withheld,
        int rewrites) {

    static final long NEVER = Long.MIN_VALUE;

    static final Actuator IDLE = new Actuator(
            List.of(),
            Charge.NOBODY,
            Optional.empty(),
            WriteState.IDLE,
            0,
            Optional.empty(),
            NEVER,
            NEVER,
            Optional.empty(),
            0);

    private static final Comparator<Hold> ORDER = Comparator.comparing(Hold::priority)
            .thenComparing(Comparator.comparingLong(Hold::id).reversed());

    Actuator with(Hold hold) {
        var all = new ArrayList<>(holds);
        all.add(hold);
        all.sort(ORDER);
        return holds(all);
    }

    Actuator without(long id) {
        var all = new ArrayList<>(holds);
        all.removeIf(h -> h.id() == id);
        return holds(all);
    }

    Actuator withoutLink(int link) {
        var all = new ArrayList<>(holds);
        all.removeIf(h -> h.link() == link);
        return holds(all);
    }

    /// The lease of a wish ends then.
    Actuator until(long id, long site) {
        var all = new ArrayList<Hold>(holds.size());
        for (var h : holds)
            all.add(
                    h.id() != id
                            ? h
                            : new Hold(
                                    h.id(),
                                    h.property(),
                                    h.link(),
                                    h.by(),
                                    h.priority(),
                                    h.wish(),
                                    h.placed(),
                                    h.placedSite(),
                                    site));
        return holds(all);
    }

    private Actuator holds(List<Hold> all) {
        return new Actuator(
                List.copyOf(all),
                charge,
                desired,
                write,
                pending,
                written,
                writtenSite,
                switchedSite,
                withheld,
                rewrites);
    }

    Optional<Hold> hold(long id) {
        return holds.stream().filter(h -> h.id() == id).findFirst();
    }

    Optional<Hold> ofLink(int link) {
        return holds.stream().filter(h -> h.link() == link).findFirst();
    }

    /// Somebody else is in charge, or it shall do something else. A refusal of another value no longer counts, and
    /// what
    /// was refused is tried again for another wish.
    Actuator charged(Charge by, Optional<Value> value) {
        boolean same = value.equals(desired);
        boolean again = write == WriteState.REFUSED && by.hold() != charge.hold();
        WriteState next = same && !again || write == WriteState.SENDING || write == WriteState.AWAIT_READ
                ? write
                : WriteState.IDLE;
        return new Actuator(
                holds,
                by,
                value,
                next,
                pending,
                written,
                writtenSite,
                switchedSite,
                same ? withheld : Optional.empty(),
                same ? rewrites : 0);
    }

    Actuator ordered(long id, Value value, long site, boolean switches) {
        return new Actuator(
                holds,
                charge,
                desired,
                WriteState.SENDING,
                id,
                Optional.of(value),
                site,
                switches ? site : switchedSite,
                Optional.empty(),
                value.equals(written.orElse(null)) ? rewrites + 1 : 0);
    }

    Actuator now(WriteState state) {
        return new Actuator(
                holds,
                charge,
                desired,
                state,
                state == WriteState.SENDING ? pending : 0,
                written,
                writtenSite,
                switchedSite,
                withheld,
                state == WriteState.SETTLED ? 0 : rewrites);
    }

    Actuator switchedAt(long site) {
        return new Actuator(holds, charge, desired, write, pending, written, writtenSite, site, withheld, rewrites);
    }

    Actuator showing(Optional<Value> value) {
        return new Actuator(
                holds, charge, desired, write, pending, written, writtenSite, switchedSite, value, rewrites);
    }
}
