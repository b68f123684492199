package io.linkspan.simulation.planted.connectors.delta;

/// The other half of the cycle.
public interface Back {
    /// The way there.
    io.linkspan.simulation.planted.connectors.gamma.There there();
}
