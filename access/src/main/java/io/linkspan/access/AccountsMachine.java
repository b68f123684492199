package io.linkspan.access;

import io.linkspan.access.AccountsInput.Change;
import io.linkspan.access.AccountsInput.MakeToken;
import io.linkspan.access.AccountsInput.PutApplication;
import io.linkspan.access.AccountsInput.SignedIn;
import io.linkspan.access.AccountsResult.AccountPut;
import io.linkspan.access.AccountsResult.Denied;
import io.linkspan.access.AccountsResult.End;
import io.linkspan.access.AccountsResult.Key;
import io.linkspan.access.AccountsResult.Why;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Says what follows from what somebody wants of the accounts. It looks at the state and changes nothing; it reads no
/// clock, draws no random number and hashes nothing. Whether who asks may ask is for the door to know. No state.
final class AccountsMachine {
    /// Most accounts of a node.
    static final int ACCOUNTS_MAX = 1_000;
    /// Most sessions of one account; one more ends its oldest.
    static final int SESSIONS_PER_ACCOUNT_MAX = 20;
    /// Most sessions of a node; one more ends the oldest of all.
    static final int SESSIONS_MAX = 5_000;
    /// Most tokens of one account.
    static final int TOKENS_PER_ACCOUNT_MAX = 50;
    /// Most tokens of a node.
    static final int TOKENS_MAX = 2_000;
    /// Most applications of a node.
    static final int APPLICATIONS_MAX = 2_000;
    /// Most sessions and most tokens whose time is over that one step takes away.
    static final int EXPIRED_MAX = 64;

    private AccountsMachine() {}

    /// What follows.
    ///
    /// @param wallMicros the present moment, microseconds since 1970
    static List<AccountsResult> decide(AccountsState state, AccountsInput input, long wallMicros) {
        var results = new ArrayList<AccountsResult>();
        switch (input) {
            case AccountsInput.SetUp i -> setUp(state, i, wallMicros, results);
            case AccountsInput.Add i -> add(state, i, wallMicros, results);
            case Change i -> change(state, i, results);
            case AccountsInput.Remove i -> remove(state, i.name(), results);
            case SignedIn i -> signedIn(state, i, wallMicros, results);
            case AccountsInput.SignedOut i ->
                results.add(
                        state.sessions().containsKey(i.session())
                                ? new AccountsResult.SessionEnded(i.session(), i.why())
                                : new Denied(Why.NO_SUCH, "session"));
            case MakeToken i -> makeToken(state, i, wallMicros, results);
            case AccountsInput.RevokeToken i ->
                results.add(
                        state.token(i.id()).isPresent()
                                ? new AccountsResult.TokenRevoked(i.id(), End.ASKED)
                                : new Denied(Why.NO_SUCH, "token " + i.id()));
            case PutApplication i -> results.add(putApplication(state, i, wallMicros));
            case AccountsInput.RemoveApplication i ->
                results.add(
                        state.applications().containsKey(new Key(i.site(), i.name()))
                                ? new AccountsResult.ApplicationRemoved(i.site(), i.name())
                                : noApplication(i.name()));
            case AccountsInput.MoveCursor i -> {
                results.add(
                        state.applications().containsKey(new Key(i.site(), i.name()))
                                ? new AccountsResult.CursorMoved(i.site(), i.name(), i.position())
                                : noApplication(i.name()));
                return results; // its entry can be dropped when it is old, so nothing else may be in it
            }
            case AccountsInput.Refusals i -> {
                long total = i.refusals().stream().mapToLong(Refusal::count).sum();
                results.add(new AccountsResult.Refused(total, i.refusals()));
            }
        }
        expire(state, results, wallMicros);
        return results;
    }

    private static Denied noApplication(String name) {
        return new Denied(Why.NO_SUCH, "application " + name + " here");
    }

    private static void setUp(AccountsState state, AccountsInput.SetUp i, long wall, List<AccountsResult> results) {
        if (!state.accounts().isEmpty()) {
            var owner = state.accounts().values().stream()
                    .filter(a -> a.role() == Role.OWNER)
                    .findFirst();
            results.add(new Denied(Why.SET_UP_ALREADY, owner.isEmpty() ? "an owner" : "its owner"));
            return;
        }
        results.add(new AccountsResult.SetUpCodeUsed());
        results.add(new AccountPut(new Account(i.name(), Role.OWNER, i.language(), i.passwordHash(), wall, 0)));
    }

    private static void add(AccountsState state, AccountsInput.Add i, long wall, List<AccountsResult> results) {
        if (state.account(i.name()).isPresent()) results.add(new Denied(Why.TAKEN, "account " + i.name()));
        else if (state.accounts().size() >= ACCOUNTS_MAX)
            results.add(new Denied(Why.TOO_MANY, ACCOUNTS_MAX + " accounts"));
        else results.add(new AccountPut(new Account(i.name(), i.role(), i.language(), i.passwordHash(), wall, 0)));
    }

    private static void change(AccountsState state, Change i, List<AccountsResult> results) {
        var before = state.account(i.name());
        if (before.isEmpty()) {
            results.add(new Denied(Why.NO_SUCH, "account " + i.name()));
            return;
        }
        var account = before.get();
        if (i.role().isPresent() && i.role().get() != Role.OWNER && isLastOwner(state, account)) {
            results.add(new Denied(Why.LAST_OWNER, i.name()));
            return;
        }
        if (i.role().isPresent()) account = account.with(i.role().get());
        if (i.language().isPresent()) account = account.with(i.language().get());
        if (i.passwordHash().isPresent())
            account = account.withHash(i.passwordHash().get());
        results.add(new AccountPut(account));
        if (i.passwordHash().isPresent()) endSessions(state, i.name(), i.keep(), End.PASSWORD_CHANGED, results);
    }

