package io.linkspan.connectors.dsmrp1;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// One telegram of a smart meter (P1 5.0.2, 6.2): an identification, objects, and from DSMR 4 on a CRC over all of it.
/// A pure codec: [#parse] and [#encode] are functions of bytes.
///
/// @param identification the first line without its `/`: maker, speed, type (`ISk5\2MT382-1000`)
/// @param objects in the order of the wire
/// @param crc whether it carries a CRC
public record P1Telegram(String identification, List<P1Object> objects, boolean crc) {
    /// Longest telegram, in bytes: three times what a three-phase meter with four meters behind it and a full
    /// message sends.
    public static final int BYTES_MAX = 8_192;

    /// Most objects of one telegram.
    public static final int OBJECTS_MAX = 256;

    /// Longest identification, in characters.
    public static final int IDENTIFICATION_CHARS_MAX = 64;

    /// The reading of an M-Bus meter in DSMR 2.2 and 3.
    private static final Obis MBUS_OLD = new Obis(0, 0, 24, 3, 0);

    private static final int[] CRC_OF_BYTE = new int[256];

    static {
        for (int b = 0; b < CRC_OF_BYTE.length; b++) {
            int crc = b;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ 0xA001;
            CRC_OF_BYTE[b] = crc;
        }
    }

    public P1Telegram {
        objects = List.copyOf(objects);
        if (objects.size() > OBJECTS_MAX)
            throw new IllegalArgumentException(
                    "A telegram has at most " + OBJECTS_MAX + " objects, not " + objects.size());
        if (identification.isEmpty() || identification.length() > IDENTIFICATION_CHARS_MAX)
            throw new IllegalArgumentException("An identification has 1.." + IDENTIFICATION_CHARS_MAX
                    + " characters, not " + identification.length());
        for (int i = 0; i < identification.length(); i++) {
            char c = identification.charAt(i);
            if (c < ' ' || c > '~' || c == '/' || c == '!')
                throw new IllegalArgumentException("An identification is printable and has no / and no !");
        }
    }

    // Reading

    /// Reads one telegram, from its `/` to its `!`, its CRC and the end of the line; what stands before or behind
    /// is refused.
    ///
    /// A telegram with a right CRC may hold lines that this codec does not know how to read: they are passed over,
    /// as a later edition may bring new ones. Without a CRC each line must be right, for nothing else says that it
    /// came whole; and time and edition must be missing, for DSMR 4 brought them together with the CRC.
    ///
    /// @throws BadTelegram with a sentence that says what is wrong and where
    public static P1Telegram parse(byte[] bytes) throws BadTelegram {
        if (bytes.length == 0 || bytes[0] != '/')
            throw new BadTelegram("%s does not begin with \"/\"".formatted(name(bytes)));
        if (bytes.length > BYTES_MAX + 2)
            throw new BadTelegram("%s is longer than %d bytes".formatted(name(bytes), BYTES_MAX));
        int end = indexOf(bytes, '!');
        if (end < 0) throw new BadTelegram("%s has no \"!\": it was cut; check the cable".formatted(name(bytes)));
        if (bytes[end - 1] != '\n')
            throw new BadTelegram(
                    "%s has a \"!\" within a line, at byte %d; check the cable".formatted(name(bytes), end));
        boolean crc = checkCrc(bytes, end);
        var lines = new String(bytes, 0, end, StandardCharsets.ISO_8859_1).split("\r?\n", -1);
        var objects = new ArrayList<P1Object>();
        for (var logical : logicalLines(lines)) {
            var object = object(logical);
            if (object.isPresent()) objects.add(object.get());
            else if (!crc)
                throw new BadTelegram("%s has no CRC and the line \"%s\" is no object; check the cable"
                        .formatted(name(bytes), printable(logical)));
            if (objects.size() > OBJECTS_MAX)
                throw new BadTelegram("%s has more than %d objects".formatted(name(bytes), OBJECTS_MAX));
        }
        var telegram = whole(bytes, lines[0].substring(1), objects, crc);
        if (!crc && (telegram.find(Obis.TIME).isPresent() || telegram.edition().isPresent()))
            throw new BadTelegram("%s says its time or edition, so it must have a CRC, but has none; check the cable"
                    .formatted(name(bytes)));
        if (objects.isEmpty()) throw new BadTelegram(name(bytes) + " has no objects");
        return telegram;
    }

    private static P1Telegram whole(byte[] bytes, String identification, List<P1Object> objects, boolean crc)
            throws BadTelegram {
        try {
            return new P1Telegram(identification, objects, crc);
        } catch (IllegalArgumentException e) {
            throw new BadTelegram(name(bytes) + " has a wrong first line: " + e.getMessage());
        }
    }

