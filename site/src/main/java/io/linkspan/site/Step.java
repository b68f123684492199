package io.linkspan.site;

import io.linkspan.model.AlarmState;
import io.linkspan.model.Cell;
import io.linkspan.model.Input;
import io.linkspan.model.Moment;
import io.linkspan.model.Principal;
import io.linkspan.model.Result;
import java.util.List;

/// What one step of a site did: to be appended to the log, and to be acted on once it is on disk.
///
/// @param logged whether an entry must be appended; a frame of private readings that nothing followed from has none
/// @param results in order; values of private links are in them, and [io.linkspan.model.EntryCodec] leaves them out of
/// the log
/// @param cells what the doors show of each property that changed
/// @param alarms each that moved, as it stands now
public record Step(
        long here,
        Moment at,
        Principal by,
        Input input,
        List<Result> results,
        boolean logged,
        List<Cell> cells,
        List<AlarmState> alarms) {
    public Step {
        results = List.copyOf(results);
        cells = List.copyOf(cells);
        alarms = List.copyOf(alarms);
    }
}
