package io.linkspan.access;

import io.linkspan.access.AccountsResult.Key;
import io.linkspan.feed.Contract;
import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.Names;
import io.linkspan.model.Principal;
import io.linkspan.model.SiteId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// The applications of one site, as the accounts keep them. Safe for many threads.
record SiteApplications(Accounts accounts, SiteId site, Supplier<String> draw) implements Applications {
    /// Most paths of a contract.
    static final int PATHS_MAX = 10_000;
    /// Longest path of a contract, in characters: two names and a dot.
    static final int PATH_CHARS_MAX = 2 * 63 + 1;
    /// Longest `every` and longest delay of a contract.
    static final Duration TIME_MAX = Duration.ofDays(3_660);

    @Override
    public List<Application> all() {
        return accounts.state().applications().values().stream()
                .filter(s -> s.site().equals(site))
                .map(AccountsResult.Stored::application)
                .toList();
    }

    @Override
    public Optional<String> put(Principal by, String name, Contract contract, int itemsPerSecondMax)
            throws Invalid, IOException, InterruptedException {
        check(name, contract, itemsPerSecondMax);
        String secret = draw.get();
        var digest = Digest.of(secret);
        var results =
                accounts.put(by, new AccountsInput.PutApplication(site, name, contract, itemsPerSecondMax, digest));
        for (var result : results) {
            if (result instanceof AccountsResult.Denied denied) throw new Invalid(Mark.NONE, denied.sentence());
            if (result instanceof AccountsResult.ApplicationPut put)
                return put.application().digest().equals(digest) ? Optional.of(secret) : Optional.empty();
        }
        return Optional.empty();
    }

    private static void check(String name, Contract contract, int itemsPerSecondMax) throws Invalid {
        try {
            Names.check(name);
        } catch (IllegalArgumentException e) {
            throw new Invalid(Mark.NONE, "the name of an application: " + e.getMessage());
        }
        if (contract.paths().size() > PATHS_MAX)
            throw new Invalid(Mark.NONE, "a contract names at most " + PATHS_MAX + " things and properties");
        for (String path : contract.paths())
            if (path.isEmpty() || path.length() > PATH_CHARS_MAX)
                throw new Invalid(Mark.NONE, "a contract names things and properties such as meter or meter.power");
        for (var time : List.of(contract.every(), contract.delay()))
            if (time.isNegative() || time.compareTo(TIME_MAX) > 0)
                throw new Invalid(Mark.NONE, "the times of a contract are 0 to " + TIME_MAX.toDays() + " days");
        if (contract.party().length() > Principal.NAME_MAX)
            throw new Invalid(Mark.NONE, "the party of a contract has at most " + Principal.NAME_MAX + " characters");
        if (itemsPerSecondMax < 1)
            throw new Invalid(Mark.NONE, "an application takes at least 1 item a second, not " + itemsPerSecondMax);
    }

    @Override
    public boolean remove(Principal by, String name) throws IOException, InterruptedException {
        var results = accounts.put(by, new AccountsInput.RemoveApplication(site, name));
        return results.stream().anyMatch(AccountsResult.ApplicationRemoved.class::isInstance);
    }

    @Override
    public void cursor(String name, long position) throws IOException, InterruptedException {
        if (accounts.application(new Key(site, name)).isEmpty()) return; // taken away meanwhile: nobody needs it
        var by = new Principal(Principal.Kind.APPLICATION, name);
        accounts.put(by, new AccountsInput.MoveCursor(site, name, position));
    }
}
