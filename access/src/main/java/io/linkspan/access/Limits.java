package io.linkspan.access;

import java.time.Duration;

/// The limits of the HTTP door, each with what happens at it. The times can be shortened, for tests.
///
/// @param requestWithin longest time in which a connection must have asked for something (its TLS handshake included),
/// then the lines of a request, and then its body, must have come; over it the connection is closed
/// @param idle how long a connection may stay open without a request
/// @param writeWithin longest time that a client may let one write of ours wait; over it the client is dropped, and a
/// feed resumes from its position
/// @param connectionsMax most connections that are open at once; one more is told 503 and closed, under TLS closed only
public record Limits(Duration requestWithin, Duration idle, Duration writeWithin, int connectionsMax) {
    /// Most connections that are open at once, where nobody says otherwise.
    public static final int CONNECTIONS_MAX = 2_048;

    /// 10 s, 60 s, 10 s, 2,048 connections.
    public static final Limits STANDARD =
            new Limits(Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(10));

    /// When who is refused because of too many connections may come again, in seconds.
    public static final int CONNECTIONS_RETRY_SECONDS = 5;

    /// Most header lines of one request; over it 431.
    public static final int HEADERS_MAX = 100;

    /// Most messages and fragments that a client of a feed over WebSocket sends: it has nothing to say, so over it
    /// the
    /// feed is closed.
    public static final int MESSAGES_MAX = 64;

    /// Most requests that are answered at once, streams not counted; the next one is told 503.
    public static final int REQUESTS_MAX = 128;

    /// Most feeds at once, over both transports; the next one is told 503.
    public static final int FEEDS_MAX = 1_200;

    /// Most pages that are open at once; the next one is told 503.
    public static final int PAGES_MAX = 64;

    /// Longest first line of a request, in bytes; over it 414.
    public static final int LINE_BYTES_MAX = 8_192;

    /// All header lines of a request together, in bytes; over it 400.
    public static final int HEADER_BYTES_MAX = 16_384;

    /// Longest body, in bytes, but for a site file; over it 413.
    public static final int BODY_BYTES_MAX = 1 << 20;

    /// Longest site file, in bytes; over it 413.
    public static final int FILE_BYTES_MAX = 16 << 20;

    /// Longest message of a WebSocket client, in bytes: a feed needs none; over it the connection is closed.
    public static final int MESSAGE_BYTES_MAX = 4_096;

    /// Longest idempotency key, in characters.
    public static final int KEY_CHARS_MAX = 200;

    /// Most entries of one page of the log.
    public static final int LOG_ENTRIES_MAX = 1_000;

    /// Readings a second that an application is given where its quota says nothing; over it its feed is held back,
    /// and
    /// loses nothing.
    public static final int ITEMS_PER_SECOND = 10_000;

    /// Highest quota of an application, in readings a second.
    public static final int ITEMS_PER_SECOND_MAX = 1_000_000;

    /// Most points of one page of a history.
    public static final int POINTS_MAX = 10_000;

    /// Most points of one export; more are told at its end.
    public static final int CSV_POINTS_MAX = 5_000_000;

    /// Most files of readings that are written at once, each with at most about 32 MiB of memory; the next one is
    /// told 503.
    public static final int EXPORTS_MAX = 2;

    /// Most columns of properties of the wide form; more are refused.
    public static final int WIDE_PROPERTIES_MAX = 1_000;

    /// Most bytes of such a file that go out in one write, each within [#writeWithin].
    public static final int EXPORT_WRITE_BYTES_MAX = 32_768;

    /// Time between two signs of life of a stream where nothing else is told.
    public static final Duration ALIVE_EVERY = Duration.ofSeconds(15);

    /// How soon a stream notices that its reader may no longer have it.
    public static final Duration LOOK_EVERY = Duration.ofMillis(500);

    /// The same with [#CONNECTIONS_MAX] connections.
    public Limits(Duration requestWithin, Duration idle, Duration writeWithin) {
        this(requestWithin, idle, writeWithin, CONNECTIONS_MAX);
    }

    public Limits {
        if (connectionsMax < 1)
            throw new IllegalArgumentException("A door has at least one connection, not " + connectionsMax);
        for (var each : new Duration[] {requestWithin, idle, writeWithin})
            if (each.isNegative() || each.isZero())
                throw new IllegalArgumentException("A limit of the HTTP door is longer than nothing, not " + each);
    }
}
