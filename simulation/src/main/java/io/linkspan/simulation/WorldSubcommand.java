package io.linkspan.simulation;

import io.linkspan.node.Subcommand;

/// Brings `simulate-world` to the command line.
public final class WorldSubcommand implements Subcommand {
    /// For `ServiceLoader`, which makes one.
    public WorldSubcommand() {}

    @Override
    public String name() {
        return "simulate-world";
    }

    @Override
    public Object command() {
        return new WorldCommand();
    }
}
