package io.linkspan.connector;

import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import io.linkspan.model.ValueType;
import io.linkspan.model.WithoutUs;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// One property (or action) of one thing, as its connector must know it.
///
/// @param number the property's number within its site, which a [io.linkspan.model.Reading] carries
/// @param name thing and property: `boiler.on`
/// @param unit the UCUM unit that readings must be in, where the property has one
/// @param step the least difference that means something, where declared (0.1 °C)
/// @param at the address in the words of the connector: `input 4 int16 x0.1`, `1-0:1.8.1`
/// @param every how often to read it, where the file says so
/// @param choices the codes of a choice, name by code; empty for other types
/// @param thing the fields of the thing that are not ours, such as `unit: 1`
/// @param access what the connector may do with it
public record Point(
        int number,
        String name,
        ValueType type,
        Optional<String> unit,
        Optional<Double> step,
        Tree.Scalar at,
        Optional<Duration> every,
        Map<Long, String> choices,
        Tree.Fields thing,
        Access access,
        WithoutUs withoutUs) {

    public Point {
        choices = Map.copyOf(choices);
    }

    /// What a connector may do with a point.
    public enum Access {
        /// A sensor.
        READ,
        /// An actuator: read and written.
        WRITE,
        /// An action: invoked, never read.
        INVOKE,
        /// Another thing's property, which this connector offers to somebody else's machine; see
        /// [Surroundings#current].
        SERVE,
        /// As SERVE, and the other machine may ask for another value ([Report.Asked]).
        SERVE_WRITABLE
    }

    /// Whether the point is offered to others rather than read from a machine.
    public boolean served() {
        return access == Access.SERVE || access == Access.SERVE_WRITABLE;
    }

    /// The thing's own fields, to be read with checks.
    public Settings thingSettings() {
        return new Settings(thing);
    }

    /// The thing's short name.
    public String thingName() {
        return name.substring(0, name.indexOf('.'));
    }
}
