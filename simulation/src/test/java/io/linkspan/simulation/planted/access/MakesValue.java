package io.linkspan.simulation.planted.access;

/// Innocent: a record is a value, which anybody may make.
final class MakesValue {
    Object value() {
        return new io.linkspan.simulation.planted.model.Innocent("text");
    }
}
