package io.linkspan.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/// Long texts, small: a site file as it stands in the log (RFC 1950).
final class Deflated {
    private Deflated() {}

    static byte[] bytes(String text) {
        byte[] plain = text.getBytes(StandardCharsets.UTF_8);
        var deflater = new Deflater(Deflater.BEST_SPEED);
        try {
            deflater.setInput(plain);
            deflater.finish();
            byte[] out = new byte[plain.length + plain.length / 1000 + 64];
            return Arrays.copyOf(out, deflater.deflate(out));
        } finally {
            deflater.end();
        }
    }

    static String text(byte[] deflated) {
        var inflater = new Inflater();
        try {
            inflater.setInput(deflated);
            byte[] out = new byte[Math.max(1024, deflated.length * 4)];
            int size = 0;
            while (!inflater.finished()) {
                int n = inflater.inflate(out, size, out.length - size);
                size += n;
                if (size > Json.TEXT_CHARS_MAX * 4L)
                    throw new IllegalArgumentException("A text in an entry is too long");
                if (n == 0 && (inflater.needsInput() || inflater.needsDictionary()))
                    throw new IllegalArgumentException("A text in an entry ends too early");
                if (size == out.length) out = Arrays.copyOf(out, out.length * 2);
            }
            return new String(out, 0, size, StandardCharsets.UTF_8);
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("A text in an entry is damaged", e);
        } finally {
            inflater.end();
        }
    }
}
