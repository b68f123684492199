package io.linkspan.history;

import io.linkspan.model.ByteReader;
import io.linkspan.model.ByteWriter;
import io.linkspan.model.Quality;
import io.linkspan.model.Value;
import java.nio.ByteBuffer;

/// A further, different value of an instant that had one: what stands in the side series `<property>_again`.
///
/// @param receivedMicros when it came; for a value that a correction took the place of, its instant where nothing else
/// is known
/// @param atMicros the instant
public record Again(long receivedMicros, long atMicros, Value value, Quality quality) {
    /// @param key the time under which it is stored: the receive time, or a little later where that one is taken
    byte[] encode(long key) {
        return new ByteWriter()
                .varint(key - receivedMicros)
                .signed(receivedMicros - atMicros)
                .constant(quality)
                .value(value)
                .copy();
    }

    static Again decode(long key, byte[] bytes) {
        var r = new ByteReader(ByteBuffer.wrap(bytes));
        long received = key - r.varint();
        long at = received - r.signed();
        Quality quality = r.constant(Quality.values());
        return new Again(received, at, r.value(), quality);
    }
}
