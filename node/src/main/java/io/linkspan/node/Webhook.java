package io.linkspan.node;

import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Settings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Posts messages to a program, signed as Standard Webhooks 1.0.0 has it: HMAC-SHA256 over id, time and body, so that
/// who gets them knows who sent them, and can refuse old ones and those that came before.
///
/// @param secret file with the key, `whsec_` and base64
/// @param now what the time is, for the signature
record Webhook(URI url, Path secret, Optional<Path> ca, Supplier<Instant> now) implements Channel {
    private static final String PREFIX = "whsec_";
    /// Shortest key (Standard Webhooks, "Signature scheme": 24 to 64 bytes).
    private static final int KEY_BYTES_MIN = 24;

    private static final int KEY_BYTES_MAX = 64;
    private static final int GONE = 410;

    static Webhook read(Settings s) throws Invalid {
        var url = Channels.url(s, "url", "https://example.org/hooks/linkspan");
        var secret = Channels.file(s, "secret-file")
                .orElseThrow(() -> new Invalid(
                        s.mark(),
                        "\"secret-file\" is missing: the file with the key that messages are signed with, such as"
                                + " /etc/linkspan/webhook-secret"));
        var webhook = new Webhook(url, secret, Channels.file(s, "ca"), Instant::now);
        s.finish();
        return webhook;
    }

    @Override
    public String deliver(Message message) throws IOException, InterruptedException, Refused {
        byte[] body = Json.write(body(message)).getBytes(StandardCharsets.UTF_8);
        long time = now.get().getEpochSecond();
        var request = HttpRequest.newBuilder(url)
                .header("Content-Type", "application/json")
                .header("webhook-id", message.id())
                .header("webhook-timestamp", Long.toString(time))
                .header("webhook-signature", signature(message.id(), time, body))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        var answer = Posting.send(request, url, ca);
        if (answer.status() == GONE) throw new Refused("410 Gone: it wants no messages any more");
        return answer.orFail();
    }

    static io.linkspan.model.Tree.Fields body(Message m) {
        var note = m.note();
        return Trees.fields()
                .text("type", "alarm." + Trees.word(note.kind()))
                .text("timestamp", m.at().toString())
                .put(
                        "data",
                        Trees.fields()
                                .text("site", m.site())
                                .text("alarm", m.alarm())
                                .text("severity", note.severity().word())
                                .text("subject", note.subject())
                                .text("text", note.text())
                                .plain("message", note.number())
                                .done())
                .done();
    }

    private String signature(String id, long time, byte[] body) throws IOException {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key(), "HmacSHA256"));
            mac.update((id + "." + time + ".").getBytes(StandardCharsets.UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IOException("The message can not be signed: " + e.getMessage(), e);
        }
    }

    private byte[] key() throws IOException {
        String text = Channels.secret(secret);
        try {
            byte[] key = Base64.getDecoder().decode(text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text);
            if (key.length >= KEY_BYTES_MIN && key.length <= KEY_BYTES_MAX) return key;
        } catch (IllegalArgumentException e) {
            // falls through to the one sentence that fits both
        }
        throw new IOException(secret + " holds no key: whsec_ and the base64 of " + KEY_BYTES_MIN + " to "
                + KEY_BYTES_MAX + " bytes; make one with: echo whsec_$(openssl rand -base64 32)");
    }
}
