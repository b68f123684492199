package io.linkspan.simulation;

import io.linkspan.node.Subcommand;

/// Brings `demo` to the command line.
public final class DemoSubcommand implements Subcommand {
    /// For `ServiceLoader`, which makes one.
    public DemoSubcommand() {}

    @Override
    public String name() {
        return "demo";
    }

    @Override
    public Object command() {
        return new DemoCommand();
    }
}
