package io.linkspan.model;

import java.util.List;
import java.util.Optional;

/// The newest that is known of one property: what the page, a feed and `get` show. Immutable.
///
/// @param reading none: never read since its gap began, or private
/// @param receivedWall wall time of the reading, microseconds since 1970 UTC; 0 without one
/// @param at packed position ([Log.Position#packed]) of the entry of the last change
/// @param duty what the actuator shall do and why; none for a sensor
/// @param missingSince wall time since which it is missing; 0 when it is not
/// @param missingCause in plain words
/// @param stands whether the newest reading still says how it is: what rules may act on
/// @param isPrivate its values belong to the two parties of a link alone
public record Cell(
        int property,
        Optional<Reading> reading,
        long receivedWall,
        long at,
        Optional<Duty> duty,
        long missingSince,
        String missingCause,
        boolean stands,
        boolean isPrivate) {

    /// What an actuator shall do.
    ///
    /// @param desired none: nobody wishes
    /// @param charge who is in charge
    /// @param holds all wishes, the highest first
    /// @param outOfService the reason; none when it is in service
    /// @param progress how far the newest command under way is, as far as there is something to tell
    public record Duty(
            Optional<Value> desired,
            Result.Charge charge,
            List<Hold> holds,
            Optional<String> outOfService,
            WriteState write,
            Optional<Progress> progress) {
        public Duty {
            holds = List.copyOf(holds);
        }
    }

    /// How far the machine is with what it shall do. The order is the code in snapshots: add at the end only.
    public enum WriteState {
        /// Nothing to do.
        IDLE,
        /// On its way.
        SENDING,
        /// The machine reads so.
        SETTLED,
        /// Sent; not read back yet.
        UNCONFIRMED,
        /// After a start: it is read before it is written.
        AWAIT_READ,
        /// The machine reads otherwise.
        DIFFERS,
        /// The machine refused; it is not sent again before something changes.
        REFUSED,
        /// The machine could not be reached; it is sent when it is there.
        UNREACHABLE,
        /// The machine reads otherwise and a person was told; it is left as it is.
        LEFT
    }
}
