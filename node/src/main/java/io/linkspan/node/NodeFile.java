package io.linkspan.node;

import io.linkspan.connector.Endpoint;
import io.linkspan.journal.JournalSettings;
import io.linkspan.model.Durations;
import io.linkspan.model.Invalid;
import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// What belongs to the box, written in `node.yaml`: where data lies, which sites run here, who may reach it.
///
/// @param data the data folder; none: the command line says it
/// @param sites the site files that run here, in order; none: the command line says it
/// @param http the door for browsers and programs; none: there is none
/// @param permitted addresses other than loopback that the page and connectors may listen on
public record NodeFile(
        Optional<Path> data, List<Path> sites, Optional<HttpFile> http, Set<Endpoint.Tcp> permitted, LogLimits log) {
    /// The grammar that this program writes and the newest that it reads.
    public static final int GRAMMAR = 1;

    /// Port of the page unless the file says otherwise, on loopback.
    public static final int PAGE_PORT = 8080;

    /// Most sites of one node.
    public static final int SITES_MAX = 10_000;

    /// Most permitted listeners.
    public static final int PERMITTED_MAX = 1_000;

    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})(KiB|MiB|GiB)");

    public NodeFile {
        sites = List.copyOf(sites);
        permitted = Set.copyOf(permitted);
    }

    /// How the log is kept on disk.
    ///
    /// @param commitEvery how long what nobody waits for may stay in memory: what a power cut can cost
    /// @param segmentBytes length of one file of the log
    /// @param controlReserveBytes kept free for holds, writes and outcomes when the disk is full; 0 for none
    /// @param keepReadings readings in the log older than this may go
    /// @param readingsBytesMax the oldest readings go until the rest is not more
    /// @param framesBytes size of the ring that keeps the bytes on the wire for `why`
    public record LogLimits(
            Duration commitEvery,
            int segmentBytes,
            int controlReserveBytes,
            Duration keepReadings,
            long readingsBytesMax,
            int framesBytes) {
        /// 200 ms, 16 MiB, 16 MiB, 400 days, 4 GiB, 16 MiB.
        public static final LogLimits STANDARD =
                new LogLimits(Duration.ofMillis(200), 16 << 20, 16 << 20, Duration.ofDays(400), 4L << 30, 16 << 20);

        /// The same with another `commitEvery`.
        public LogLimits committingEvery(Duration every) {
            return new LogLimits(every, segmentBytes, controlReserveBytes, keepReadings, readingsBytesMax, framesBytes);
        }

        /// What the journal must know of it.
        JournalSettings journal(long salt) {
            var standard = JournalSettings.standard(salt).committingEvery(commitEvery);
            return standard.sized(segmentBytes, standard.pendingBytesMax(), controlReserveBytes);
        }

        /// Longest [#commitEvery].
        public static final Duration COMMIT_EVERY_MAX = Duration.ofMinutes(1);
    }

    /// What holds without a file: no site, the page on loopback.
    public static NodeFile standard() {
        return new NodeFile(
                Optional.empty(),
                List.of(),
                Optional.of(HttpFile.loopback(new Endpoint.Tcp("127.0.0.1", PAGE_PORT))),
                Set.of(),
                LogLimits.STANDARD);
    }

    /// Reads a file; paths in it that are not absolute begin at its folder.
    ///
    /// @throws Invalid with file, line, what is wrong and what would be right
    /// @throws IOException the file can not be read
    public static NodeFile read(Path file) throws Invalid, IOException {
        Path folder = file.toAbsolutePath().getParent();
        return read(Yaml.read(file), folder == null ? file : folder);
    }

    /// Reads the fields of a file that lies in `folder`.
    static NodeFile read(Tree.Fields fields, Path folder) throws Invalid {
        var s = new Settings(fields);
        long grammar = s.integer("linkspan", GRAMMAR, 1, Integer.MAX_VALUE);
        if (grammar > GRAMMAR)
            throw s.wrong(
                    "linkspan",
                    "is the grammar " + grammar + "; this program reads up to " + GRAMMAR + ", take a newer one");
        var permitted = permitted(s);
        var file = new NodeFile(
                s.text("data").map(folder::resolve), sites(s, folder), http(s, folder, permitted), permitted, log(s));
        s.finish();
        return file;
    }

    private static List<Path> sites(Settings s, Path folder) throws Invalid {
        Set<Path> sites = new LinkedHashSet<>();
        for (Tree item : s.items("sites")) {
            if (!(item instanceof Tree.Scalar text) || text.text().isEmpty())
                throw new Invalid(
                        item.mark(), "\"sites\" lists site files such as riverside_12.yaml, not " + item.kind());
            if (!sites.add(folder.resolve(text.text()).normalize()))
                throw new Invalid(item.mark(), "\"sites\" names " + text.text() + " twice");
        }
        if (sites.size() > SITES_MAX)
            throw s.wrong("sites", "lists at most " + SITES_MAX + " files, not " + sites.size());
        return new ArrayList<>(sites);
    }

    private static Set<Endpoint.Tcp> permitted(Settings s) throws Invalid {
        Set<Endpoint.Tcp> permitted = new LinkedHashSet<>();
        for (Tree item : s.items("permitted-listeners")) {
            if (!(item instanceof Tree.Scalar text))
                throw new Invalid(
                        item.mark(),
                        "\"permitted-listeners\" lists addresses such as \"0.0.0.0:1502\", not " + item.kind());
            permitted.add(address(text));
        }
        if (permitted.size() > PERMITTED_MAX)
            throw s.wrong(
                    "permitted-listeners", "lists at most " + PERMITTED_MAX + " addresses, not " + permitted.size());
        return permitted;
    }

    static Endpoint.Tcp address(Tree.Scalar text) throws Invalid {
        try {
            if (Endpoint.parse(text.text(), 0, 9_600, "8N1") instanceof Endpoint.Tcp tcp && tcp.port() > 0) return tcp;
        } catch (IllegalArgumentException e) {
            throw new Invalid(text.mark(), "\"" + text.text() + "\" is no address to listen on: " + e.getMessage());
        }
        throw new Invalid(
                text.mark(),
                "an address to listen on is a host and a port such as \"127.0.0.1:8080\", not \"" + text.text() + "\"");
    }

    /// Where the page is shown; none: nowhere.
    public Optional<Endpoint.Tcp> page() {
        return http.map(HttpFile::listen);
    }

    private static Optional<HttpFile> http(Settings s, Path folder, Set<Endpoint.Tcp> permitted) throws Invalid {
        var part = s.part("http");
        if (part.isEmpty()) return page(s, permitted);
        if (s.has("page")) throw s.wrong("page", "is the older word for \"http\"; write one of them");
        if (part.get() instanceof Tree.Scalar text && text.text().equals("none")) return Optional.empty();
        if (part.get() instanceof Tree.Fields)
            return Optional.of(HttpFile.read(s.below("http").orElseThrow(), folder));
        throw s.wrong(
                "http",
                "is { listen: \"127.0.0.1:8080\", tls: local }, or none, not "
                        + part.get().kind());
    }

    /// The older word, which is always read: an address, or none.
    private static Optional<HttpFile> page(Settings s, Set<Endpoint.Tcp> permitted) throws Invalid {
        var part = s.part("page");
        if (part.isEmpty()) return standard().http();
        if (!(part.get() instanceof Tree.Scalar text))
            throw s.wrong(
                    "page",
                    "is an address such as \"127.0.0.1:8080\", or none, not "
                            + part.get().kind());
        if (text.text().equals("none")) return Optional.empty();
        var address = address(text);
        if (!isLoopback(address.host()) && !permitted.contains(address))
            throw s.wrong(
                    "page",
                    "opens the page to the network of this box, where anybody can read it; write "
                            + "permitted-listeners: [\"" + text.text() + "\"] too if you want that, or 127.0.0.1");
        return Optional.of(new HttpFile(address, new HttpFile.Security.None(), !isLoopback(address.host())));
    }

    /// A name counts as loopback only when it is `localhost`: what another one means can change.
    static boolean isLoopback(String host) {
        if (host.equals("localhost")) return true;
        try {
            return host.matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")
                    && InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static LogLimits log(Settings file) throws Invalid {
        var below = file.below("log");
        if (below.isEmpty()) return LogLimits.STANDARD;
        var s = below.get();
        var standard = LogLimits.STANDARD;
        Duration commitEvery = s.duration("commit-every").orElse(standard.commitEvery());
        if (commitEvery.compareTo(LogLimits.COMMIT_EVERY_MAX) > 0)
            throw s.wrong(
                    "commit-every",
                    "is at most " + Durations.format(LogLimits.COMMIT_EVERY_MAX)
                            + ": a power cut costs what is not on disk");
        var log = new LogLimits(
                commitEvery,
                (int) size(s, "segment", standard.segmentBytes(), 1 << 20, 1 << 30),
                (int) size(s, "control-reserve", standard.controlReserveBytes(), 0, 1 << 30),
                s.duration("keep-readings").orElse(standard.keepReadings()),
                size(s, "readings-most", standard.readingsBytesMax(), 1 << 20, 1L << 50),
                (int) size(s, "frames", standard.framesBytes(), 1 << 20, 1 << 30));
        s.finish();
        return log;
    }

    private static long size(Settings s, String name, long otherwise, long min, long max) throws Invalid {
        var text = s.text(name);
        if (text.isEmpty()) return otherwise;
        if (text.get().equals("0") && min == 0) return 0;
        var matcher = SIZE.matcher(text.get());
        if (!matcher.matches())
            throw s.wrong(name, "is a size with a unit such as 512KiB, 16MiB or 4GiB, not \"" + text.get() + "\"");
        int shift = switch (matcher.group(2)) {
            case "KiB" -> 10;
            case "MiB" -> 20;
            default -> 30; // the pattern leaves only GiB
        };
        long bytes = Long.parseLong(matcher.group(1)) << shift;
        if (bytes < min || bytes > max)
            throw s.wrong(name, "is " + human(min) + " to " + human(max) + ", not \"" + text.get() + "\"");
        return bytes;
    }

    private static String human(long bytes) {
        if (bytes >= 1L << 30) return (bytes >> 30) + "GiB";
        return bytes >= 1 << 20 ? (bytes >> 20) + "MiB" : Long.toString(bytes);
    }
}
