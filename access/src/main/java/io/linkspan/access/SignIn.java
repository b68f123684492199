package io.linkspan.access;

import io.linkspan.access.AccountsResult.Denied;
import io.linkspan.access.AccountsResult.End;
import io.linkspan.model.Durations;
import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.Principal;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;

/// What people and programs may do about accounts, sessions and tokens: checks what they typed, hashes and draws what
/// must not be in the accounts' state machine, and slows who guesses. Safe for many threads.
public final class SignIn {
    /// Name of the cookie that holds a session.
    public static final String COOKIE = "linkspan_session";
    /// Its name under TLS: a browser takes a cookie of this name from this host over TLS alone, so nobody else can
    /// put
    /// one in its place (RFC 6265bis, 4.1.3.2).
    public static final String COOKIE_TLS = "__Host-" + COOKIE;
    /// Name of the header that shows that a request comes from our page.
    public static final String CSRF_HEADER = "X-CSRF-Token";
    /// After a sign-in so long ago the password is asked for again before it can be changed (OWASP ASVS 4.0.3,
    /// 2.1.6).
    static final Duration RECENT = Duration.ofMinutes(10);

    /// Bytes of a session, a token: 256 bits.
    private static final int SECRET_BYTES = 32;
    private static final int TOKEN_ID_CHARS = 8;
    private static final String TOKEN_ID_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
    private static final String TOKEN_PREFIX = "lsp_";

    private final Accounts accounts;
    private final Passwords passwords;
    private final SetUpCode code;
    private final SecureRandom random;
    private final LongSupplier nanos;
    private final Slowing slowing;

