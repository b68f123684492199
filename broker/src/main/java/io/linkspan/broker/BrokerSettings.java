package io.linkspan.broker;

import io.linkspan.connector.Endpoint;
import io.linkspan.model.Invalid;
import io.linkspan.model.Settings;
import io.linkspan.model.Tree;
import io.linkspan.mqtt.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a site file says of a broker; docs/mqtt.md has all fields.
///
/// @param keepAliveMax the longest keep-alive; zero: what clients ask for
/// @param refused filters that nobody may subscribe to
/// @param systemEvery how often the figures under `$SYS` are told
record BrokerSettings(
        List<Door> doors,
        List<DeviceAccount> accounts,
        Limits limits,
        Duration keepAliveMax,
        List<String> refused,
        Duration systemEvery) {
    private static final int TCP_PORT = 1_883;
    private static final Duration SYSTEM_EVERY = Duration.ofSeconds(10);

    BrokerSettings {
        doors = List.copyOf(doors);
        accounts = List.copyOf(accounts);
        refused = List.copyOf(refused);
    }

    /// One listener.
    ///
    /// @param path of the WebSocket; empty: plain TCP
    /// @param anonymous whether clients need no account; on loopback alone
    record Door(Endpoint.Tcp address, Optional<String> path, Optional<Tls> tls, boolean anonymous) {
        String name() {
            return (tls.isPresent() ? path.isPresent() ? "wss" : "tls" : path.isPresent() ? "ws" : "tcp") + " "
                    + address.host() + ":" + address.port();
        }
    }

    /// The certificate of a listener.
    ///
    /// @param certificate file with the chain, PEM
    /// @param key file with the private key, PEM (PKCS 8)
    /// @param clients file with the authorities of clients' certificates, PEM
    /// @param needed whether each client must show one
    record Tls(Path certificate, Path key, Optional<Path> clients, boolean needed) {}

    /// What the state machine needs of it.
    Broker.Settings core() {
        return new Broker.Settings(limits, (int) keepAliveMax.toSeconds(), refused, systemEvery.toNanos() / 1_000);
    }

    static BrokerSettings of(Settings settings) throws Invalid {
        var doors = new ArrayList<Door>();
        for (var each : settings.list("listeners")) doors.add(door(each));
        if (doors.isEmpty())
            throw settings.wrong("listeners", "are missing; write for example [ { address: \"127.0.0.1:1883\" } ]");
        var accounts = new ArrayList<DeviceAccount>();
        for (var each : settings.list("accounts")) accounts.add(DeviceAccount.of(each));
        for (int i = 0; i < accounts.size(); i++)
            for (int j = 0; j < i; j++)
                if (accounts.get(i).name().equals(accounts.get(j).name()))
                    throw settings.wrong(
                            "accounts", "name \"" + accounts.get(i).name() + "\" twice; each device has its own");
        var limits = settings.below("limits");
        var settled = limits.isPresent() ? limits(limits.get()) : Limits.STANDARD;
        var keepAlive = settings.duration("keep-alive-max").orElse(Duration.ZERO);
        if (keepAlive.toSeconds() > 65_535) throw settings.wrong("keep-alive-max", "is at most 65535s");
        var every = settings.duration("system-every").orElse(SYSTEM_EVERY);
        if (every.toMillis() < 100) throw settings.wrong("system-every", "is at least 100ms");
        var refused = topics(settings, "refuse-subscribing");
        settings.finish();
        return new BrokerSettings(doors, accounts, settled, keepAlive, refused, every);
    }

    private static Door door(Settings s) throws Invalid {
        String text = s.needText("address", "\"127.0.0.1:1883\"");
        Endpoint.Tcp address;
        try {
            if (!(Endpoint.parse(text, TCP_PORT, 9_600, "8N1") instanceof Endpoint.Tcp tcp))
                throw s.wrong("address", "is an address such as \"127.0.0.1:1883\", not a serial line");
            address = tcp;
        } catch (IllegalArgumentException e) {
            throw s.wrong("address", e);
        }
        var path = s.text("websocket");
        if (path.isPresent() && !path.get().startsWith("/"))
            throw s.wrong("websocket", "is the path of the WebSocket, such as /mqtt");
        var tls = s.below("tls");
        Optional<Tls> secured = tls.isPresent() ? Optional.of(tls(tls.get())) : Optional.empty();
        boolean anonymous = s.flag("anonymous", false);
        if (anonymous && !isLoopback(address.host()))
            throw s.wrong("anonymous", "clients are for a listener on loopback (127.0.0.1, ::1) alone");
        s.finish();
        return new Door(address, path, secured, anonymous);
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
    }

    private static Tls tls(Settings s) throws Invalid {
        var certificate = Path.of(s.needText("certificate", "broker.pem"));
        var key = Path.of(s.needText("key", "broker-key.pem"));
        var clients = s.text("client-authority").map(Path::of);
        boolean needed = s.flag("client-needed", clients.isPresent());
        if (needed && clients.isEmpty())
            throw s.wrong("client-needed", "needs client-authority: the file with who may sign clients' certificates");
        s.finish();
        return new Tls(certificate, key, clients, needed);
    }

    private static Limits limits(Settings s) throws Invalid {
        var d = Limits.STANDARD;
        var limits = new Limits(
                (int) s.integer("connections-max", d.connectionsMax(), 1, 1_000_000),
                (int) s.integer("packet-bytes-max", d.packetBytesMax(), 1_024, 64 << 20),
                (int) s.integer("inflight-max", d.inflightMax(), 1, 65_535),
                (int) s.integer("queue-messages-max", d.queueMessagesMax(), 1, Limits.QUEUE_MESSAGES_MAX),
                s.integer("queue-bytes-max", d.queueBytesMax(), 1_024, 1L << 40),
                s.integer("outgoing-bytes-max", d.outgoingBytesMax(), 1_024, 1L << 32),
                (int) s.integer("topic-levels-max", d.topicLevelsMax(), 1, 1_000),
                (int) s.integer("subscriptions-max", d.subscriptionsMax(), 1, 1_000_000),
                (int) s.integer("sessions-max", d.sessionsMax(), 1, 10_000_000),
                (int) s.integer("retained-max", d.retainedMax(), 1, 100_000_000),
                (int) s.integer("topic-alias-max", d.topicAliasMax(), 0, 65_535),
                (int) s.integer("send-alias-max", d.sendAliasMax(), 0, 1_000),
                (int) s.integer("publish-rate-max", d.publishRateMax(), 0, 10_000_000),
                s.duration("session-expiry-max").orElse(d.sessionExpiryMax()),
                s.duration("connect-timeout").orElse(d.connectTimeout()));
        s.finish();
        return limits;
    }

    /// Filters as a list of texts.
    static List<String> topics(Settings s, String name) throws Invalid {
        var all = new ArrayList<String>();
        for (var item : s.items(name)) {
            if (!(item instanceof Tree.Scalar scalar))
                throw new Invalid(item.mark(), "\"" + name + "\" lists topic filters such as \"plant/#\"");
            var wrong = Topics.whyNoFilter(scalar.text());
            if (wrong.isPresent()) throw new Invalid(item.mark(), wrong.get());
            all.add(scalar.text());
        }
        return all;
    }
}
