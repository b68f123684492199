package io.linkspan.access;

import io.helidon.common.buffers.DataReader.InsufficientDataAvailableException;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.RequestException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Optional;

/// The body of a request: read within a time and up to a length, or the connection ends. No state.
final class Body {
    private Body() {}

    /// The body, at most this long.
    ///
    /// @throws Problem it is longer, or how it is cut into pieces can not be read
    static byte[] read(ServerRequest request, int bytesMax) throws Problem, IOException {
        if (request.headers().contentLength().orElse(0) > bytesMax) throw tooLong(bytesMax);
        if (!request.content().hasEntity()) return new byte[0];
        var around = request.context().get(Visit.Surround.class);
        around.ifPresent(a -> a.watch().begin(a.limits().requestWithin()));
        byte[] bytes;
        try (InputStream in = request.content().inputStream()) {
            bytes = in.readNBytes(bytesMax + 1);
        } catch (RequestException | IllegalArgumentException e) { // also a chunk's length that is no number
            throw unreadable();
        } catch (InsufficientDataAvailableException | UncheckedIOException e) {
            throw new CloseConnectionException("The client left, or was dropped, within the body", e);
        } finally {
            around.ifPresent(a -> a.watch().end());
        }
        if (bytes.length > bytesMax) throw tooLong(bytesMax);
        return bytes;
    }

    private static Problem tooLong(int bytesMax) {
        return Problem.of(413, "The body of this request has at most " + bytesMax + " bytes")
                .with("Connection", "close");
    }

    private static Problem unreadable() {
        return Problem.of(400, "The body of this request is not cut into chunks as RFC 9112, 7.1, has it")
                .with("Connection", "close");
    }

    /// Refuses a body of another type. A form of another page can not send JSON without asking first (Fetch,
    /// CORS-safelisted request-header).
    static void needType(ServerRequest request, String wanted) throws Problem {
        String type = Optional.of(request.headers())
                .filter(h -> h.contains(HeaderNames.CONTENT_TYPE))
                .map(h -> h.get(HeaderNames.CONTENT_TYPE).get())
                .orElse(wanted);
        String plain = type.replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT);
        if (!plain.equals(wanted)) throw Problem.of(415, "The body is " + wanted + ", not " + Words.cut(type));
    }

    /// Takes what is left of a body that nobody asked for, so that the next request begins where this one ends.
    ///
    /// @return whether it ended; if not, the connection must
    static boolean skip(ServerRequest request) throws Problem, IOException {
        if (!request.content().hasEntity() || request.content().consumed()) return true;
        if (request.headers().contains(HeaderValues.EXPECT_100)) return false;
        return read(request, Limits.BODY_BYTES_MAX).length <= Limits.BODY_BYTES_MAX;
    }
}
