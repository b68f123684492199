package io.linkspan.access;

/// Knows the token that a page must show beside its session's cookie when it changes something, so that no page from
/// elsewhere can act with that cookie. Safe for many threads.
@FunctionalInterface
public interface Csrf {
    /// Whether the value of `X-CSRF-Token` is that of this session.
    boolean matches(String session, String token);
}
