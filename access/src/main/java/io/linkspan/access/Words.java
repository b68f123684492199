package io.linkspan.access;

import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Times, positions and values as the API writes and reads them. No state.
final class Words {
    private Words() {}

    /// Fields in the order in which they are put.
    static final class Fields {
        private final Map<String, Tree> fields = new LinkedHashMap<>();

        Fields put(String name, Tree value) {
            fields.put(name, value);
            return this;
        }

        Fields text(String name, String value) {
            return put(name, Tree.text(value));
        }

        Fields plain(String name, Object value) {
            return put(name, Tree.plain(value));
        }

        Fields time(String name, long wallMicros) {
            return text(name, Words.time(wallMicros));
        }

        Fields list(String name, List<? extends Tree> items) {
            return put(name, Tree.items(List.copyOf(items)));
        }

        /// A number where there is one.
        Fields number(String name, double value) {
            return Double.isNaN(value) ? this : plain(name, value);
        }

        Tree.Fields done() {
            return Tree.fields(fields);
        }
    }

    static Fields fields() {
        return new Fields();
    }

    /// ISO 8601 in UTC, to the microsecond where it has any.
    static String time(long wallMicros) {
        long day = Math.floorDiv(wallMicros, DAY_MICROS);
        var date = LocalDate.ofEpochDay(day);
        if (date.getYear() < 1_000 || date.getYear() > 9_999)
            return Instant.EPOCH.plus(wallMicros, ChronoUnit.MICROS).toString();
        // A chart has thousands of times, and a formatter takes as long for each as all the rest of its point.
        long of = wallMicros - day * DAY_MICROS;
        int second = (int) (of / 1_000_000);
        int micros = (int) (of % 1_000_000);
        var out = new StringBuilder(27).append(date.getYear());
        two(out.append('-'), date.getMonthValue());
        two(out.append('-'), date.getDayOfMonth());
        two(out.append('T'), second / 3_600);
        two(out.append(':'), second / 60 % 60);
        two(out.append(':'), second % 60);
        if (micros != 0) three(out.append('.'), micros / 1_000);
        if (micros % 1_000 != 0) three(out, micros % 1_000);
        return out.append('Z').toString();
    }

    private static final long DAY_MICROS = 86_400_000_000L;

    private static void two(StringBuilder out, int n) {
        out.append((char) ('0' + n / 10)).append((char) ('0' + n % 10));
    }

    private static void three(StringBuilder out, int n) {
        out.append((char) ('0' + n / 100));
        two(out, n % 100);
    }

    /// Reads ISO 8601 with `Z` or an offset, or microseconds since 1970.
    ///
    /// @throws Problem it is neither
    static long micros(String name, String text) throws Problem {
        if (text.matches("-?[0-9]{1,18}")) return Long.parseLong(text);
        try {
            var at = OffsetDateTime.parse(text.replace(' ', '+')).toInstant();
            return ChronoUnit.MICROS.between(Instant.EPOCH, at);
        } catch (DateTimeException | ArithmeticException e) {
            throw Problem.of(400, name + " is a time such as 2026-01-14T17:01:28Z, not \"" + Words.cut(text) + "\"");
        }
    }

    /// A position: `42` in the first epoch, `2:42` later.
    static String position(Log.Position at) {
        return at.epoch() == 1 ? Long.toString(at.seq()) : at.epoch() + ":" + at.seq();
    }

    /// Reads what [#position] writes; also `1:42`.
    ///
    /// @throws Problem it is none
    static Log.Position position(SiteId site, String name, String text) throws Problem {
        if (!text.matches("([0-9]{1,6}:)?[0-9]{1,13}"))
            throw Problem.of(400, name + " is a position of the log such as 42 or 2:42, not \"" + cut(text) + "\"");
        int colon = text.indexOf(':');
        int epoch = colon < 0 ? 1 : Math.max(1, Integer.parseInt(text.substring(0, colon)));
        return new Log.Position(site, epoch, Long.parseLong(text.substring(colon + 1)));
    }

    /// What a client sent, short enough for a sentence.
    static String cut(String text) {
        return text.length() <= CUT_CHARS ? text : text.substring(0, CUT_CHARS) + "...";
    }

    private static final int CUT_CHARS = 80;

    /// A value as JSON says it best; the same form as in a cell.
    static Tree value(Value value) {
        return switch (value) {
            case Value.Num _, Value.Int _, Value.Register _, Value.Flag _ -> Tree.plain(value);
            case Value.Choice _, Value.Text _, Value.Bytes _, Value.Position _ -> Tree.text(value.toString());
            case Value.Group g -> {
                var members = new LinkedHashMap<String, Tree>();
                g.members().forEach((name, member) -> members.put(name, value(member)));
                yield Tree.fields(members);
            }
        };
    }
}
