package io.linkspan.access;

import io.helidon.http.HeaderNames;
import io.helidon.http.SetCookie;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.linkspan.model.Durations;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Mark;
import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The HTTP routes about who is at the door: `/session`, `/setup`, `/accounts`, `/tokens`, to be registered below
/// `/v1`. Safe for many threads.
public final class SignInRoutes implements HttpService {
    /// Longest body, in bytes.
    static final int BODY_BYTES_MAX = 16 << 10;

    /// RFC 9110, 15.5.21: it is understood, and can not be taken.
    private static final int UNPROCESSABLE = 422;

    private final SignIn signIn;
    private final Accounts accounts;

    /// @param signIn what the routes do
    public SignInRoutes(SignIn signIn) {
        this.signIn = signIn;
        accounts = signIn.accounts();
    }

    @Override
    public void routing(HttpRules rules) {
        rules.get("/session", door(this::session))
                .post("/session", door(this::begin))
                .delete("/session", door(this::end))
                .post("/setup", door(this::setUp))
                .get("/accounts", door(this::accounts))
                .post("/accounts", door(this::add))
                .patch("/accounts/{name}", door(this::change))
                .delete("/accounts/{name}", door(this::remove))
                .get("/tokens", door(this::tokens))
                .post("/tokens", door(this::makeToken))
                .delete("/tokens/{id}", door(this::revokeToken));
    }

    /// One route.
    private interface Route {
        void answer(ServerRequest request, ServerResponse response)
                throws Invalid, Problem, IOException, InterruptedException;
    }

    private io.helidon.webserver.http.Handler door(Route route) {
        return (request, response) -> {
            response.header(HeaderNames.CACHE_CONTROL, "no-store");
            try {
                route.answer(request, response);
            } catch (Invalid e) {
                problem(response, Problem.of(UNPROCESSABLE, String.valueOf(e.getMessage())));
            } catch (Problem e) {
                problem(response, e);
            } catch (Passwords.Busy e) {
                problem(
                        response,
                        Problem.of(503, String.valueOf(e.getMessage())).with("Retry-After", "3"));
            } catch (IOException e) {
                problem(response, Problem.of(503, String.valueOf(e.getMessage())));
            }
        };
    }

    private static void problem(ServerResponse response, Problem problem) {
        problem.headers().forEach((name, value) -> response.header(HeaderNames.create(name), value));
        response.status(Status.create(problem.status())).header(HeaderNames.CONTENT_TYPE, Problem.TYPE);
        response.send(problem.body());
    }

    private static void answer(ServerResponse response, Status status, Map<String, Tree> body) {
        response.status(status).header(HeaderNames.CONTENT_TYPE, "application/json");
        response.send(Json.write(Tree.fields(body)).getBytes(StandardCharsets.UTF_8));
    }

    private static Settings body(ServerRequest request) throws Invalid, Problem, IOException {
        Body.needType(request, "application/json");
        return new Settings(
                Json.parseFields("", new String(Body.read(request, BODY_BYTES_MAX), StandardCharsets.UTF_8)));
    }

    // ---- who is at the door

    /// Somebody who is let in.
    ///
    /// @param cookie none when a token was shown
    private record Caller(Who who, Optional<String> cookie) {
        String name() {
            return who.principal().name();
        }
    }

    private static InetAddress from(ServerRequest request) {
        return request.remotePeer().address() instanceof InetSocketAddress at && at.getAddress() != null
                ? at.getAddress()
                : InetAddress.getLoopbackAddress();
    }

    private static Optional<String> cookie(ServerRequest request) {
        return request.headers().cookies().first(cookieName(request)).asOptional();
    }

    private static String cookieName(ServerRequest request) {
        return request.isSecure() ? SignIn.COOKIE_TLS : SignIn.COOKIE;
    }

    private static Optional<String> bearer(ServerRequest request) {
        return request.headers()
                .first(HeaderNames.AUTHORIZATION)
                .filter(h -> h.regionMatches(true, 0, "Bearer ", 0, 7))
                .map(h -> h.substring(7).strip());
    }

