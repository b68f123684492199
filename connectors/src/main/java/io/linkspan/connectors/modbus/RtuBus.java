package io.linkspan.connectors.modbus;

import io.linkspan.connector.Line;
import io.linkspan.connector.Report;
import io.linkspan.connector.Surroundings;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/// Modbus RTU on a serial line, or on a TCP connection to a serial converter. One request at a time (SL 2.1); the line
/// is
/// left quiet for 3.5 characters before each (SL 2.5.1.1).
final class RtuBus implements Bus {
    /// How long the line is watched for the rest of what can not be a frame, so that the next answer begins clean.
    private static final Duration GARBAGE_QUIET = Duration.ofMillis(20);

    /// The most bytes of garbage that are waited for: a chattering line must not hold us for ever.
    private static final int GARBAGE_BYTES_MAX = 4 * Rtu.BYTES_MAX;

    private final Line line;
    private final Surroundings here;
    private final Duration quiet;
    private final int baud;
    private final byte[] in = new byte[2 * Rtu.BYTES_MAX];
    private long lastByteNanos;
    private boolean sent;

    /// @param baud bits a second, for the times on the wire; 0 on TCP, where the converter keeps them
    /// @param turnaround what the line needs between an answer and the next request, where it needs more than 3.5
    /// characters
    RtuBus(Line line, Surroundings here, int baud, Duration turnaround) {
        this.line = line;
        this.here = here;
        this.baud = baud;
        var standard = baud == 0 ? Duration.ZERO : Duration.ofNanos(Rtu.quietNanos(baud));
        quiet = turnaround.compareTo(standard) > 0 ? turnaround : standard;
        lastByteNanos = here.nanoTime() - quiet.toNanos();
    }

    @Override
    public Exchange exchange(int unit, Request request, Duration timeout) throws IOException, InterruptedException {
        sent = false;
        byte[] bytes = new Rtu(unit, request.encode()).encode();
        long wait = lastByteNanos + quiet.toNanos() - here.nanoTime();
        if (wait > 0) here.sleep(Duration.ofNanos(wait));
        line.discardInput(); // a late answer to the request before
        sent = true;
        line.write(bytes);
        long onTheWire = baud == 0 ? 0 : Rtu.wireNanos(baud, bytes.length + answerBytes(request));
        lastByteNanos = here.nanoTime();
        return answer(unit, request, bytes, lastByteNanos + timeout.toNanos() + onTheWire);
    }

    private static int answerBytes(Request request) {
        return Rtu.FRAME_BYTES
                + switch (request) {
                    case Request.Read read -> 2 + read.table().bytes(read.count());
                    case Request.ReadWriteRegisters both -> 2 + 2 * both.readCount();
                    case Request.WriteCoil _, Request.WriteRegister _, Request.WriteCoils _, Request.WriteRegisters _ ->
                        5;
                    case Request.MaskRegister _ -> 7;
                };
    }

    private Exchange answer(int unit, Request request, byte[] bytes, long end) throws IOException {
        int held = 0;
        while (true) {
            int length = Rtu.answerLength(in, held);
            if (length != Rtu.UNKNOWN && held >= length) {
                var frame = Rtu.parse(in, length);
                if (frame.isEmpty()) return garbled("sent a wrong CRC", bytes, held);
                if (frame.get().unit() == unit) {
                    var response = Response.parse(request, frame.get().pdu());
                    if (response.isPresent())
                        return new Exchange.Answered(response.get(), Report.Raw.of(bytes, Arrays.copyOf(in, length)));
                }
                held -= length; // a late answer of somebody, whole and right, but not ours
                System.arraycopy(in, length, in, 0, held);
                continue;
            }
            if ((length == Rtu.UNKNOWN && held >= Rtu.FRAME_BYTES) || held >= Rtu.BYTES_MAX)
                return garbled("sent what is no Modbus frame", bytes, held);
            long left = end - here.nanoTime();
            if (left <= 0)
                return held == 0
                        ? new Exchange.Silent(new Report.Raw(bytes))
                        : garbled("sent a part of an answer (" + held + " bytes)", bytes, held);
            held += read(held, Duration.ofNanos(left));
        }
    }

    private Exchange garbled(String what, byte[] request, int held) throws IOException {
        var raw = Report.Raw.of(request, Arrays.copyOf(in, held));
        int thrown = 0;
        for (int n = 1; n > 0 && thrown < GARBAGE_BYTES_MAX; thrown += n) n = read(0, GARBAGE_QUIET);
        return new Exchange.Garbled(what, raw);
    }

    private int read(int at, Duration timeout) throws IOException {
        int n = line.read(in, at, in.length - at, timeout);
        if (n < 0) throw new IOException(line.name() + " was closed; it is opened again");
        if (n > 0) lastByteNanos = here.nanoTime();
        return n;
    }

    @Override
    public boolean sent() {
        return sent;
    }

    @Override
    public boolean overlaps() {
        return false;
    }

    @Override
    public int ask(int unit, Request request) {
        throw new IllegalStateException("A serial line has one request at a time");
    }

    @Override
    public List<Late> late() {
        return List.of();
    }
}
