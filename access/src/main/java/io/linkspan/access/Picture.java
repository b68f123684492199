package io.linkspan.access;

import java.util.Optional;

/// What the first bytes of a picture say of it. Only its header is read: its pixels are the browser's.
///
/// @param width pixels, 1 to [#SIDE_PIXELS_MAX]
/// @param height pixels, 1 to [#SIDE_PIXELS_MAX]
public record Picture(Kind kind, int width, int height) {
    /// Longest side, in pixels; a larger picture is refused.
    public static final int SIDE_PIXELS_MAX = 8_192;

    /// What a picture may be. No SVG: it can carry script.
    public enum Kind {
        PNG("image/png"),
        JPEG("image/jpeg"),
        WEBP("image/webp");

        private final String mediaType;

        Kind(String mediaType) {
            this.mediaType = mediaType;
        }

        /// Its media type.
        public String mediaType() {
            return mediaType;
        }
    }

    public Picture {
        if (width < 1 || height < 1)
            throw new IllegalArgumentException("The picture has no size: " + width + " x " + height + " pixels");
        if (width > SIDE_PIXELS_MAX || height > SIDE_PIXELS_MAX)
            throw new IllegalArgumentException("A picture has at most " + SIDE_PIXELS_MAX + " pixels a side, not "
                    + width + " x " + height + "; make it smaller first");
    }

    /// Reads the header of a picture, whatever it is called.
    ///
    /// @throws IllegalArgumentException it is none of the kinds, is cut, or too large; the message says which
    public static Picture parse(byte[] bytes) {
        try {
            if (has(bytes, 0, "\u0089PNG\r\n\u001a\n")) return png(bytes);
            if (bytes.length > 2 && u8(bytes, 0) == 0xFF && u8(bytes, 1) == 0xD8) return jpeg(bytes);
            if (has(bytes, 0, "RIFF") && has(bytes, 8, "WEBP")) return webp(bytes);
        } catch (ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException("The picture ends within its header; send it again");
        }
        throw new IllegalArgumentException("A picture is a PNG, a JPEG or a WebP; this is none of them");
    }

    /// PNG (third edition), 5.2 and 11.2.1: the signature, then the chunk IHDR with width and height.
    private static Picture png(byte[] b) {
        if (!has(b, 12, "IHDR")) throw new IllegalArgumentException("The PNG does not begin with its header (IHDR)");
        return new Picture(Kind.PNG, side(u32(b, 16)), side(u32(b, 20)));
    }

    /// ITU-T T.81, B.2.2: the frame header follows one of the markers SOF0 to SOF15 without DHT, JPG and DAC.
    private static Picture jpeg(byte[] b) {
        int at = 2;
        while (true) {
            if (u8(b, at) != 0xFF) throw new IllegalArgumentException("The JPEG has no marker where one must be");
            int marker = u8(b, at + 1);
            if (marker == 0xFF) { // B.1.1.2: any number of fill bytes
                at++;
                continue;
            }
            if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC)
                return new Picture(Kind.JPEG, u16(b, at + 7), u16(b, at + 5));
            if (marker == 0xDA || marker == 0xD9) throw new IllegalArgumentException("The JPEG says no size");
            at += marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7) ? 2 : 2 + Math.max(2, u16(b, at + 2));
        }
    }

    /// RFC 9649: 2.5 lossy (VP8, RFC 6386 9.1), 2.6 lossless (VP8L) and 2.7 extended (VP8X).
    private static Picture webp(byte[] b) {
        if (has(b, 12, "VP8 ")) {
            if (u8(b, 23) != 0x9D || u8(b, 24) != 0x01 || u8(b, 25) != 0x2A)
                throw new IllegalArgumentException("The WebP does not begin with a key frame");
            return new Picture(Kind.WEBP, little(b, 26, 2) & 0x3FFF, little(b, 28, 2) & 0x3FFF);
        }
        if (has(b, 12, "VP8L")) {
            if (u8(b, 20) != 0x2F) throw new IllegalArgumentException("The WebP does not begin with its signature");
            int bits = little(b, 21, 4);
            return new Picture(Kind.WEBP, 1 + (bits & 0x3FFF), 1 + (bits >>> 14 & 0x3FFF));
        }
        if (has(b, 12, "VP8X")) return new Picture(Kind.WEBP, 1 + little(b, 24, 3), 1 + little(b, 27, 3));
        throw new IllegalArgumentException("The WebP has no picture in it");
    }

    private static boolean has(byte[] b, int at, String ascii) {
        if (b.length < at + ascii.length()) return false;
        for (int i = 0; i < ascii.length(); i++) if (u8(b, at + i) != ascii.charAt(i)) return false;
        return true;
    }

    private static int u8(byte[] b, int at) {
        return b[at] & 0xFF;
    }

    private static int u16(byte[] b, int at) {
        return u8(b, at) << 8 | u8(b, at + 1);
    }

    private static long u32(byte[] b, int at) {
        return (long) u16(b, at) << 16 | u16(b, at + 2);
    }

    private static int little(byte[] b, int at, int count) {
        int n = 0;
        for (int i = 0; i < count; i++) n |= u8(b, at + i) << 8 * i;
        return n;
    }

    private static int side(long pixels) {
        return (int) Math.min(pixels, Integer.MAX_VALUE);
    }

    /// A picture with its bytes.
    ///
    /// @param tag changes with the bytes
    public record Stored(Picture picture, byte[] bytes, String tag) {}

    /// A picture in a list.
    ///
    /// @param tag changes with the bytes
    public record Listed(String name, Picture picture, long bytes, String tag) {}

    /// Finds a picture of a list.
    static Optional<Listed> named(java.util.List<Listed> all, String name) {
        return all.stream().filter(p -> p.name().equals(name)).findFirst();
    }
}
