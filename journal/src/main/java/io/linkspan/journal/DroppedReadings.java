package io.linkspan.journal;

/// What one step of retention did.
///
/// @param segment the number of the segment that was rewritten
/// @param bytes readings that are gone
/// @param blocks blocks that they were in
public record DroppedReadings(int segment, long bytes, long blocks) {}
