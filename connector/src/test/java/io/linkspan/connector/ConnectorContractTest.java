package io.linkspan.connector;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.Outcome;
import io.linkspan.model.Reading;
import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import io.linkspan.model.WithoutUs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The contract's own controls: a small honest connector keeps each rule, and each sin against a rule is found by it.
///
/// The protocol: `R a\n` is answered by the value of `a`, `W a 5\n` by `ok`.
class ConnectorContractTest {
    /// What a connector may do wrong, and the beginning of the rule that must find it.
    private enum Sin {
        NONE(""),
        NAME_WITH_HYPHEN("MUST have a name"),
        TAKES_MISSPELT("MUST refuse a misspelt"),
        TAKES_ANY_ADDRESS("MUST take a right address"),
        NO_LINE_UP("MUST report the line up"),
        INVENTS("MUST report the line up"),
        ZERO_FOR_SILENT("MUST NOT report a value"),
        KEEPS_OLD_POINTS("MUST take up a point"),
        LEAVES_LINE_OPEN("MUST leave when it is interrupted, and"),
        SWALLOWS_INTERRUPT("MUST leave when it is interrupted while"),
        RETRIES_ITSELF("MUST throw IOException with a sentence when the line is lost"),
        ENDS_WITHOUT_A_WORD("MUST throw IOException with a sentence when nobody"),
        DROPS_IN_SILENCE("MUST wait, or tell a gap"),
        ANSWERS_TWICE("MUST answer each command exactly once"),
        SENDS_LATE("MUST NOT send a command"),
        FORGETS_TO_ANSWER("MUST answer each command that it took"),
        STARTS_A_THREAD("MUST leave no thread");

        private final String rule;

        Sin(String rule) {
            this.rule = rule;
        }
    }

    @TestFactory
    Stream<DynamicTest> anHonestConnectorKeepsEachRule() {
        return ConnectorContract.of(new ToyType(Sin.NONE), ToyMachine::new);
    }

