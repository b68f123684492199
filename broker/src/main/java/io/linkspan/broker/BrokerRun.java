package io.linkspan.broker;

import io.linkspan.connector.Command;
import io.linkspan.connector.Connector;
import io.linkspan.connector.OwnLog;
import io.linkspan.connector.Report;
import io.linkspan.connector.Surroundings;
import io.linkspan.model.ByteReader;
import io.linkspan.model.Log;
import io.linkspan.model.Moment;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
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
        var book = new LogBook(log);
        var saver = new Saver(here, log, book);
        try (var doors = new Doors(here.connector(), clock(here, recovered.end()), here.log());
                var hashing = hashing()) {
            var guard = new Guard(settings.accounts(), here.outlets(), hashing, doors.loop());
            var mapping = new Mapping(here, doors.loop(), doors::broker, doors::turnEnds);
            var feeds = new ApplicationFeeds(here, doors.loop(), doors::broker, doors::turnEnds);
            var random = new SecureRandom();
            Supplier<String> newIds = () -> "auto-" + HexFormat.of().formatHex(drawn(random));
            doors.each(mapping::tick);
            doors.atEnd(by -> {
                mapping.leave();
                saver.end(by);
            });
            doors.begin(() ->
                    new Broker(settings.core(), guard, mapping, feeds, book, recovered.state(), newIds, doors.now()));
            log.listen(doors::logChanged);
            var points = here.points();
            mapping.remap(points); // before anybody can publish
            for (int i = 0; i < addresses.size(); i++) {
                var bound = doors.open(settings.doors().get(i), addresses.get(i));
                here.log().info("MQTT on {} port {}", settings.doors().get(i).name(), bound.getPort());
            }
            boolean told = here.tellsOfCommands(() -> carryOut(here, mapping, doors));
            here.accept(new Report.LineUp());
            rounds(here, doors, mapping, points.version(), log, saver, told);
        } finally {
            log.listen(() -> {});
            saver.saveLast();
        }
    }

    private static ThreadPoolExecutor hashing() {
        return new ThreadPoolExecutor(
                HASHING_MAX,
                HASHING_MAX,
                1,
                TimeUnit.MINUTES,
                new ArrayBlockingQueue<>(HASHING_WAIT_MAX),
                Thread.ofPlatform().name("linkspan mqtt passwords").daemon().factory());
    }

    /// @param told whether somebody tells of commands, so that they are not waited for here
    private static void rounds(
            Surroundings here, Doors doors, Mapping mapping, long mapped, OwnLog log, Saver saver, boolean told)
            throws IOException, InterruptedException {
        long known = mapped;
        while (true) {
            var points = here.points();
            if (points.version() != known) {
                mapping.remap(points);
                known = points.version();
            }
            if (told) here.sleep(ROUND);
            else {
                var command = here.nextCommand(ROUND);
                if (command.isPresent()) give(command.get(), here, mapping, doors);
            }
            if (log.state() == OwnLog.State.TORN)
                throw new IOException("The disk is full, and the newest messages of the broker are not on it;"
                        + " it begins anew from what is there: make room on the disk");
            saver.look(doors);
        }
    }

    /// Carries out what waits, on the broker's thread: a command changes no thread but once.
    private static void carryOut(Surroundings here, Mapping mapping, Doors doors) {
        try {
            doors.loop().execute(() -> {
                try {
                    for (var next = here.nextCommand(Duration.ZERO);
                            next.isPresent();
                            next = here.nextCommand(Duration.ZERO)) mapping.execute(next.get(), doors.broker());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt(); // what waits is answered as not sent when the run has ended
                }
                doors.flush();
            });
        } catch (RejectedExecutionException e) {
            here.log().debug("{} has ended; its commands are answered as not sent", here.connector());
        }
    }

    private static void give(Command command, Surroundings here, Mapping mapping, Doors doors) {
        try {
            doors.loop().execute(() -> {
                mapping.execute(command, doors.broker());
                doors.flush();
            });
        } catch (RejectedExecutionException e) {
            here.offer(Mapping.notSent(command));
        }
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