    private Caller caller(ServerRequest request) throws Problem {
        var token = bearer(request);
        var cookie = token.isPresent() ? Optional.<String>empty() : cookie(request);
        var who = token.isPresent() ? accounts.byToken(token.get()) : cookie.flatMap(accounts::bySession);
        if (who.isEmpty()) {
            if (token.isPresent()) accounts.refused(Refusal.What.TOKEN, "", address(request));
            else if (cookie.isPresent()) accounts.refused(Refusal.What.SESSION, "", address(request));
            throw Problem.of(401, "sign in first, or show a token that is valid");
        }
        if (cookie.isPresent()
                && !request.prologue().method().equals(io.helidon.http.Method.GET)
                && !isOurs(request, cookie.get())) {
            accounts.refused(Refusal.What.CSRF, who.get().principal().name(), address(request));
            throw Problem.of(
                    403,
                    "a request that changes something needs the header " + SignIn.CSRF_HEADER
                            + " with the value of csrf from GET /v1/session");
        }
        return new Caller(who.get(), cookie);
    }

    private static String address(ServerRequest request) {
        return from(request).getHostAddress();
    }

    private static boolean isOurs(ServerRequest request, String cookie) {
        return request.headers()
                .first(HeaderNames.create(SignIn.CSRF_HEADER))
                .map(shown -> SignIn.isOurs(cookie, shown))
                .orElse(false);
    }

    private Caller person(ServerRequest request) throws Problem {
        var caller = caller(request);
        if (caller.who().application().isPresent())
            throw Problem.of(403, "this is for people; an application has nothing to do here");
        return caller;
    }

    private void needOwner(ServerRequest request, Caller caller, String what) throws Problem {
        if (caller.who().role().may(Role.OWNER)) return;
        accounts.refused(Refusal.What.ROLE, caller.name(), address(request));
        throw Problem.of(
                403,
                "only an owner may " + what + "; you are signed in as " + caller.name() + ", "
                        + caller.who().role().word());
    }

    // ---- sessions

    private void session(ServerRequest request, ServerResponse response) {
        var token = bearer(request);
        var cookie = token.isPresent() ? Optional.<String>empty() : cookie(request);
        var who = token.isPresent() ? accounts.byToken(token.get()) : cookie.flatMap(accounts::bySession);
        var account = who.flatMap(w -> accounts.state().account(w.principal().name()));
        answer(response, Status.OK_200, told(account, who.isPresent() ? cookie : Optional.empty()));
    }

    private Map<String, Tree> told(Optional<Account> account, Optional<String> cookie) {
        var body = new LinkedHashMap<String, Tree>();
        body.put("signed_in", Tree.plain(account.isPresent()));
        body.put("needs_setup", Tree.plain(signIn.needsSetUp()));
        account.ifPresent(a -> body.put("account", Tree.fields(account(a))));
        cookie.filter(_ -> account.isPresent()).ifPresent(c -> body.put("csrf", Tree.text(SignIn.csrf(c))));
        return body;
    }

    private static Map<String, Tree> account(Account account) {
        var body = new LinkedHashMap<String, Tree>();
        body.put("name", Tree.text(account.name()));
        body.put("role", Tree.text(account.role().word()));
        body.put("language", Tree.text(account.language().tag()));
        return body;
    }

    private void begin(ServerRequest request, ServerResponse response)
            throws Invalid, Problem, IOException, InterruptedException {
        var body = body(request);
        String name = body.needText("name", "anna");
        String password = body.needText("password", "...");
        body.finish();
        let(request, response, signIn.signIn(name, password, from(request)));
    }

    private void setUp(ServerRequest request, ServerResponse response)
            throws Invalid, Problem, IOException, InterruptedException {
        var body = body(request);
        String code = body.needText("code", "ABCDE-FGHJK-LMNPQ-RSTUV");
        String name = body.needText("name", "anna");
        String password = body.needText("password", "...");
        var language = body.choice("language", Language.class).orElse(Language.EN);
        body.finish();
        if (!signIn.needsSetUp()) throw Problem.of(409, "this node is set up already; sign in");
        let(request, response, signIn.setUp(code, name, password, language, from(request)));
    }

