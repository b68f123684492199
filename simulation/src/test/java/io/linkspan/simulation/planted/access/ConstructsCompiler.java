package io.linkspan.simulation.planted.access;

/// A door constructs a part of another module, though it may know it.
final class ConstructsCompiler {
    Object compiler() {
        return new io.linkspan.simulation.planted.payload.Compiler();
    }
}
