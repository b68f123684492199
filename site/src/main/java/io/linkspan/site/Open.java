package io.linkspan.site;

import io.linkspan.model.Principal;
import io.linkspan.model.Progress;
import io.linkspan.model.Value;
import java.util.Optional;

/// A command under way. Immutable.
///
/// @param hold its wish; 0 for an action
/// @param opened packed position of its entry
/// @param input what an action takes
/// @param write the write that carries it out, once ordered; 0 before
/// @param sentWall wall time of a write of it whose bytes went out; 0 when none has, as far as answers came
/// @param progress how far it is, as far as there is something to tell
record Open(
        long number,
        String key,
        Principal by,
        int property,
        long hold,
        long deadlineSite,
        long opened,
        Optional<Value> input,
        long write,
        long sentWall,
        Optional<Progress> progress) {
    /// Whether bytes of it went out, as far as answers came.
    boolean isSent() {
        return sentWall != 0;
    }

    /// It waits for nothing any more.
    Open writing(long id) {
        return new Open(number, key, by, property, hold, deadlineSite, opened, input, id, sentWall, Optional.empty());
    }

    Open sent(long wall) {
        return new Open(number, key, by, property, hold, deadlineSite, opened, input, write, wall, progress);
    }

    Open at(Progress now) {
        return new Open(
                number, key, by, property, hold, deadlineSite, opened, input, write, sentWall, Optional.of(now));
    }
}
