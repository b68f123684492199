package io.linkspan.connectors.dsmrp1;

import io.linkspan.connector.Endpoint;
import io.linkspan.connector.Line;
import io.linkspan.connector.Point;
import io.linkspan.connector.Probes;
import io.linkspan.connector.Report;
import io.linkspan.connector.Surroundings;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import io.linkspan.model.WithoutUs;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;

/// Looks at a P1 port by hand: waits for one telegram and says what is in it. A meter cannot be asked, so each try
/// takes as long as the slowest meter is silent.
final class P1Probe {
    /// A meter of DSMR 2.2 to 4 speaks once in ten seconds.
    private static final Duration PATIENCE = Duration.ofSeconds(12);

    private static final Duration SLICE = Duration.ofMillis(200);
    private static final int READ_BYTES_MAX = 4_096;

    private final Surroundings here;
    private final ZoneId zone;

    P1Probe(Surroundings here, ZoneId zone) {
        this.here = here;
        this.zone = zone;
    }

    /// Tries the speeds of the standard (P1 5.0.2, 6.3; DSMR 2.2: 9600 7E1) and tells each try and what answered.
    void probe(Endpoint endpoint, Consumer<Report.Found> found) throws IOException, InterruptedException {
        for (var each : speeds(endpoint)) {
            var telegram = listen(each);
            if (telegram.isPresent()) {
                found.accept(new Report.Found(words(telegram.get()), settings(each)));
                return;
            }
            found.accept(new Report.Found("no telegram at " + each, Map.of()));
        }
    }

    /// Waits for a telegram and shows one object of it.
    List<Probes.Shown> read(Endpoint endpoint, P1Address address) throws IOException, InterruptedException {
        for (var each : speeds(endpoint)) {
            var telegram = listen(each);
            if (telegram.isPresent()) return forms(telegram.get(), address);
        }
        throw new IOException("No telegram came from " + endpoint + "; check the cable, and its address or speed");
    }

    private static List<Endpoint> speeds(Endpoint endpoint) {
        return switch (endpoint) {
            case Endpoint.Tcp tcp -> List.of(tcp);
            case Endpoint.Tls tls -> List.of(tls);
            case Endpoint.Serial serial -> List.of(serial.at(DsmrP1.BAUD, "8N1"), serial.at(9_600, "7E1"));
        };
    }

    private Optional<P1Telegram> listen(Endpoint endpoint) throws IOException, InterruptedException {
        try (var line = here.open(endpoint)) {
            return listen(line);
        }
    }

    private Optional<P1Telegram> listen(Line line) throws IOException {
        var framer = new P1Framer();
        byte[] buffer = new byte[READ_BYTES_MAX];
        long end = here.nanoTime() + PATIENCE.toNanos();
        while (here.nanoTime() - end < 0) {
            int n = line.read(buffer, 0, buffer.length, SLICE);
            if (n < 0) return Optional.empty();
            for (var piece : framer.feed(buffer, 0, n)) {
                var telegram = telegram(piece);
                if (telegram.isPresent()) return telegram;
            }
        }
        return Optional.empty();
    }

    private static Optional<P1Telegram> telegram(P1Framer.Piece piece) {
        return switch (piece) {
            case P1Framer.Piece.Lost _ -> Optional.empty();
            case P1Framer.Piece.Whole whole -> {
                try {
                    yield Optional.of(P1Telegram.parse(whole.bytes()));
                } catch (BadTelegram e) { // the next one may be right
                    yield Optional.empty();
                }
            }
        };
    }

    private static String words(P1Telegram telegram) {
        var ids = new TreeSet<String>();
        for (var each : telegram.objects()) ids.add(each.id().toString());
        return "smart meter " + telegram.identification()
                + telegram.edition().map(e -> ", edition " + e).orElse("") + ", which sends " + String.join(", ", ids);
    }

    private static Map<String, String> settings(Endpoint endpoint) {
        return Map.of(
                "type",
                "dsmr_p1",
                "port",
                switch (endpoint) {
                    case Endpoint.Tcp tcp -> tcp.toString();
                    case Endpoint.Tls tls -> tls.toString();
                    case Endpoint.Serial serial when serial.baud() == DsmrP1.BAUD -> serial.path();
                    case Endpoint.Serial serial ->
                        "serial://" + serial.path() + "?baud=" + serial.baud() + "&mode=" + serial.mode();
                });
    }

    private List<Probes.Shown> forms(P1Telegram telegram, P1Address address) {
        return switch (new P1Source(asText(address), address, zone).in(telegram)) {
            case P1Source.Found.Not not -> List.of(new Probes.Shown("nothing", not.why()));
            case P1Source.Found.Is is -> {
                var forms = new ArrayList<Probes.Shown>();
                String text = ((Value.Text) is.reading().value()).text();
                P1Quantity.parse(text)
                        .ifPresent(q -> forms.add(new Probes.Shown(
                                "register" + (q.unit().isEmpty() ? "" : " in " + q.unit()),
                                q.exact().toPlainString())));
                forms.add(new Probes.Shown("text", text));
                if (is.reading().hasDeviceTime())
                    forms.add(new Probes.Shown(
                            is.captured() ? "read at" : "at",
                            Instant.ofEpochSecond(is.reading().deviceTimeMicros() / 1_000_000)
                                    .toString()));
                yield forms;
            }
        };
    }

    private static Point asText(P1Address address) {
        return new Point(
                1,
                "meter.value",
                ValueType.TEXT,
                Optional.empty(),
                Optional.empty(),
                (Tree.Scalar) Tree.text(address.toString()),
                Optional.empty(),
                Map.of(),
                Tree.fields(Map.of()),
                Point.Access.READ,
                new WithoutUs.None());
    }
}
