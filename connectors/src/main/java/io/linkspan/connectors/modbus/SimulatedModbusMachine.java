package io.linkspan.connectors.modbus;

import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// A Modbus device, or several behind one line, in a program: for tests, the demo and `simulate`. Real bytes go over
/// real
/// sockets or a real (pseudo) serial line; faults can be ordered. Safe for many threads.
///
/// An address exists once something was put there; others are refused with exception 2, as a device does.
public final class SimulatedModbusMachine implements AutoCloseable {
    /// Most writes kept in the book; of more, the oldest go.
    public static final int WRITES_MAX = 100_000;

    private static final long LINE_POLL_NANOS = 200_000;
    private static final int GARBAGE_BYTES = 16;

    private final LongSupplier nanos;
    private final Map<Integer, Unit> units = new ConcurrentHashMap<>();
    private final Set<Closeable> open = ConcurrentHashMap.newKeySet();
    private final Set<Closeable> connections = ConcurrentHashMap.newKeySet();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final Deque<Write> writes = new ArrayDeque<>();
    private final Deque<Fault> faults = new ArrayDeque<>();
    private volatile Consumer<Write> onWrite = _ -> {};
    private volatile boolean muted;
    private volatile boolean closed;
    private final AtomicLong requests = new AtomicLong();

    /// A machine on the clock of this process.
    public SimulatedModbusMachine() {
        this(System::nanoTime);
    }

