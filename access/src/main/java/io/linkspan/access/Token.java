package io.linkspan.access;

/// What a program shows instead of a password.
///
/// @param id what it is called on pages and in commands
/// @param digest all that is kept of the token itself
/// @param account whose it is: it may at most what that account may
/// @param createdMicros wall time, microseconds since 1970
/// @param expiresMicros wall time at which it ends; [Long#MAX_VALUE]: never
public record Token(
        String id, Digest digest, String title, String account, Role role, long createdMicros, long expiresMicros) {
    /// Longest title, in characters.
    public static final int TITLE_MAX = 80;
}
