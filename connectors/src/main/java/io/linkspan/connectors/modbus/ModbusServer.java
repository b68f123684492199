package io.linkspan.connectors.modbus;

import io.linkspan.connector.Connector;
import io.linkspan.connector.ConnectorType;
import io.linkspan.connector.Line;
import io.linkspan.connector.Point;
import io.linkspan.connector.Points;
import io.linkspan.connector.Report;
import io.linkspan.connector.Surroundings;
import io.linkspan.connector.Ticket;
import io.linkspan.model.Invalid;
import io.linkspan.model.Outcome;
import io.linkspan.model.Settings;
import io.linkspan.model.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// `modbus_server`: properties of our things as the registers of a Modbus device, for somebody else's master.
public final class ModbusServer implements ConnectorType {
    /// Found by `ServiceLoader`.
    public ModbusServer() {}

    @Override
    public String name() {
        return "modbus_server";
    }

    @Override
    public Connector create(Settings settings) throws Invalid {
        var server = ServerSettings.of(settings);
        settings.finish();
        return here -> new Serving(here, server).run();
    }

    @Override
    public void check(Point point) throws Invalid {
        if (!point.served())
            throw new Invalid(
                    point.at().mark(),
                    point.name()
                            + " can not be read over a modbus_server, which only offers what it \"serves\"; write type: modbus_tcp");
        Address address;
        try {
            address = Address.parse(point.at().text(), point.type());
        } catch (IllegalArgumentException e) {
            throw new Invalid(point.at().mark(), point.name() + ": at " + e.getMessage());
        }
        if (!(address instanceof Address.Place place))
            throw new Invalid(
                    point.at().mark(),
                    point.name() + ": at \"" + point.at().text() + "\" is no fixed place; write for example holding 0");
        if (point.access() == Point.Access.SERVE_WRITABLE && !place.table().writable())
            throw new Invalid(
                    point.at().mark(),
                    point.name() + ": at \"" + point.at().text() + "\" is in the table "
                            + place.table().word() + ", which no master can write; writable are coil and holding");
    }

    /// One run: the listener and the connections that it took.
    private static final class Serving {
        /// How long a write waits for the disk before the master hears of a failure.
        private static final Duration DURABLE_WAIT = Duration.ofSeconds(5);

        /// An RTU request tells its length in so many bytes; what does not is none.
        private static final int REQUEST_HEAD_BYTES = 11;

        private static final Duration READ_SLICE = Duration.ofSeconds(1);

        private final Surroundings here;
        private final ServerSettings settings;
        private final AtomicInteger connections = new AtomicInteger();
        private volatile Planned planned = new Planned(-1, new ServerImage(java.util.List.of()));

        private record Planned(long version, ServerImage image) {}

        private Serving(Surroundings here, ServerSettings settings) {
            this.here = here;
            this.settings = settings;
        }

        private void run() throws IOException, InterruptedException {
            try (var listener = here.listen(settings.endpoint())) {
                image();
                here.accept(new Report.LineUp());
                while (true) take(listener.accept());
            }
        }

        private void take(Line line) throws IOException {
            boolean room = connections.incrementAndGet() <= settings.connectionsMax();
            if (room && here.fork(line.name(), () -> serve(line))) return;
            connections.decrementAndGet();
            here.log()
                    .warn(
                            "{} is turned away: {} connections are open (connections-max)",
                            line.name(),
                            connections.get());
            line.close();
        }

        private void serve(Line line) throws IOException, InterruptedException {
            try (line) {
                byte[] in = new byte[2 * Mbap.BYTES_MAX];
                int held = 0;
                long idleSince = here.nanoTime();
                while (true) {
                    int n = line.read(in, held, in.length - held, READ_SLICE);
                    if (n < 0
                            || (n == 0
                                    && here.nanoTime() - idleSince
                                            > settings.idleMax().toNanos())) return;
                    if (n == 0) continue;
                    held += n;
                    idleSince = here.nanoTime();
                    held = settings.rtu() ? rtu(line, in, held) : tcp(line, in, held);
                }
            } finally {
                connections.decrementAndGet();
            }
        }

        /// @return how many bytes are left over for the next round
        private int tcp(Line line, byte[] in, int length) throws IOException, InterruptedException {
            int held = length;
            for (var message = Mbap.parse(in, held); message.isPresent(); message = Mbap.parse(in, held)) {
                var request = message.get();
                held -= request.length();
                System.arraycopy(in, request.length(), in, 0, held);
                var response = mine(request.unit())
                        ? answer(line, request.encode(), request.pdu())
                        : new Response.Refused(request.pdu()[0] & 0x7F, ExceptionCode.GATEWAY_TARGET_FAILED.code());
                line.write(new Mbap(request.transaction(), request.unit(), response.encode()).encode());
            }
            return held;
        }

