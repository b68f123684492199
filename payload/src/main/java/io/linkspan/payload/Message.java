package io.linkspan.payload;

import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Mark;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One message, read at most once in each form, however many properties take something from it. For one thread.
final class Message {
    /// Longest message that is looked into, in bytes; a longer one is refused by name.
    static final int MESSAGE_BYTES_MAX = 1 << 20;

    private final String topic;
    private final byte[] bytes;
    private final long receivedMicros;
    private final Map<String, Read<?>> reads = new HashMap<>(0);
    private @Nullable PlainJson plain;
    private boolean isPlainKnown;

    Message(String topic, byte[] bytes, long receivedMicros) {
        this.topic = topic;
        this.bytes = bytes;
        this.receivedMicros = receivedMicros;
    }

    /// A message whose JSON was read already.
    static Message read(String topic, Tree json, long receivedMicros) {
        var message = new Message(topic, new byte[0], receivedMicros);
        message.reads.put("json", new Read<>(json, null));
        return message;
    }

    private record Read<T>(@Nullable T result, @Nullable BadPayload failed) {}

    @FunctionalInterface
    private interface Reader<T> {
        T read() throws BadPayload;
    }

    @SuppressWarnings("unchecked") // one form, one type
    private <T> T once(String form, Reader<T> reader) throws BadPayload {
        var read = (Read<T>) reads.get(form);
        if (read == null) {
            read = attempt(reader);
            reads.put(form, read);
        }
        if (read.failed() != null) throw read.failed();
        return java.util.Objects.requireNonNull(read.result());
    }

    private static <T> Read<T> attempt(Reader<T> reader) {
        try {
            return new Read<>(reader.read(), null);
        } catch (BadPayload e) {
            return new Read<>(null, e);
        }
    }

    String topic() {
        return topic;
    }

    byte[] bytes() throws BadPayload {
        if (bytes.length > MESSAGE_BYTES_MAX)
            throw new BadPayload(
                    "it has " + bytes.length + " bytes; at most messageBytesMax = " + MESSAGE_BYTES_MAX + " are taken");
        return bytes;
    }

    String text() throws BadPayload {
        if (isAscii(bytes())) return new String(bytes, StandardCharsets.ISO_8859_1);
        return once("text", () -> {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes()))
                        .toString();
            } catch (CharacterCodingException e) {
                throw new BadPayload("it is no text: its bytes are no UTF-8");
            }
        });
    }

    private static boolean isAscii(byte[] bytes) {
        for (byte b : bytes) if (b < 0) return false;
        return true;
    }

    /// What stands at a place in the JSON; none where the message has no such place.
    Optional<Tree> jsonAt(JsonPointer place) throws BadPayload {
        var known = plain();
        if (known == null) return place.find(json());
        int part = known.find(place);
        if (part < 0) return Optional.empty();
        if (!known.isScalar(part)) return place.find(json());
        if (known.isNull(part)) return Optional.of(new Tree.Scalar(Mark.NONE, "", false));
        return Optional.of(new Tree.Scalar(Mark.NONE, known.text(part), known.isQuoted(part)));
    }

    /// The value of a property at a place in the JSON; none where the message has no such place, or says that it
    /// has
    /// no value.
    Optional<Value> jsonAt(JsonPointer place, Shape shape) throws BadPayload {
        var known = plain();
        if (known != null) {
            int part = known.find(place);
            if (part < 0) return Optional.empty();
            if (known.isScalar(part) && !known.isQuoted(part)) {
                var value = shape.decimal(bytes, known.from(part), known.end(part));
                if (value != null) return Optional.of(value);
            }
        }
        var there = jsonAt(place);
        return there.isPresent() ? shape.value(there.get()) : Optional.empty();
    }

    private @Nullable PlainJson plain() throws BadPayload {
        if (!isPlainKnown) plain = PlainJson.of(bytes());
        isPlainKnown = true;
        return plain;
    }

    Tree json() throws BadPayload {
        return once("json", () -> {
            try {
                return Json.parse("", text());
            } catch (Invalid e) {
                throw new BadPayload("it is no JSON: " + Shape.shown(e.getMessage()));
            }
        });
    }

    Tree cbor() throws BadPayload {
        return once("cbor", () -> Cbor.parse(bytes()));
    }

    /// A SenML pack in JSON begins with a bracket (RFC 8428, 5), one in CBOR with the head of an array (RFC 8428,
    /// 6).
    List<SenMl.Item> senMl() throws BadPayload {
        return once("senml", () -> SenMl.resolve(startsWithBracket() ? json() : cbor(), receivedMicros));
    }

    private boolean startsWithBracket() {
        for (byte b : bytes) if (b != ' ' && b != '\n' && b != '\r' && b != '\t') return b == '[';
        return false;
    }

    Tree decoded(Codec codec) throws BadPayload {
        return once("js " + System.identityHashCode(codec), () -> codec.decode(topic, bytes()));
    }
}
