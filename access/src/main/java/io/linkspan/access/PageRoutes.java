package io.linkspan.access;

import io.helidon.http.HeaderNames;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// The routes of files: the console where it is in this program, else the plain page; the description of the API; and
/// what a watchman asks: health and figures. Safe for many threads.
final class PageRoutes {
    private static final String CONSOLE = "/io/linkspan/console";
    private static final String HTML = "text/html; charset=utf-8";

    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("html", HTML),
            Map.entry("css", "text/css; charset=utf-8"),
            Map.entry("js", "text/javascript; charset=utf-8"),
            Map.entry("json", "application/json"),
            Map.entry("webmanifest", "application/manifest+json"),
            Map.entry("svg", "image/svg+xml"),
            Map.entry("png", "image/png"),
            Map.entry("ico", "image/x-icon"),
            Map.entry("woff2", "font/woff2"),
            Map.entry("map", "application/json"));

    /// An answer that no browser keeps, but for files whose name is a hash of what is in them.
    private static final String FOR_EVER = "public, max-age=31536000, immutable";

    private final Supplier<List<Desk.Figure>> own;
    private final Map<String, Optional<byte[]>> files = new ConcurrentHashMap<>();
    private final boolean hasConsole;

    /// @param own the figures of the door itself
    PageRoutes(Supplier<List<Desk.Figure>> own) {
        this.own = own;
        hasConsole = resource(CONSOLE + "/index.html").isPresent();
    }

    List<Route> all() {
        return List.of(
                Route.open("GET", "/openapi.yaml", v -> own(v, "openapi.yaml", "application/yaml")),
                Route.open("GET", "/docs", v -> own(v, "docs.html", HTML)),
                Route.open("GET", "/docs.css", v -> own(v, "docs.css", "text/css; charset=utf-8")),
                Route.open("GET", "/docs.js", v -> own(v, "docs.js", "text/javascript; charset=utf-8")),
                Route.open("GET", "/metrics", this::metrics),
                Route.open("GET", "/health/live", PageRoutes::live),
                Route.open("GET", "/health/ready", PageRoutes::ready));
    }

    // ---- files

    /// A file that is no route of its own: of the console, or of the plain page.
    boolean serve(Visit visit, String path) {
        String method = visit.request().prologue().method().text();
        if (!method.equals("GET") && !method.equals("HEAD")) return false;
        if (!path.matches("/[A-Za-z0-9_./-]{0,200}") || path.contains("..") || path.contains("//")) return false;
        if (path.equals("/plain"))
            return plain(visit, "/"); // for old and small screens: no build, no script to speak of
        return hasConsole && console(visit, path) || plain(visit, path);
    }

    private boolean plain(Visit visit, String path) {
        String name = path.equals("/") ? "page.html" : path.substring(1);
        if (!List.of("page.html", "page.css", "page.js", "icon.svg").contains(name) || path.equals("/page.html"))
            return false;
        own(visit, name, type(name));
        return true;
    }

    private void own(Visit visit, String name, String type) {
        byte[] file = read("/io/linkspan/access/" + name)
                .orElseThrow(() -> new IllegalStateException(name + " is not in this program; build it again"));
        visit.send(200, type, file);
    }

    /// The console's own pages are behind `#`, so each path here is a file of it, or none.
    private boolean console(Visit visit, String path) {
        boolean isFile = path.substring(path.lastIndexOf('/') + 1).contains(".");
        String name = CONSOLE + (path.equals("/") ? "/index.html" : path);
        if ((!isFile && !path.equals("/")) || read(name).isEmpty()) return false;
        if (path.startsWith("/assets/")) visit.header("Cache-Control", FOR_EVER);
        String accepted = visit.header("Accept-Encoding").orElse("");
        visit.header("Vary", "Accept-Encoding");
        if (!encoded(visit, name, accepted, "br", ".br") && !encoded(visit, name, accepted, "gzip", ".gz"))
            visit.send(200, type(name), read(name).orElseThrow());
        return true;
    }

    private boolean encoded(Visit visit, String name, String accepted, String encoding, String suffix) {
        boolean wanted = accepted.matches("(?i)(^|.*[,\\s])" + encoding + "(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$)).*");
        var file = wanted ? read(name + suffix) : Optional.<byte[]>empty();
        file.ifPresent(bytes -> {
            visit.response().header(HeaderNames.CONTENT_ENCODING, encoding);
            visit.send(200, type(name), bytes);
        });
        return file.isPresent();
    }

    private static String type(String name) {
        return TYPES.getOrDefault(
                name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT), "application/octet-stream");
    }

    /// Files of the program do not change while it runs. Only names that are there are kept.
    private Optional<byte[]> read(String name) {
        var known = files.get(name);
        if (known != null) return known;
        var found = resource(name);
        if (found.isPresent()) files.put(name, found);
        return found;
    }

    private static Optional<byte[]> resource(String name) {
        try (InputStream stream = PageRoutes.class.getResourceAsStream(name)) {
            return stream == null ? Optional.empty() : Optional.of(stream.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(name + " can not be read", e);
        }
    }

    // ---- health and figures

    private void metrics(Visit visit) throws Problem {
        if (!isOfThisBox(visit)
                && !visit.again().map(w -> w.role().may(Role.VIEWER)).orElse(false)) throw Doorkeeper.signIn();
        var all = new ArrayList<>(own.get());
        all.addAll(visit.desk().figures());
        visit.send(
                200,
                "text/plain; version=0.0.4; charset=utf-8",
                Figures.text(all).getBytes(StandardCharsets.UTF_8));
    }

    private static boolean isOfThisBox(Visit visit) {
        try {
            String host = visit.request().remotePeer().host();
            return host.matches("[0-9.]+|[0-9a-fA-F:.%]*:[0-9a-fA-F:.%]*")
                    && InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static void live(Visit visit) {
        var broken = visit.desk().broken();
        visit.json(broken.isEmpty() ? 200 : 503, health(broken));
    }

    /// Ready: it leads a site and steps it.
    private static void ready(Visit visit) {
        var broken = visit.desk().broken();
        if (broken.isEmpty() && visit.desk().places().isEmpty())
            broken = Optional.of("this node leads no site yet; begin one with: linkspan run SITE.yaml");
        visit.json(broken.isEmpty() ? 200 : 503, health(broken));
    }

    private static Tree.Fields health(Optional<String> why) {
        var fields = new LinkedHashMap<String, Tree>();
        fields.put("status", Tree.text(why.isEmpty() ? "ok" : "failed"));
        why.ifPresent(w -> fields.put("why", Tree.text(w)));
        return Tree.fields(fields);
    }
}
