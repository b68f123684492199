package io.linkspan.access;

import io.helidon.common.tls.Tls;
import io.helidon.http.DirectHandler;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.http.media.MediaContext;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ErrorHandling;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionListener;
import io.helidon.webserver.websocket.WsConfig;
import io.helidon.webserver.websocket.WsRouting;
import io.linkspan.feed.NotLet;
import io.linkspan.model.Invalid;
import io.linkspan.model.SiteId;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The HTTP door of a node: the API under `/v1`, feeds over server-sent events and WebSocket, the page. Every request
/// passes the same checks first: under which name it comes, from which page, who asks, and how many are asking.
///
/// Thread-safety: safe for many threads; each request has a virtual thread of its own.
public final class HttpDoor implements Closeable {
    /// The port where nobody chooses one.
    public static final int PORT = 8080;

    private static final Logger LOG = LoggerFactory.getLogger("linkspan.http");

    /// Helidon tells about itself at each start what nobody asked. Held here, or its level would be forgotten with
    /// it.
    private static final java.util.logging.Logger HELIDON = java.util.logging.Logger.getLogger("io.helidon");

    static {
        HELIDON.setLevel(java.util.logging.Level.WARNING);
    }

    private static final Duration IDLE_LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration STOP_GRACE = Duration.ofMillis(300);
    private static final int CONNECTIONS_WAITING_MAX = 256;

