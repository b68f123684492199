package io.linkspan.access;

import io.linkspan.feed.Contract;
import io.linkspan.model.SiteId;
import java.util.List;
import java.util.Optional;

/// What somebody wants of the accounts. Passwords are hashed and secrets drawn before: the machine does neither.
public sealed interface AccountsInput {
    /// The first account, by who knows the set-up code; it is an owner.
    record SetUp(String name, String passwordHash, Language language) implements AccountsInput {}

    /// One more account.
    record Add(String name, Role role, String passwordHash, Language language) implements AccountsInput {}

    /// Another role, password or language. Another password ends the account's sessions.
    ///
    /// @param keep the one session that goes on: of who changed his own password
    record Change(
            String name,
            Optional<Role> role,
            Optional<String> passwordHash,
            Optional<Language> language,
            Optional<Digest> keep)
            implements AccountsInput {}

    /// An account goes, with its sessions and tokens.
    record Remove(String name) implements AccountsInput {}

    /// Somebody signed in.
    ///
    /// @param expiresMicros wall time at which the session ends in any case
    record SignedIn(Digest session, String account, long expiresMicros) implements AccountsInput {}

    /// A session ends.
    record SignedOut(Digest session, AccountsResult.End why) implements AccountsInput {}

    /// A token for a program.
    ///
    /// @param expiresMicros wall time; [Long#MAX_VALUE]: never
    record MakeToken(String id, Digest digest, String title, String account, Role role, long expiresMicros)
            implements AccountsInput {}

    /// A token opens nothing any more.
    record RevokeToken(String id) implements AccountsInput {}

    /// An application, new or with another contract.
    ///
    /// @param contract its version is not looked at: it is counted by the machine
    /// @param digest of the token, should the application be new
    record PutApplication(SiteId site, String name, Contract contract, int itemsPerSecondMax, Digest digest)
            implements AccountsInput {}

    /// An application goes.
    record RemoveApplication(SiteId site, String name) implements AccountsInput {}

    /// An application has stored what it took up to here.
    record MoveCursor(SiteId site, String name, long position) implements AccountsInput {}

    /// Who was refused what since the last time.
    record Refusals(List<Refusal> refusals) implements AccountsInput {
        public Refusals {
            refusals = List.copyOf(refusals);
        }
    }
}