    /// @param nanos a monotone clock
    public SignIn(Accounts accounts, Passwords passwords, SetUpCode code, SecureRandom random, LongSupplier nanos) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.code = code;
        this.random = random;
        this.nanos = nanos;
        byte[] key = new byte[SECRET_BYTES];
        random.nextBytes(key);
        slowing = new Slowing(key);
    }

    /// What became of an attempt to get in.
    public sealed interface Attempt {
        /// In.
        ///
        /// @param cookie the session: told once, kept nowhere
        record In(String cookie, Account account) implements Attempt {}

        /// Something of it was wrong; which part is not told.
        record Wrong(String sentence) implements Attempt {}

        /// Too many were wrong before.
        record Slowed(Duration waiting) implements Attempt {}
    }

    /// The accounts.
    public Accounts accounts() {
        return accounts;
    }

    /// Whether nobody has an account yet.
    public boolean needsSetUp() {
        return accounts.state().accounts().isEmpty();
    }

    /// The set-up code that is valid now, made when there is none; none when there is an account.
    public Optional<String> setUpCode() throws IOException {
        if (!needsSetUp()) {
            code.used();
            return Optional.empty();
        }
        var now = code.now();
        return now.isPresent() ? now : Optional.of(code.make());
    }

    /// Another set-up code; the one before opens nothing any more.
    ///
    /// @throws Invalid there is an account already
    public String newSetUpCode() throws Invalid, IOException {
        if (!needsSetUp())
            throw new Invalid(
                    Mark.NONE,
                    "there are accounts already, so no set-up code is needed; who forgot a password gets another with:"
                            + " linkspan account password NAME");
        return code.make();
    }

    // ---- getting in

    /// Signs somebody in.
    ///
    /// @throws Passwords.Busy too many sign in at this moment
    public Attempt signIn(String typed, String password, InetAddress from) throws IOException, InterruptedException {
        String name = name(typed);
        var wait = slowing.attempt(name, from, nanos.getAsLong());
        if (wait.isPresent()) return slowed(name, from, wait.get());
        var account = accounts.state().account(name);
        if (!isRight(account, password, name, from)) {
            accounts.refused(Refusal.What.SIGN_IN, name, from.getHostAddress());
            return new Attempt.Wrong("name or password is wrong");
        }
        slowing.right(name, from, nanos.getAsLong());
        return open(name);
    }

    /// A name that can not be one is looked up like any other: it is nobody's.
    private static String name(String typed) {
        try {
            return Account.name(typed);
        } catch (Invalid e) {
            return typed.substring(0, Math.min(typed.length(), Account.NAME_MAX))
                    .toLowerCase(Locale.ROOT);
        }
    }

    private boolean isRight(Optional<Account> account, String password, String name, InetAddress from)
            throws IOException, InterruptedException {
        try {
            if (account.isPresent())
                return passwords.matches(password, account.get().passwordHash());
            passwords.matchesNobody(password);
            return false;
        } catch (Passwords.Busy e) {
            slowing.undone(name, from, nanos.getAsLong());
            throw e;
        }
    }

    private Attempt slowed(String name, InetAddress from, Duration wait) {
        accounts.refused(Refusal.What.TOO_SOON, name, from.getHostAddress());
        return new Attempt.Slowed(wait);
    }

    private Attempt open(String name) throws IOException, InterruptedException {
        String cookie = secret();
        long expires = accounts.nowMicros() + Durations.micros(Accounts.SESSION_MAX);
        var results =
                accounts.put(Principal.person(name), new AccountsInput.SignedIn(Digest.of(cookie), name, expires));
        var account = accounts.state().account(name);
        if (denied(results).isPresent() || account.isEmpty()) return new Attempt.Wrong("name or password is wrong");
        return new Attempt.In(cookie, account.get());
    }

    /// Makes the first account and signs its owner in.
    ///
    /// @throws Invalid the name or the password can not be taken, or there is an account already
    public Attempt setUp(String typedCode, String typedName, String password, Language language, InetAddress from)
            throws Invalid, IOException, InterruptedException {
        String slot = "\u0000set-up"; // no account has this name
        var wait = slowing.attempt(slot, from, nanos.getAsLong());
        if (wait.isPresent()) return slowed("", from, wait.get());
        if (!needsSetUp() || !code.matches(typedCode)) {
            accounts.refused(Refusal.What.SET_UP, "", from.getHostAddress());
            return new Attempt.Wrong("this is not the set-up code; the terminal where Linkspan was started shows it,"
                    + " and linkspan setup-code makes a new one");
        }
        slowing.right(slot, from, nanos.getAsLong());
        String name = Account.name(typedName);
        Passwords.check(password, name);
        var results =
                accounts.put(Principal.person(name), new AccountsInput.SetUp(name, passwords.hash(password), language));
        refuse(results);
        code.used();
        return open(name);
    }

    /// Ends a session.
    public void signOut(String cookie) throws IOException, InterruptedException {
        var session = accounts.session(cookie);
        if (session.isEmpty()) return;
        var s = session.get();
        accounts.put(Principal.person(s.account()), new AccountsInput.SignedOut(s.id(), End.ASKED));
    }

    /// The page's own key against forged requests: derived from the session, which scripts can not read.
    public static String csrf(String cookie) {
        byte[] hash = Digest.sha256(("csrf " + cookie).getBytes(StandardCharsets.UTF_8));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    }

    /// Whether a request with this session shows the key that goes with it.
    public static boolean isOurs(String cookie, String csrf) {
        return MessageDigest.isEqual(
                csrf(cookie).getBytes(StandardCharsets.UTF_8), csrf.getBytes(StandardCharsets.UTF_8));
    }

    // ---- accounts

    /// Adds an account.
    ///
    /// @throws Invalid the name or the password can not be taken
    public void add(Principal by, String typedName, String password, Role role, Language language)
            throws Invalid, IOException, InterruptedException {
        String name = Account.name(typedName);
        Passwords.check(password, name);
        if (accounts.state().account(name).isPresent())
            throw new Invalid(Mark.NONE, new Denied(AccountsResult.Why.TAKEN, "account " + name).sentence());
        String hash = passwords.hash(password);
        refuse(accounts.put(by, new AccountsInput.Add(name, role, hash, language)));
        code.used(); // with an account there it opens nothing
    }

    /// Changes what is present.
    ///
    /// @param cookie the session that goes on when the password changes; none: all end
    /// @throws Invalid the password can not be taken, there is no such account, or it is the last owner
    public void change(
            Principal by,
            String name,
            Optional<Role> role,
            Optional<String> password,
            Optional<Language> language,
            Optional<String> cookie)
            throws Invalid, IOException, InterruptedException {
        Optional<String> hash = Optional.empty();
        if (password.isPresent()) {
            Passwords.check(password.get(), name);
            hash = Optional.of(passwords.hash(password.get()));
        }
        refuse(accounts.put(by, new AccountsInput.Change(name, role, hash, language, cookie.map(Digest::of))));
    }

    /// Whether it is the account's password; slowed like a sign-in.
    boolean knows(String name, String password, InetAddress from) throws Invalid, IOException, InterruptedException {
        var wait = slowing.attempt(name, from, nanos.getAsLong());
        if (wait.isPresent()) throw new Invalid(Mark.NONE, "too many passwords were wrong; wait " + words(wait.get()));
        boolean right = isRight(accounts.state().account(name), password, name, from);
        if (right) slowing.right(name, from, nanos.getAsLong());
        else accounts.refused(Refusal.What.SIGN_IN, name, from.getHostAddress());
        return right;
    }

    /// Whether a session began a short while ago.
    boolean isRecent(Session session) {
        return accounts.nowMicros() - session.openedMicros() <= Durations.micros(RECENT);
    }

    /// Removes an account.
    ///
    /// @throws Invalid there is none, or it is the last owner
    public void remove(Principal by, String name) throws Invalid, IOException, InterruptedException {
        refuse(accounts.put(by, new AccountsInput.Remove(name)));
    }

    // ---- tokens

    /// A token that was made.
    ///
    /// @param secret what a program shows: told once, kept nowhere
    public record Made(String id, String secret) {}

    /// Makes a token for an account.
    ///
    /// @param expiresMicros wall time; [Long#MAX_VALUE]: never
    /// @throws Invalid the title or the time can not be taken, or there are too many
    public Made makeToken(Principal by, String account, String title, Role role, long expiresMicros)
            throws Invalid, IOException, InterruptedException {
        String plain = title.strip();
        if (plain.isEmpty()
                || plain.codePointCount(0, plain.length()) > Token.TITLE_MAX
                || plain.codePoints().anyMatch(SignIn::isUnseen))
            throw new Invalid(
                    Mark.NONE,
                    "a token's title says what it is for, in 1 to " + Token.TITLE_MAX
                            + " characters that can be seen, such as \"Grafana on the laptop\"");
        if (expiresMicros <= accounts.nowMicros())
            throw new Invalid(Mark.NONE, "a token expires in the future, or never when no time is given");
        var made = new Made(tokenId(), TOKEN_PREFIX + secret());
        refuse(accounts.put(
                by,
                new AccountsInput.MakeToken(made.id(), Digest.of(made.secret()), plain, account, role, expiresMicros)));
        return made;
    }

    /// Characters that hide in a text or change how the rest of it looks.
    private static boolean isUnseen(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false; // open: all other types of Unicode can be seen
        };
    }

    /// Takes a token away.
    ///
    /// @throws Invalid there is none
    public void revokeToken(Principal by, String id) throws Invalid, IOException, InterruptedException {
        refuse(accounts.put(by, new AccountsInput.RevokeToken(id)));
    }

    /// A new token's text for an application.
    public String drawToken() {
        return TOKEN_PREFIX + secret();
    }

    private String secret() {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private String tokenId() {
        var id = new StringBuilder();
        for (int i = 0; i < TOKEN_ID_CHARS; i++)
            id.append(TOKEN_ID_LETTERS.charAt(random.nextInt(TOKEN_ID_LETTERS.length())));
        return id.toString();
    }

    private static Optional<Denied> denied(List<AccountsResult> results) {
        return results.stream()
                .filter(Denied.class::isInstance)
                .map(Denied.class::cast)
                .findFirst();
    }

    private static void refuse(List<AccountsResult> results) throws Invalid {
        var denied = denied(results);
        if (denied.isPresent()) throw new Invalid(Mark.NONE, denied.get().sentence());
    }

    /// A wait in words, in whole seconds.
    static String words(Duration wait) {
        return Durations.format(Duration.ofSeconds(seconds(wait)));
    }

    /// Whole seconds, at least one.
    static long seconds(Duration wait) {
        return Math.max(1, (wait.toNanos() + 999_999_999) / 1_000_000_000);
    }
}
