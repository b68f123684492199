package io.linkspan.site;

import io.linkspan.model.Progress;
import io.linkspan.model.Result;
import java.util.Optional;

/// A command that has no outcome yet, for who shows it. Immutable.
///
/// @param opened what its entry says
/// @param at packed position of that entry
/// @param ordered whether a write of it was ordered
public record UnderWay(Result.CommandOpened opened, long at, boolean ordered, Optional<Progress> progress) {}
