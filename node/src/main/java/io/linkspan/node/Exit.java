package io.linkspan.node;

import io.linkspan.model.Invalid;
import io.linkspan.model.Log;
import java.io.IOException;

/// What a command's exit code says. docs/commands.md tells people the same.
final class Exit {
    /// It is done.
    static final int DONE = 0;
    /// Somebody said no: the site, the machine, a check of the file. Nothing was changed.
    static final int SAID_NO = 1;
    /// The command was written wrongly.
    static final int USAGE = 2;
    /// Nothing went to the machine, or it went and nobody knows what became of it.
    static final int NOT_SENT = 3;
    /// There is no such site, thing, property, entry or file.
    static final int NO_SUCH = 4;
    /// What was stored can not be read any more.
    static final int DAMAGED = 5;
    /// What is needed for it is not there: no running node, a line that does not open, a folder in use.
    static final int UNAVAILABLE = 69;
    /// A bug of ours.
    static final int BUG = 70;

    private Exit() {}

    /// What an exception of a command means.
    static int of(Exception e) {
        return switch (e) {
            case Invalid _, SaidNo _ -> SAID_NO;
            case NoSuch _, java.nio.file.NoSuchFileException _ -> NO_SUCH;
            case Log.Damaged _ -> DAMAGED;
            case ControlClient.Refused r ->
                switch (r.kind()) {
                    case INVALID, REFUSED -> SAID_NO;
                    case NO_SUCH -> NO_SUCH;
                    case DAMAGED -> DAMAGED;
                    case FAILED -> UNAVAILABLE;
                    case BUG -> BUG;
                };
            case IOException _ -> UNAVAILABLE;
            default -> BUG; // open: what nobody foresaw
        };
    }
}
