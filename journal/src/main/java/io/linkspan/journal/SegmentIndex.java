package io.linkspan.journal;

import io.linkspan.model.SiteId;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Where the blocks of each site lie in one segment. One thread adds, any thread reads.
final class SegmentIndex {
    final int number;
    /// How often retention rewrote the segment.
    final int generation;
    private final Map<SiteId, Blocks> blocks = new ConcurrentHashMap<>();
    private volatile Map<SiteId, SiteState> statesAtEnd = Map.of();
    private volatile boolean sealed;
    private volatile int end = Segments.HEADER_BYTES;
    private volatile long readingsBytes;
    private volatile long newestWallMicros;

    SegmentIndex(int number, int generation) {
        this.number = number;
        this.generation = generation;
    }

    /// Adds a durable block behind those that are there.
    synchronized void add(SiteId site, int offset, int length, int storedReadingsBytes, long wallMicros) {
        end = offset + length;
        readingsBytes = readingsBytes + storedReadingsBytes;
        newestWallMicros = Math.max(newestWallMicros, wallMicros);
        blocks.computeIfAbsent(site, _ -> new Blocks()).add(offset);
    }

    void add(Block block) {
        if (block.kind() == BlockKind.CLOSED) {
            end = block.offset() + block.length();
        } else {
            int stored = block.readingsDropped() ? 0 : block.readingsLength();
            add(block.site(), block.offset(), block.length(), stored, block.wallTimeMicros());
        }
    }

    /// Nothing follows in this segment, and this is where every site of the journal stands at its end.
    void seal(Map<SiteId, SiteState> states) {
        statesAtEnd = Map.copyOf(states);
        sealed = true;
    }

    void restore(int endOffset, long readings, long newestWall) {
        end = endOffset;
        readingsBytes = readings;
        newestWallMicros = newestWall;
    }

    boolean sealed() {
        return sealed;
    }

    Map<SiteId, SiteState> statesAtEnd() {
        return statesAtEnd;
    }

    /// Offset behind the last block.
    int end() {
        return end;
    }

    long readingsBytes() {
        return readingsBytes;
    }

    long newestWallMicros() {
        return newestWallMicros;
    }

    Map<SiteId, Blocks> blocks() {
        return blocks;
    }

    Blocks blocks(SiteId site) {
        return blocks.getOrDefault(site, Blocks.NONE);
    }

    /// Offsets of one site's blocks, in their order.
    static final class Blocks {
        static final Blocks NONE = new Blocks();
        private volatile int[] offsets = new int[4];
        private volatile int count;

        void add(int offset) {
            int at = count;
            var room = offsets;
            if (at == room.length) room = Arrays.copyOf(room, at * 2);
            room[at] = offset;
            offsets = room;
            count = at + 1;
        }

        int count() {
            return count;
        }

        int offset(int index) {
            return offsets[index];
        }
    }
}
