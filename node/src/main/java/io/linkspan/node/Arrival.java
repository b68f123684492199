package io.linkspan.node;

import io.linkspan.connector.Report;

/// What a connector, or the node about its line, told a site. Who takes one completes its receipt.
public sealed interface Arrival {
    /// The connector's id in the site file.
    String connector();

    /// To be completed when what was told is on disk, or never will be.
    Receipt receipt();

    /// A report of the connector.
    record Heard(String connector, Report report, Receipt receipt) implements Arrival {}

    /// The connector's line came up or went down; `why` is empty when up.
    record LineChanged(String connector, boolean up, String why, Receipt receipt) implements Arrival {}
}
