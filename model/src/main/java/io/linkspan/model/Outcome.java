package io.linkspan.model;

import java.util.Optional;

/// What became of a command, for good; never ahead of the truth. A caller must handle each kind.
public sealed interface Outcome {
    /// The device did it and, where it can tell, reads back this value.
    record Done(Optional<Value> readBack) implements Outcome {
        @Override
        public String toString() {
            return "done" + readBack.map(v -> ", reads back " + v).orElse("");
        }
    }

    /// The device, or we, said no; nothing was changed.
    record Refused(String why) implements Outcome {
        @Override
        public String toString() {
            return "refused: " + why;
        }
    }

    /// Somebody with a higher priority is in charge; the wish waits below until its lease ends.
    ///
    /// @param by who is in charge, in words
    record Outranked(String by) implements Outcome {
        @Override
        public String toString() {
            return "outranked by " + by;
        }
    }

    /// No byte of it went out.
    record NotSent(Cause cause) implements Outcome {
        @Override
        public String toString() {
            return "not sent: " + cause.name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /// Bytes went out and no answer came: only a read-back can tell.
    ///
    /// @param sentAtMicros wall time, microseconds since 1970 UTC
    record InDoubt(long sentAtMicros) implements Outcome {
        @Override
        public String toString() {
            return "in doubt: sent, but no answer came";
        }
    }

    /// Why a command was not sent. The order is the code in the log: add at the end only.
    enum Cause {
        /// The line was down or the unit did not answer.
        UNREACHABLE,
        /// Its deadline passed first.
        EXPIRED,
        /// Somebody took it back.
        CANCELLED,
        /// A newer set-point for the same actuator took its place.
        SUPERSEDED
    }
}
