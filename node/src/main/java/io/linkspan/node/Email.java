package io.linkspan.node;

import io.linkspan.connector.Endpoint;
import io.linkspan.model.Invalid;
import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Sends messages as e-mail through somebody's submission server (RFC 6409): text in UTF-8, one message for all who are
/// named.
record Email(
        Endpoint.Tls server,
        Security security,
        Optional<String> user,
        Optional<Path> password,
        String from,
        List<String> to)
        implements Channel {

    /// Most addresses of one channel.
    static final int ADDRESSES_MAX = 50;

    private static final int SUBMISSION_PORT = 587;
    private static final int SUBMISSIONS_PORT = 465;
    /// What RFC 5321 takes for a mailbox without quotes, and nothing that could end a line or a command.
    private static final Pattern ADDRESS =
            Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?");

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss xx", Locale.ENGLISH);

    Email {
        to = List.copyOf(to);
    }

    /// How the connection is protected. The order is that of the words in the file.
    enum Security {
        /// It begins in the clear and turns to TLS before anything is said (RFC 3207).
        STARTTLS,
        /// TLS from the first byte (RFC 8314).
        TLS,
        /// None: to this box alone, or with `insecure: true`.
        NONE
    }

    static Email read(Settings s) throws Invalid {
        var security = s.choice("security", Security.class).orElse(Security.STARTTLS);
        var server = server(s, security);
        if (security == Security.NONE && !s.flag("insecure", false) && !NodeFile.isLoopback(server.host()))
            throw s.wrong(
                    "security",
                    "none would send messages over the network for anybody to read; write starttls or tls, or"
                            + " insecure: true if you want that");
        s.has("insecure");
        var user = s.text("user");
        var password = Channels.file(s, "password-file");
        if (user.isPresent() != password.isPresent())
            throw new Invalid(s.mark(), "user: and password-file: go together");
        if (user.isPresent() && security == Security.NONE)
            throw s.wrong("user", "needs TLS: the password would be readable by anybody on the way");
        var email = new Email(
                server, security, user, password, address(s, "from", s.needText("from", "site@example.org")), to(s));
        s.finish();
        return email;
    }

    private static Endpoint.Tls server(Settings s, Security security) throws Invalid {
        String text = s.needText("server", "smtp.example.org");
        int port = security == Security.TLS ? SUBMISSIONS_PORT : SUBMISSION_PORT;
        try {
            if (Endpoint.parse("tcp://" + text, port, 9_600, "8N1") instanceof Endpoint.Tcp tcp)
                return new Endpoint.Tls(
                        tcp.host(), tcp.port(), Channels.file(s, "ca"), Optional.empty(), Optional.empty());
        } catch (IllegalArgumentException e) {
            throw s.wrong("server", e);
        }
        throw s.wrong("server", "is a host, or host:port, not \"" + text + "\"");
    }

    private static List<String> to(Settings s) throws Invalid {
        var all = new ArrayList<String>();
        if (s.part("to").orElse(null) instanceof Tree.Scalar one) all.add(address(s, "to", one.text()));
        else for (var item : s.items("to")) all.add(address(s, "to", item instanceof Tree.Scalar a ? a.text() : ""));
        if (all.isEmpty()) throw new Invalid(s.mark(), "\"to\" is missing; write for example to: [anna@example.org]");
        if (all.size() > ADDRESSES_MAX) throw s.wrong("to", "names at most " + ADDRESSES_MAX + " addresses");
        return all;
    }

    private static String address(Settings s, String field, String text) throws Invalid {
        if (ADDRESS.matcher(text).matches()) return text;
        throw s.wrong(field, "is an address such as anna@example.org, not \"" + text + "\"");
    }

    @Override
    public String deliver(Message message) throws IOException, InterruptedException, Refused {
        try (var smtp = Smtp.open(server, security)) {
            if (user.isPresent() && password.isPresent()) smtp.signIn(user.get(), Channels.secret(password.get()));
            return smtp.send(from, to, text(message));
        }
    }

    /// The message as RFC 5322 and RFC 2045 have it: base64, so that no line is too long and none begins with a
    /// dot.
    byte[] text(Message m) {
        String domain = from.substring(from.indexOf('@') + 1);
        var head = new StringBuilder();
        head.append("From: ").append(from).append("\r\n");
        head.append("To: ").append(String.join(",\r\n ", to)).append("\r\n");
        head.append("Subject: ").append(encoded(m.note().subject())).append("\r\n");
        head.append("Date: ")
                .append(DATE.format(m.at().atOffset(ZoneOffset.UTC)))
                .append("\r\n");
        head.append("Message-ID: <").append(m.id()).append('@').append(domain).append(">\r\n");
        head.append("Auto-Submitted: auto-generated\r\n"); // RFC 3834, 5: nobody's absence note shall answer
        head.append("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n");
        head.append("Content-Transfer-Encoding: base64\r\n\r\n");
        String body = m.note().text().replace("\n", "\r\n") + "\r\n";
        head.append(Base64.getMimeEncoder().encodeToString(body.getBytes(StandardCharsets.UTF_8)))
                .append("\r\n");
        return head.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /// Of a text so many bytes fit into one encoded word of 75 characters (RFC 2047, 2).
    private static final int WORD_BYTES_MAX = 45;

    /// A header's text as encoded words, whatever is in it; a character is never split.
    static String encoded(String text) {
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        int bytes = 0;
        for (int c : text.codePoints().toArray()) {
            String one = Character.toString(c);
            int length = one.getBytes(StandardCharsets.UTF_8).length;
            if (bytes + length > WORD_BYTES_MAX) {
                words.add(word.toString());
                word.setLength(0);
                bytes = 0;
            }
            word.append(one);
            bytes += length;
        }
        words.add(word.toString());
        return String.join(
                "\r\n ",
                words.stream()
                        .map(w -> "=?UTF-8?B?" + Base64.getEncoder().encodeToString(w.getBytes(StandardCharsets.UTF_8))
                                + "?=")
                        .toList());
    }
}
