package io.linkspan.simulation.planted.feed;

/// A feed looks into the JDK where nobody may.
final class UsesInternals {
    sun.misc.Unsafe unsafe(sun.misc.Unsafe given) {
        return given;
    }
}
