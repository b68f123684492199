package io.linkspan.connector;

import io.linkspan.model.Invalid;
import io.linkspan.model.Settings;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/// An optional ability of a [ConnectorType]: to look at an endpoint by hand, without a site file.
public interface Probes {
    /// Finds out how to talk to what is there (baud rate, units), telling each find and each step of a long search.
    ///
    /// @param settings as a person would write them for this connector; `endpoint` at least
    void probe(Surroundings here, Settings settings, Consumer<Report.Found> found)
            throws Invalid, IOException, InterruptedException;

    /// Reads one address once and shows it in each form that it could have.
    ///
    /// @param address as after `at:`, with the unit before it: `unit 1 input 4`
    /// @return one line a form, the likely one first
    List<Shown> read(Surroundings here, Settings settings, String address)
            throws Invalid, IOException, InterruptedException;

    /// One way to understand what was read: `uint32 (words CDAB)` is `230.4`.
    record Shown(String form, String value) {}
}
