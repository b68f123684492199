package io.linkspan.connectors.modbus;

import io.linkspan.connector.Line;
import io.linkspan.connector.Report;
import io.linkspan.connector.Surroundings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Modbus TCP on one connection. An answer belongs to a request when transaction, unit and function are the same (TCP
/// 4.4.2);
/// all others are dropped.
final class MbapBus implements Bus {
    /// The most requests of [#ask] whose answers may be open; the oldest is forgotten.
    static final int OPEN_MAX = 16;

    private static final Duration SHORTEST = Duration.ofMillis(1);

    /// After so long without a message it is looked at first whether the other side has closed: then nothing is
    /// sent.
    private static final Duration IDLE = Duration.ofSeconds(5);

    private final Line line;
    private final Surroundings here;
    private final byte[] in = new byte[4 * Mbap.BYTES_MAX];
    private final Map<Integer, Open> open = new LinkedHashMap<>();
    private final List<Late> late = new ArrayList<>();
    private int held;
    private int transaction;
    private boolean sent;
    private long lastNanos;

    MbapBus(Line line, Surroundings here) {
        this.line = line;
        this.here = here;
        lastNanos = here.nanoTime();
        transaction = (int) (here.nanoTime() & 0x7FFF); // so that answers to a connection before this one do not fit
    }

    private record Open(int unit, Request request, byte[] bytes) {}

    @Override
    public Exchange exchange(int unit, Request request, Duration timeout) throws IOException {
        sent = false;
        if (here.nanoTime() - lastNanos > IDLE.toNanos()) fill(SHORTEST);
        int mine = next();
        byte[] bytes = new Mbap(mine, unit, request.encode()).encode();
        sent = true;
        line.write(bytes);
        long end = here.nanoTime() + timeout.toNanos();
        while (true) {
            for (var message = take(); message.isPresent(); message = take()) {
                var answer = message.get();
                if (answer.transaction() == mine && answer.unit() == unit) {
                    var response = Response.parse(request, answer.pdu());
                    if (response.isPresent())
                        return new Exchange.Answered(response.get(), Report.Raw.of(bytes, answer.encode()));
                } else keepIfAsked(answer);
            }
            long left = end - here.nanoTime();
            if (left <= 0) return new Exchange.Silent(new Report.Raw(bytes));
            fill(Duration.ofNanos(left));
        }
    }

    @Override
    public boolean sent() {
        return sent;
    }

    @Override
    public boolean overlaps() {
        return true;
    }

    @Override
    public int ask(int unit, Request request) throws IOException {
        int mine = next();
        byte[] bytes = new Mbap(mine, unit, request.encode()).encode();
        line.write(bytes);
        open.put(mine, new Open(unit, request, bytes));
        if (open.size() > OPEN_MAX) {
            Iterator<Integer> oldest = open.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        return mine;
    }

    @Override
    public List<Late> late() throws IOException {
        if (!open.isEmpty()) {
            fill(SHORTEST);
            for (var message = take(); message.isPresent(); message = take()) keepIfAsked(message.get());
        }
        if (late.isEmpty()) return List.of();
        var all = List.copyOf(late);
        late.clear();
        return all;
    }

    private int next() {
        transaction = (transaction + 1) & 0xFFFF;
        return transaction;
    }

    private void keepIfAsked(Mbap answer) {
        var asked = open.get(answer.transaction());
        if (asked == null || asked.unit() != answer.unit()) return;
        var response = Response.parse(asked.request(), answer.pdu());
        if (response.isEmpty()) return;
        open.remove(answer.transaction());
        late.add(new Late(
                answer.transaction(),
                new Exchange.Answered(response.get(), Report.Raw.of(asked.bytes(), answer.encode()))));
    }

    /// Takes the first whole message out of what has come in.
    private Optional<Mbap> take() throws IOException {
        try {
            var message = Mbap.parse(in, held);
            if (message.isPresent()) {
                int length = message.get().length();
                System.arraycopy(in, length, in, 0, held - length);
                held -= length;
            }
            return message;
        } catch (IOException e) {
            throw new IOException(line.name() + " " + e.getMessage(), e);
        }
    }

    private void fill(Duration timeout) throws IOException {
        int n = line.read(in, held, in.length - held, timeout.compareTo(SHORTEST) < 0 ? SHORTEST : timeout);
        if (n < 0) throw new IOException(line.name() + " closed the connection; it is opened again");
        held += n;
        if (n > 0) lastNanos = here.nanoTime();
    }
}
