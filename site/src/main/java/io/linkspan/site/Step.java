package io.linkspan.site;

import io.linkspan.model.AlarmState;
import io.linkspan.model.Cell;
import io.linkspan.model.Input;
import io.linkspan.model.Moment;
import io.linkspan.model.Principal;
import io.linkspan.model.Result;
import io.linkspan.model.RuleCell;
import java.util.List;

/// What one step of a site did: to be appended to the log, and to be acted on once it is on disk.
///
/// @param logged whether an entry must be appended; a frame of private readings that nothing followed from has none
/// @param results in order; values of private links are in them, and [io.linkspan.model.EntryCodec] leaves them out of
/// the log
/// @param cells what the doors show of each property that changed
/// @param rules what they show of each rule that did
/// @param mode the mode of the site behind it; empty when it has none
/// @param alarms each that moved, as it stands now
public record Step(
        long here,
        Moment at,
        Principal by,
        Input input,
        List<Result> results,
        boolean logged,
        List<Cell> cells,
        List<RuleCell> rules,
        String mode,
        List<AlarmState> alarms) {
    public Step {
        results = List.copyOf(results);
        cells = List.copyOf(cells);
        rules = List.copyOf(rules);
        alarms = List.copyOf(alarms);
    }
}