    private void let(ServerRequest request, ServerResponse response, SignIn.Attempt attempt) throws Problem {
        switch (attempt) {
            case SignIn.Attempt.In in -> {
                response.headers().addCookie(cookie(request, in.cookie(), Durations.micros(Accounts.SESSION_MAX)));
                answer(response, Status.OK_200, told(Optional.of(in.account()), Optional.of(in.cookie())));
            }
            case SignIn.Attempt.Wrong wrong -> throw Problem.of(401, wrong.sentence());
            case SignIn.Attempt.Slowed slowed -> {
                throw Problem.of(429, "too many attempts were wrong; try again in " + SignIn.words(slowed.waiting()))
                        .with("Retry-After", Long.toString(SignIn.seconds(slowed.waiting())));
            }
        }
    }

    private static SetCookie cookie(ServerRequest request, String value, long micros) {
        return SetCookie.builder(cookieName(request), value)
                .path("/")
                .httpOnly(true)
                .sameSite(SetCookie.SameSite.STRICT)
                .secure(request.isSecure())
                .maxAge(java.time.Duration.of(micros, ChronoUnit.MICROS))
                .build();
    }

    private void end(ServerRequest request, ServerResponse response) throws Problem, IOException, InterruptedException {
        var caller = caller(request);
        if (caller.cookie().isEmpty()) throw Problem.of(409, "a token is no session; revoke it at /v1/tokens");
        signIn.signOut(caller.cookie().get());
        response.headers().addCookie(cookie(request, "", 0));
        response.status(Status.NO_CONTENT_204).send();
    }

    // ---- accounts

    private void accounts(ServerRequest request, ServerResponse response) throws Problem {
        var caller = person(request);
        needOwner(request, caller, "see the accounts");
        var all = new ArrayList<Tree>();
        for (var account : accounts.state().accounts().values()) {
            var body = account(account);
            body.put("created", time(account.createdMicros()));
            if (account.seenMicros() > 0) body.put("last_seen", time(account.seenMicros()));
            all.add(Tree.fields(body));
        }
        answer(response, Status.OK_200, Map.of("accounts", Tree.items(all)));
    }

    private static Tree time(long micros) {
        return Tree.text(Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString());
    }

    private void add(ServerRequest request, ServerResponse response)
            throws Invalid, Problem, IOException, InterruptedException {
        var caller = person(request);
        needOwner(request, caller, "add an account");
        var body = body(request);
        String name = Account.name(body.needText("name", "anna"));
        String password = body.needText("password", "...");
        var role = body.choice("role", Role.class).orElse(Role.VIEWER);
        var language = body.choice("language", Language.class).orElse(Language.EN);
        body.finish();
        signIn.add(caller.who().principal(), name, password, role, language);
        var made = accounts.state().account(name);
        answer(response, Status.CREATED_201, made.map(SignInRoutes::account).orElse(Map.of()));
    }

    private void change(ServerRequest request, ServerResponse response)
            throws Invalid, Problem, IOException, InterruptedException {
        var caller = person(request);
        String name = request.path().pathParameters().get("name");
        boolean isOwn = name.equals(caller.name());
        var body = body(request);
        var role = body.choice("role", Role.class);
        var password = body.text("password");
        var current = body.text("current_password");
        var language = body.choice("language", Language.class);
        body.finish();
        if (!isOwn || role.isPresent()) needOwner(request, caller, "change another account or a role");
        if (isOwn && password.isPresent()) needPassword(request, caller, current);
        needAccount(name);
        var keep = isOwn ? caller.cookie() : Optional.<String>empty();
        signIn.change(caller.who().principal(), name, role, password, language, keep);
        var now = accounts.state().account(name);
        answer(response, Status.OK_200, now.map(SignInRoutes::account).orElse(Map.of()));
    }

