package io.linkspan.mqtt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/// The properties of one packet, in the order in which they came. Immutable, so safe for many threads; a packet without
/// any has [#NONE].
public final class Properties {
    /// No property.
    public static final Properties NONE = new Properties(new Property[0], new Object[0]);

    private final Property[] names;
    private final Object[] values; // Long, String, byte[] or Pair, as the name says

    /// A name and a value that are for the applications (2.2.2.2, USER_PROPERTY).
    public record Pair(String name, String value) {}

    private Properties(Property[] names, Object[] values) {
        this.names = names;
        this.values = values;
    }

    /// Starts to put properties together.
    public static Builder with() {
        return new Builder();
    }

    /// Whether there is none.
    public boolean isEmpty() {
        return names.length == 0;
    }

    /// How many there are.
    public int size() {
        return names.length;
    }

    /// Whether this one is there.
    public boolean has(Property name) {
        return indexOf(name) >= 0;
    }

    /// The value of a property that is a number.
    public OptionalLong number(Property name) {
        int at = indexOf(name);
        return at < 0 ? OptionalLong.empty() : OptionalLong.of((Long) values[at]);
    }

    /// The value of a property that is a number, or another one when it is not there.
    public long number(Property name, long otherwise) {
        int at = indexOf(name);
        return at < 0 ? otherwise : (Long) values[at];
    }

    /// The value of a property that is text.
    public Optional<String> text(Property name) {
        int at = indexOf(name);
        return at < 0 ? Optional.empty() : Optional.of((String) values[at]);
    }

    /// The value of a property that is bytes; not to be changed.
    public Optional<byte[]> bytes(Property name) {
        int at = indexOf(name);
        return at < 0 ? Optional.empty() : Optional.of((byte[]) values[at]);
    }

    /// All names and values for the applications, in order.
    public List<Pair> pairs() {
        var all = new ArrayList<Pair>();
        for (int i = 0; i < names.length; i++) if (names[i] == Property.USER_PROPERTY) all.add((Pair) values[i]);
        return all;
    }

    /// The numbers of the subscriptions that a message comes by.
    public List<Long> subscriptionIdentifiers() {
        var all = new ArrayList<Long>();
        for (int i = 0; i < names.length; i++)
            if (names[i] == Property.SUBSCRIPTION_IDENTIFIER) all.add((Long) values[i]);
        return all;
    }

    /// These without some names.
    public Properties without(Property... gone) {
        boolean any = false;
        for (var each : gone) any |= has(each);
        if (!any) return this;
        var left = new Builder();
        for (int i = 0; i < names.length; i++)
            if (!Arrays.asList(gone).contains(names[i])) left.put(names[i], values[i]);
        return left.build();
    }

    /// These and what is added.
    public Properties plus(Consumer<Builder> more) {
        var all = new Builder();
        for (int i = 0; i < names.length; i++) all.put(names[i], values[i]);
        more.accept(all);
        return all.build();
    }

    private int indexOf(Property name) {
        for (int i = 0; i < names.length; i++) if (names[i] == name) return i;
        return -1;
    }

    Property name(int at) {
        return names[at];
    }

    Object value(int at) {
        return values[at];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Properties p && Arrays.equals(names, p.names) && Arrays.deepEquals(values, p.values);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(names) + Arrays.deepHashCode(values);
    }

    @Override
    public String toString() {
        var text = new StringBuilder("{");
        for (int i = 0; i < names.length; i++) {
            if (i > 0) text.append(", ");
            text.append(names[i]).append('=');
            text.append(values[i] instanceof byte[] b ? b.length + " bytes" : values[i]);
        }
        return text.append('}').toString();
    }

    /// Puts properties together. For one thread.
    public static final class Builder {
        private static final int FIRST_ROOM = 4;

        private Property[] names = new Property[FIRST_ROOM];
        private Object[] values = new Object[FIRST_ROOM];
        private int size;

        private Builder() {}

        /// Adds a number.
        public Builder number(Property name, long value) {
            return put(name, value);
        }

        /// Adds a text.
        public Builder text(Property name, String value) {
            return put(name, value);
        }

        /// Adds bytes, which must not be changed any more.
        public Builder bytes(Property name, byte[] value) {
            return put(name, value);
        }

        /// Adds a name and a value for the applications.
        public Builder pair(String name, String value) {
            return put(Property.USER_PROPERTY, new Pair(name, value));
        }

        Builder put(Property name, Object value) {
            if (size == names.length) {
                names = Arrays.copyOf(names, 2 * size);
                values = Arrays.copyOf(values, 2 * size);
            }
            names[size] = name;
            values[size++] = value;
            return this;
        }

        boolean has(Property name) {
            for (int i = 0; i < size; i++) if (names[i] == name) return true;
            return false;
        }

        /// What was put together.
        public Properties build() {
            return size == 0 ? NONE : new Properties(Arrays.copyOf(names, size), Arrays.copyOf(values, size));
        }
    }
}
