package io.linkspan.simulation.planted.site;

/// The site prints a help text with a library that belongs to node.
final class UsesLibrary {
    picocli.CommandLine line(Object command) {
        return new picocli.CommandLine(command);
    }
}