    /// All at once, for most of it is waiting for what does not happen; the stray thread alone, for it is looked
    /// for among all threads.
    @Test
    void eachSinIsFound() throws Exception {
        var found = new ConcurrentHashMap<Sin, Throwable>();
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var sin : Sin.values())
                if (sin != Sin.NONE && sin != Sin.STARTS_A_THREAD) pool.submit(() -> commit(sin, found));
        }
        commit(Sin.STARTS_A_THREAD, found);
        for (var sin : Sin.values())
            if (sin != Sin.NONE)
                assertThat(Optional.ofNullable(found.get(sin)))
                        .as("%s breaks \"%s\"", sin, sin.rule)
                        .containsInstanceOf(AssertionError.class);
    }

    private static void commit(Sin sin, Map<Sin, Throwable> found) {
        var rule = ConnectorContract.of(new ToyType(sin), ToyMachine::new)
                .filter(t -> t.getDisplayName().contains(sin.rule))
                .findFirst()
                .orElseThrow();
        try {
            rule.getExecutable().execute();
        } catch (Throwable t) { // what a failed test throws
            found.put(sin, t);
        }
    }

    private static final class ToyType implements ConnectorType {
        private final Sin sin;

        ToyType(Sin sin) {
            this.sin = sin;
        }

        @Override
        public String name() {
            return sin == Sin.NAME_WITH_HYPHEN ? "to-y" : "toy";
        }

        @Override
        public Connector create(Settings settings) throws Invalid {
            var endpoint = Endpoint.parse(settings.needText("endpoint", "host:1"), 1, 9600, "8N1");
            if (sin != Sin.TAKES_MISSPELT) settings.finish();
            return new Toy(endpoint, sin);
        }

        @Override
        public void check(Point point) throws Invalid {
            if (sin != Sin.TAKES_ANY_ADDRESS && !point.at().text().matches("[a-z]"))
                throw new Invalid(point.at().mark(), "at \"" + point.at().text() + "\" is not one letter");
        }
    }

    private record Toy(Endpoint endpoint, Sin sin) implements Connector {
        private static final Duration REPLY_TIMEOUT = Duration.ofMillis(50);

        @Override
        public void run(Surroundings here) throws IOException, InterruptedException {
            if (sin == Sin.STARTS_A_THREAD)
                Thread.ofPlatform().daemon().name("stray").start(() -> {
                    try {
                        Thread.sleep(Duration.ofSeconds(30));
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
            try {
                if (sin == Sin.LEAVES_LINE_OPEN) talk(here, here.open(endpoint));
                else
                    try (var line = here.open(endpoint)) {
                        talk(here, line);
                    }
            } catch (IOException e) {
                if (sin == Sin.ENDS_WITHOUT_A_WORD) return;
                if (sin == Sin.RETRIES_ITSELF) run(here);
                throw e;
            }
        }

        private void talk(Surroundings here, Line line) throws IOException, InterruptedException {
            if (sin != Sin.NO_LINE_UP) here.accept(new Report.LineUp());
            var first = here.points();
            while (true) {
                try {
                    for (var point : (sin == Sin.KEEPS_OLD_POINTS ? first : here.points()).all())
                        read(here, line, point);
                    var command = here.nextCommand(Duration.ofMillis(1));
                    if (command.isPresent()) write(here, line, command.get());
                } catch (InterruptedException e) {
                    if (sin != Sin.SWALLOWS_INTERRUPT) throw e;
                }
            }
        }

        private void read(Surroundings here, Line line, Point point) throws IOException, InterruptedException {
            var answer = ask(line, "R " + point.at().text());
            var value = sin == Sin.INVENTS
                    ? Optional.of("777")
                    : sin == Sin.ZERO_FOR_SILENT ? Optional.of(answer.orElse("0")) : answer;
            if (value.isEmpty()) return;
            var frame = new Report.Frame(
                    List.of(Reading.good(point.number(), new Value.Int(Long.parseLong(value.get())))), Report.Raw.NONE);
            if (sin == Sin.DROPS_IN_SILENCE) here.offer(frame);
            else here.accept(frame);
        }

        private void write(Surroundings here, Line line, Command command) throws IOException, InterruptedException {
            if (command.deadlineNanos() < here.nanoTime() && sin != Sin.SENDS_LATE) {
                answer(here, command, new Outcome.NotSent(Outcome.Cause.EXPIRED));
                return;
            }
            boolean ok = ask(line, "W " + command.point().at().text() + " " + command.value())
                    .isPresent();
            if (!ok && sin == Sin.FORGETS_TO_ANSWER) return;
            answer(here, command, ok ? new Outcome.Done(Optional.empty()) : new Outcome.InDoubt(here.wallMicros()));
            if (sin == Sin.ANSWERS_TWICE) answer(here, command, new Outcome.Done(Optional.empty()));
        }

        private static void answer(Surroundings here, Command command, Outcome outcome) throws InterruptedException {
            here.accept(new Report.Answer(command.id(), new Report.Progress.Ended(outcome), Report.Raw.NONE));
        }

        private static Optional<String> ask(Line line, String question) throws IOException {
            line.write((question + "\n").getBytes(StandardCharsets.US_ASCII));
            var answer = new StringBuilder();
            byte[] one = new byte[1];
            while (true) {
                int n = line.read(one, 0, 1, REPLY_TIMEOUT);
                if (n < 0) throw new IOException(line.name() + " was closed");
                if (n == 0) return Optional.empty();
                if (one[0] == '\n') return Optional.of(answer.toString());
                answer.append((char) one[0]);
            }
        }
    }

    private static final class ToyMachine implements ConnectorContract.Machine {
        private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final List<Socket> clients = new CopyOnWriteArrayList<>();
        private final Map<String, String> values = new ConcurrentHashMap<>(Map.of("a", "11", "b", "22"));
        private final Set<Value> had = ConcurrentHashMap.newKeySet();
        private final int port = door.getLocalPort();
        private volatile boolean mute;

        ToyMachine() throws IOException {
            Thread.ofVirtual().start(this::takeClients);
        }

        private void takeClients() {
            try {
                while (true) {
                    var client = door.accept();
                    clients.add(client);
                    Thread.ofVirtual().start(() -> serve(client));
                }
            } catch (IOException e) {
                // the machine is gone
            }
        }

        private void serve(Socket client) {
            try (var in =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII))) {
                String line;
                while ((line = in.readLine()) != null) {
                    if (mute) continue;
                    String[] word = line.split(" ");
                    if (word[0].equals("W")) values.put(word[1], word[2]);
                    String answer = word[0].equals("W") ? "ok" : values.getOrDefault(word[1], "?");
                    if (word[0].equals("R")) had.add(new Value.Int(Long.parseLong(answer)));
                    client.getOutputStream().write((answer + "\n").getBytes(StandardCharsets.US_ASCII));
                }
            } catch (IOException e) {
                // this client is gone
            }
        }

        @Override
        public Map<String, String> settings() {
            return Map.of("endpoint", "127.0.0.1:" + port);
        }

        @Override
        public List<Point> points() {
            return List.of(point(1, "a"), point(2, "b"));
        }

        private static Point point(int number, String at) {
            return new Point(
                    number,
                    "toy." + at,
                    ValueType.INTEGER,
                    Optional.empty(),
                    Optional.empty(),
                    new Tree.Scalar(Mark.NONE, at, true),
                    Optional.empty(),
                    Map.of(),
                    Tree.fields(Map.of()),
                    Point.Access.WRITE,
                    new WithoutUs.None());
        }

        @Override
        public Map<Point, Value> writes() {
            return Map.of(points().getFirst(), new Value.Int(5));
        }

        @Override
        public boolean had(Point point, Value value) {
            return had.contains(value);
        }

        @Override
        public void mute(boolean silent) {
            mute = silent;
        }

        @Override
        public void cut() throws IOException {
            for (var each : clients) each.close();
            clients.clear();
        }

        @Override
        public void close() throws IOException {
            door.close();
            cut();
        }
    }

    @Test
    void everyRuleHasASin() {
        var rules = ConnectorContract.of(new ToyType(Sin.NONE), ToyMachine::new)
                .map(DynamicTest::getDisplayName)
                .toList();
        var without = rules.stream()
                .filter(rule -> Stream.of(Sin.values()).noneMatch(sin -> sin != Sin.NONE && rule.contains(sin.rule)))
                .toList();
        // That `create` opens nothing is not seen by a machine that only counts what it is asked.
        assertThat(without).containsExactly("toy MUST take right settings and open nothing yet");
    }
}
