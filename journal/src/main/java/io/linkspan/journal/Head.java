package io.linkspan.journal;

import io.linkspan.model.Log;

/// The newest durable block of a site: where it ends, and the hash over all that came before. Noted outside (a backup,
/// a feed's acknowledgement), it proves later that nothing of it was changed or taken away.
///
/// @param siteTimeMicros site time of the newest entry, 0 when the site has none
/// @param wallTimeMicros wall time of the newest entry, 0 when the site has none
public record Head(Log.Position at, ChainHash hash, long siteTimeMicros, long wallTimeMicros) {}
