package io.linkspan.access;

import java.util.Optional;

/// Knows who is at the door. Safe for many threads; answers from memory.
public interface Identity {
    /// Who has this session: the value of the cookie `linkspan_session`, under TLS
    /// `__Host-linkspan_session`.
    Optional<Who> bySession(String cookie);

    /// Who has this token: what stands behind `Authorization: Bearer`.
    Optional<Who> byToken(String token);

    /// Somebody was refused something; it is to be counted.
    ///
    /// @param name of the account, empty where nobody knows
    /// @param from an address
    default void refused(Refusal.What what, String name, String from) {}
}
