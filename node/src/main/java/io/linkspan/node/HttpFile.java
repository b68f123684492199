package io.linkspan.node;

import io.linkspan.connector.Endpoint;
import io.linkspan.model.Invalid;
import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;

/// The door for browsers and programs, as `node.yaml` describes it.
///
/// @param insecure it is open to the network without TLS, and somebody wanted that
/// @param origins of pages from elsewhere that may use the API with a token, such as `https://dash.example`
public record HttpFile(Endpoint.Tcp listen, Security tls, boolean insecure, Set<String> origins) {
    /// Most origins of others.
    public static final int ORIGINS_MAX = 100;

    /// RFC 6454, 6.2, as browsers write it: in small letters, no path.
    private static final Pattern ORIGIN =
            Pattern.compile("https?://(?:[a-z0-9-]+(?:\\.[a-z0-9-]+)*|\\[[0-9a-f:.]+])(?::[0-9]{1,5})?");

    public HttpFile {
        origins = Set.copyOf(origins);
    }

    /// Without pages from elsewhere.
    public HttpFile(Endpoint.Tcp listen, Security tls, boolean insecure) {
        this(listen, tls, insecure, Set.of());
    }

    /// How what is said through the door is kept from others.
    public sealed interface Security {
        /// Not at all: for loopback, or behind a proxy that does it.
        record None() implements Security {}

        /// With a certificate of an authority of this box alone.
        record Local() implements Security {}

        /// With a certificate of one's own: PEM files.
        record Own(Path certificate, Path key) implements Security {}
    }

    /// On loopback, without TLS.
    static HttpFile loopback(Endpoint.Tcp listen) {
        return new HttpFile(listen, new Security.None(), false);
    }

    /// Reads what stands below `http`.
    static HttpFile read(Settings s, Path folder) throws Invalid {
        Endpoint.Tcp listen = new Endpoint.Tcp("127.0.0.1", NodeFile.PAGE_PORT);
        if (s.part("listen").isPresent() && s.part("listen").get() instanceof Tree.Scalar text)
            listen = NodeFile.address(text);
        else if (s.has("listen")) throw s.wrong("listen", "is an address such as \"127.0.0.1:8080\"");
        var tls = tls(s, folder);
        boolean insecure = s.flag("insecure", false);
        if (tls instanceof Security.None && !NodeFile.isLoopback(listen.host()) && !insecure)
            throw s.wrong(
                    "listen",
                    "opens the page to the network of this box without TLS, so passwords could be read on the way;"
                            + " write tls: local, or a certificate of your own, or insecure: true behind a proxy that"
                            + " has one");
        var origins = origins(s);
        s.finish();
        return new HttpFile(listen, tls, insecure, origins);
    }

    private static Set<String> origins(Settings s) throws Invalid {
        var origins = new LinkedHashSet<String>();
        for (Tree item : s.items("origins")) {
            if (!(item instanceof Tree.Scalar text)
                    || !ORIGIN.matcher(text.text()).matches())
                throw new Invalid(
                        item.mark(),
                        "\"origins\" lists pages from elsewhere by scheme, host and port, such as"
                                + " \"https://dash.example\": in small letters and without a path");
            origins.add(text.text());
        }
        if (origins.size() > ORIGINS_MAX)
            throw s.wrong("origins", "lists at most " + ORIGINS_MAX + " pages, not " + origins.size());
        return origins;
    }

    private static Security tls(Settings s, Path folder) throws Invalid {
        var part = s.part("tls");
        if (part.isEmpty()) return new Security.None();
        if (part.get() instanceof Tree.Fields) {
            var own = s.below("tls").orElseThrow();
            var certificate = folder.resolve(own.needText("certificate", "/etc/linkspan/fullchain.pem"));
            var key = folder.resolve(own.needText("key", "/etc/linkspan/privkey.pem"));
            own.finish();
            return new Security.Own(certificate, key);
        }
        String word = part.get() instanceof Tree.Scalar scalar ? scalar.text() : "";
        return switch (word) {
            case "none" -> new Security.None();
            case "local" -> new Security.Local();
            default ->
                throw s.wrong(
                        "tls",
                        "is none, local, or { certificate: fullchain.pem, key: privkey.pem }, not "
                                + part.get().kind());
        };
    }
}
