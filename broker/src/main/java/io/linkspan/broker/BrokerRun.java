package io.linkspan.broker;

import io.linkspan.connector.Connector;
import io.linkspan.connector.OwnLog;
import io.linkspan.connector.Report;
import io.linkspan.connector.Surroundings;
import io.linkspan.model.ByteReader;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import io.linkspan.model.Outcome;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// A broker of a site: recovers it from its log, opens its doors and runs it.
record BrokerRun(BrokerSettings settings) implements Connector {
    private static final Duration ROUND = Duration.ofMillis(200);
    /// Passwords that are hashed at once, and those that wait for that; the next client is told "busy".
    private static final int HASHING_MAX = 1;

    private static final int HASHING_WAIT_MAX = 256;
    private static final int CLIENT_ID_BYTES = 12;

    @Override
    public void run(Surroundings here) throws IOException, InterruptedException {
        var addresses = new ArrayList<InetSocketAddress>();
        for (var door : settings.doors()) addresses.add(here.mayListen(door.address()));
        var log = here.ownLog();
        var recovered = Recovered.from(log);
        var clock = clock(here, recovered.end());
        var book = new LogBook(log);
        try (var doors = new Doors(here.connector(), clock, here.log());
                var hashing = new ThreadPoolExecutor(
                        HASHING_MAX,
                        HASHING_MAX,
                        1,
                        TimeUnit.MINUTES,
                        new ArrayBlockingQueue<>(HASHING_WAIT_MAX),
                        Thread.ofPlatform()
                                .name("linkspan mqtt passwords")
                                .daemon()
                                .factory())) {
            var guard = new Guard(settings.accounts(), hashing, doors.loop());
            var random = new SecureRandom();
            Supplier<String> newIds = () -> "auto-" + HexFormat.of().formatHex(drawn(random));
            doors.begin(
                    () -> new Broker(settings.core(), guard, Tap.NOBODY, book, recovered.state(), newIds, doors.now()));
            var saver = new Saver(here, log, book, doors);
            log.listen(doors::logChanged);
            for (int i = 0; i < addresses.size(); i++) {
                var bound = doors.open(settings.doors().get(i), addresses.get(i));
                here.log().info("MQTT on {} port {}", settings.doors().get(i).name(), bound.getPort());
            }
            here.accept(new Report.LineUp());
            while (true) {
                round(here);
                if (log.state() == OwnLog.State.TORN)
                    throw new IOException("The disk is full, and the newest messages of the broker are not on it;"
                            + " it begins anew from what is there: make room on the disk");
                saver.look();
            }
        } finally {
            log.listen(() -> {});
        }
    }

    private static void round(Surroundings here) throws InterruptedException {
        var command = here.nextCommand(ROUND);
        if (command.isEmpty()) return;
        var refused = new Outcome.Refused("a broker has nothing to be written");
        here.accept(new Report.Answer(command.get().id(), new Report.Progress.Ended(refused), Report.Raw.NONE));
    }

    /// The broker's time goes on where its log ends, and over downtime with the wall clock where that is ahead.
    private static Supplier<Moment> clock(Surroundings here, Moment end) {
        long wall = here.wallMicros();
        long base = end.site() + (end.wall() == 0 ? 0 : Math.max(0, wall - end.wall()));
        long nanos = here.nanoTime();
        return () -> new Moment(base + (here.nanoTime() - nanos) / 1_000, here.wallMicros());
    }

    private static byte[] drawn(SecureRandom random) {
        var bytes = new byte[CLIENT_ID_BYTES];
        random.nextBytes(bytes);
        return bytes;
    }

    /// What a log gives.
    ///
    /// @param end the moment of its newest entry
    record Recovered(State state, Moment end) {
        static Recovered from(OwnLog log) throws IOException, InterruptedException {
            var codec = new ChangeCodec();
            var state = new State[] {new State()};
            var end = log.recover(
                    image -> state[0] = Image.read(image, codec), stored -> replay(state[0], codec, stored));
            return new Recovered(state[0], end);
        }

        private static void replay(State state, ChangeCodec codec, Log.Stored stored) {
            replay(state, codec, stored, stored.control());
            replay(state, codec, stored, stored.readings());
        }

        private static void replay(State state, ChangeCodec codec, Log.Stored stored, ByteBuffer part) {
            if (!part.hasRemaining()) return; // or it was dropped, and a snapshot had it
            var in = new ByteReader(part.slice());
            ChangeCodec.head(in);
            for (var each : codec.read(in))
                state.apply(each, stored.siteTimeMicros(), stored.at().packed());
        }
    }
}