    /// Telegrams of DSMR 4 and later carry four hexadecimal digits behind the `!`, earlier ones nothing.
    private static boolean checkCrc(byte[] bytes, int end) throws BadTelegram {
        String sent = new String(bytes, end + 1, bytes.length - end - 1, StandardCharsets.ISO_8859_1).strip();
        if (sent.isEmpty()) return false;
        if (!sent.matches("[0-9A-Fa-f]{4}"))
            throw new BadTelegram("%s: behind its \"!\" stands \"%s\", not the four digits of a CRC; check the cable"
                    .formatted(name(bytes), printable(sent)));
        int is = crc16(bytes, end + 1);
        if (Integer.parseInt(sent, 16) != is)
            throw new BadTelegram(
                    "%s: CRC is %s, its content gives %04X; check the cable".formatted(name(bytes), sent, is));
        return true;
    }

    /// CRC-16 with polynomial x^16 + x^15 + x^2 + 1, least significant bit first, from 0, over `/` to `!` (P1
    /// 5.0.2, 6.2).
    static int crc16(byte[] bytes, int length) {
        int crc = 0;
        for (int i = 0; i < length; i++) crc = crc >>> 8 ^ CRC_OF_BYTE[(crc ^ bytes[i]) & 0xFF];
        return crc;
    }

    private static int indexOf(byte[] bytes, char wanted) {
        for (int i = 0; i < bytes.length; i++) if (bytes[i] == wanted) return i;
        return -1;
    }

    private static String name(byte[] bytes) {
        return "telegram of " + bytes.length + " bytes";
    }

    /// The lines behind the first, those that begin with a bracket joined to the one before: DSMR 2.2 puts the
    /// reading of a gas meter on a line of its own.
    private static List<String> logicalLines(String[] lines) {
        var joined = new ArrayList<String>();
        for (int i = 1; i < lines.length; i++) {
            String line = lines[i].stripTrailing();
            if (line.isEmpty()) continue;
            if (line.startsWith("(") && !joined.isEmpty()) joined.set(joined.size() - 1, joined.getLast() + line);
            else joined.add(line);
        }
        return joined;
    }

    private static Optional<P1Object> object(String line) {
        int open = line.indexOf('(');
        if (open < 0 || !line.endsWith(")")) return Optional.empty();
        var id = Obis.parse(line.substring(0, open));
        if (id.isEmpty()) return Optional.empty();
        String[] groups = line.substring(open + 1, line.length() - 1).split("\\)\\(", -1);
        try {
            return Optional.of(new P1Object(id.get(), List.of(groups)));
        } catch (IllegalArgumentException e) { // too many, too long, or a stray bracket
            return Optional.empty();
        }
    }

    private static String printable(String text) {
        String cut = text.length() > 40 ? text.substring(0, 40) + "..." : text;
        return cut.replaceAll("[^ -~]", "?");
    }

    // Asking

    /// The first object with this id. The reading of an M-Bus meter in DSMR 2.2 is found under the id that it
    /// names.
    public Optional<P1Object> find(Obis id) {
        for (var each : objects) if (each.id().equals(id)) return Optional.of(each);
        for (var each : objects)
            if (isOldMbus(each) && namedInside(each).equals(Optional.of(id))) return Optional.of(each);
        return Optional.empty();
    }

    /// Whether it is the reading of an M-Bus meter in the form of DSMR 2.2 and 3:
    /// `0-1:24.3.0(161107190000)(00)(60)(1)(0-1:24.2.1)(m3)(00001.001)`: time, status, minutes between readings,
    /// how many values, their id, their unit, the value.
    static boolean isOldMbus(P1Object object) {
        return object.id().equals(MBUS_OLD.of(object.id().channel()))
                && object.groups().size() == 7;
    }

    private static Optional<Obis> namedInside(P1Object old) {
        return Obis.parse(old.groups().get(4));
    }

    /// The edition of the standard, where the meter says it: `50`, `50217`.
    public Optional<String> edition() {
        return find(Obis.EDITION).or(() -> find(Obis.EDITION_BELGIAN)).map(P1Object::last);
    }

    /// The meter's time of this telegram, microseconds since 1970 UTC; none for DSMR 2.2 and 3.
    ///
    /// @param zone where the meter stands
    public OptionalLong timeMicros(ZoneId zone) {
        var object = find(Obis.TIME);
        return object.isEmpty()
                ? OptionalLong.empty()
                : P1Time.micros(object.get().last(), zone);
    }

    // Writing

    /// The telegram as bytes, with the CRC that its content gives.
    public byte[] encode() {
        var text = new StringBuilder("/").append(identification).append("\r\n\r\n");
        for (var each : objects) text.append(each).append("\r\n");
        var out = new ByteArrayOutputStream(text.length() + 8);
        out.writeBytes(text.append('!').toString().getBytes(StandardCharsets.ISO_8859_1));
        if (crc)
            out.writeBytes(
                    "%04X".formatted(crc16(out.toByteArray(), out.size())).getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(new byte[] {'\r', '\n'});
        return out.toByteArray();
    }
}
