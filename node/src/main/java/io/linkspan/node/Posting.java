package io.linkspan.node;

import io.linkspan.connector.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// One request to somebody else's HTTP server, with limits. No state.
final class Posting {
    /// How long a connection may take.
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    /// How long the whole request may take.
    static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
    /// Of an answer's body so much is read and told, in bytes.
    static final int TOLD_BYTES_MAX = 200;

    private static final int OK = 200;
    private static final int NOT_OK = 300;

    private Posting() {}

    /// What a server answered.
    record Answer(int status, String body) {
        /// For the log.
        String words() {
            return status + (body.isBlank() ? "" : " " + Terminal.harmless(body.strip()));
        }

        /// The answer in words when it is a success.
        String orFail() throws IOException {
            if (status >= OK && status < NOT_OK) return words();
            throw new IOException("the server answers " + words());
        }
    }

    /// Sends it; redirections are not followed, as what they lead to was not agreed to.
    ///
    /// @param ca PEM file with the authorities to trust; none: those that Java knows
    static Answer send(HttpRequest.Builder request, URI to, Optional<Path> ca)
            throws IOException, InterruptedException {
        var builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .followRedirects(HttpClient.Redirect.NEVER);
        if (ca.isPresent())
            builder.sslContext(TlsFiles.context(
                    new Endpoint.Tls(to.getHost(), Math.max(1, to.getPort()), ca, Optional.empty(), Optional.empty())));
        try (var client = builder.build()) {
            var response =
                    client.send(request.timeout(ANSWER_TIMEOUT).build(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream in = response.body()) {
                String told = new String(in.readNBytes(TOLD_BYTES_MAX), StandardCharsets.UTF_8);
                return new Answer(response.statusCode(), told);
            }
        }
    }
}
