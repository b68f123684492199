package io.linkspan.simulation.planted.payload;

/// Innocent: a part that only node may construct.
public final class Compiler {}
