package io.linkspan.journal;

import io.linkspan.model.Log;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/// Walks the entries of one block. Not thread-safe.
final class BlockEntries {
    private final Block block;
    private final ByteBuffer control;
    private final ByteBuffer readings;
    private int index;
    private long site;
    private long shift;
    private ByteBuffer controlPart;
    private ByteBuffer readingsPart;
    private boolean dropped;

    BlockEntries(Block block) {
        this.block = block;
        control = block.control().asReadOnlyBuffer();
        readings = block.readings().asReadOnlyBuffer();
        controlPart = readingsPart = readings.slice(0, 0);
        site = block.siteTimeMicros();
        shift = block.wallTimeMicros() - site;
    }

    /// Steps to the next entry, or says that there is none.
    ///
    /// @throws IOException when the section does not hold what the block's header says
    boolean next() throws IOException {
        if (index == block.count()) return false;
        try {
            step();
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException wrong) {
            throw new IOException(
                    "Entry " + (block.firstSeq() + index) + " of " + block.first()
                            + " cannot be read: its block is whole" + " but was written wrongly",
                    wrong);
        }
        index++;
        return true;
    }

    private void step() {
        long tag = Varint.get(control);
        int readingsLength = Math.toIntExact(tag >>> 2);
        site += Varint.get(control);
        boolean refused = false;
        if ((tag & 1) != 0) {
            long extra = Varint.get(control);
            shift += Varint.unfold(extra >>> 1);
            refused = (extra & 1) != 0;
        }
        controlPart = take(control, (tag & 2) != 0 ? Math.toIntExact(Varint.get(control)) : 0);
        dropped = readingsLength > 0 && (refused || block.readingsDropped());
        readingsPart = take(readings, dropped ? 0 : readingsLength);
    }

    private static ByteBuffer take(ByteBuffer section, int length) {
        var part = section.slice(section.position(), length);
        section.position(section.position() + length);
        return part;
    }

    long siteTimeMicros() {
        return site;
    }

    long wallTimeMicros() {
        return site + shift;
    }

    long seq() {
        return block.firstSeq() + index - 1;
    }

    Log.Stored stored() {
        return new Log.Stored(
                new Log.Position(block.site(), block.epoch(), seq()),
                site,
                site + shift,
                controlPart,
                readingsPart,
                dropped);
    }
}
