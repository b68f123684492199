package io.linkspan.access;

import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Tree;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Why a request is not done, as the client is told it (RFC 9457). Its type is `about:blank`: the status says what kind
/// it is, and the sentence the rest.
public final class Problem extends Exception {
    private static final long serialVersionUID = 1;

    /// The media type.
    public static final String TYPE = "application/problem+json";

    private static final Map<Integer, String> TITLES = Map.ofEntries(
            Map.entry(400, "Bad Request"),
            Map.entry(401, "Unauthorized"),
            Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"),
            Map.entry(409, "Conflict"),
            Map.entry(412, "Precondition Failed"),
            Map.entry(413, "Content Too Large"),
            Map.entry(414, "URI Too Long"),
            Map.entry(415, "Unsupported Media Type"),
            Map.entry(421, "Misdirected Request"),
            Map.entry(422, "Unprocessable Content"),
            Map.entry(429, "Too Many Requests"),
            Map.entry(431, "Request Header Fields Too Large"),
            Map.entry(500, "Internal Server Error"),
            Map.entry(501, "Not Implemented"),
            Map.entry(503, "Service Unavailable"),
            Map.entry(504, "Gateway Timeout"),
            Map.entry(505, "HTTP Version Not Supported"));

    private final int status;
    private final transient List<Fault> faults;
    private final transient Map<String, String> headers = new TreeMap<>();
    private final transient Map<String, Tree> more = new TreeMap<>();

    /// What is wrong at one place of a text that was sent.
    ///
    /// @param line counts from 1
    /// @param column counts from 1; 1 where only the line is known
    public record Fault(int line, int column, String message) {}

    private Problem(int status, String detail, List<Fault> faults) {
        super(detail);
        this.status = status;
        this.faults = List.copyOf(faults);
    }

    /// A problem with a sentence for people: what, where, what next.
    public static Problem of(int status, String detail) {
        return new Problem(status, detail, List.of());
    }

    /// What a person wrote can not be taken.
    ///
    /// @param status 400 for a request, 422 for a file that was sent
    public static Problem of(int status, Invalid e) {
        int line = e.mark().line();
        String detail = String.valueOf(e.getMessage());
        if (line == 0) return new Problem(status, detail, List.of());
        String place = e.mark() + ": "; // the fault says it as a number
        String what = detail.startsWith(place) ? detail.substring(place.length()) : detail;
        return new Problem(
                status, detail, List.of(new Fault(line, Math.max(1, e.mark().column()), what)));
    }

    /// The same with a header.
    public Problem with(String header, String value) {
        headers.put(header, value);
        return this;
    }

    /// The same with one more member (RFC 9457, 3.2).
    public Problem and(String member, Tree value) {
        more.put(member, value);
        return this;
    }

    /// The status of the answer.
    public int status() {
        return status;
    }

    /// Headers of the answer besides the usual ones.
    public Map<String, String> headers() {
        return headers;
    }

    /// The body of the answer.
    public byte[] body() {
        var fields = new LinkedHashMap<String, Tree>();
        fields.put("type", Tree.text("about:blank"));
        fields.put("title", Tree.text(TITLES.getOrDefault(status, "Problem")));
        fields.put("status", Tree.plain(status));
        fields.put("detail", Tree.text(getMessage()));
        if (!faults.isEmpty()) {
            var all = new ArrayList<Tree>();
            for (var f : faults) {
                var fault = new LinkedHashMap<String, Tree>();
                fault.put("line", Tree.plain(f.line()));
                fault.put("column", Tree.plain(f.column()));
                fault.put("message", Tree.text(f.message()));
                all.add(Tree.fields(fault));
            }
            fields.put("errors", Tree.items(all));
        }
        fields.putAll(more);
        return Json.write(Tree.fields(fields)).getBytes(StandardCharsets.UTF_8);
    }
}
