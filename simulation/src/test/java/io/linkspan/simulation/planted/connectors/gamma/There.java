package io.linkspan.simulation.planted.connectors.gamma;

/// Half of a cycle between two packages.
public interface There {
    /// The way back.
    io.linkspan.simulation.planted.connectors.delta.Back back();
}
