package io.linkspan.access;

import java.util.List;

/// What people are shown of a site at one moment. Immutable.
///
/// @param name its label
/// @param title as its owner calls it; the label where there is no title
/// @param zone its time zone, such as `Europe/Brussels`
/// @param armed whether it writes to its machines, or only watches
/// @param nowMicros the moment, microseconds since 1970 UTC
/// @param speed how fast the site's time runs; 1 for a real one
/// @param note one sentence for the head of the page; may be empty
public record PageView(
        String name,
        String title,
        String zone,
        boolean armed,
        long nowMicros,
        double speed,
        String note,
        List<ThingView> things) {
    public PageView {
        things = List.copyOf(things);
    }

    /// A machine.
    ///
    /// @param id short name within the site
    public record ThingView(String id, String title, List<PropertyView> properties) {
        public ThingView {
            properties = List.copyOf(properties);
        }
    }

    /// How a property is known.
    public enum State {
        /// Its newest value is there.
        KNOWN,
        /// It was never read.
        UNREAD,
        /// It is missing since [PropertyView#missingMicros].
        MISSING,
        /// It belongs to the two machines of a private link: nobody is shown its value.
        CLOSED
    }

    /// What a machine has.
    ///
    /// @param path such as `boiler.on`
    /// @param value in words, without its unit; empty when there is none to show
    /// @param unit as people read it; may be empty
    /// @param readMicros when it was received, microseconds since 1970 UTC; 0 when never
    /// @param doubtful the reading is uncertain or bad
    /// @param missingMicros since when it is missing; 0 when it is not
    /// @param missingCause in plain words; may be empty
    /// @param who who is in charge of an actuator; empty for a sensor
    /// @param why one sentence; empty for a sensor
    /// @param desired what the actuator shall do, where it is not (yet) what it does; may be empty
    public record PropertyView(
            String path,
            String title,
            State state,
            String value,
            String unit,
            long readMicros,
            boolean doubtful,
            long missingMicros,
            String missingCause,
            String who,
            String why,
            String desired) {}
}
