package io.linkspan.access;

import io.linkspan.access.AccountsResult.Key;
import io.linkspan.access.AccountsResult.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// All that the accounts machine knows. Immutable: who reads it sees one moment, whole. Safe for many threads.
///
/// @param refused how often somebody was refused something since the log began
/// @param refusals the newest of them, at most [#REFUSALS_KEPT]
public record AccountsState(
        SortedMap<String, Account> accounts,
        SortedMap<Digest, Session> sessions,
        SortedMap<Digest, Token> tokens,
        SortedMap<Key, Stored> applications,
        SortedMap<Digest, Key> applicationTokens,
        long refused,
        List<Refusal> refusals) {
    /// Newest refusals that are kept to be looked at.
    public static final int REFUSALS_KEPT = 64;

    /// Nobody.
    public static final AccountsState EMPTY = new AccountsState(
            new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), 0, List.of());

    public AccountsState {
        refusals = List.copyOf(refusals);
    }

    /// The account of this name.
    public Optional<Account> account(String name) {
        return Optional.ofNullable(accounts.get(name));
    }

    /// The token of this id.
    public Optional<Token> token(String id) {
        return tokens.values().stream().filter(t -> t.id().equals(id)).findFirst();
    }

    /// How many owners there are.
    public long owners() {
        return accounts.values().stream().filter(a -> a.role() == Role.OWNER).count();
    }

    /// The state with what follows.
    AccountsState with(List<AccountsResult> results) {
        var next = this;
        for (var each : results) next = next.with(each);
        return next;
    }

    private AccountsState with(AccountsResult result) {
        return switch (result) {
            case AccountsResult.AccountPut r ->
                accounts(put(accounts, r.account().name(), r.account()));
            case AccountsResult.AccountRemoved r -> accounts(without(accounts, r.name()));
            case AccountsResult.SessionOpened r -> opened(r);
            case AccountsResult.SessionEnded r -> sessions(without(sessions, r.id()));
            case AccountsResult.TokenMade r -> tokens(put(tokens, r.token().digest(), r.token()));
            case AccountsResult.TokenRevoked r ->
                token(r.id()).map(t -> tokens(without(tokens, t.digest()))).orElse(this);
            case AccountsResult.ApplicationPut r -> application(r.application());
            case AccountsResult.ApplicationRemoved r -> withoutApplication(new Key(r.site(), r.name()));
            case AccountsResult.CursorMoved r -> moved(new Key(r.site(), r.name()), r.position());
            case AccountsResult.Refused r -> refused(r);
            case AccountsResult.SetUpCodeUsed _, AccountsResult.Denied _ -> this;
        };
    }

    private AccountsState opened(AccountsResult.SessionOpened r) {
        var session = new Session(r.id(), r.account(), r.openedMicros(), r.expiresMicros());
        var with = sessions(put(sessions, r.id(), session));
        var account = accounts.get(r.account());
        return account == null ? with : with.accounts(put(accounts, account.name(), account.seen(r.openedMicros())));
    }

    private AccountsState application(Stored stored) {
        return new AccountsState(
                accounts,
                sessions,
                tokens,
                put(applications, stored.key(), stored),
                put(applicationTokens, stored.digest(), stored.key()),
                refused,
                refusals);
    }

    private AccountsState withoutApplication(Key key) {
        var stored = applications.get(key);
        if (stored == null) return this;
        return new AccountsState(
                accounts,
                sessions,
                tokens,
                without(applications, key),
                without(applicationTokens, stored.digest()),
                refused,
                refusals);
    }

    private AccountsState moved(Key key, long position) {
        var stored = applications.get(key);
        if (stored == null) return this;
        var a = stored.application();
        var moved = new Application(
                a.name(), a.contract(), Optional.of(position), a.createdMicros(), a.itemsPerSecondMax());
        return application(new Stored(key.site(), moved, stored.digest()));
    }

    private AccountsState refused(AccountsResult.Refused r) {
        var newest = new ArrayList<>(refusals);
        newest.addAll(r.refusals());
        int from = Math.max(0, newest.size() - REFUSALS_KEPT);
        return new AccountsState(
                accounts,
                sessions,
                tokens,
                applications,
                applicationTokens,
                refused + r.total(),
                newest.subList(from, newest.size()));
    }

    /// The shortest list of results that gives this state: what a snapshot is made of.
    List<AccountsResult> results() {
        var all = new ArrayList<AccountsResult>();
        for (var session : sessions.values())
            all.add(new AccountsResult.SessionOpened(
                    session.id(), session.account(), session.openedMicros(), session.expiresMicros()));
        for (var account : accounts.values()) all.add(new AccountsResult.AccountPut(account));
        for (var token : tokens.values()) all.add(new AccountsResult.TokenMade(token));
        for (var application : applications.values()) all.add(new AccountsResult.ApplicationPut(application));
        if (refused > 0) all.add(new AccountsResult.Refused(refused, refusals));
        return all;
    }

    private AccountsState accounts(SortedMap<String, Account> other) {
        return new AccountsState(other, sessions, tokens, applications, applicationTokens, refused, refusals);
    }

    private AccountsState sessions(SortedMap<Digest, Session> other) {
        return new AccountsState(accounts, other, tokens, applications, applicationTokens, refused, refusals);
    }

    private AccountsState tokens(SortedMap<Digest, Token> other) {
        return new AccountsState(accounts, sessions, other, applications, applicationTokens, refused, refusals);
    }

    private static <K, V> SortedMap<K, V> put(SortedMap<K, V> map, K key, V value) {
        var copy = new TreeMap<>(map);
        copy.put(key, value);
        return copy;
    }

    private static <K, V> SortedMap<K, V> without(SortedMap<K, V> map, K key) {
        var copy = new TreeMap<>(map);
        copy.remove(key);
        return copy;
    }
}
