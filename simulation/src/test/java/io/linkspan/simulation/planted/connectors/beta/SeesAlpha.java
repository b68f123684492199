package io.linkspan.simulation.planted.connectors.beta;

/// One protocol borrows from another.
final class SeesAlpha {
    int length(io.linkspan.simulation.planted.connectors.alpha.Frame frame) {
        return frame.bytes().length;
    }
}