        private int rtu(Line line, byte[] in, int length) throws IOException, InterruptedException {
            int held = length;
            int frame = Rtu.requestLength(in, held);
            for (; frame != Rtu.UNKNOWN && frame <= held; frame = Rtu.requestLength(in, held)) {
                var request = Rtu.parse(in, frame);
                if (request.isEmpty()) return 0; // out of step: what is here can not be told from noise
                byte[] bytes = java.util.Arrays.copyOf(in, frame);
                held -= frame;
                System.arraycopy(in, frame, in, 0, held);
                int unit = request.get().unit();
                if (unit == 0 || !mine(unit)) continue; // somebody else's (SL 2.2)
                line.write(
                        new Rtu(unit, answer(line, bytes, request.get().pdu()).encode()).encode());
            }
            return (frame == Rtu.UNKNOWN && held > REQUEST_HEAD_BYTES) || held >= Rtu.BYTES_MAX ? 0 : held;
        }

        /// 0 and 255 mean the device itself on TCP (TCP 4.4.2).
        private boolean mine(int unit) {
            return settings.unit().isEmpty()
                    || settings.unit().getAsInt() == unit
                    || (!settings.rtu() && (unit == 0 || unit == 255));
        }

        private Response answer(Line line, byte[] raw, byte[] pdu) throws InterruptedException {
            int function = pdu[0] & 0x7F;
            try {
                return answer(line, raw, Request.parse(pdu));
            } catch (Request.Malformed e) {
                here.log().debug("{}: {}", line.name(), e.getMessage());
                return e.answer();
            } catch (ServerImage.Refusal e) {
                here.log().debug("{}: {}", line.name(), e.getMessage());
                return new Response.Refused(function, e.code().code());
            }
        }

        private Response answer(Line line, byte[] raw, Request request)
                throws ServerImage.Refusal, InterruptedException {
            var image = image();
            switch (request) {
                case Request.Read _ -> {}
                case Request.WriteCoil w ->
                    write(line, raw, Table.COIL, w.address(), 1, new byte[] {(byte) (w.on() ? 1 : 0)});
                case Request.WriteRegister w -> write(line, raw, Table.HOLDING, w.address(), 1, two(w.value()));
                case Request.WriteCoils w -> write(line, raw, Table.COIL, w.first(), w.count(), w.packed());
                case Request.WriteRegisters w -> write(line, raw, Table.HOLDING, w.first(), w.count(), w.words());
                case Request.MaskRegister w -> {
                    int before =
                            Request.word(image.read(Table.HOLDING, w.address(), 1, this::value, settings.nan()), 0);
                    write(line, raw, Table.HOLDING, w.address(), 1, two(w.applied(before)));
                }
                case Request.ReadWriteRegisters w ->
                    write(line, raw, Table.HOLDING, w.writeFirst(), w.writeCount(), w.words());
            }
            return switch (request) {
                case Request.Read r ->
                    new Response.Data(
                            r.function(), image.read(r.table(), r.first(), r.count(), this::value, settings.nan()));
                case Request.ReadWriteRegisters r ->
                    new Response.Data(
                            r.function(),
                            image.read(Table.HOLDING, r.readFirst(), r.readCount(), this::value, settings.nan()));
                case Request.WriteCoil _,
                        Request.WriteRegister _,
                        Request.WriteCoils _,
                        Request.WriteRegisters _,
                        Request.MaskRegister _ -> Response.wrote(request);
            };
        }

        private static byte[] two(int word) {
            return new byte[] {(byte) (word >> 8), (byte) word};
        }

        /// Each value becomes a wish, like anybody's. The master hears "done" only when all wishes are on disk
        /// and none was
        /// refused or outranked.
        private void write(Line line, byte[] raw, Table table, int first, int count, byte[] data)
                throws ServerImage.Refusal, InterruptedException {
            var wishes = image().write(table, first, count, data, this::value);
            var tickets = new ArrayList<Ticket>();
            var party = "modbus master " + line.name().replaceAll("^tcp://|:\\d+$", "");
            for (var wish : wishes.entrySet())
                tickets.add(here.accept(
                        new Report.Asked(wish.getKey().point().number(), wish.getValue(), party, new Report.Raw(raw))));
            for (Ticket each : tickets) {
                if (!each.awaitDurable(DURABLE_WAIT))
                    throw new ServerImage.Refusal(
                            ExceptionCode.SERVER_DEVICE_FAILURE, "the wish could not be put on disk");
                var outcome = each.awaitOutcome(settings.outcomeWait());
                if (outcome.isPresent()) check(outcome.get());
            }
        }

        /// Exception 4 for all that did not happen: 2 and 3 would say that the request itself is wrong, and a
        /// master that
        /// is told 6 (busy) would write again and again.
        private static void check(Outcome outcome) throws ServerImage.Refusal {
            switch (outcome) {
                case Outcome.Done _ -> {}
                case Outcome.Refused _, Outcome.Outranked _, Outcome.NotSent _, Outcome.InDoubt _ ->
                    throw new ServerImage.Refusal(ExceptionCode.SERVER_DEVICE_FAILURE, outcome.toString());
            }
        }

        private Optional<Value> value(ServerImage.Served served) {
            return ServerImage.valid(
                    here.current(served.point()),
                    here.wallMicros(),
                    io.linkspan.model.Durations.micros(settings.staleAfter()));
        }

        private ServerImage image() {
            Points points = here.points();
            var known = planned;
            if (known.version() == points.version()) return known.image();
            var image = new ServerImage(points.all());
            planned = new Planned(points.version(), image);
            for (String each : image.overlaps()) here.log().error("{}", each);
            return image;
        }
    }
}
