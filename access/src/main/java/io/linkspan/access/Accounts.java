package io.linkspan.access;

import io.linkspan.access.AccountsResult.End;
import io.linkspan.access.AccountsResult.Key;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import io.linkspan.model.Principal;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// The accounts of a node: decides, logs, and tells once it is on disk. Who asks what it knows sees only what is on
/// disk; so nobody is let in, or told that something was done, that a power cut could undo.
///
/// Safe for many threads. [#durable] is called by the thread that commits and returns soon.
public final class Accounts implements Identity {
    /// How long it may take until something is on disk.
    static final Duration STORE_TIMEOUT = Duration.ofSeconds(10);
    /// A session that nobody uses for so long is over.
    public static final Duration SESSION_IDLE_MAX = Duration.ofHours(24);
    /// A session is over after so long in any case.
    public static final Duration SESSION_MAX = Duration.ofDays(30);
    /// Longest cookie and longest token that is looked at, in characters.
    static final int SECRET_CHARS_MAX = 128;
    /// Most idle sessions that one [#tend] ends.
    private static final int IDLE_ENDED_MAX = 64;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Log log;
    private final Supplier<Moment> clock;
    private final BooleanSupplier takesAll;
    private final long startedMicros;
    private final Refusals refusals = new Refusals();
    private final Map<Digest, Long> used = new ConcurrentHashMap<>();
    private final Object lock = new Object();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private AccountsState decided;
    private Optional<String> lost = Optional.empty();
    private volatile Told told;

    /// What is on disk.
    ///
    /// @param seq its newest entry
    /// @param since entries since the state that this began with
    private record Told(AccountsState state, long seq, long since) {}

    private record Waiting(long seq, AccountsState state, CountDownLatch durable) {}

    /// A state as it is on disk, to be saved.
    ///
    /// @param since entries since the start
    public record Image(long seq, byte[] bytes, long since) {}

    /// @param state what the log gives so far
    /// @param clock site time that never goes back, and wall time
    /// @param takesAll whether the disk takes all parts of an entry now
    public Accounts(Log log, AccountsState state, Supplier<Moment> clock, BooleanSupplier takesAll) {
        this.log = log;
        this.clock = clock;
        this.takesAll = takesAll;
        startedMicros = clock.get().wall();
        decided = state;
        told = new Told(state, log.head().seq(), 0);
    }

    /// What is on disk.
    public AccountsState state() {
        return told.state();
    }

    /// Wall time, microseconds since 1970.
    long nowMicros() {
        return clock.get().wall();
    }

