package io.linkspan.node;

import io.linkspan.model.Invalid;
import io.linkspan.model.Settings;
import io.linkspan.model.SiteFile;
import io.linkspan.model.Tell;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/// The kinds of channels there are, and what their settings have in common. No state.
final class Channels {
    /// Largest file with a password or a key, in bytes.
    static final int SECRET_BYTES_MAX = 4_096;

    private static final String KINDS = "email, webhook, ntfy, mqtt";

    private Channels() {}

    /// Checks the channels of a file; opens nothing.
    ///
    /// @throws Invalid at the line of the first thing that is wrong
    static void check(SiteFile file) throws Invalid {
        for (var entry : file.channels().values()) create(entry);
    }

    /// Makes a channel.
    static Channel create(Tell.Channel entry) throws Invalid {
        var s = new Settings(entry.settings().tree());
        s.has("id");
        s.has("type");
        for (String word : new String[] {"password", "secret", "token"})
            if (s.tree().fields().containsKey(word))
                throw s.wrong(
                        word,
                        "does not belong in a site file, which is kept in the log for ever; write it into a file that"
                                + " only its owner can read, and " + word + "-file: /etc/linkspan/" + word + " here");
        return switch (entry.type()) {
            case "email" -> Email.read(s);
            case "webhook" -> Webhook.read(s);
            case "ntfy" -> Ntfy.read(s);
            case "mqtt" -> MqttNotice.read(s);
            default -> // open: what a person wrote
                throw s.wrong("type", "is one of " + KINDS + ", not \"" + entry.type() + "\"");
        };
    }

    // ---- settings

    /// The whole path of a file.
    static Optional<Path> file(Settings s, String field) throws Invalid {
        var text = s.text(field);
        if (text.isEmpty()) return Optional.empty();
        if (!text.get().startsWith("/"))
            throw s.wrong(
                    field,
                    "is a file's whole path, for example /etc/linkspan/" + field + ", not \"" + text.get() + "\"");
        return Optional.of(Path.of(text.get()));
    }

    /// The first line of a file with a secret, read anew each time, so that a renewed one counts.
    static String secret(Path file) throws IOException {
        try {
            if (Files.size(file) > SECRET_BYTES_MAX) throw new IOException(file + " is too large for a secret");
            var lines = Files.readAllLines(file, StandardCharsets.UTF_8);
            String line = lines.isEmpty() ? "" : lines.getFirst().strip();
            if (line.isEmpty()) throw new IOException(file + " is empty; its first line is the secret");
            return line;
        } catch (NoSuchFileException e) {
            throw new IOException("There is no file " + file + "; write the secret into it", e);
        }
    }

    /// Where messages are posted: over TLS, or to this box, or with `insecure: true`.
    static URI url(Settings s, String field, String example) throws Invalid {
        String text = s.needText(field, example);
        boolean insecure = s.flag("insecure", false);
        try {
            var uri = new URI(text);
            String scheme = Optional.ofNullable(uri.getScheme()).orElse("").toLowerCase(Locale.ROOT);
            String host = Optional.ofNullable(uri.getHost()).orElse("");
            if (host.isEmpty() || !scheme.equals("https") && !scheme.equals("http") || uri.getUserInfo() != null)
                throw s.wrong(field, "is an address such as " + example + ", not \"" + text + "\"");
            if (scheme.equals("http") && !insecure && !NodeFile.isLoopback(host))
                throw s.wrong(
                        field,
                        "would send messages over the network for anybody to read; write https://, or insecure: true"
                                + " if you want that");
            return uri;
        } catch (URISyntaxException _) {
            throw s.wrong(field, "is an address such as " + example + ", not \"" + text + "\"");
        }
    }
}
