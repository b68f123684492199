package io.linkspan.site;

import io.linkspan.model.Alarm.Severity;
import io.linkspan.model.AlarmState;
import io.linkspan.model.Moment;
import io.linkspan.model.Result;

/// How many messages an entry of `tell:` asked for lately. Immutable.
///
/// @param windowSite site time at which the minute began that is counted; [AlarmState#NEVER] before the first message
/// @param inWindow messages within it, told and held
/// @param storm whether they are held
/// @param held how many were held since the storm began
/// @param first number of the alarm that was held first
/// @param highest severity of those that were held
record TellState(long windowSite, int inWindow, boolean storm, long held, int first, Severity highest) {
    /// Most messages that one entry has told one by one within [#WINDOW_MICROS].
    static final int SINGLY_MAX = 10;
    /// The stretch within which messages are counted: one minute.
    static final long WINDOW_MICROS = 60_000_000;

    static final TellState NONE = new TellState(AlarmState.NEVER, 0, false, 0, 0, Severity.LOW);

    /// Messages of the minute that this moment is in.
    int within(long site) {
        return isOver(site) ? 0 : inWindow;
    }

    private boolean isOver(long site) {
        return windowSite == AlarmState.NEVER || site - windowSite >= WINDOW_MICROS;
    }

    /// Site time at which the storm is looked at again.
    long windowEnd() {
        return windowSite + WINDOW_MICROS;
    }

    TellState told(Moment at) {
        return isOver(at.site())
                ? new TellState(at.site(), 1, storm, held, first, highest)
                : new TellState(windowSite, inWindow + 1, storm, held, first, highest);
    }

    TellState held(Result.NoteHeld r) {
        return new TellState(
                windowSite,
                inWindow + 1,
                storm,
                held + 1,
                held == 0 ? r.alarm() : first,
                r.severity().compareTo(highest) > 0 ? r.severity() : highest);
    }

    TellState moved(Result.StormMove move, Moment at) {
        return switch (move) {
            case BEGAN -> new TellState(at.site(), 0, true, 0, 0, Severity.LOW);
            case GOES_ON -> new TellState(at.site(), 0, true, held, first, highest);
            case OVER -> NONE;
        };
    }
}
