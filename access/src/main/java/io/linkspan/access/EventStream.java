package io.linkspan.access;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// Server-sent events (WHATWG HTML, 9.2) to one client. Each write ends within [Limits#writeWithin], or the client is
/// dropped. For one thread.
final class EventStream implements Outlet, AutoCloseable {
    private static final int RETRY_MILLIS = 1_000;

    private final OutputStream out;
    private final Watch watch;
    private final Limits limits;

    private EventStream(OutputStream out, Watch watch, Limits limits) {
        this.out = out;
        this.watch = watch;
        this.limits = limits;
    }

    /// Begins the answer.
    static EventStream begin(Visit visit) throws IOException {
        visit.response().header(HeaderNames.CONTENT_TYPE, "text/event-stream");
        visit.header("X-Accel-Buffering", "no"); // a proxy before us must not hold it back
        var stream = new EventStream(visit.response().outputStream(), visit.watch(), visit.limits());
        stream.write("retry: " + RETRY_MILLIS + "\n\n");
        return stream;
    }

    @Override
    public void tell(String type, String position, String json) throws IOException {
        var text = new StringBuilder(json.length() + 64);
        if (!position.isEmpty()) text.append("id: ").append(position).append('\n');
        text.append("event: ").append(type).append("\ndata: ").append(json).append("\n\n");
        write(text.toString());
    }

    @Override
    public void alive() throws IOException {
        write(": alive\n\n");
    }

    private void write(String text) throws IOException {
        watch.begin(limits.writeWithin());
        try {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (UncheckedIOException e) {
            throw new CloseConnectionException("The client of a stream left", e);
        } finally {
            watch.end();
        }
    }

    @Override
    public void close() throws IOException {
        watch.begin(limits.writeWithin());
        try {
            out.close();
        } catch (UncheckedIOException e) {
            throw new CloseConnectionException("The client of a stream left", e);
        } finally {
            watch.end();
        }
    }
}
