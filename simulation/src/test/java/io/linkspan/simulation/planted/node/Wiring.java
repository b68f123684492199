package io.linkspan.simulation.planted.node;

/// Innocent: node constructs what it likes.
final class Wiring {
    Object wire() {
        return new io.linkspan.simulation.planted.payload.Compiler();
    }
}
