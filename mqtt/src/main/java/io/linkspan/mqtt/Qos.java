package io.linkspan.mqtt;

/// How surely a message arrives (4.3).
public enum Qos {
    /// As surely as the network carries it, and no reply.
    AT_MOST_ONCE,
    /// It arrives, perhaps more than once.
    AT_LEAST_ONCE,
    /// It arrives, and once.
    EXACTLY_ONCE;

    private static final Qos[] ALL = values();

    /// The level as it is on the wire.
    ///
    /// @throws IllegalArgumentException it is not 0, 1 or 2
    public static Qos of(int level) {
        if (level < 0 || level > 2)
            throw new IllegalArgumentException("A quality of service is 0, 1 or 2, not " + level);
        return ALL[level];
    }

    /// 0, 1 or 2.
    public int level() {
        return ordinal();
    }

    /// The lower of two: what a subscriber gets of a message.
    public Qos atMost(Qos other) {
        return ordinal() <= other.ordinal() ? this : other;
    }
}
