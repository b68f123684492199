package io.linkspan.connector;

import io.linkspan.model.Outcome;
import io.linkspan.model.Reading;
import io.linkspan.model.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a connector tells its site.
public sealed interface Report {
    /// Most readings in one frame.
    int READINGS_MAX = 10_000;

    /// The readings of one telegram or of one answer to a poll: one step of the site.
    ///
    /// @param raw the bytes as they were on the wire, for `why`; empty where there are none
    record Frame(List<Reading> readings, Raw raw) implements Report {
        public Frame {
            readings = List.copyOf(readings);
            if (readings.size() > READINGS_MAX)
                throw new IllegalArgumentException(
                        "A frame has at most " + READINGS_MAX + " readings, not " + readings.size());
        }
    }

    /// What a source did not deliver, or we could not take.
    ///
    /// @param properties the series concerned; empty: all of this connector
    /// @param fromMicros wall time, microseconds since 1970 UTC; also `toMicros`
    /// @param cause in plain words: `wrong CRC`, `unit 3 does not answer`
    record Gap(List<Integer> properties, long fromMicros, long toMicros, String cause) implements Report {
        public Gap {
            properties = List.copyOf(properties);
        }
    }

    /// A unit (one device behind this connector) stopped or began to answer; its points are silent from now on, or
    /// back.
    ///
    /// @param properties the points of that unit
    /// @param why in plain words: `unit 3 on plant_room does not answer (5 tries)`; empty when it is back
    record Unit(List<Integer> properties, boolean answers, String why) implements Report {
        public Unit {
            properties = List.copyOf(properties);
        }
    }

    /// An event that a device told.
    record Happened(String thing, String event, Optional<Value> value, Raw raw) implements Report {}

    /// How far a command is (`Sent`), or what became of it (`Ended`): one final answer for each command.
    record Answer(long command, Progress progress, Raw raw) implements Report {}

    /// Another party asks for a value of one of our properties: it becomes a hold, like anybody's wish.
    ///
    /// @param party who asks, for the record: `modbus master 127.0.0.1`
    record Asked(int property, Value value, String party, Raw raw) implements Report {}

    /// A device that is there and that nobody has described yet.
    ///
    /// @param what in words: `SunSpec inverter, unit 3`
    /// @param settings what a person would write in the site file
    record Found(String what, Map<String, String> settings) implements Report {
        public Found {
            settings = Map.copyOf(settings);
        }
    }

    /// The line is up: the endpoint was reached. Down is told by the node when `run` throws.
    record LineUp() implements Report {}

    /// The course of a command.
    sealed interface Progress {
        /// Bytes went out; the device has not answered yet.
        record Sent() implements Progress {}

        /// The device took it and is at this part of it, 0..100 %.
        ///
        /// @param text what the device says about it, for people; empty where it says nothing
        record At(int percent, String text) implements Progress {
            public At {
                if (percent < 0 || percent > 100)
                    throw new IllegalArgumentException("Progress is 0..100 %, not " + percent);
            }
        }

        /// It is over.
        record Ended(Outcome outcome) implements Progress {}
    }

    /// Bytes as they were on the wire.
    record Raw(byte[] bytes) {
        /// No bytes.
        public static final Raw NONE = new Raw(new byte[0]);

        /// Longest frame that is kept for `why`, in bytes; of a longer one the beginning.
        public static final int RAW_BYTES_MAX = 8_192;

        public Raw {
            if (bytes.length > RAW_BYTES_MAX) bytes = java.util.Arrays.copyOf(bytes, RAW_BYTES_MAX);
        }

        /// A request and its answer, one behind the other.
        public static Raw of(byte[] first, byte[] second) {
            byte[] both = java.util.Arrays.copyOf(first, first.length + second.length);
            System.arraycopy(second, 0, both, first.length, second.length);
            return new Raw(both);
        }
    }
}
