package io.linkspan.connectors.dsmrp1;

import io.linkspan.connector.Connector;
import io.linkspan.connector.Line;
import io.linkspan.connector.Report;
import io.linkspan.connector.Surroundings;
import io.linkspan.model.Durations;
import io.linkspan.model.Invalid;
import io.linkspan.model.Outcome;
import io.linkspan.model.Reading;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Listens to one P1 port: one telegram is one frame. A meter cannot be asked to wait, so while the site's queue is
/// full the oldest telegrams are dropped and the gap is told; so is each telegram that did not come whole.
final class P1Port implements Connector {
    /// Telegrams that wait for room in the site's queue; of more, the oldest are dropped.
    static final int TELEGRAMS_WAITING_MAX = 8;

    /// How long a read waits before the loop looks at its other work.
    private static final Duration SLICE = Duration.ofMillis(200);

    private static final int READ_BYTES_MAX = 4_096;

    /// A cable that fails damages each telegram; the gaps tell each, the log one in this time.
    private static final Duration LOG_EVERY = Duration.ofMinutes(1);

    /// What may follow a whole telegram.
    private static final int LINE_END_BYTES = 2;

    private final DsmrP1.Port port;

    P1Port(DsmrP1.Port port) {
        this.port = port;
    }

    @Override
    public void run(Surroundings here) throws IOException, InterruptedException {
        try (var line = here.open(port.endpoint())) {
            here.accept(new Report.LineUp());
            var ear = new Ear(here, line);
            try {
                ear.listen();
            } catch (IOException e) {
                ear.handOverAll();
                throw e;
            }
        }
    }

    /// What is remembered while one line is open.
    private final class Ear {
        private final Surroundings here;
        private final Line line;
        private final P1Framer framer = new P1Framer();
        private final Deque<Waiting> waiting = new ArrayDeque<>();
        private final Map<Integer, Reading> newest = new HashMap<>();
        private final Map<Integer, Long> reportedNanos = new HashMap<>();
        private final Map<Integer, String> told = new HashMap<>();
        private Optional<Lost> lost = Optional.empty();
        private List<P1Source> sources = List.of();
        private long pointsVersion = Long.MIN_VALUE;
        private long wholeNanos;
        private long wholeMicros;
        private long bytesSinceWhole;
        private OptionalLong loggedNanos = OptionalLong.empty();

        private record Waiting(Report.Frame frame, long heardMicros) {}

        private record Lost(long fromMicros, long toMicros, int telegrams, String why) {
            Lost and(Lost later) {
                return new Lost(
                        Math.min(fromMicros, later.fromMicros),
                        Math.max(toMicros, later.toMicros),
                        telegrams + later.telegrams,
                        later.why);
            }

            Report.Gap gap() {
                String cause = telegrams == 1 ? why : telegrams + " telegrams lost, the last: " + why;
                return new Report.Gap(List.of(), fromMicros, toMicros, cause);
            }
        }

        Ear(Surroundings here, Line line) {
            this.here = here;
            this.line = line;
            wholeNanos = here.nanoTime();
            wholeMicros = here.wallMicros();
        }

        void listen() throws IOException, InterruptedException {
            byte[] buffer = new byte[READ_BYTES_MAX];
            while (true) {
                int n = line.read(buffer, 0, buffer.length, SLICE);
                if (n < 0)
                    throw new IOException(line.name() + " was closed by the other side; is the adapter still there?");
                bytesSinceWhole += n;
                for (var piece : framer.feed(buffer, 0, n)) take(piece);
                handOver();
                refuseCommands();
                endWhenSilent();
            }
        }

        private void take(P1Framer.Piece piece) {
            switch (piece) {
                case P1Framer.Piece.Lost broken -> lose(broken.why());
                case P1Framer.Piece.Whole(var bytes) -> {
                    try {
                        hear(P1Telegram.parse(bytes), bytes);
                    } catch (BadTelegram e) {
                        lose(String.valueOf(e.getMessage()));
                    }
                }
            }
        }

        private void lose(String why) {
            long now = here.wallMicros();
            lose(new Lost(wholeMicros, now, 1, why + " (" + line.name() + ")"));
            wholeMicros = now;
        }

        private void lose(Lost more) {
            lost = Optional.of(lost.map(l -> l.and(more)).orElse(more));
        }

