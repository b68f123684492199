package io.linkspan.access;

import io.linkspan.feed.Contract;
import io.linkspan.model.SiteId;
import java.util.List;
import java.util.Optional;

/// What follows from an [AccountsInput]: all that changes the accounts, and all that is in their log. Times are in it,
/// so applying one needs no clock; a snapshot is the shortest list of these that gives the state.
public sealed interface AccountsResult {
    /// An account is new or changed; it is whole.
    record AccountPut(Account account) implements AccountsResult {}

    /// An account is gone.
    record AccountRemoved(String name) implements AccountsResult {}

    /// Somebody is signed in.
    record SessionOpened(Digest id, String account, long openedMicros, long expiresMicros) implements AccountsResult {}

    /// Somebody is signed in no more.
    record SessionEnded(Digest id, End why) implements AccountsResult {}

    /// A token is there.
    record TokenMade(Token token) implements AccountsResult {}

    /// A token is gone.
    record TokenRevoked(String id, End why) implements AccountsResult {}

    /// An application is new or has another contract; it is whole.
    record ApplicationPut(Stored application) implements AccountsResult {}

    /// An application is gone.
    record ApplicationRemoved(SiteId site, String name) implements AccountsResult {}

    /// An application has stored what it took up to here.
    record CursorMoved(SiteId site, String name, long position) implements AccountsResult {}

    /// The set-up code did its work and opens nothing any more.
    record SetUpCodeUsed() implements AccountsResult {}

    /// So many were refused, and who was.
    ///
    /// @param total how often, those that are not named in `refusals` included
    record Refused(long total, List<Refusal> refusals) implements AccountsResult {
        public Refused {
            refusals = List.copyOf(refusals);
        }
    }

    /// Nothing was changed, and why.
    record Denied(Why why, String about) implements AccountsResult {
        /// A sentence for who asked.
        public String sentence() {
            return why.sentence(about);
        }
    }

    /// An application as it is stored.
    ///
    /// @param digest of its token
    record Stored(SiteId site, Application application, Digest digest) {
        Key key() {
            return new Key(site, application.name());
        }
    }

    /// What an application is found by: a name is unique in its site.
    record Key(SiteId site, String name) implements Comparable<Key> {
        @Override
        public int compareTo(Key o) {
            int by = site.toString().compareTo(o.site.toString());
            return by == 0 ? name.compareTo(o.name) : by;
        }
    }

    /// Why a session or a token ended. The order is the code in the log: add at the end only.
    enum End {
        /// Its owner, or an owner of the node, said so.
        ASKED,
        /// Its time was over.
        EXPIRED,
        /// Nobody used it for long.
        IDLE,
        /// The password was changed.
        PASSWORD_CHANGED,
        /// The account is gone.
        ACCOUNT_REMOVED,
        /// There were too many, and it was the oldest.
        TOO_MANY
    }

    /// Why nothing was changed. The order is the code in the log: add at the end only.
    enum Why {
        /// There is no such account, session, token or application.
        NO_SUCH,
        /// The name is taken.
        TAKEN,
        /// Nobody could let others in any more.
        LAST_OWNER,
        /// There is an account already.
        SET_UP_ALREADY,
        /// A limit of this node is reached.
        TOO_MANY;

        String sentence(String about) {
            return switch (this) {
                case NO_SUCH -> "there is no " + about + "; is it gone already?";
                case TAKEN -> "there is already the " + about + "; choose another name";
                case LAST_OWNER ->
                    about + " is the last owner; make another account an owner first, or nobody could let anybody in";
                case SET_UP_ALREADY ->
                    "this node is set up already; sign in, or ask " + about + " for an account of your own";
                case TOO_MANY -> "there are as many as this node takes (" + about + "); take one away first";
            };
        }
    }

    /// The contract of an application, with what the machine counts.
    static Contract counted(Contract contract, Optional<Contract> before) {
        return new Contract(
                contract.party(),
                before.map(Contract::version).orElse(0L) + 1,
                contract.paths(),
                contract.every(),
                contract.delay(),
                contract.untilMicros());
    }
}
