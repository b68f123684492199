package io.linkspan.simulation.planted.journal.deep;

/// A package below a flat module.
final class Buried {}