    /// A machine on another clock, in nanoseconds; its watchdogs run on it.
    public SimulatedModbusMachine(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /// What may go wrong with one answer.
    public enum Fault {
        /// One bit of the answer is wrong (RTU: the CRC does not fit).
        WRONG_CRC,
        /// The line is closed after half of the answer.
        CUT,
        /// Only half of the answer is sent.
        HALF,
        /// Nothing is sent, the line is closed.
        RESET,
        /// Nothing is sent.
        LOST,
        /// The answer carries another transaction (Modbus TCP; on RTU it is lost).
        WRONG_TRANSACTION,
        /// The answer carries another unit.
        WRONG_UNIT,
        /// An older answer (the same, with other values) comes before the right one, under an old transaction.
        STALE_FIRST
    }

    /// One write that came over the wire and was carried out.
    ///
    /// @param nanos when its last byte was read, on the machine's clock
    /// @param data registers big-endian, or packed coils
    /// @param request the message as it came, without its frame
    public record Write(long nanos, int unit, Table table, int first, int count, byte[] data, byte[] request) {
        /// The first register, or for coils 0 or 1.
        public int value() {
            return table == Table.COIL ? data[0] & 1 : Request.word(data, 0);
        }
    }

    // Lines

    /// Speaks Modbus TCP on a free port of loopback, which it returns.
    public int listenTcp() throws IOException {
        return listen(false, 0);
    }

    /// Speaks Modbus TCP on this port of loopback; 0 is any free one.
    public int listenTcp(int port) throws IOException {
        return listen(false, port);
    }

    /// Speaks RTU on a free port of loopback, which it returns.
    public int listenRtuOverTcp() throws IOException {
        return listen(true, 0);
    }

    /// Speaks RTU on a serial line that is set to raw already, such as one end of a pty pair.
    public void openSerial(Path line) throws IOException {
        var in = new FileInputStream(line.toFile());
        var out = new FileOutputStream(line.toFile());
        Closeable both = () -> {
            try (in;
                    out) {
                // both, also when one fails
            }
        };
        connections.add(both);
        start(() -> serve(in, out, true, both));
    }

    private int listen(boolean rtu, int port) throws IOException {
        var socket = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        open.add(socket);
        start(() -> {
            while (!closed) {
                Socket peer = socket.accept();
                peer.setTcpNoDelay(true);
                connections.add(peer);
                start(() -> serve(peer.getInputStream(), peer.getOutputStream(), rtu, peer));
            }
        });
        return socket.getLocalPort();
    }

    private interface Body {
        void run() throws IOException;
    }

    private void start(Body body) {
        threads.removeIf(t -> !t.isAlive());
        threads.add(Thread.ofVirtual().name("simulated-modbus").start(() -> {
            try {
                body.run();
            } catch (IOException e) {
                // the line is gone: so is what served it
            }
        }));
    }

    // What it is and does

    /// The device with this number; it is there from the first call on.
    public Unit unit(int number) {
        return units.computeIfAbsent(number, n -> new Unit(this, n));
    }

    /// Its next answers go wrong in this way.
    public void fault(Fault fault, int times) {
        synchronized (this) {
            for (int i = 0; i < times; i++) faults.add(fault);
        }
    }

    /// Silent: it takes requests and answers none, carries none out.
    public void mute(boolean silent) {
        muted = silent;
    }

    /// Breaks each connection; new ones are taken. A serial line stays gone.
    public void cut() throws IOException {
        for (Closeable each : connections) each.close();
        connections.clear();
    }

    /// All writes so far, oldest first.
    public synchronized List<Write> writes() {
        return List.copyOf(writes);
    }

    /// Called with each write, on the thread of its line, before it is answered.
    public void onWrite(Consumer<Write> listener) {
        onWrite = listener;
    }

    /// How many requests came so far, answered or not.
    public long requests() {
        return requests.get();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        for (Closeable each : open) each.close();
        cut();
        for (Thread each : threads) {
            try {
                each.join(Duration.ofSeconds(2));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    // Serving

    private void serve(InputStream in, OutputStream out, boolean rtu, Closeable line) throws IOException {
        byte[] buffer = new byte[8 * Mbap.BYTES_MAX];
        int held = 0;
        byte[] last = new byte[0];
        try (line) {
            while (!closed && connections.contains(line)) {
                int n = read(in, buffer, held, !(line instanceof Socket));
                if (n < 0) return;
                held += n;
                int used;
                while ((used = rtu ? rtuLength(buffer, held) : mbapLength(buffer, held)) > 0) {
                    byte[] frame = Arrays.copyOf(buffer, used);
                    System.arraycopy(buffer, used, buffer, 0, held - used);
                    held -= used;
                    Optional<byte[]> answer = answer(frame, rtu);
                    if (answer.isEmpty()) continue;
                    if (!send(out, answer.get(), last, rtu)) return;
                    last = answer.get();
                }
                if (held > buffer.length / 2) held = 0;
            }
        } finally {
            connections.remove(line);
        }
    }

    private int read(InputStream in, byte[] buffer, int held, boolean file) throws IOException {
        if (!file) return in.read(buffer, held, buffer.length - held);
        while (in.available() == 0) { // a read of a tty can not be interrupted by its close
            if (closed) return -1;
            LockSupport.parkNanos(LINE_POLL_NANOS);
        }
        return in.read(buffer, held, Math.min(in.available(), buffer.length - held));
    }

    private static int mbapLength(byte[] buffer, int held) throws IOException {
        return Mbap.parse(buffer, held).map(Mbap::length).orElse(0);
    }

    private static int rtuLength(byte[] buffer, int held) {
        int length = Rtu.requestLength(buffer, held);
        if (length == Rtu.UNKNOWN) return held >= GARBAGE_BYTES ? held : 0;
        return held >= length ? length : 0;
    }

    private Optional<byte[]> answer(byte[] frame, boolean rtu) throws IOException {
        requests.incrementAndGet();
        long at = nanos.getAsLong();
        if (rtu) {
            var request = Rtu.parse(frame, frame.length);
            if (request.isEmpty()) return Optional.empty();
            return act(request.get().unit(), request.get().pdu(), at)
                    .map(pdu -> new Rtu(request.get().unit(), pdu).encode());
        }
        var request = Mbap.parse(frame, frame.length).orElseThrow();
        return act(request.unit(), request.pdu(), at)
                .map(pdu -> new Mbap(request.transaction(), request.unit(), pdu).encode());
    }

    private Optional<byte[]> act(int number, byte[] pdu, long at) {
        var unit = units.get(number);
        if (muted || unit == null || unit.silent) return Optional.empty();
        if (!unit.delay.isZero()) LockSupport.parkNanos(unit.delay.toNanos());
        Response response;
        Optional<Write> write = Optional.empty();
        synchronized (this) {
            try {
                var request = Request.parse(pdu);
                response = unit.refusal(request).orElse(null);
                if (response == null) {
                    write = unit.write(request, at, pdu);
                    response = unit.read(request);
                    write.ifPresent(this::keep);
                }
            } catch (Request.Malformed e) {
                response = e.answer();
            } catch (NotThere e) {
                response = new Response.Refused(pdu[0] & 0x7F, ExceptionCode.ILLEGAL_DATA_ADDRESS.code());
            }
        }
        write.ifPresent(w -> onWrite.accept(w));
        return Optional.of(response.encode());
    }

    private void keep(Write write) {
        if (writes.size() == WRITES_MAX) writes.removeFirst();
        writes.add(write);
    }

    private boolean send(OutputStream out, byte[] answer, byte[] last, boolean rtu) throws IOException {
        Optional<Fault> fault;
        synchronized (this) {
            fault = Optional.ofNullable(faults.pollFirst());
        }
        byte[] bytes = answer.clone();
        if (fault.isPresent())
            switch (fault.get()) {
                case WRONG_CRC -> bytes[bytes.length - 1] ^= 1;
                case CUT, HALF -> bytes = Arrays.copyOf(bytes, bytes.length / 2);
                case RESET -> {
                    return false;
                }
                case LOST -> {
                    return true;
                }
                case WRONG_TRANSACTION -> {
                    if (rtu) return true;
                    bytes[1] ^= 0x55;
                }
                case WRONG_UNIT -> bytes = otherUnit(bytes, rtu);
                case STALE_FIRST -> out.write(rtu ? otherUnit(bytes, true) : last);
            }
        out.write(bytes);
        out.flush();
        return fault.filter(f -> f == Fault.CUT).isEmpty();
    }

    private static byte[] otherUnit(byte[] answer, boolean rtu) {
        byte[] other = answer.clone();
        if (!rtu) {
            other[6] ^= 0x55;
            return other;
        }
        byte[] pdu = Arrays.copyOfRange(answer, 1, answer.length - 2);
        return new Rtu((answer[0] & 0xFF) ^ 0x55, pdu).encode();
    }

    /// Nothing was put at an address.
    private static final class NotThere extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /// One device of the machine.
    public static final class Unit {
        private final SimulatedModbusMachine machine;
        private final int number;
        private final Map<Table, Map<Integer, Integer>> tables = new HashMap<>();
        private final Deque<ExceptionCode> refusals = new ArrayDeque<>();
        private final List<Watchdog> watchdogs = new ArrayList<>();
        private final Set<Integer> lacking = ConcurrentHashMap.newKeySet();
        private volatile boolean silent;
        private volatile Duration delay = Duration.ZERO;
        private volatile int readMax = Table.ADDRESSES;

        private static final class Watchdog {
            private final int register;
            private final long nanos;
            private final List<String> outputs;
            private long fedNanos;

            private Watchdog(int register, long nanos, List<String> outputs, long fedNanos) {
                this.register = register;
                this.nanos = nanos;
                this.outputs = outputs;
                this.fedNanos = fedNanos;
            }
        }

        private Unit(SimulatedModbusMachine machine, int number) {
            this.machine = machine;
            this.number = number;
        }

        /// Its number on the bus.
        public int number() {
            return number;
        }

        /// Puts a number at an address as it stands in a site file: `input 4 int16 x0.1`.
        public Unit number(String at, double value) {
            return put(at, ValueType.NUMBER, new Value.Num(value));
        }

        /// Puts a state at a coil, a discrete input or a bit.
        public Unit flag(String at, boolean on) {
            return put(at, ValueType.FLAG, on ? Value.Flag.ON : Value.Flag.OFF);
        }

        /// Puts a text at an address such as `holding 20 text 16`.
        public Unit text(String at, String text) {
            return put(at, ValueType.TEXT, new Value.Text(text));
        }

        private Unit put(String at, ValueType type, Value value) {
            var place = place(at, type);
            synchronized (machine) {
                drop();
                try {
                    switch (place.form().format()) {
                        case FLAG -> table(place.table()).put(place.first(), Form.on(value) ? 1 : 0);
                        case BIT -> {
                            int before = table(place.table()).getOrDefault(place.first(), 0);
                            int bit = 1 << place.form().bit();
                            table(place.table()).put(place.first(), Form.on(value) ? before | bit : before & ~bit);
                        }
                        case INT16, UINT16, INT32, UINT32, INT64, UINT64, FLOAT32, FLOAT64, BCD16, BCD32, TEXT, BYTES ->
                            words(place.table(), place.first(), place.form().encode(value, Map.of()));
                    }
                } catch (Form.DoesNotFit e) {
                    throw new IllegalArgumentException(at + ": " + e.getMessage(), e);
                }
            }
            return this;
        }

        private static Address.Place place(String at, ValueType type) {
            if (Address.parse(at, type) instanceof Address.Place place) return place;
            throw new IllegalArgumentException("\"" + at + "\" is no fixed place");
        }

        /// Puts raw registers, or bits (0 and 1), at consecutive addresses.
        public Unit raw(Table table, int first, int... words) {
            synchronized (machine) {
                for (int i = 0; i < words.length; i++) table(table).put(first + i, words[i] & 0xFFFF);
            }
            return this;
        }

        /// Takes addresses away: the device does not know them any more.
        public Unit remove(Table table, int first, int count) {
            synchronized (machine) {
                for (int i = 0; i < count; i++) table(table).remove(first + i);
            }
            return this;
        }

        /// What a number is now.
        public double number(String at) {
            return value(at, ValueType.NUMBER) instanceof Value.Num n ? n.value() : Double.NaN;
        }

        /// What a state is now; a watchdog that was not fed has dropped its outputs.
        public boolean flag(String at) {
            return Value.Flag.ON.equals(value(at, ValueType.FLAG));
        }

        private Value value(String at, ValueType type) {
            var place = place(at, type);
            synchronized (machine) {
                drop();
                byte[] bytes = bytes(place.table(), place.first(), place.form().count());
                return place.form().decode(type, Map.of(), 0, bytes, 0) instanceof Form.Decoded.Got(Value value)
                        ? value
                        : new Value.Text("no value");
            }
        }

        /// One register, or 0 or 1 for a bit.
        public int raw(Table table, int address) {
            synchronized (machine) {
                drop();
                return Optional.ofNullable(table(table).get(address))
                        .orElseThrow(() -> new IllegalArgumentException("Nothing at " + table.word() + " " + address));
            }
        }

        /// Takes requests and answers none.
        public Unit silent(boolean yes) {
            silent = yes;
            return this;
        }

        /// Answers so much later.
        public Unit delay(Duration by) {
            delay = by;
            return this;
        }

        /// Refuses its next requests.
        public Unit refuse(ExceptionCode code, int times) {
            synchronized (machine) {
                for (int i = 0; i < times; i++) refusals.add(code);
            }
            return this;
        }

        /// Does not know this function (exception 1).
        public Unit lacks(int function) {
            lacking.add(function);
            return this;
        }

        /// Reads at most so many registers in one request (exception 3).
        public Unit readMax(int registers) {
            readMax = registers;
            return this;
        }

        /// When a holding register is not written for so long, these outputs go off: coils or holding
        /// registers, as
        /// `coil 0`.
        public Unit watchdog(int register, Duration after, String... outputs) {
            synchronized (machine) {
                table(Table.HOLDING).putIfAbsent(register, 0);
                watchdogs.add(new Watchdog(register, after.toNanos(), List.of(outputs), machine.nanos.getAsLong()));
            }
            return this;
        }

        /// Puts a SunSpec map there: the mark, these models in their order, the end. Points that are not named
        /// are "not
        /// implemented".
        public Unit sunSpec(int base, SunSpecImage... models) {
            int at = base;
            synchronized (machine) {
                words(Table.HOLDING, at, SunSpecModels.MARK);
                at += 2;
                for (SunSpecImage each : models) {
                    byte[] words = each.words();
                    words(Table.HOLDING, at, words);
                    at += words.length / 2;
                }
                words(Table.HOLDING, at, new byte[] {(byte) 0xFF, (byte) 0xFF, 0, 0});
            }
            return this;
        }

        // Under the machine's lock

        private Map<Integer, Integer> table(Table table) {
            return tables.computeIfAbsent(table, _ -> new HashMap<>());
        }

        private void words(Table table, int first, byte[] words) {
            for (int i = 0; i < words.length / 2; i++) table(table).put(first + i, Request.word(words, 2 * i));
        }

        private byte[] bytes(Table table, int first, int count) {
            byte[] bytes = new byte[table.bytes(count)];
            for (int i = 0; i < count; i++) {
                Integer word = table(table).get(first + i);
                if (word == null) throw new NotThere();
                if (table.bits()) bytes[i / 8] |= (byte) (word << i % 8);
                else {
                    bytes[2 * i] = (byte) (word >> 8);
                    bytes[2 * i + 1] = (byte) (int) word;
                }
            }
            return bytes;
        }

        /// Drops the outputs whose watchdog was not fed.
        private void drop() {
            long now = machine.nanos.getAsLong();
            for (Watchdog each : watchdogs) {
                if (now - each.fedNanos <= each.nanos) continue;
                for (String output : each.outputs) {
                    var place = place(output, ValueType.FLAG);
                    table(place.table()).put(place.first(), 0);
                }
            }
        }

        private Optional<Response> refusal(Request request) {
            drop();
            if (!refusals.isEmpty())
                return Optional.of(new Response.Refused(
                        request.function(), refusals.removeFirst().code()));
            if (lacking.contains(request.function()))
                return Optional.of(new Response.Refused(request.function(), ExceptionCode.ILLEGAL_FUNCTION.code()));
            if (request instanceof Request.Read read && !read.table().bits() && read.count() > readMax)
                return Optional.of(new Response.Refused(request.function(), ExceptionCode.ILLEGAL_DATA_VALUE.code()));
            return Optional.empty();
        }

        private Response read(Request request) {
            return switch (request) {
                case Request.Read(Table table, int first, int count) ->
                    new Response.Data(request.function(), bytes(table, first, count));
                case Request.ReadWriteRegisters both ->
                    new Response.Data(request.function(), bytes(Table.HOLDING, both.readFirst(), both.readCount()));
                case Request.WriteCoil _,
                        Request.WriteRegister _,
                        Request.WriteCoils _,
                        Request.WriteRegisters _,
                        Request.MaskRegister _ -> Response.wrote(request);
            };
        }

        private Optional<Write> write(Request request, long at, byte[] pdu) {
            return switch (request) {
                case Request.Read _ -> Optional.empty();
                case Request.WriteCoil w ->
                    Optional.of(write(at, Table.COIL, w.address(), 1, new byte[] {(byte) (w.on() ? 1 : 0)}, pdu));
                case Request.WriteCoils w -> Optional.of(write(at, Table.COIL, w.first(), w.count(), w.packed(), pdu));
                case Request.WriteRegister w ->
                    Optional.of(write(at, Table.HOLDING, w.address(), 1, two(w.value()), pdu));
                case Request.WriteRegisters w ->
                    Optional.of(write(at, Table.HOLDING, w.first(), w.count(), w.words(), pdu));
                case Request.MaskRegister w -> {
                    int before = Request.word(bytes(Table.HOLDING, w.address(), 1), 0);
                    yield Optional.of(write(at, Table.HOLDING, w.address(), 1, two(w.applied(before)), pdu));
                }
                case Request.ReadWriteRegisters w ->
                    Optional.of(write(at, Table.HOLDING, w.writeFirst(), w.writeCount(), w.words(), pdu));
            };
        }

        private static byte[] two(int word) {
            return new byte[] {(byte) (word >> 8), (byte) word};
        }

        private Write write(long at, Table table, int first, int count, byte[] data, byte[] pdu) {
            bytes(table, first, count); // refused when one is not there
            for (int i = 0; i < count; i++)
                table(table).put(first + i, table.bits() ? (data[i / 8] >> (i % 8)) & 1 : Request.word(data, 2 * i));
            if (table == Table.HOLDING)
                for (Watchdog each : watchdogs)
                    if (each.register >= first && each.register < first + count) each.fedNanos = at;
            return new Write(at, number, table, first, count, data, pdu);
        }
    }
}
