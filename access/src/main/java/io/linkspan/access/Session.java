package io.linkspan.access;

/// Somebody is signed in.
///
/// @param id of the cookie's value
/// @param openedMicros wall time, microseconds since 1970
/// @param expiresMicros wall time at which it ends in any case
public record Session(Digest id, String account, long openedMicros, long expiresMicros) {}
