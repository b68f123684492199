package io.linkspan.simulation.planted.extras;

/// A class in a folder that the table does not know.
final class Stray {
    String name = "stray";
}