    private static boolean isLastOwner(AccountsState state, Account account) {
        return account.role() == Role.OWNER && state.owners() == 1;
    }

    private static void endSessions(
            AccountsState state, String account, Optional<Digest> keep, End why, List<AccountsResult> results) {
        for (var session : state.sessions().values())
            if (session.account().equals(account) && !Optional.of(session.id()).equals(keep))
                results.add(new AccountsResult.SessionEnded(session.id(), why));
    }

    private static void remove(AccountsState state, String name, List<AccountsResult> results) {
        var account = state.account(name);
        if (account.isEmpty()) {
            results.add(new Denied(Why.NO_SUCH, "account " + name));
            return;
        }
        if (isLastOwner(state, account.get())) {
            results.add(new Denied(Why.LAST_OWNER, name));
            return;
        }
        endSessions(state, name, Optional.empty(), End.ACCOUNT_REMOVED, results);
        for (var token : state.tokens().values())
            if (token.account().equals(name))
                results.add(new AccountsResult.TokenRevoked(token.id(), End.ACCOUNT_REMOVED));
        results.add(new AccountsResult.AccountRemoved(name));
    }

    private static void signedIn(AccountsState state, SignedIn i, long wall, List<AccountsResult> results) {
        if (state.account(i.account()).isEmpty()) {
            results.add(new Denied(Why.NO_SUCH, "account " + i.account()));
            return;
        }
        var own = state.sessions().values().stream()
                .filter(s -> s.account().equals(i.account()))
                .toList();
        if (own.size() >= SESSIONS_PER_ACCOUNT_MAX) results.add(oldestEnds(own));
        else if (state.sessions().size() >= SESSIONS_MAX)
            results.add(oldestEnds(List.copyOf(state.sessions().values())));
        results.add(new AccountsResult.SessionOpened(i.session(), i.account(), wall, i.expiresMicros()));
    }

    private static AccountsResult oldestEnds(List<Session> sessions) {
        var oldest = sessions.stream().min(Comparator.comparingLong(Session::openedMicros));
        return new AccountsResult.SessionEnded(oldest.orElseThrow().id(), End.TOO_MANY);
    }

    private static void makeToken(AccountsState state, MakeToken i, long wall, List<AccountsResult> results) {
        long own = state.tokens().values().stream()
                .filter(t -> t.account().equals(i.account()))
                .count();
        if (state.account(i.account()).isEmpty()) results.add(new Denied(Why.NO_SUCH, "account " + i.account()));
        else if (state.token(i.id()).isPresent()) results.add(new Denied(Why.TAKEN, "token " + i.id()));
        else if (own >= TOKENS_PER_ACCOUNT_MAX)
            results.add(new Denied(Why.TOO_MANY, TOKENS_PER_ACCOUNT_MAX + " tokens of one account"));
        else if (state.tokens().size() >= TOKENS_MAX) results.add(new Denied(Why.TOO_MANY, TOKENS_MAX + " tokens"));
        else
            results.add(new AccountsResult.TokenMade(
                    new Token(i.id(), i.digest(), i.title(), i.account(), i.role(), wall, i.expiresMicros())));
    }

    private static AccountsResult putApplication(AccountsState state, PutApplication i, long wall) {
        var before = Optional.ofNullable(state.applications().get(new Key(i.site(), i.name())));
        if (before.isEmpty() && state.applications().size() >= APPLICATIONS_MAX)
            return new Denied(Why.TOO_MANY, APPLICATIONS_MAX + " applications");
        var old = before.map(AccountsResult.Stored::application);
        var application = new Application(
                i.name(),
                AccountsResult.counted(i.contract(), old.map(Application::contract)),
                old.flatMap(Application::cursor),
                old.map(Application::createdMicros).orElse(wall),
                i.itemsPerSecondMax());
        var digest = before.map(AccountsResult.Stored::digest).orElse(i.digest());
        return new AccountsResult.ApplicationPut(new AccountsResult.Stored(i.site(), application, digest));
    }

    /// What is over is taken away beside the next thing that happens; it opened nothing since.
    private static void expire(AccountsState state, List<AccountsResult> results, long wall) {
        var over = new ArrayList<AccountsResult>();
        state.sessions().values().stream()
                .filter(s -> s.expiresMicros() <= wall)
                .limit(EXPIRED_MAX)
                .forEach(s -> over.add(new AccountsResult.SessionEnded(s.id(), End.EXPIRED)));
        state.tokens().values().stream()
                .filter(t -> t.expiresMicros() <= wall)
                .limit(EXPIRED_MAX)
                .forEach(t -> over.add(new AccountsResult.TokenRevoked(t.id(), End.EXPIRED)));
        over.removeIf(r -> results.stream().anyMatch(done -> endsTheSame(done, r)));
        results.addAll(over);
    }

    private static boolean endsTheSame(AccountsResult done, AccountsResult other) {
        return done instanceof AccountsResult.SessionEnded a
                        && other instanceof AccountsResult.SessionEnded b
                        && a.id().equals(b.id())
                || done instanceof AccountsResult.TokenRevoked c
                        && other instanceof AccountsResult.TokenRevoked d
                        && c.id().equals(d.id());
    }
}
