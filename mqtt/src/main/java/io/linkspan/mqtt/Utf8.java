package io.linkspan.mqtt;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Text as MQTT has it (1.5.4). Functions without state.
///
/// Refused is what a receiver MUST refuse, and what it MAY refuse and no client needs: control characters and code
/// points that are no characters (1.5.4, the paragraph behind \[MQTT-1.5.4-2]).
final class Utf8 {
    private Utf8() {}

    /// The text of these bytes.
    static String decode(byte[] in, int at, int length) throws Violation {
        for (int i = at; i < at + length; i++) {
            byte b = in[i];
            if (b < 0x20 || b == 0x7F) return decodeSlowly(in, at, length); // negative ones are beyond ASCII
        }
        return new String(in, at, length, StandardCharsets.ISO_8859_1);
    }

    private static String decodeSlowly(byte[] in, int at, int length) throws Violation {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(in, at, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Violation.malformed("A text is no well-formed UTF-8 [MQTT-1.5.4-1]");
        }
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            if (point == 0) throw Violation.malformed("A text has a null character [MQTT-1.5.4-2]");
            if (Character.isISOControl(point))
                throw Violation.malformed("A text has the control character U+%04X (1.5.4)".formatted(point));
            if ((point & 0xFFFE) == 0xFFFE || point >= 0xFDD0 && point <= 0xFDEF)
                throw Violation.malformed("A text has U+%04X, which is no character (1.5.4)".formatted(point));
            i += Character.charCount(point);
        }
        return text;
    }

    /// Bytes of a text, at most 65,535.
    ///
    /// @throws IllegalArgumentException it is longer
    static int size(String text) {
        int size = 0;
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c < 0x80) size++;
            else if (c < 0x800) size += 2;
            else if (Character.isSurrogate(c)) size += 2; // each half of a pair
            else size += 3;
        }
        if (size > 0xFFFF)
            throw new IllegalArgumentException("A text has at most 65535 bytes in MQTT, not " + size + " (1.5.4)");
        return size;
    }

    /// Writes the text, whose size is known.
    static int encode(String text, int size, byte[] out, int at) {
        if (size == text.length()) {
            for (int i = 0; i < size; i++) out[at + i] = (byte) text.charAt(i);
        } else {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            System.arraycopy(bytes, 0, out, at, size);
        }
        return at + size;
    }
}