    /// Does what is asked, or says in a [AccountsResult.Denied] why not; returns when it is on disk.
    ///
    /// @throws IOException it is not on disk and may never be
    public List<AccountsResult> put(Principal by, AccountsInput input) throws IOException, InterruptedException {
        var waits = new CountDownLatch(1);
        List<AccountsResult> results;
        long seq;
        synchronized (lock) {
            if (lost.isPresent()) throw new IOException(lost.get());
            var now = clock.get();
            results = AccountsMachine.decide(decided, input, now.wall());
            var entry = new AccountsEntry(by, AccountsEntry.Act.of(input), results);
            boolean passing = AccountsCodec.isPassing(entry);
            if (passing && !takesAll.getAsBoolean())
                throw new IOException("the disk is full, so a cursor can not be kept; make room on it");
            var bytes = AccountsCodec.encode(entry);
            var next = decided.with(results);
            seq = log.append(now.site(), now.wall(), passing ? NOTHING : bytes, passing ? bytes : NOTHING);
            decided = next;
            waiting.add(new Waiting(seq, next, waits));
        }
        log.urge();
        boolean released = waits.await(STORE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        if (!released || told.seq() < seq)
            throw new IOException("it is not on disk yet and may never be; linkspan status says how the disk is");
        return results;
    }

    /// The disk is dead: nothing can be changed any more, and nobody waits for it. Who is signed in stays so.
    ///
    /// @param why a sentence
    public void lost(String why) {
        synchronized (lock) {
            lost = Optional.of(why);
            for (var each : waiting) each.durable().countDown();
            waiting.clear();
        }
    }

    /// All entries up to this position are on disk.
    public void durable(Log.Position at) {
        synchronized (lock) {
            while (!waiting.isEmpty() && waiting.element().seq() <= at.seq()) {
                var done = waiting.remove();
                told = new Told(done.state(), done.seq(), told.since() + 1);
                done.durable().countDown();
            }
        }
    }

    /// What is on disk, for a snapshot of it.
    public Image image() {
        var now = told;
        return new Image(now.seq(), AccountsCodec.image(now.state()), now.since());
    }

    // ---- who is at the door

    @Override
    public Optional<Who> bySession(String cookie) {
        return session(cookie).flatMap(s -> state().account(s.account())).map(Accounts::person);
    }

    /// The session of a cookie, which is in use by that.
    Optional<Session> session(String cookie) {
        if (cookie.isEmpty() || cookie.length() > SECRET_CHARS_MAX) return Optional.empty();
        var session = state().sessions().get(Digest.of(cookie));
        long now = nowMicros();
        if (session == null || session.expiresMicros() <= now || isIdle(session, now)) return Optional.empty();
        used.put(session.id(), now);
        return Optional.of(session);
    }

    /// Nobody knows how long a session rested while the node did, so that begins anew with the node.
    private boolean isIdle(Session session, long now) {
        long last = used.getOrDefault(session.id(), Math.max(session.openedMicros(), startedMicros));
        return now - last > SESSION_IDLE_MAX.toNanos() / 1_000;
    }

    private static Who person(Account account) {
        return new Who(Principal.person(account.name()), account.role(), Optional.empty());
    }

    @Override
    public Optional<Who> byToken(String token) {
        if (token.isEmpty() || token.length() > SECRET_CHARS_MAX) return Optional.empty();
        var digest = Digest.of(token);
        var now = state();
        var found = now.tokens().get(digest);
        if (found != null) return byToken(now, found);
        var key = now.applicationTokens().get(digest);
        if (key == null) return Optional.empty();
        var stored = now.applications().get(key);
        if (stored == null || stored.application().contract().untilMicros() <= nowMicros()) return Optional.empty();
        var principal = new Principal(Principal.Kind.APPLICATION, key.name());
        return Optional.of(new Who(principal, Role.VIEWER, Optional.of(stored.application()), Optional.of(key.site())));
    }

    /// A token may never do more than its account may now.
    private Optional<Who> byToken(AccountsState now, Token token) {
        if (token.expiresMicros() <= nowMicros()) return Optional.empty();
        return now.account(token.account())
                .map(a -> new Who(Principal.person(a.name()), token.role().atMost(a.role()), Optional.empty()));
    }

    /// Counted, and in the log before long.
    @Override
    public void refused(Refusal.What what, String name, String from) {
        refusals.add(Refusal.of(what, name, from, nowMicros()));
    }

    // ---- what is done now and then

    /// Ends sessions that nobody uses and writes down who was refused; to be called about each minute.
    ///
    /// @param nanoNow a monotone clock
    public void tend(long nanoNow) throws IOException, InterruptedException {
        long now = nowMicros();
        var idle = state().sessions().values().stream()
                .filter(s -> isIdle(s, now))
                .limit(IDLE_ENDED_MAX)
                .toList();
        for (var session : idle) put(Principal.SYSTEM, new AccountsInput.SignedOut(session.id(), End.IDLE));
        used.keySet().retainAll(state().sessions().keySet());
        write(refusals.take(nanoNow));
    }

    /// Writes down who was refused and is not in the log: at the end.
    public void finish() throws IOException, InterruptedException {
        write(refusals.all());
    }

    private void write(List<Refusal> all) throws IOException, InterruptedException {
        if (!all.isEmpty()) put(Principal.SYSTEM, new AccountsInput.Refusals(all));
    }

    // ---- applications

    /// The applications of a site.
    ///
    /// @param draw draws the secret of a new token
    public Applications applications(SiteId site, Supplier<String> draw) {
        return new SiteApplications(this, site, draw);
    }

    /// An application of a site.
    Optional<Application> application(Key key) {
        return Optional.ofNullable(state().applications().get(key)).map(AccountsResult.Stored::application);
    }
}
