package io.linkspan.site;

import io.linkspan.model.Principal;

/// A command under way. Immutable.
///
/// @param hold its wish; 0 for an action
/// @param write the write that carries it out, once ordered; 0 before
record Open(long number, String key, Principal by, int property, long hold, long deadlineSite, long openedSeq, long write) {
    Open writing(long id) {
        return new Open(number, key, by, property, hold, deadlineSite, openedSeq, id);
    }
}
