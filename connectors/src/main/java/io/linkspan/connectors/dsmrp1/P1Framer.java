package io.linkspan.connectors.dsmrp1;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Cuts a stream of bytes into telegrams: from `/` to `!` and the four digits of the CRC, or the end of the line where
/// an old meter sends none (P1 5.0.2, 6.2). What lies between telegrams is passed over, and a `/` always begins a new
/// one, so one damaged telegram costs one telegram. Holds no more than [P1Telegram#BYTES_MAX]. Not thread-safe.
final class P1Framer {
    private static final int CRC_DIGITS = 4;

    private final byte[] bytes = new byte[P1Telegram.BYTES_MAX];
    private int size;
    private State state = State.BETWEEN;
    private int tail;
    private int strayBytes;
    private boolean strayEnd;
    private boolean synchronised;

    private enum State {
        BETWEEN,
        INSIDE,
        BEHIND
    }

    /// What was found in the stream.
    sealed interface Piece {
        /// From `/` to the end; whether it is right is for [P1Telegram#parse] to say.
        record Whole(byte[] bytes) implements Piece {}

        /// A telegram was on its way and is lost.
        record Lost(byte[] bytes, String why) implements Piece {}
    }

    /// Takes the next bytes of the stream.
    ///
    /// @return what they completed, in order
    List<Piece> feed(byte[] from, int offset, int length) {
        var found = new ArrayList<Piece>();
        for (int i = offset; i < offset + length; i++) take(from[i], found);
        return found;
    }

    private void take(byte b, List<Piece> found) {
        if (b == '/') begin(found);
        else
            switch (state) {
                case BETWEEN -> stray(b);
                case INSIDE -> inside(b, found);
                case BEHIND -> behind(b, found);
            }
    }

    private void begin(List<Piece> found) {
        switch (state) {
            case BETWEEN -> tellStray(found);
            case INSIDE ->
                found.add(new Piece.Lost(
                        Arrays.copyOf(bytes, size), "a telegram was cut after " + size + " bytes; check the cable"));
            case BEHIND -> found.add(new Piece.Whole(Arrays.copyOf(bytes, size)));
        }
        bytes[0] = '/';
        size = 1;
        state = State.INSIDE;
        synchronised = true;
    }

    private void stray(byte b) {
        if (b != '\r' && b != '\n') strayBytes++;
        if (b == '!') strayEnd = true;
    }

    /// An end without its beginning was a telegram, unless it is the rest of the one in whose middle we began to
    /// listen.
    private void tellStray(List<Piece> found) {
        if (strayEnd && synchronised)
            found.add(new Piece.Lost(
                    new byte[0], strayBytes + " bytes came without the \"/\" that begins a telegram; check the cable"));
        strayBytes = 0;
        strayEnd = false;
    }

    private void inside(byte b, List<Piece> found) {
        bytes[size++] = b;
        if (b == '!') {
            state = State.BEHIND;
            tail = 0;
        } else if (size >= P1Telegram.BYTES_MAX - CRC_DIGITS) {
            found.add(new Piece.Lost(
                    Arrays.copyOf(bytes, size),
                    "no telegram ends within " + P1Telegram.BYTES_MAX
                            + " bytes; is this a P1 port, and is its speed right?"));
            state = State.BETWEEN;
        }
    }

    private void behind(byte b, List<Piece> found) {
        boolean endOfLine = b == '\r' || b == '\n';
        if (!endOfLine) {
            bytes[size++] = b;
            tail++;
        }
        if (endOfLine || tail == CRC_DIGITS) {
            found.add(new Piece.Whole(Arrays.copyOf(bytes, size)));
            state = State.BETWEEN;
        }
    }
}
