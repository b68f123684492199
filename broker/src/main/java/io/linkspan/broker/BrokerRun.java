package io.linkspan.broker;

import io.linkspan.connector.Connector;
import io.linkspan.connector.Report;
import io.linkspan.connector.Surroundings;
import io.linkspan.model.Moment;
import io.linkspan.model.Outcome;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// A broker of a site: opens its doors and runs it.
record BrokerRun(BrokerSettings settings) implements Connector {
    private static final Duration ROUND = Duration.ofSeconds(1);
    /// Passwords that are hashed at once, and those that wait for that; the next client is told "busy".
    private static final int HASHING_MAX = 1;

    private static final int HASHING_WAIT_MAX = 256;
    private static final int CLIENT_ID_BYTES = 12;

    @Override
    public void run(Surroundings here) throws IOException, InterruptedException {
        var addresses = new ArrayList<InetSocketAddress>();
        for (var door : settings.doors()) addresses.add(here.mayListen(door.address()));
        var random = new SecureRandom();
        try (var doors = new Doors(
                        here.connector(), () -> new Moment(here.nanoTime() / 1_000, here.wallMicros()), here.log());
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
            var made = doors.loop()
                    .submit(() -> doors.run(new Broker(
                            new Broker.Settings(
                                    settings.limits(),
                                    (int) settings.keepAliveMax().toSeconds(),
                                    settings.refused(),
                                    settings.systemEvery().toNanos() / 1_000),
                            guard,
                            Tap.NOBODY,
                            new Book.Forgetful(),
                            new State(),
                            () -> "auto-" + HexFormat.of().formatHex(drawn(random)),
                            doors.now())));
            made.awaitUninterruptibly();
            if (!made.isSuccess()) throw new IOException("The broker did not begin: " + made.cause(), made.cause());
            for (int i = 0; i < addresses.size(); i++) {
                var bound = doors.open(settings.doors().get(i), addresses.get(i));
                here.log().info("MQTT on {} port {}", settings.doors().get(i).name(), bound.getPort());
            }
            here.accept(new Report.LineUp());
            while (true) {
                var command = here.nextCommand(ROUND);
                if (command.isPresent())
                    here.accept(new Report.Answer(
                            command.get().id(),
                            new Report.Progress.Ended(new Outcome.Refused("a broker has nothing to be written")),
                            Report.Raw.NONE));
            }
        }
    }

    private static byte[] drawn(SecureRandom random) {
        var bytes = new byte[CLIENT_ID_BYTES];
        random.nextBytes(bytes);
        return bytes;
    }
}
