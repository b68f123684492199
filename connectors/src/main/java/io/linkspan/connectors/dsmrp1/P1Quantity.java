package io.linkspan.connectors.dsmrp1;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Pattern;

/// A number as it stands in a telegram, with each of its decimals: `000171.155*kWh` (P1 5.0.2, 6.4: Fn(x,y) and a
/// unit).
///
/// @param unscaled the digits
/// @param decimals how many of them stand behind the point, 0..9
/// @param unit as on the wire; empty where there is none
record P1Quantity(long unscaled, int decimals, String unit) {
    private static final Pattern FORM = Pattern.compile("(-?\\d{1,18})(?:\\.(\\d{1,9}))?(?:\\*([A-Za-z0-9.]{1,8}))?");
    private static final int DIGITS_MAX = 18;

    /// Reads one; none when the text is no number.
    static Optional<P1Quantity> parse(String group) {
        var m = FORM.matcher(group);
        if (!m.matches()) return Optional.empty();
        String fraction = m.group(2) == null ? "" : m.group(2);
        String digits = m.group(1) + fraction;
        if (digits.length() > DIGITS_MAX) return Optional.empty();
        return Optional.of(
                new P1Quantity(Long.parseLong(digits), fraction.length(), m.group(3) == null ? "" : m.group(3)));
    }

    BigDecimal exact() {
        return BigDecimal.valueOf(unscaled, decimals);
    }
}
