package io.linkspan.simulation;

import io.linkspan.node.Subcommand;

/// Brings `simulate` to the command line.
public final class SimulateSubcommand implements Subcommand {
    /// For `ServiceLoader`, which makes one.
    public SimulateSubcommand() {}

    @Override
    public String name() {
        return "simulate";
    }

    @Override
    public Object command() {
        return new SimulateCommand();
    }
}
