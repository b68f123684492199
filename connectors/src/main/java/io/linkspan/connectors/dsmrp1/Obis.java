package io.linkspan.connectors.dsmrp1;

import java.util.Optional;

/// The name of an object in a telegram: a reduced OBIS id (IEC 62056-6-1), written `1-0:1.8.1`. A sixth part, where a
/// meter sends one (`1-0:1.8.1.255`, `1-0:1.8.1*255`), says "now" and is left out.
///
/// @param medium part A: 0 abstract, 1 electricity
/// @param channel part B: 0 the meter itself, 1..4 the M-Bus meters behind it
/// @param quantity part C
/// @param kind part D: 7 instantaneous, 8 since the beginning
/// @param tariff part E
public record Obis(int medium, int channel, int quantity, int kind, int tariff) {
    private static final int PART_MAX = 255;
    private static final int PARTS = 6;
    private static final int DIGITS_MAX = 3;
    private static final char END = 0;

    /// The telegram's time.
    static final Obis TIME = new Obis(0, 0, 1, 0, 0);
    /// The edition of the standard, Dutch way: 40, 42, 50.
    static final Obis EDITION = new Obis(1, 3, 0, 2, 8);
    /// The edition of the standard, Belgian way: 50217 is DSMR 5.02, e-MUCS 1.7.
    static final Obis EDITION_BELGIAN = new Obis(0, 0, 96, 1, 4);

    public Obis {
        for (int part : new int[] {medium, channel, quantity, kind, tariff})
            if (part < 0 || part > PART_MAX)
                throw new IllegalArgumentException("A part of an OBIS id is 0.." + PART_MAX + ", not " + part);
    }

    /// Reads an id; none when the text is no id. By hand, for each line of each telegram has one.
    public static Optional<Obis> parse(String text) {
        int[] part = new int[PARTS];
        int parts = 0;
        int digits = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : END;
            if (c >= '0' && c <= '9') {
                if (++digits > DIGITS_MAX || parts == PARTS) return Optional.empty();
                part[parts] = part[parts] * 10 + c - '0';
            } else {
                if (digits == 0 || part[parts] > PART_MAX || !ends(parts, c)) return Optional.empty();
                parts++;
                digits = 0;
            }
        }
        return Optional.of(new Obis(part[0], part[1], part[2], part[3], part[4]));
    }

    /// Whether this character may stand behind the part: `A-B:C.D.E`, `A-B:C.D.E.F`, `A-B:C.D.E*F`.
    private static boolean ends(int part, char c) {
        return switch (part) {
            case 0 -> c == '-';
            case 1 -> c == ':';
            case 2, 3 -> c == '.';
            case 4 -> c == '.' || c == '*' || c == END;
            default -> c == END; // the sixth is the last
        };
    }

    /// The same object of another channel: `0-2:24.1.0` for `0-1:24.1.0`.
    Obis of(int otherChannel) {
        return new Obis(medium, otherChannel, quantity, kind, tariff);
    }

    /// Whether its content is text in hexadecimal: equipment ids and messages (P1 5.0.2, 6.12: "Sn", tag 9).
    boolean isText() {
        return quantity == 96 && (kind == 13 || (kind == 1 && !equals(EDITION_BELGIAN))) || quantity == 42 && kind == 0;
    }

    /// The unit in which meters send it, where its id says so: `kWh`, `kW`, `V`, `A`, `kvarh`, `kvar`.
    Optional<String> usualUnit() {
        if (medium != 1 || kind == 32 || kind == 36 || kind == 97) return Optional.empty();
        boolean energy = kind == 8;
        boolean power = kind == 7 || kind == 4 || kind == 6;
        if (!energy && !power) return Optional.empty();
        String unit = switch (quantity) {
            case 1, 2, 15, 16, 21, 22, 41, 42, 61, 62 -> energy ? "kWh" : "kW";
            case 3, 4, 5, 6, 7, 8, 23, 24, 43, 44, 63, 64 -> energy ? "kvarh" : "kvar";
            case 9, 10, 29, 30, 49, 50, 69, 70 -> energy ? "kVAh" : "kVA";
            case 31, 51, 71, 90, 91 -> power ? "A" : "";
            case 32, 52, 72 -> power ? "V" : "";
            case 14 -> power ? "Hz" : "";
            default -> ""; // open: an id of a later edition
        };
        return unit.isEmpty() ? Optional.empty() : Optional.of(unit);
    }

    @Override
    public String toString() {
        return medium + "-" + channel + ":" + quantity + "." + kind + "." + tariff;
    }
}
