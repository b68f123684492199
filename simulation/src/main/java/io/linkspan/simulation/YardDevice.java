package io.linkspan.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// A device of the simulated yard with a book of its own: what it did, for which write, and how far it said it was. It
/// sleeps, dies and comes back; it says late, twice or not at all what it did, and never what it did not. Not
/// thread-safe.
final class YardDevice {
    final String id;
    final boolean sleeps;
    /// Until then it listens; a device that does not sleep always does.
    long awakeUntil;

    long deadUntil;
    boolean toldDead;
    /// Writes whose bytes came to it, also those that it refused.
    final Set<Long> received = new HashSet<>();
    /// Writes that it carried out.
    final Set<Long> carriedOut = new HashSet<>();
    /// Writes that it refused.
    final Set<Long> refused = new HashSet<>();
    /// How far it said it was with a write, in percent.
    final Map<Long, Integer> said = new HashMap<>();

    YardDevice(String id, boolean sleeps) {
        this.id = id;
        this.sleeps = sleeps;
    }

    String level() {
        return id + ".level";
    }

    String ring() {
        return id + ".ring";
    }

    boolean listens(long now) {
        return !isDead(now) && (!sleeps || now <= awakeUntil);
    }

    boolean isDead(long now) {
        return now < deadUntil;
    }
}
