package io.linkspan.access;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.linkspan.feed.Contract;
import io.linkspan.feed.Filter;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Principal;
import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// One request on its way to its answer: who asks, for what, and how it is answered. For one thread.
final class Visit {
    private static final String JSON = "application/json";

    private final Surround around;
    private final ServerRequest request;
    private final ServerResponse response;
    private final Map<String, String> parts;
    private final Optional<Who> who;

    /// What all visits share.
    record Surround(Desk desk, Doorkeeper doorkeeper, Watch watch, Limits limits) {}

    Visit(
            Surround around,
            ServerRequest request,
            ServerResponse response,
            Map<String, String> parts,
            Optional<Who> who) {
        this.around = around;
        this.request = request;
        this.response = response;
        this.parts = parts;
        this.who = who;
    }

    // ---- what is asked

    Desk desk() {
        return around.desk();
    }

    Watch watch() {
        return around.watch();
    }

    Limits limits() {
        return around.limits();
    }

    ServerRequest request() {
        return request;
    }

    ServerResponse response() {
        return response;
    }

    /// What stands in the path for this name.
    String part(String name) {
        return parts.getOrDefault(name, "");
    }

    Optional<String> query(String name) {
        return request.query().contains(name)
                ? Optional.of(request.query().get(name)).filter(v -> !v.isEmpty())
                : Optional.empty();
    }

    boolean flag(String name, boolean otherwise) throws Problem {
        var text = query(name);
        if (text.isEmpty()) return otherwise;
        return switch (text.get().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> // open: what a client wrote
                throw Problem.of(400, name + " is true or false, not \"" + Words.cut(text.get()) + "\"");
        };
    }

    /// A whole number within limits, both included.
    int number(String name, int otherwise, int min, int max) throws Problem {
        var text = query(name);
        if (text.isEmpty()) return otherwise;
        if (text.get().matches("[0-9]{1,9}")) {
            int n = Integer.parseInt(text.get());
            if (n >= min && n <= max) return n;
        }
        throw Problem.of(
                400, name + " is a whole number " + min + ".." + max + ", not \"" + Words.cut(text.get()) + "\"");
    }

    Optional<String> header(String name) {
        var header = HeaderNames.create(name);
        return request.headers().contains(header)
                ? Optional.of(request.headers().get(header).get())
                : Optional.empty();
    }

    Who who() throws Problem {
        return who.orElseThrow(Doorkeeper::signIn);
    }

    Principal by() throws Problem {
        return who().principal();
    }

    /// The site in the path.
    Place place() throws Problem {
        String name = part("site");
        var place = desk().place(name);
        var asking = who();
        if (place.isPresent() && asking.maySee(place.get().id())) return place.get();
        throw Problem.of(404, "There is no site \"" + Words.cut(name) + "\" here; GET /v1/sites lists them");
    }

    /// The contract of who asks; the owner's for people.
    Contract contract() throws Problem {
        return who().application().map(Application::contract).orElse(Contract.OWNER);
    }

    /// What who asks may take of this site.
    Filter filter(Place place) throws Problem {
        return Filter.of(contract(), place.directory(), place.closed(), place::nowMicros);
    }

    /// Asks who is at the door once more: their right may have ended since.
    Optional<Who> again() {
        return around.doorkeeper().who(request);
    }

    // ---- the body

    /// The body, at most this long.
    String body(int bytesMax) throws Problem, IOException {
        return new String(bytes(bytesMax), StandardCharsets.UTF_8);
    }

    /// The body as it came, at most this long.
    byte[] bytes(int bytesMax) throws Problem, IOException {
        return Body.read(request, bytesMax);
    }

    /// The body as a JSON object.
    Settings fields() throws Problem, Invalid, IOException {
        Body.needType(request, JSON);
        String text = body(Limits.BODY_BYTES_MAX);
        return new Settings(Json.parseFields("", text.isBlank() ? "{}" : text));
    }

    /// The body as one JSON value.
    Tree value() throws Problem, Invalid, IOException {
        Body.needType(request, JSON);
        return Json.parse("", body(Limits.BODY_BYTES_MAX));
    }

    // ---- the answer

    void header(String name, String value) {
        response.header(HeaderNames.create(name), value);
    }

    void json(Tree tree) {
        json(200, tree);
    }

    void json(int status, Tree tree) {
        send(status, JSON, Json.write(tree).getBytes(StandardCharsets.UTF_8));
    }

    void nothing() {
        response.status(Status.NO_CONTENT_204);
        response.send();
    }

    /// The client has it already (RFC 9110, 15.4.5).
    void unchanged() {
        response.status(Status.NOT_MODIFIED_304);
        response.send();
    }

    void problem(Problem problem) {
        problem.headers().forEach(this::header);
        send(problem.status(), Problem.TYPE, problem.body());
    }

    void send(int status, String type, byte[] body) {
        response.status(status);
        response.header(HeaderNames.CONTENT_TYPE, type);
        watch().begin(limits().writeWithin());
        try {
            if (request.prologue().method().text().equals("HEAD")) {
                response.header(HeaderNames.CONTENT_LENGTH, Integer.toString(body.length));
                response.send();
            } else response.send(body);
        } catch (UncheckedIOException e) {
            throw new CloseConnectionException("The client left before its answer", e);
        } finally {
            watch().end();
        }
    }
}
