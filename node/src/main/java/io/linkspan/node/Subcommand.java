package io.linkspan.node;

/// A command of `./linkspan` that another module brings (`demo`, `simulate`, `bench`), found by `ServiceLoader`.
public interface Subcommand {
    /// The word behind `linkspan`.
    String name();

    /// A new picocli command object (`@Command`), a `Callable<Integer>` whose result is the exit code. It may use
    /// [Where] as a
    /// mixin.
    Object command();
}
