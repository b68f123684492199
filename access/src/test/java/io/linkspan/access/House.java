package io.linkspan.access;

import io.linkspan.model.Moment;
import io.linkspan.model.Principal;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// Accounts over a log in memory, with a clock in the test's hand.
final class House implements AutoCloseable {
    static final String PASSWORD = "seven green boats";
    static final Principal OWNER = Principal.person("anna");

    final MemoryLog log = new MemoryLog();
    final AtomicLong micros = new AtomicLong(1_780_000_000_000_000L);
    final Accounts accounts;
    final Passwords passwords = new Passwords();
    final SetUpCode code;
    final SignIn signIn;

    House(Path folder) {
        accounts = new Accounts(log, AccountsState.EMPTY, this::now, () -> true);
        log.listen(accounts::durable);
        var random = new SecureRandom();
        code = new SetUpCode(folder, random);
        signIn = new SignIn(accounts, passwords, code, random, () -> micros.get() * 1_000);
    }

    Moment now() {
        return new Moment(micros.get(), micros.get());
    }

    void pass(Duration time) {
        micros.addAndGet(time.toNanos() / 1_000);
    }

    /// A state as the log gives it.
    AccountsState replayed() {
        var state = AccountsState.EMPTY;
        for (var stored : log.entries)
            state = state.with(AccountsCodec.decode(stored).orElseThrow().results());
        return state;
    }

    /// Adds an account without what makes hashing slow.
    void account(String name, Role role) throws IOException, InterruptedException {
        accounts.put(OWNER, new AccountsInput.Add(name, role, "$argon2id$" + name, Language.EN));
    }

    @Override
    public void close() {
        passwords.close();
    }
}
