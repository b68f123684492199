package io.linkspan.node;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Bytes to a port and back, as no well-behaved client would send them.
record RawHttp(int port) {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");

    /// What came back until the server closed the connection.
    ///
    /// @param ended the server closed it
    record Answer(String text, boolean ended) {
        /// The status of each answer, in order.
        List<Integer> statuses() {
            var all = new ArrayList<Integer>();
            for (var m = STATUS.matcher(text); m.find(); ) all.add(Integer.parseInt(m.group(1)));
            return all;
        }
    }

    Socket connect() throws IOException {
        var socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /// A request with our own name and these further lines.
    String request(String line, String... headers) {
        var all = new StringBuilder(line).append("\r\nHost: localhost:").append(port);
        for (String header : headers) all.append("\r\n").append(header);
        return all.append("\r\n\r\n").toString();
    }

    /// Sends bytes (ISO 8859-1) and reads until the server ends the connection.
    Answer send(String bytes) throws IOException {
        try (var socket = connect()) {
            var out = socket.getOutputStream();
            try {
                out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            } catch (IOException e) {
                // it was refused before all was sent
            }
            return read(socket.getInputStream());
        }
    }

    static Answer read(InputStream in) {
        var all = new ByteArrayOutputStream();
        boolean ended = true;
        try {
            in.transferTo(all);
        } catch (SocketTimeoutException e) {
            ended = false;
        } catch (IOException e) {
            // reset: it is closed as well
        }
        return new Answer(all.toString(StandardCharsets.ISO_8859_1), ended);
    }
}
