package io.linkspan.history;

import io.linkspan.model.Quality;
import io.linkspan.model.Value;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;

/// Brings comma-separated text (RFC 4180) into a history, all or nothing and each content once: either what [CsvExport]
/// writes, or one row a time with a column for each series, the first being the time.
public final class CsvImport {
    /// Longest line, in characters; a longer one is refused.
    public static final int LINE_CHARS_MAX = 4 << 20;
    /// Most columns; more are refused.
    public static final int COLUMNS_MAX = 10_000;

    private CsvImport() {}

    /// Opens the text; called twice, the first time for its hash.
    @FunctionalInterface
    public interface Opening {
        /// The text from its beginning.
        InputStream open() throws IOException;
    }

    /// Where a column goes.
    @FunctionalInterface
    public interface Columns {
        /// The property of a column's name, or of the name in a line; empty: it is left out.
        Optional<Target> find(String name);
    }

    /// A property and how its values are read; what can not be read is an [IllegalArgumentException].
    public record Target(int property, Parsing parsing) {}

    /// Reads a value.
    @FunctionalInterface
    public interface Parsing {
        /// The value of a text.
        Value parse(String text);
    }

    /// What came of it.
    ///
    /// @param isNew something was brought in; else this content was there already
    /// @param lines without the first
    /// @param left names that no property has
    public record Imported(boolean isNew, long lines, long readings, List<String> left) {}

    /// Reads a text.
    ///
    /// @param source its name in the history's manifest
    /// @param zone of times without an offset; of an hour that comes twice the first
    /// @throws IOException it can not be read; the message names the line
    public static Imported read(TsFileHistory history, String source, Opening text, ZoneId zone, Columns columns)
            throws IOException {
        var reading = new Reading(zone, columns);
        boolean isNew = history.bring(source, hash(text), taker -> {
            try (var in = new BufferedReader(new InputStreamReader(text.open(), StandardCharsets.UTF_8))) {
                reading.read(in, taker);
            }
        });
        return new Imported(isNew, reading.lines, reading.readings, List.copyOf(reading.left));
    }

    private static String hash(Opening text) throws IOException {
        try (var in = new DigestInputStream(text.open(), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("Every Java has SHA-256", e);
        }
    }

    private static final class Reading {
        private final ZoneId zone;
        private final Columns columns;
        private final TreeSet<String> left = new TreeSet<>();
        private long lines;
        private long readings;

        Reading(ZoneId zone, Columns columns) {
            this.zone = zone;
            this.columns = columns;
        }

        void read(BufferedReader in, TsFileHistory.Taker taker) throws IOException {
            String head = in.readLine();
            if (head == null) throw new IOException("The file is empty; it begins with a line of column names");
            var names = fields(head);
            boolean single = String.join(",", names).equals(CsvExport.HEAD);
            var targets = single
                    ? List.<Optional<Target>>of()
                    : names.subList(1, names.size()).stream().map(this::find).toList();
            for (String line; (line = line(in)) != null; ) {
                lines++;
                if (line.startsWith("#")) continue; // a remark, such as what an export left out
                try {
                    if (single) single(fields(line), taker);
                    else row(fields(line), targets, taker);
                } catch (IllegalArgumentException | DateTimeException e) {
                    throw new IOException("Line " + (lines + 1) + ": " + e.getMessage(), e);
                }
            }
        }

        private Optional<Target> find(String name) {
            var target = columns.find(name);
            if (target.isEmpty()) left.add(name);
            return target;
        }

        private void single(List<String> fields, TsFileHistory.Taker taker) throws IOException {
            if (fields.size() != 4)
                throw new IllegalArgumentException(CsvExport.HEAD + " are four fields, not " + fields.size());
            var target = find(fields.getFirst());
            if (target.isEmpty()) return;
            var quality = Quality.valueOf(fields.get(3).toUpperCase(Locale.ROOT));
            take(target.get(), time(fields.get(1)), fields.get(2), quality, taker);
        }

        private void row(List<String> fields, List<Optional<Target>> targets, TsFileHistory.Taker taker)
                throws IOException {
            if (fields.size() > targets.size() + 1)
                throw new IllegalArgumentException(
                        "The first line names " + (targets.size() + 1) + " columns, here are " + fields.size());
            long at = time(fields.getFirst());
            for (int i = 1; i < fields.size(); i++) {
                var target = targets.get(i - 1);
                if (target.isPresent() && !fields.get(i).isEmpty())
                    take(target.get(), at, fields.get(i), Quality.GOOD, taker);
            }
        }

        private void take(Target target, long at, String text, Quality quality, TsFileHistory.Taker taker)
                throws IOException {
            taker.take(target.property(), at, target.parsing().parse(text), quality);
            readings++;
        }

        private long time(String text) {
            boolean local = !text.endsWith("Z") && text.indexOf('+') < 0 && text.lastIndexOf('-') <= 7;
            var at = local
                    ? LocalDateTime.parse(text).atZone(zone).toInstant()
                    : OffsetDateTime.parse(text).toInstant();
            return ChronoUnit.MICROS.between(java.time.Instant.EPOCH, at);
        }
    }

    /// The next line; one whose quotes are open goes on in the next. Null at the end.
    private static @org.jspecify.annotations.Nullable String line(BufferedReader in) throws IOException {
        String line = in.readLine();
        while (line != null && line.chars().filter(c -> c == '"').count() % 2 != 0) {
            String more = in.readLine();
            if (more == null || line.length() > LINE_CHARS_MAX)
                throw new IOException("A quote is open until the end of the file, or for too long");
            line += "\n" + more;
        }
        return line;
    }

    /// The fields of a line (RFC 4180, 2).
    static List<String> fields(String line) {
        if (line.length() > LINE_CHARS_MAX)
            throw new IllegalArgumentException("A line has at most " + LINE_CHARS_MAX + " characters");
        if (line.indexOf('"') < 0) return checked(Arrays.asList(line.split(",", -1)));
        var fields = new ArrayList<String>();
        var field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                field.append('"');
                i++;
            } else if (c == '"') quoted = !quoted;
            else if (c == ',' && !quoted) {
                fields.add(field.toString());
                field.setLength(0);
            } else field.append(c);
        }
        fields.add(field.toString());
        return checked(fields);
    }

    private static List<String> checked(List<String> fields) {
        if (fields.size() > COLUMNS_MAX)
            throw new IllegalArgumentException("At most " + COLUMNS_MAX + " columns, not " + fields.size());
        return fields;
    }
}
