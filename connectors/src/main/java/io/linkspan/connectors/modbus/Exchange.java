package io.linkspan.connectors.modbus;

import io.linkspan.connector.Report;

/// What became of one request on a line.
sealed interface Exchange {
    /// The unit answered this very request.
    ///
    /// @param raw request and answer as on the wire
    record Answered(Response response, Report.Raw raw) implements Exchange {}

    /// Nobody answered within the timeout.
    ///
    /// @param raw the request as on the wire
    record Silent(Report.Raw raw) implements Exchange {}

    /// Something came that is no whole frame: a wrong CRC, a cut answer.
    ///
    /// @param what completes a sentence that begins with the unit: `sent a wrong CRC`
    record Garbled(String what, Report.Raw raw) implements Exchange {}

    /// The bytes on the wire, as far as there are any.
    Report.Raw raw();
}
