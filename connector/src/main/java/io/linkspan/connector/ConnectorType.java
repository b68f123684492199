package io.linkspan.connector;

import io.linkspan.model.Invalid;
import io.linkspan.model.Settings;

/// One protocol that Linkspan speaks, found by `ServiceLoader`. It has no state of its own and is safe for many
/// threads.
public interface ConnectorType {
    /// The word in the site file, such as `modbus_tcp`.
    String name();

    /// MUST check all settings of one connector and MUST NOT open anything. Call [Settings#finish] last, so that a
    /// misspelt
    /// field is refused at its line; the fields `id` and `type` were read before.
    ///
    /// @throws Invalid with a sentence that says what is wrong and what would be right
    Connector create(Settings settings) throws Invalid;

    /// MUST check that the connector can read (and, if it is writable, write) this point: its address, its type,
    /// the fields
    /// of its thing. Called when a site file is applied, before anything runs.
    ///
    /// @throws Invalid at the line of what is wrong
    void check(Point point) throws Invalid;
}
