package io.linkspan.access;

import io.linkspan.model.Principal;
import java.util.List;

/// One step of the accounts machine as it is in the log.
///
/// @param act what was asked; what of it matters is in the results
public record AccountsEntry(Principal by, Act act, List<AccountsResult> results) {
    public AccountsEntry {
        results = List.copyOf(results);
    }

    /// What was asked. The order is the code in the log: add at the end only.
    public enum Act {
        /// See [AccountsInput.SetUp].
        SET_UP,
        /// See [AccountsInput.Add].
        ADD,
        /// See [AccountsInput.Change].
        CHANGE,
        /// See [AccountsInput.Remove].
        REMOVE,
        /// See [AccountsInput.SignedIn].
        SIGNED_IN,
        /// See [AccountsInput.SignedOut].
        SIGNED_OUT,
        /// See [AccountsInput.MakeToken].
        MAKE_TOKEN,
        /// See [AccountsInput.RevokeToken].
        REVOKE_TOKEN,
        /// See [AccountsInput.PutApplication].
        PUT_APPLICATION,
        /// See [AccountsInput.RemoveApplication].
        REMOVE_APPLICATION,
        /// See [AccountsInput.MoveCursor].
        MOVE_CURSOR,
        /// See [AccountsInput.Refusals].
        REFUSALS;

        static Act of(AccountsInput input) {
            return switch (input) {
                case AccountsInput.SetUp _ -> SET_UP;
                case AccountsInput.Add _ -> ADD;
                case AccountsInput.Change _ -> CHANGE;
                case AccountsInput.Remove _ -> REMOVE;
                case AccountsInput.SignedIn _ -> SIGNED_IN;
                case AccountsInput.SignedOut _ -> SIGNED_OUT;
                case AccountsInput.MakeToken _ -> MAKE_TOKEN;
                case AccountsInput.RevokeToken _ -> REVOKE_TOKEN;
                case AccountsInput.PutApplication _ -> PUT_APPLICATION;
                case AccountsInput.RemoveApplication _ -> REMOVE_APPLICATION;
                case AccountsInput.MoveCursor _ -> MOVE_CURSOR;
                case AccountsInput.Refusals _ -> REFUSALS;
            };
        }
    }
}
