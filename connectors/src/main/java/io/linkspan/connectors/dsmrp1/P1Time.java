package io.linkspan.connectors.dsmrp1;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// Time stamps of telegrams: `170102192002W`, YYMMDDhhmmss and W for winter, S for summer time (P1 5.0.2, 6.4: TST).
/// DSMR 2.2 and 3 leave the letter out.
final class P1Time {
    private static final Pattern FORM = Pattern.compile("(\\d{2})(\\d{2})(\\d{2})(\\d{2})(\\d{2})(\\d{2})([WS]?)");

    /// A meter that has no time yet sends 1970; two digits of a year from here on are of the last century.
    private static final int LAST_CENTURY_FROM = 70;

    private static final int SUMMER_SECONDS = 3_600;

    private P1Time() {}

    /// Microseconds since 1970 UTC; none when the text is no time. With W or S the letter decides, also within the
    /// hour that comes twice; without it the zone does, and the hour that comes twice is taken the first time.
    static OptionalLong micros(String text, ZoneId zone) {
        var m = FORM.matcher(text);
        if (!m.matches()) return OptionalLong.empty();
        int year = number(m.group(1)) + (number(m.group(1)) >= LAST_CENTURY_FROM ? 1900 : 2000);
        try {
            var local = LocalDateTime.of(
                    year,
                    number(m.group(2)),
                    number(m.group(3)),
                    number(m.group(4)),
                    number(m.group(5)),
                    number(m.group(6)));
            return OptionalLong.of(local.toEpochSecond(offset(local, m.group(7), zone)) * 1_000_000);
        } catch (DateTimeException e) { // digits, but no date: 30 February
            return OptionalLong.empty();
        }
    }

    private static int number(String digits) {
        return Integer.parseInt(digits);
    }

    private static ZoneOffset offset(LocalDateTime local, String letter, ZoneId zone) {
        if (letter.isEmpty()) return local.atZone(zone).getOffset();
        var standard = zone.getRules().getStandardOffset(local.toInstant(ZoneOffset.UTC));
        return letter.equals("W") ? standard : ZoneOffset.ofTotalSeconds(standard.getTotalSeconds() + SUMMER_SECONDS);
    }

    /// A time stamp with its letter; parts of a second are cut off.
    static String format(long micros, ZoneId zone) {
        var instant = Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L));
        var t = instant.atZone(zone);
        return "%02d%02d%02d%02d%02d%02d%s"
                .formatted(
                        t.getYear() % 100,
                        t.getMonthValue(),
                        t.getDayOfMonth(),
                        t.getHour(),
                        t.getMinute(),
                        t.getSecond(),
                        zone.getRules().isDaylightSavings(instant) ? "S" : "W");
    }
}
