package io.linkspan.simulation.planted.connectors.alpha;

/// Innocent: knows nobody.
public record Frame(byte[] bytes) {}
