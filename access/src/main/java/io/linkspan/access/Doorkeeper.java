package io.linkspan.access;

import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.webserver.http.ServerRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Says who is at the door, and sends away who comes under a false name. Safe for many threads.
///
/// A web page elsewhere can make a browser ask us: by rebinding its own name to our address, which the check of `Host`
/// stops; and from its own origin, which the check of `Origin` stops, and for what changes something the token beside
/// the cookie.
final class Doorkeeper {
    private static final String BEARER = "bearer ";
    private static final String BASIC = "basic ";
    private static final int SECRET_CHARS_MAX = 512;

    private final Identity identity;
    private final Csrf csrf;
    private final Set<String> names;
    private final boolean loopback;
    private final boolean secure;
    private final Set<String> origins;
    private volatile int port;

    /// @param names under which this box is reached besides its addresses
    /// @param loopback it listens on loopback alone
    /// @param origins of pages from elsewhere that may use the API, with a token
    Doorkeeper(Identity identity, Csrf csrf, Set<String> names, boolean loopback, boolean secure, Set<String> origins) {
        this.identity = identity;
        this.csrf = csrf;
        this.names = Set.copyOf(names);
        this.loopback = loopback;
        this.secure = secure;
        this.origins = Set.copyOf(origins);
    }

    void listens(int on) {
        port = on;
    }

    // ---- under which name

    /// Refuses another name than ours, and another page's origin.
    void check(Headers headers) throws Problem {
        String host = first(headers, "Host").orElse("");
        if (!isOurs(host))
            throw Problem.of(
                    421,
                    "This door answers to http" + (secure ? "s" : "") + "://localhost:" + port
                            + " and to the names of this box, not to another one");
        var origin = first(headers, "Origin");
        if (origin.isEmpty()) return;
        String own = (secure ? "https://" : "http://") + host;
        if (!origin.get().toLowerCase(Locale.ROOT).equals(own.toLowerCase(Locale.ROOT))
                && guest(headers).isEmpty())
            throw Problem.of(403, "Pages from elsewhere may not use this door; open its own page at " + own);
    }

    /// The origin of a page from elsewhere that somebody let in; none: it is not from such a page.
    Optional<String> guest(Headers headers) {
        return first(headers, "Origin").filter(origins::contains);
    }

    private boolean isOurs(String host) {
        int colon = host.lastIndexOf(':');
        boolean hasPort = colon > host.lastIndexOf(']');
        String name = hasPort ? host.substring(0, colon) : host;
        String number = hasPort ? host.substring(colon + 1) : secure ? "443" : "80";
        if (!number.equals(Integer.toString(port))) return false;
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.equals("localhost") || names.contains(lower) || isOurAddress(lower);
    }

    /// An address is nobody's name: it can not be bound to another one.
    private boolean isOurAddress(String text) {
        boolean four = text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
        boolean six = text.matches("\\[[0-9a-f:.]{2,45}]");
        if (!four && !six) return false;
        try {
            var address = InetAddress.getByName(six ? text.substring(1, text.length() - 1) : text);
            return !loopback || address.isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    // ---- who

    /// Who asks; none: nobody that is known.
    Optional<Who> who(ServerRequest request) {
        return who(request.path().path(), request.headers());
    }

    /// @param path what is asked for: below `/graphite` a token may also come as a password
    Optional<Who> who(String path, Headers headers) {
        var token = token(path, headers);
        if (token.isPresent()) return identity.byToken(token.get());
        if (guest(headers).isPresent()) return Optional.empty(); // it has to show a token; the cookie is our page's
        return identity.bySession(session(headers).orElse(""));
    }

    /// What was shown to get in; none: nothing was.
    Optional<Refusal.What> shown(ServerRequest request) {
        if (token(request.path().path(), request.headers()).isPresent()) return Optional.of(Refusal.What.TOKEN);
        return session(request.headers()).map(_ -> Refusal.What.SESSION);
    }

    /// For what changes something: a cookie alone is not enough.
    void checkChange(ServerRequest request) throws Problem {
        var headers = request.headers();
        if (token(request.path().path(), headers).isPresent()) return;
        var session = session(headers);
        if (session.isEmpty()) return;
        String shown = first(headers, "X-CSRF-Token").orElse("");
        if (shown.length() > SECRET_CHARS_MAX || !csrf.matches(session.get(), shown))
            throw Problem.of(
                    403, "A change with a session needs the header X-CSRF-Token; its value is in GET /v1/session");
    }

    private static Optional<String> token(String path, Headers headers) {
        var header = first(headers, "Authorization").filter(h -> h.length() <= SECRET_CHARS_MAX);
        if (header.isEmpty()) return Optional.empty();
        String lower = header.get().toLowerCase(Locale.ROOT);
        if (lower.startsWith(BEARER))
            return Optional.of(header.get().substring(BEARER.length()).trim());
        boolean mayBePassword = path.startsWith(GraphiteRoutes.BELOW + "/");
        return mayBePassword && lower.startsWith(BASIC)
                ? password(header.get().substring(BASIC.length()).trim())
                : Optional.empty();
    }

    /// What stands behind the name (RFC 7617, 2); an empty one where it can not be read, which nobody has.
    private static Optional<String> password(String encoded) {
        try {
            String both = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
            return Optional.of(both.substring(both.indexOf(':') + 1));
        } catch (IllegalArgumentException e) {
            return Optional.of("");
        }
    }

    private Optional<String> session(Headers headers) {
        if (!headers.contains(HeaderNames.COOKIE)) return Optional.empty();
        String name = secure ? SignIn.COOKIE_TLS : SignIn.COOKIE;
        for (String line : headers.get(HeaderNames.COOKIE).allValues())
            for (String each : line.split(";", -1)) {
                String cookie = each.trim();
                if (cookie.startsWith(name + "=") && cookie.length() <= SECRET_CHARS_MAX)
                    return Optional.of(cookie.substring(name.length() + 1));
            }
        return Optional.empty();
    }

    static Optional<String> first(Headers headers, String name) {
        var header = HeaderNames.create(name);
        return headers.contains(header) ? Optional.of(headers.get(header).get()) : Optional.empty();
    }

    /// Nobody is signed in.
    static Problem signIn() {
        return Problem.of(401, "Sign in first: with a session (POST /v1/session) or with Authorization: Bearer TOKEN")
                .with("WWW-Authenticate", "Bearer");
    }
}
