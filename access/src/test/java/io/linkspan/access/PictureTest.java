package io.linkspan.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is told of a picture from its first bytes.
class PictureTest {
    private static byte[] drawn(String format, int width, int height) throws IOException {
        var out = new ByteArrayOutputStream();
        assertThat(ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), format, out))
                .isTrue();
        return out.toByteArray();
    }

    @Test
    void whatJavaDrewHasItsSize() throws IOException {
        assertThat(Picture.parse(drawn("png", 321, 123))).isEqualTo(new Picture(Picture.Kind.PNG, 321, 123));
        assertThat(Picture.parse(drawn("jpg", 321, 123))).isEqualTo(new Picture(Picture.Kind.JPEG, 321, 123));
    }

    /// Headers made by hand from RFC 9649 and RFC 6386, 9.1: 320 x 240 each.
    @ParameterizedTest
    @CsvSource({
        "lossy, 52494646 1a000000 57454250 56503820 0e000000 000000 9d012a 4001 f000",
        "lossless, 52494646 1a000000 57454250 5650384c 0e000000 2f 3fc13b00",
        "extended, 52494646 1a000000 57454250 56503858 0a000000 00000000 3f0100 ef0000"
    })
    void theThreeKindsOfWebPHaveTheirSize(String kind, String hex) {
        assertThat(Picture.parse(HexFormat.of().parseHex(hex.replace(" ", ""))))
                .as(kind)
                .isEqualTo(new Picture(Picture.Kind.WEBP, 320, 240));
    }

    @Test
    void whatCarriesScriptOrIsNoPictureIsRefused() {
        for (String text :
                new String[] {"", "<svg xmlns='http://www.w3.org/2000/svg'/>", "GIF89a0000", "<html>", "RIFF"})
            assertThatThrownBy(() -> Picture.parse(text.getBytes(StandardCharsets.UTF_8)))
                    .as(text)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("A picture is a PNG, a JPEG or a WebP");
    }

    @Test
    void aSideHasItsLimit() throws IOException {
        byte[] png = drawn("png", 16, 16);
        png[16] = 0x7F; // a width of two thousand million
        assertThatThrownBy(() -> Picture.parse(png)).hasMessageContaining("at most 8192 pixels a side");
        assertThat(new Picture(Picture.Kind.PNG, Picture.SIDE_PIXELS_MAX, 1).height())
                .isEqualTo(1);
        assertThatThrownBy(() -> new Picture(Picture.Kind.PNG, Picture.SIDE_PIXELS_MAX + 1, 1))
                .hasMessageContaining("make it smaller");
        assertThatThrownBy(() -> new Picture(Picture.Kind.JPEG, 0, 5)).hasMessageContaining("no size");
    }

    @Test
    void hostileBytesAreAPictureOrASentence() throws IOException {
        var random = new Random(49);
        for (String format : new String[] {"png", "jpg"}) {
            byte[] good = drawn(format, 40, 30);
            for (int i = 0; i < 20_000; i++) {
                byte[] bad = Arrays.copyOf(good, random.nextInt(good.length + 1));
                for (int n = random.nextInt(4); n > 0 && bad.length > 0; n--)
                    bad[random.nextInt(Math.min(bad.length, 64))] = (byte) random.nextInt();
                try {
                    assertThat(Picture.parse(bad).width()).isBetween(1, Picture.SIDE_PIXELS_MAX);
                } catch (IllegalArgumentException e) {
                    assertThat(e).hasMessageMatching("(A picture|The (picture|PNG|JPEG|WebP)) .{8,}");
                }
            }
        }
    }
}