    /// Who finds a screen that somebody left signed in must not take the account over.
    private void needPassword(ServerRequest request, Caller caller, Optional<String> current)
            throws Invalid, Problem, IOException, InterruptedException {
        var session = caller.cookie().flatMap(accounts::session);
        if (current.isEmpty() && session.map(signIn::isRecent).orElse(false)) return;
        if (current.isEmpty())
            throw Problem.of(
                    403,
                    "send current_password too, or sign in again first: your password is changed only by who knows it");
        if (!signIn.knows(caller.name(), current.get(), from(request)))
            throw Problem.of(403, "current_password is wrong");
    }

    private void needAccount(String name) throws Problem {
        if (accounts.state().account(name).isEmpty()) throw Problem.of(404, "there is no such account");
    }

    private void remove(ServerRequest request, ServerResponse response)
            throws Invalid, Problem, IOException, InterruptedException {
        var caller = person(request);
        needOwner(request, caller, "remove an account");
        String name = request.path().pathParameters().get("name");
        needAccount(name);
        signIn.remove(caller.who().principal(), name);
        response.status(Status.NO_CONTENT_204).send();
    }

    // ---- tokens

    private void tokens(ServerRequest request, ServerResponse response) throws Problem {
        var caller = person(request);
        boolean all = caller.who().role().may(Role.OWNER);
        var tokens = accounts.state().tokens().values().stream()
                .filter(t -> all || t.account().equals(caller.name()))
                .map(SignInRoutes::token)
                .toList();
        answer(response, Status.OK_200, Map.of("tokens", Tree.items(List.copyOf(tokens))));
    }

    private static Tree token(Token token) {
        var body = new LinkedHashMap<String, Tree>();
        body.put("id", Tree.text(token.id()));
        body.put("title", Tree.text(token.title()));
        body.put("account", Tree.text(token.account()));
        body.put("role", Tree.text(token.role().word()));
        body.put("created", time(token.createdMicros()));
        if (token.expiresMicros() != Long.MAX_VALUE) body.put("expires", time(token.expiresMicros()));
        return Tree.fields(body);
    }

    private void makeToken(ServerRequest request, ServerResponse response)
            throws Invalid, Problem, IOException, InterruptedException {
        var caller = person(request);
        if (caller.cookie().isEmpty())
            throw Problem.of(403, "a token makes no other tokens; sign in with your password");
        var body = body(request);
        String title = body.needText("title", "\"Grafana on the laptop\"");
        var role = body.choice("role", Role.class).orElse(Role.VIEWER);
        long expires = expires(body);
        body.finish();
        if (!caller.who().role().may(role)) {
            accounts.refused(Refusal.What.ROLE, caller.name(), address(request));
            throw Problem.of(
                    403,
                    "a token may at most what you may: " + caller.who().role().word());
        }
        var made = signIn.makeToken(caller.who().principal(), caller.name(), title, role, expires);
        var answer = new LinkedHashMap<String, Tree>();
        answer.put("id", Tree.text(made.id()));
        answer.put("token", Tree.text(made.secret()));
        answer(response, Status.CREATED_201, answer);
    }

    private static long expires(Settings body) throws Invalid {
        var text = body.text("expires");
        if (text.isEmpty()) return Long.MAX_VALUE;
        try {
            return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(text.get()));
        } catch (DateTimeException | ArithmeticException e) {
            throw new Invalid(
                    Mark.NONE,
                    "\"expires\" is a time such as 2027-01-31T00:00:00Z, or is left out: then it never does");
        }
    }

    private void revokeToken(ServerRequest request, ServerResponse response)
            throws Invalid, Problem, IOException, InterruptedException {
        var caller = person(request);
        String id = request.path().pathParameters().get("id");
        var token = accounts.state().token(id);
        boolean all = caller.who().role().may(Role.OWNER);
        if (token.isEmpty() || !all && !token.get().account().equals(caller.name()))
            throw Problem.of(404, "there is no such token");
        signIn.revokeToken(caller.who().principal(), id);
        response.status(Status.NO_CONTENT_204).send();
    }
}
