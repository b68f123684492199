package io.linkspan.access;

import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.RequestException;
import io.helidon.http.Status;

/// Where a request ends must be beyond doubt: a proxy before us that reads its headers another way would take the rest
/// of one client's body for the request of another one (RFC 9112, 11.2). What is in doubt is refused, and its
/// connection closed. No state.
final class Framing {
    /// RFC 6585, 5.
    private static final Status FIELDS_TOO_LARGE = Status.create(431, "Request Header Fields Too Large");
    /// RFC 9112, 6.1.
    private static final Status NOT_IMPLEMENTED = Status.create(501, "Not Implemented");

    private static final String LENGTH = "[0-9]{1,15}";

    private Framing() {}

    /// Refuses headers that leave the length of the body in doubt, or that are too many.
    static void check(Headers headers) {
        if (headers.size() > Limits.HEADERS_MAX)
            throw refusal(FIELDS_TOO_LARGE, "A request has at most " + Limits.HEADERS_MAX + " headers");
        for (var header : headers) {
            if (header.name().isEmpty()) throw refusal(Status.BAD_REQUEST_400, "A header has a name");
            if (header.valueCount() > Limits.HEADERS_MAX)
                throw refusal(FIELDS_TOO_LARGE, "A request has at most " + Limits.HEADERS_MAX + " headers");
        }
        boolean chunked = headers.contains(HeaderNames.TRANSFER_ENCODING);
        boolean counted = headers.contains(HeaderNames.CONTENT_LENGTH);
        if (chunked && counted)
            throw refusal(
                    Status.BAD_REQUEST_400, "A request has a Content-Length or a Transfer-Encoding, and never both");
        if (chunked && !one(headers, HeaderNames.TRANSFER_ENCODING).equals("chunked"))
            throw refusal(NOT_IMPLEMENTED, "The only Transfer-Encoding that is known here is: chunked");
        if (counted && !one(headers, HeaderNames.CONTENT_LENGTH).matches(LENGTH))
            throw refusal(Status.BAD_REQUEST_400, "A request has one Content-Length, which is a whole number");
    }

    /// The only value; empty where there are several.
    private static String one(Headers headers, HeaderName name) {
        var header = headers.get(name);
        return header.valueCount() == 1 ? header.get() : "";
    }

    private static RequestException refusal(Status status, String why) {
        return RequestException.builder()
                .type(EventType.BAD_REQUEST)
                .status(status)
                .message(why)
                .setKeepAlive(false)
                .build();
    }
}
