package io.linkspan.node;

import io.linkspan.access.BoxNames;
import io.linkspan.access.EverybodyHere;
import io.linkspan.access.HttpDoor;
import io.linkspan.access.Limits;
import io.linkspan.access.OpenSessionRoutes;
import io.linkspan.access.SignIn;
import io.linkspan.access.SignInRoutes;
import io.linkspan.access.TrustRoutes;
import io.linkspan.model.Invalid;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The HTTP door of a running node: the API and the console of all its sites, for who is signed in. Safe for many
/// threads.
public final class LivePage implements Pages {
    private static final Logger LOG = LoggerFactory.getLogger("linkspan.http");

    /// How often the certificate is looked at.
    private static final Duration RENEW_EVERY = Duration.ofHours(1);

    /// For `ServiceLoader`, which makes one.
    public LivePage() {}

    @Override
    public Opened open(Running running, HttpFile file) throws Invalid, IOException {
        var tls = Entrance.tls(file, running.data());
        var signIn = running.entrance().signIn();
        var accounts = signIn.accounts();
        var mounts = new ArrayList<HttpDoor.Mount>();
        mounts.add(new HttpDoor.Mount("/v1", new SignInRoutes(signIn)));
        tls.flatMap(Entrance.Guarded::authority).ifPresent(authority -> {
            mounts.add(new HttpDoor.Mount("/", new TrustRoutes(authority)));
            LOG.info(
                    "This box signs its own certificate; its authority has the fingerprint {}",
                    TrustRoutes.fingerprint(authority));
        });
        var host = RealLines.address(file.listen().host());
        var door = HttpDoor.open(
                new HttpDoor.Settings(
                        file.listen().host(),
                        file.listen().port(),
                        host.isLoopbackAddress() ? Set.of() : BoxNames.here().hosts(),
                        tls.map(t -> t.door().tls()),
                        Limits.STANDARD,
                        accounts,
                        SignIn::isOurs,
                        id -> Optional.of(accounts.applications(id, signIn::drawToken)),
                        mounts,
                        file.origins()),
                desk(running.node(), running.clock(), 1, () -> ""));
        if (tls.isEmpty()) return new Opened(door.address(), door);
        var renewing = renewing(tls.get());
        return new Opened(door.address(), () -> {
            renewing.interrupt();
            door.close();
        });
    }

    private static Thread renewing(Entrance.Guarded tls) {
        return Thread.ofVirtual().name("certificate").start(() -> {
            try {
                while (true) {
                    Thread.sleep(RENEW_EVERY);
                    tls.door().renew();
                }
            } catch (InterruptedException e) {
                // only the end interrupts
            }
        });
    }

    private static NodeDesk desk(Node node, NodeClock clock, double speed, Supplier<String> note) {
        return new NodeDesk(node, clock, speed, note, node::history);
    }

    /// The same without signing in: whoever is on this box is the owner. For what has nothing to protect, such as a
    /// simulated house; on loopback.
    ///
    /// @param speed how fast the clock runs; 1 for a real one
    /// @param port 0: a free one
    /// @param note one sentence for its head at the moment of the call; may be empty
    /// @throws IOException the port is taken; the message says what next
    public static HttpDoor start(Node node, NodeClock clock, double speed, int port, Supplier<String> note)
            throws IOException {
        var everybody = new EverybodyHere(Requests.here());
        var settings = HttpDoor.Settings.loopback(port, everybody)
                .mounting(List.of(new HttpDoor.Mount("/v1", new OpenSessionRoutes(everybody))));
        return HttpDoor.open(settings, desk(node, clock, speed, note));
    }
}
