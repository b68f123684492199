package io.linkspan.model;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a property has, an action takes or an event tells. Immutable; equality is by content.
public sealed interface Value {
    /// Longest text and longest run of bytes, in bytes of UTF-8 and in bytes.
    int BYTES_MAX = 1 << 20;

    /// Most members of one group.
    int MEMBERS_MAX = 1_000;

    /// The type that a property must be declared with to take this value.
    ValueType type();

    /// A measured quantity in the unit of its property. Not a number and the infinities are not quantities: a
    /// device that
    /// sends one has no value (see [Quality#BAD]).
    record Num(double value) implements Value {
        public Num {
            if (!Double.isFinite(value)) throw new IllegalArgumentException("A number is finite, not " + value);
            if (value == 0) value = 0.0; // one zero: -0.0 and 0.0 are the same quantity and must have the same bytes
        }

        @Override
        public ValueType type() {
            return ValueType.NUMBER;
        }

        @Override
        public String toString() {
            return value == Math.rint(value) && Math.abs(value) < 1e15
                    ? Long.toString((long) value)
                    : Double.toString(value);
        }
    }

    /// A count or a code, 64 bits signed.
    record Int(long value) implements Value {
        @Override
        public ValueType type() {
            return ValueType.INTEGER;
        }

        @Override
        public String toString() {
            return Long.toString(value);
        }
    }

    /// What a cumulative meter register shows, exactly: `unscaled` x 10^-`decimals` in the unit of its property.
    record Register(long unscaled, int decimals) implements Value {
        public Register {
            if (decimals < 0 || decimals > 9)
                throw new IllegalArgumentException("A register has 0..9 decimals, not " + decimals);
        }

        /// The same reading as a decimal number, exact.
        public BigDecimal exact() {
            return BigDecimal.valueOf(unscaled, decimals);
        }

        @Override
        public ValueType type() {
            return ValueType.REGISTER;
        }

        @Override
        public String toString() {
            return exact().toPlainString();
        }
    }

    /// One of the names that its property declares.
    record Choice(String name) implements Value {
        @Override
        public ValueType type() {
            return ValueType.CHOICE;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /// On or off, yes or no.
    record Flag(boolean on) implements Value {
        /// On.
        public static final Flag ON = new Flag(true);
        /// Off.
        public static final Flag OFF = new Flag(false);

        @Override
        public ValueType type() {
            return ValueType.FLAG;
        }

        @Override
        public String toString() {
            return on ? "true" : "false";
        }
    }

    /// Text, at most [Value#BYTES_MAX] characters.
    record Text(String text) implements Value {
        public Text {
            if (text.length() > BYTES_MAX)
                throw new IllegalArgumentException(
                        "A text has at most " + BYTES_MAX + " characters, not " + text.length());
        }

        @Override
        public ValueType type() {
            return ValueType.TEXT;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /// Bytes that nobody but the receiver understands, at most [Value#BYTES_MAX].
    record Bytes(byte[] content) implements Value {
        public Bytes {
            if (content.length > BYTES_MAX)
                throw new IllegalArgumentException("At most " + BYTES_MAX + " bytes, not " + content.length);
            content = content.clone();
        }

        /// A copy: nobody can change the value.
        @Override
        public byte[] content() {
            return content.clone();
        }

        @Override
        public ValueType type() {
            return ValueType.BYTES;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bytes b && Arrays.equals(content, b.content);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(content);
        }

        @Override
        public String toString() {
            return HexFormat.of().formatHex(content);
        }
    }

    /// A place on earth (WGS 84).
    ///
    /// @param latitude degrees, -90..90
    /// @param longitude degrees, -180..180
    /// @param altitude metres above the ellipsoid; 0 where unknown
    record Position(double latitude, double longitude, double altitude) implements Value {
        public Position {
            if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && Double.isFinite(altitude)))
                throw new IllegalArgumentException(
                        "No place on earth: " + latitude + ", " + longitude + ", " + altitude);
        }

        @Override
        public ValueType type() {
            return ValueType.POSITION;
        }

        @Override
        public String toString() {
            return latitude + "," + longitude + (altitude == 0 ? "" : "," + altitude);
        }
    }

    /// Values that belong together and come together, by name.
    record Group(SortedMap<String, Value> members) implements Value {
        public Group {
            if (members.size() > MEMBERS_MAX)
                throw new IllegalArgumentException(
                        "A group has at most " + MEMBERS_MAX + " members, not " + members.size());
            members = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(members));
        }

        /// A group of these members, in the order of their names.
        public static Group of(Map<String, Value> members) {
            return new Group(new TreeMap<>(members));
        }

        @Override
        public ValueType type() {
            return ValueType.GROUP;
        }

        @Override
        public String toString() {
            return members.toString();
        }
    }
}
