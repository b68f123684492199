package io.linkspan.node;

import io.linkspan.connector.Endpoint;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/// The client's side of one session of SMTP (RFC 5321) with a submission server: it says who it is, turns to TLS
/// (RFC 3207), signs in (RFC 4954) and hands over one message. For one thread.
final class Smtp implements Closeable {
    /// How long a connection may take.
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    /// How long an answer may take; RFC 5321, 4.5.3.2, asks for minutes, which nobody who is to be told has.
    static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
    /// Longest line of an answer, in bytes (RFC 5321, 4.5.3.1.5, has 512).
    static final int LINE_BYTES_MAX = 2_000;
    /// Most lines of one answer.
    static final int LINES_MAX = 100;

    private static final int TRANSIENT = 4;

    private final Endpoint.Tls server;
    private Socket socket;
    private InputStream in;
    private Set<String> extensions = Set.of();

    private Smtp(Endpoint.Tls server, Socket socket) throws IOException {
        this.server = server;
        this.socket = socket;
        in = new BufferedInputStream(socket.getInputStream());
    }

    /// An answer of the server (RFC 5321, 4.2).
    private record Reply(int code, List<String> lines) {
        String words() {
            return code + " " + Terminal.harmless(String.join(" ", lines));
        }

        boolean isGood() {
            return code / 100 == 2;
        }
    }

    /// Connects, greets, and turns to TLS where that is wanted.
    static Smtp open(Endpoint.Tls server, Email.Security security) throws IOException {
        var socket = new Socket();
        try {
            socket.connect(
                    new InetSocketAddress(server.host(), server.port()), Math.toIntExact(CONNECT_TIMEOUT.toMillis()));
            socket.setSoTimeout(Math.toIntExact(ANSWER_TIMEOUT.toMillis()));
            var smtp = new Smtp(server, socket);
            if (security == Email.Security.TLS) smtp.secure();
            smtp.need(smtp.reply(), "greets with");
            smtp.hello();
            if (security == Email.Security.STARTTLS) smtp.startTls();
            return smtp;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private void hello() throws IOException {
        var local = socket.getLocalAddress();
        String literal = (local instanceof Inet6Address ? "[IPv6:" : "[")
                + local.getHostAddress().replaceFirst("%.*", "") + "]"; // RFC 5321, 4.1.3
        var reply = ask("EHLO " + literal);
        need(reply, "answers EHLO with");
        var all = new TreeSet<String>();
        for (var line : reply.lines().subList(1, reply.lines().size())) all.add(line.toUpperCase(Locale.ROOT));
        extensions = all;
    }

    /// What the server said before TLS is forgotten: anybody could have said it (RFC 3207, 4.2).
    private void startTls() throws IOException {
        if (!extensions.contains("STARTTLS"))
            throw new IOException(
                    server.host() + " offers no STARTTLS; write security: tls if it has TLS from the" + " first byte");
        need(ask("STARTTLS"), "answers STARTTLS with");
        if (in.available() > 0)
            throw new IOException(server.host() + " said more before TLS than was asked; somebody is in between");
        secure();
        hello();
    }

    private void secure() throws IOException {
        var made = TlsFiles.context(server).getSocketFactory().createSocket(socket, server.host(), server.port(), true);
        if (!(made instanceof SSLSocket tls)) throw new IOException("This Java makes no TLS connection");
        var parameters = new SSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS"); // the certificate is for this name
        tls.setSSLParameters(parameters);
        tls.startHandshake();
        socket = tls;
        in = new BufferedInputStream(tls.getInputStream());
    }

    /// Signs in with SASL PLAIN (RFC 4616), or LOGIN where the server has that alone.
    void signIn(String user, String password) throws IOException {
        String offered = "";
        for (var extension : extensions) if (extension.startsWith("AUTH ")) offered = extension + " ";
        Reply reply;
        if (offered.contains(" PLAIN ")) reply = ask("AUTH PLAIN " + base64("\0" + user + "\0" + password));
        else if (offered.contains(" LOGIN ")) {
            need(ask("AUTH LOGIN"), 3, "answers AUTH with");
            need(ask(base64(user)), 3, "answers the user with");
            reply = ask(base64(password));
        } else throw new IOException(server.host() + " offers neither PLAIN nor LOGIN to sign in with");
        if (!reply.isGood())
            throw new IOException(
                    server.host() + " refuses user and password: " + reply.words() + "; check user and password-file");
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Hands over one message, and says what the server answered.
    ///
    /// @throws Channel.Refused the server will never take it
    String send(String from, List<String> to, byte[] message) throws IOException, Channel.Refused {
        accept(ask("MAIL FROM:<" + from + ">"));
        var refused = new ArrayList<String>();
        int later = 0;
        for (String address : to) {
            var reply = ask("RCPT TO:<" + address + ">");
            if (reply.isGood()) continue;
            refused.add(address + ": " + reply.words());
            if (reply.code() / 100 == TRANSIENT) later++;
        }
        if (refused.size() == to.size()) {
            String why = server.host() + " takes none of the addresses: " + String.join("; ", refused);
            if (later > 0) throw new IOException(why);
            throw new Channel.Refused(why);
        }
        need(ask("DATA"), 3, "answers DATA with");
        socket.getOutputStream().write(message);
        var reply = ask(".");
        accept(reply);
        return reply.words() + (refused.isEmpty() ? "" : ", but not for " + String.join("; ", refused));
    }

    private void accept(Reply reply) throws IOException, Channel.Refused {
        if (reply.isGood()) return;
        String why = server.host() + " answers " + reply.words();
        if (reply.code() / 100 == TRANSIENT) throw new IOException(why);
        throw new Channel.Refused(why);
    }

    private void need(Reply reply, String what) throws IOException {
        need(reply, 2, what);
    }

    private void need(Reply reply, int kind, String what) throws IOException {
        if (reply.code() / 100 != kind) throw new IOException(server.host() + " " + what + " " + reply.words());
    }

    private Reply ask(String line) throws IOException {
        socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
        return reply();
    }

    private Reply reply() throws IOException {
        var lines = new ArrayList<String>();
        while (lines.size() < LINES_MAX) {
            String line = line();
            if (!line.matches("[2-5][0-9][0-9]([ -].*)?"))
                throw new IOException(server.host() + " answers what is not SMTP: "
                        + Terminal.harmless(line.substring(0, Math.min(40, line.length()))));
            lines.add(line.length() > 4 ? line.substring(4) : "");
            if (line.length() == 3 || line.charAt(3) == ' ')
                return new Reply(Integer.parseInt(line.substring(0, 3)), lines);
        }
        throw new IOException(server.host() + " answers more than " + LINES_MAX + " lines");
    }

    private String line() throws IOException {
        var bytes = new java.io.ByteArrayOutputStream();
        for (int b; (b = in.read()) != '\n'; ) {
            if (b < 0) throw new IOException(server.host() + " ended the connection");
            if (bytes.size() >= LINE_BYTES_MAX)
                throw new IOException(server.host() + " answers a line longer than " + LINE_BYTES_MAX + " bytes");
            if (b != '\r') bytes.write(b);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        try (var ends = socket) {
            ends.getOutputStream().write("QUIT\r\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // what was to be said was said
        }
    }
}
