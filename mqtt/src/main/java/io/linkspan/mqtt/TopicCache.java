package io.linkspan.mqtt;

import org.jspecify.annotations.Nullable;

/// Remembers topic names by their bytes, so that a topic that comes again costs no new text, is known to be valid and
/// is
/// the very same object. The newest of each slot stays; a flood of different names costs time and no memory. For one
/// thread.
public final class TopicCache {
    private static final int LENGTH_MAX = 256;

    private final @Nullable Entry[] slots;

    private record Entry(byte[] bytes, String topic) {}

    /// @param slots how many names at most, rounded up to a power of 2
    public TopicCache(int slots) {
        this.slots = new @Nullable Entry[Integer.highestOneBit(Math.max(2, slots) - 1) << 1];
    }

    /// The topic name of these bytes, checked (4.7).
    String name(byte[] in, int at, int length) throws Violation {
        if (length > LENGTH_MAX) return checked(in, at, length);
        int slot = hash(in, at, length) & slots.length - 1;
        var known = slots[slot];
        if (known != null && isSame(known.bytes, in, at, length)) return known.topic;
        String topic = checked(in, at, length);
        var bytes = new byte[length];
        System.arraycopy(in, at, bytes, 0, length);
        slots[slot] = new Entry(bytes, topic);
        return topic;
    }

    static String checked(byte[] in, int at, int length) throws Violation {
        String topic = Utf8.decode(in, at, length);
        var wrong = Topics.whyNoName(topic);
        if (wrong.isPresent()) throw new Violation(Reason.TOPIC_NAME_INVALID, wrong.get());
        return topic;
    }

    private static boolean isSame(byte[] known, byte[] in, int at, int length) {
        return known.length == length && java.util.Arrays.equals(known, 0, length, in, at, at + length);
    }

    private static int hash(byte[] in, int at, int length) {
        int h = length;
        for (int i = at; i < at + length; i++) h = 31 * h + in[i];
        return h ^ h >>> 15;
    }
}