        private void hear(P1Telegram telegram, byte[] bytes) {
            wholeNanos = here.nanoTime();
            wholeMicros = here.wallMicros();
            bytesSinceWhole = 0;
            var readings = new ArrayList<Reading>();
            for (var source : sources()) {
                switch (source.in(telegram)) {
                    case P1Source.Found.Is is -> {
                        told.remove(source.point().number());
                        if (isNews(source, is)) readings.add(is.reading());
                    }
                    case P1Source.Found.Not not -> tell(source, not.why());
                }
            }
            if (readings.isEmpty()) return;
            waiting.add(new Waiting(new Report.Frame(readings, new Report.Raw(bytes)), wholeMicros));
            if (waiting.size() > TELEGRAMS_WAITING_MAX) dropOldest();
        }

        /// What the meter says once an hour, or the file wants once an hour, is taken from the next telegram
        /// instead.
        private void dropOldest() {
            var dropped = waiting.remove();
            for (var reading : dropped.frame().readings()) {
                newest.remove(reading.property());
                reportedNanos.remove(reading.property());
            }
            long heard = dropped.heardMicros();
            lose(new Lost(heard, heard, 1, "the site took no readings (queue full)"));
        }

        /// The points of now, with their addresses read once.
        private List<P1Source> sources() {
            var points = here.points();
            if (points.version() == pointsVersion) return sources;
            var fresh = new ArrayList<P1Source>();
            for (var point : points.all()) {
                try {
                    fresh.add(new P1Source(point, DsmrP1.address(point), port.zone()));
                } catch (Invalid e) {
                    here.log().warn("{}", e.getMessage());
                }
            }
            sources = fresh;
            pointsVersion = points.version();
            newest.clear();
            reportedNanos.clear();
            told.clear();
            return sources;
        }

        /// A gas meter is read once an hour or once in five minutes, and its reading is repeated in each
        /// telegram: the same one is told once. A point with `every:` is told that often, and not more.
        private boolean isNews(P1Source source, P1Source.Found.Is is) {
            int property = source.point().number();
            var previous = newest.put(property, is.reading());
            if (is.captured()) return !is.reading().equals(previous);
            long now = here.nanoTime();
            var every = source.point().every();
            var last = reportedNanos.get(property);
            boolean due =
                    every.isEmpty() || last == null || now - last >= every.get().toNanos() - SLICE.toNanos();
            if (due) reportedNanos.put(property, now);
            return due;
        }

        /// What a point lacks is told once, until it changes.
        private void tell(P1Source source, String why) {
            int property = source.point().number();
            if (why.isEmpty() || why.equals(told.get(property))) return;
            var gap = new Report.Gap(List.of(property), wholeMicros, wholeMicros, why);
            if (here.offer(gap).isEmpty()) return;
            told.put(property, why);
            here.log().warn("{}: {}", source.point().name(), why);
        }

        private void handOver() {
            if (lost.isPresent()) {
                if (here.offer(lost.get().gap()).isEmpty()) return;
                logNowAndThen(lost.get().gap().cause());
                lost = Optional.empty();
            }
            while (!waiting.isEmpty() && here.offer(waiting.element().frame()).isPresent()) waiting.remove();
        }

        /// The line is gone, so nothing more can pile up: what was heard is handed over, however long it takes.
        void handOverAll() throws InterruptedException {
            if (lost.isPresent()) here.accept(lost.get().gap());
            for (var each : waiting) here.accept(each.frame());
        }

        private void logNowAndThen(String what) {
            long now = here.nanoTime();
            if (loggedNanos.isPresent() && now - loggedNanos.getAsLong() < LOG_EVERY.toNanos()) return;
            loggedNanos = OptionalLong.of(now);
            here.log().warn("{}", what);
        }

        private void refuseCommands() throws InterruptedException {
            var command = here.nextCommand(Duration.ZERO);
            if (command.isEmpty()) return;
            var refused = new Outcome.Refused("a P1 port only speaks; nothing can be written to it");
            here.accept(new Report.Answer(command.get().id(), new Report.Progress.Ended(refused), Report.Raw.NONE));
        }

        private void endWhenSilent() throws IOException {
            long nanos = here.nanoTime() - wholeNanos;
            if (nanos < port.silence().toNanos()) return;
            String since = "in " + Durations.format(port.silence());
            throw new IOException(
                    bytesSinceWhole <= LINE_END_BYTES
                            ? line.name() + " sent nothing " + since
                                    + "; check the cable and that its request line is high"
                            : line.name() + " sent " + bytesSinceWhole + " bytes but no whole telegram " + since
                                    + "; is its speed right? (DSMR 2.2 and 3: serial:///dev/ttyUSB0?baud=9600&mode=7E1)");
        }
    }
}