    /// Nothing but our own files may be loaded, and nobody may frame the page (Content Security Policy Level 3).
    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy",
                    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
                            + " connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none';"
                            + " frame-ancestors 'none'",
            "X-Content-Type-Options", "nosniff",
            "Referrer-Policy", "no-referrer",
            "Cross-Origin-Resource-Policy", "same-origin",
            "Cross-Origin-Opener-Policy", "same-origin",
            "Cache-Control", "no-store");

    /// Beside the name of a page from elsewhere that was let in: it shows a token, and no cookie goes with it.
    private static final Map<String, String> CROSS_ORIGIN = Map.of(
            "Vary", "Origin",
            "Cross-Origin-Resource-Policy", "cross-origin",
            "Access-Control-Expose-Headers", "ETag, Retry-After");

    private static final Map<String, String> PREFLIGHT = Map.of(
            "Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE",
            "Access-Control-Allow-Headers",
                    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID",
            "Access-Control-Max-Age", "600");

    /// Under TLS a browser that was here once comes back under TLS alone (RFC 6797). Without `includeSubDomains`: a
    /// box
    /// has its own name to speak for, and no other.
    private static final Map<String, String> HEADERS_TLS = secured();

    private static Map<String, String> secured() {
        var all = new HashMap<>(HEADERS);
        all.put("Strict-Transport-Security", "max-age=31536000");
        return Map.copyOf(all);
    }

    /// How the door is set up.
    ///
    /// @param host the address it listens on
    /// @param port 0: a free one
    /// @param names under which this box is reached besides `localhost` and its addresses, in small letters
    /// @param tls none: plain HTTP
    /// @param applications those of a site; none where this node keeps none
    /// @param mounts routes of others, such as signing in
    /// @param origins of pages from elsewhere that may use the API, with a token: `https://dash.example`
    public record Settings(
            String host,
            int port,
            Set<String> names,
            Optional<Tls> tls,
            Limits limits,
            Identity identity,
            Csrf csrf,
            Function<SiteId, Optional<Applications>> applications,
            List<Mount> mounts,
            Set<String> origins) {
        public Settings {
            names = Set.copyOf(names);
            origins = Set.copyOf(origins);
            mounts = List.copyOf(mounts);
        }

        /// Without pages from elsewhere.
        public Settings(
                String host,
                int port,
                Set<String> names,
                Optional<Tls> tls,
                Limits limits,
                Identity identity,
                Csrf csrf,
                Function<SiteId, Optional<Applications>> applications,
                List<Mount> mounts) {
            this(host, port, names, tls, limits, identity, csrf, applications, mounts, Set.of());
        }

        /// Plain HTTP on loopback.
        public static Settings loopback(int port, Identity identity) {
            return new Settings(
                    "127.0.0.1",
                    port,
                    Set.of(),
                    Optional.empty(),
                    Limits.STANDARD,
                    identity,
                    (_, _) -> false,
                    _ -> Optional.empty(),
                    List.of());
        }

        /// The same with these mounts.
        public Settings mounting(List<Mount> others) {
            return new Settings(host, port, names, tls, limits, identity, csrf, applications, others, origins);
        }
    }

    /// Routes of somebody else below a path.
    public record Mount(String path, HttpService service) {}

    private final Settings settings;
    private final Doorkeeper doorkeeper;
    private final Watch watch = new Watch();
    private final Connections connections;
    private final Figures figures = new Figures();
    private final Semaphore requests = new Semaphore(Limits.REQUESTS_MAX);
    private final Streams streams = new Streams();
    private final Visit.Surround around;
    private final Feeds feeds;
    private final PageRoutes files;
    private final Route.Table table;
    private final WebServer server;

    private HttpDoor(Settings settings, Desk desk) throws IOException {
        this.settings = settings;
        boolean loopback = InetAddress.getByName(settings.host()).isLoopbackAddress();
        boolean secure = settings.tls().isPresent();
        doorkeeper = new Doorkeeper(
                settings.identity(), settings.csrf(), settings.names(), loopback, secure, settings.origins());
        connections = new Connections(
                settings.limits().connectionsMax(), settings.limits().requestWithin());
        around = new Visit.Surround(desk, doorkeeper, watch, settings.limits());
        feeds = new Feeds(around, streams, figures);
        files = new PageRoutes(() -> figures.all(streams, connections, watch.dropped()));
        table = table();
        server = server();
    }

    /// Opens the door.
    ///
    /// @throws IOException the address is taken or can not be used; the message says what next
    public static HttpDoor open(Settings settings, Desk desk) throws IOException {
        var door = new HttpDoor(settings, desk);
        try {
            door.server.start();
        } catch (UncheckedIOException e) {
            door.close();
            throw taken(settings, e);
        }
        if (!door.server.isRunning()) {
            door.close();
            throw taken(settings, new IOException("its log says why"));
        }
        door.doorkeeper.listens(door.port());
        return door;
    }

    private static IOException taken(Settings settings, Exception e) {
        return new IOException(
                "Port " + settings.port() + " of " + settings.host()
                        + " is taken by another program; choose another one with --port (0: any free)",
                e);
    }

    /// The port it is served on.
    public int port() {
        return server.port();
    }

    /// Where a browser finds it.
    public String address() {
        String host = settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host();
        return (settings.tls().isPresent() ? "https://" : "http://") + host + ":" + port();
    }

    /// The paths of all routes, each with its method: `GET /v1/sites`.
    public List<String> routes() {
        return table.routes().stream().map(r -> r.method() + " " + r.template()).toList();
    }

    private Route.Table table() {
        var all = new ArrayList<Route>();
        all.addAll(SiteRoutes.all());
        all.addAll(new ActRoutes().all());
        all.addAll(RuleRoutes.all());
        all.addAll(AlarmRoutes.all());
        all.addAll(HistoryRoutes.all());
        all.addAll(GraphiteRoutes.all());
        all.addAll(new EnergyRoutes().all());
        all.addAll(PlanRoutes.all());
        all.addAll(RehearsalRoutes.all());
        all.addAll(feeds.routes());
        all.addAll(new ApplicationRoutes(settings.applications()).all());
        all.addAll(files.all());
        return new Route.Table(all);
    }

    // ---- the server

    /// Each part is named here and nothing is looked for: no configuration, no service but what stands below.
    private WebServer server() {
        var http = Http1Config.builder()
                .maxPrologueLength(Limits.LINE_BYTES_MAX)
                .maxHeadersSize(Limits.HEADER_BYTES_MAX)
                .receiveLog(false)
                .sendLog(false)
                .addReceiveListener(new Http1ConnectionListener() {
                    @Override
                    public void prologue(ConnectionContext ctx, HttpPrologue prologue) {
                        connections.asked(ctx.remotePeer().address());
                        watch.begin(settings.limits().requestWithin());
                    }

                    @Override
                    public void headers(ConnectionContext ctx, Headers headers) {
                        Framing.check(headers);
                    }
                })
                .build();
        var webSocket =
                WsConfig.builder().maxFrameLength(Limits.MESSAGE_BYTES_MAX).build();
        var routing = HttpRouting.builder().addFilter(this::filter);
        for (var mount : settings.mounts()) routing.register(mount.path(), mount.service());
        routing.any(this::answer);
        var builder = WebServer.builder()
                .host(settings.host())
                .port(settings.port())
                .backlog(CONNECTIONS_WAITING_MAX)
                .shutdownHook(false)
                .shutdownGracePeriod(STOP_GRACE)
                .featuresDiscoverServices(false)
                .protocolsDiscoverServices(false)
                .addProtocol(http)
                .addProtocol(webSocket)
                .connectionOptions(connections.options())
                .maxPayloadSize(Limits.FILE_BYTES_MAX)
                .idleConnectionTimeout(settings.limits().idle())
                .idleConnectionPeriod(IDLE_LOOK_EVERY)
                .mediaContext(MediaContext.builder()
                        .mediaSupportsDiscoverServices(false)
                        .build())
                .contentEncoding(ContentEncodingContext.builder()
                        .contentEncodingsDiscoverServices(false)
                        .build())
                .directHandlers(refusals())
                .errorHandling(ErrorHandling.builder().includeEntity(true).build()) // for the sentences of Framing
                .addRouting(routing)
                .addRouting(WsRouting.builder().endpoint(Feeds.PATH, feeds::listener));
        settings.tls().ifPresent(builder::tls);
        return builder.build();
    }

    /// What the server refuses by itself is told as everything else is.
    private DirectHandlers refusals() {
        var builder = DirectHandlers.builder();
        for (var type : EventType.values())
            builder.addHandler(type, (request, _, status, _, message) -> refusal(request, status, message));
        return builder.build();
    }

    private DirectHandler.TransportResponse refusal(
            DirectHandler.TransportRequest request, Status told, @Nullable String message) {
        // what fails before there is a request is a line that is none: the client's fault, and not to be logged each
        // time
        var status = told.code() == 500 && request.path().isEmpty() ? Status.BAD_REQUEST_400 : told;
        var problem = Problem.of(status.code(), sentence(status.code(), message == null ? "" : message));
        var headers = ServerResponseHeaders.create();
        headers.set(HeaderNames.CONTENT_TYPE, Problem.TYPE);
        headers().forEach((name, value) -> headers.set(HeaderNames.create(name), value));
        figures.answered(status.code(), 0);
        return DirectHandler.TransportResponse.builder()
                .status(status)
                .headers(headers)
                .entity(problem.body())
                .build();
    }

    private static String sentence(int code, String message) {
        return switch (code) {
            case 413 -> "The body of a request has at most " + Limits.FILE_BYTES_MAX + " bytes";
            case 414 -> "The first line of a request has at most " + Limits.LINE_BYTES_MAX + " bytes";
            case 505 -> "This door speaks HTTP/1.1, and nothing older";
            case 500 -> "This is a bug in Linkspan, its log has the details";
            default -> // open: any other one of the library's
                message.isEmpty() || message.startsWith("Bad request, see")
                        ? "This is no request that can be read (RFC 9112)"
                        : Words.cut(message);
        };
    }

    /// Those of each answer.
    private Map<String, String> headers() {
        return settings.tls().isPresent() ? HEADERS_TLS : HEADERS;
    }

    // ---- a request

    /// What every request passes, of our own routes and of those that others mounted.
    private void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        watch.end(); // its lines have come
        long begun = System.nanoTime();
        request.context().register(around);
        headers().forEach((name, value) -> response.header(HeaderNames.create(name), value));
        var visit = new Visit(around, request, response, Map.of(), Optional.empty());
        boolean streams = found(request).map(f -> f.route().streams()).orElse(false);
        boolean permitted = streams || requests.tryAcquire();
        try {
            doorkeeper.check(request.headers());
            var guest = doorkeeper.guest(request.headers());
            if (guest.isPresent()) {
                CROSS_ORIGIN.forEach((name, value) -> response.header(HeaderNames.create(name), value));
                response.header(HeaderNames.create("Access-Control-Allow-Origin"), guest.get());
            }
            if (!permitted) {
                figures.refusedBusy.increment();
                throw Problem.of(503, "Too many ask at once; ask again in a second")
                        .with("Retry-After", "1");
            }
            chain.proceed();
            end(request, response);
        } catch (Problem e) {
            visit.problem(e);
            end(request, response);
        } finally {
            if (permitted && !streams) requests.release();
            figures.answered(response.status().code(), System.nanoTime() - begun);
        }
    }

    /// The next request begins where this one ends; where that is not known, or one side wanted it so, the
    /// connection
    /// ends. (The library says `Connection: close` and does not.)
    private static void end(RoutingRequest request, RoutingResponse response) {
        boolean goesOn;
        try {
            goesOn = !closes(request.headers()) && !closes(response.headers()) && Body.skip(request);
        } catch (Problem | IOException e) {
            goesOn = false;
        }
        if (!goesOn) throw new CloseConnectionException("The connection ends with this answer");
    }

    private static boolean closes(Headers headers) {
        if (!headers.contains(HeaderNames.CONNECTION)) return false;
        for (String line : headers.get(HeaderNames.CONNECTION).allValues())
            for (String option : line.split(",", -1)) if (option.strip().equalsIgnoreCase("close")) return true;
        return false;
    }

    private Optional<Route.Table.Found> found(ServerRequest request) {
        return table.find(
                request.prologue().method().text(), Route.split(request.path().path()));
    }

    private void answer(ServerRequest request, ServerResponse response) {
        if (isPreflight(request)) {
            PREFLIGHT.forEach((name, value) -> response.header(HeaderNames.create(name), value));
            response.status(Status.NO_CONTENT_204).send();
            return;
        }
        var found = found(request);
        var who = doorkeeper.who(request);
        var visit = new Visit(
                around, request, response, found.map(Route.Table.Found::parts).orElse(Map.of()), who);
        try {
            if (found.isPresent()) give(found.get().route(), visit, who);
            else if (!files.serve(visit, request.path().path())) throw none(request);
        } catch (Problem e) {
            visit.problem(e);
        } catch (Invalid e) {
            visit.problem(Problem.of(400, e));
        } catch (NotLet e) {
            visit.problem(Problem.of(403, e.getMessage()));
        } catch (UncheckedIOException e) {
            throw gone(e);
        } catch (IOException e) {
            if (response.isSent()) throw gone(e);
            LOG.warn(
                    "{} {} failed: {}",
                    request.prologue().method(),
                    request.path().path(),
                    e.toString());
            visit.problem(
                    Problem.of(503, "What is needed for the answer can not be read or written: " + e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the client is gone, or the door closes
        }
    }

    /// A client that left in the middle of its answer, or was put out, is no trouble of ours.
    private static CloseConnectionException gone(Exception why) {
        return new CloseConnectionException("The client is gone", why);
    }

    /// A browser asks what a page from elsewhere may do before that page does it (Fetch, CORS-preflight request).
    private boolean isPreflight(ServerRequest request) {
        return request.prologue().method().text().equals("OPTIONS")
                && doorkeeper.guest(request.headers()).isPresent();
    }

    private void give(Route route, Visit visit, Optional<Who> who)
            throws Problem, Invalid, IOException, InterruptedException {
        if (route.needs().isPresent()) {
            if (who.isEmpty()) {
                doorkeeper.shown(visit.request()).ifPresent(what -> refused(visit, what, ""));
                throw Doorkeeper.signIn();
            }
            if (who.get().application().isPresent() && !route.applications())
                throw Problem.of(403, "An application is let things, cells, histories and feeds, as its contract says");
            if (!who.get().role().may(route.needs().get())) {
                refused(visit, Refusal.What.ROLE, who.get().principal().name());
                throw Problem.of(
                        403,
                        "This needs the role " + word(route.needs().get()) + "; you are "
                                + word(who.get().role()));
            }
            if (!route.method().equals("GET")) checkChange(visit, who.get());
        }
        route.answer().give(visit);
    }

    private void checkChange(Visit visit, Who who) throws Problem {
        try {
            doorkeeper.checkChange(visit.request());
        } catch (Problem e) {
            refused(visit, Refusal.What.CSRF, who.principal().name());
            throw e;
        }
    }

    private void refused(Visit visit, Refusal.What what, String name) {
        settings.identity().refused(what, name, visit.request().remotePeer().host());
    }

    private static String word(Role role) {
        return role.name().toLowerCase(java.util.Locale.ROOT);
    }

    private Problem none(ServerRequest request) {
        String path = request.path().path();
        var methods = table.methods(Route.split(path));
        if (!methods.isEmpty())
            return Problem.of(405, Words.cut(path) + " can be asked with " + String.join(", ", methods))
                    .with("Allow", String.join(", ", methods));
        return Problem.of(
                404,
                "There is nothing at " + Words.cut(path) + "; the page is at /, the API is described" + " at /docs");
    }

    /// Ends all streams and gives the port back.
    @Override
    public void close() {
        streams.close();
        server.stop();
        feeds.close();
        connections.close();
        watch.close();
    }
}
