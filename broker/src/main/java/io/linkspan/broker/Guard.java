package io.linkspan.broker;

import com.password4j.Argon2Function;
import com.password4j.Password;
import io.linkspan.connector.Outlet;
import io.linkspan.connector.Outlets;
import io.linkspan.mqtt.Packet;
import io.linkspan.mqtt.Reason;
import io.linkspan.mqtt.Topics;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/// The gate over the accounts of a site file. A token is looked up at once; a password is hashed aside, because
/// Argon2id
/// takes
/// a good part of a second. For the broker's thread.
final class Guard implements Gate {
    private static final Rights ALL = new Rights() {
        @Override
        public boolean mayPublish(String topic) {
            return true;
        }

        @Override
        public boolean maySubscribe(String filter) {
            return true;
        }
    };

    private final Map<String, DeviceAccount> byName = new HashMap<>();
    private final Map<String, DeviceAccount> byCertificate = new HashMap<>();
    private final Map<String, DeviceAccount> devicesByToken = new HashMap<>();
    private final Outlets outlets;
    private final Executor aside;
    private final Executor broker;

    /// @param outlets applications, which show their tokens
    /// @param aside runs what takes long, and refuses when it has too much to do
    /// @param broker the broker's thread
    Guard(List<DeviceAccount> accounts, Outlets outlets, Executor aside, Executor broker) {
        for (var each : accounts) {
            byName.put(each.name(), each);
            each.certificate().ifPresent(subject -> byCertificate.put(subject, each));
            if (each.device().isPresent()) each.token().ifPresent(token -> devicesByToken.put(token, each));
        }
        this.outlets = outlets;
        this.aside = aside;
        this.broker = broker;
    }

    @Override
    public void admit(Packet.Connect c, Door door, Optional<String> subject, Consumer<Admission> answer) {
        var shown = subject.map(byCertificate::get);
        if (shown.isPresent()) {
            answer.accept(admitted(shown.get(), c));
            return;
        }
        var application = application(c);
        if (application.isPresent()) {
            var space = new ApplicationSpace(application.get());
            String name = application.get().application();
            answer.accept(new Admission(Reason.SUCCESS, name, ApplicationSpace.RIGHTS, space));
            return;
        }
        var bare = byBareToken(c);
        if (bare.isPresent()) {
            answer.accept(admitted(bare.get(), c));
            return;
        }
        if (door.anonymous()) { // such a door asks nobody; it is on loopback
            answer.accept(new Admission(Reason.SUCCESS, "", ALL));
            return;
        }
        var account = c.userName().map(byName::get);
        if (c.userName().isEmpty()) {
            answer.accept(Admission.refused(Reason.NOT_AUTHORIZED));
            return;
        }
        if (!devicesByToken.isEmpty() && c.password().isEmpty() && account.isEmpty()) {
            boolean isEmpty =
                    c.userName().get().isEmpty(); // MQTT Device API Reference: 0x04, and 0x05 for a wrong token
            answer.accept(Admission.refused(isEmpty ? Reason.BAD_USER_NAME_OR_PASSWORD : Reason.NOT_AUTHORIZED));
            return;
        }
        String secret =
                c.password().map(b -> new String(b, StandardCharsets.UTF_8)).orElse("");
        if (account.isPresent() && account.get().token().isPresent()) {
            byte[] known = HexFormat.of().parseHex(account.get().token().get());
            if (MessageDigest.isEqual(known, sha256(secret))) {
                answer.accept(admitted(account.get(), c));
                return;
            }
        }
        var hash = account.flatMap(DeviceAccount::password);
        try {
            aside.execute(() -> {
                boolean right = hash.isPresent() && matches(secret, hash.get());
                broker.execute(() -> answer.accept(
                        right
                                ? admitted(account.orElseThrow(), c)
                                : Admission.refused(Reason.BAD_USER_NAME_OR_PASSWORD)));
            });
        } catch (RejectedExecutionException e) {
            answer.accept(Admission.refused(Reason.SERVER_BUSY));
        }
    }

    /// The application whose name is the user name and whose token is the password.
    private Optional<Outlet> application(Packet.Connect c) {
        if (c.userName().isEmpty()
                || c.password().isEmpty()
                || byName.containsKey(c.userName().get())) return Optional.empty();
        return outlets.byToken(new String(c.password().get(), StandardCharsets.UTF_8))
                .filter(o -> o.application().equals(c.userName().get()));
    }

    /// The device whose access token is the user name, without a password.
    private Optional<DeviceAccount> byBareToken(Packet.Connect c) {
        if (devicesByToken.isEmpty() || c.userName().isEmpty()) return Optional.empty();
        if (c.password().isPresent() && c.password().get().length > 0) return Optional.empty();
        return Optional.ofNullable(
                devicesByToken.get(HexFormat.of().formatHex(sha256(c.userName().get()))));
    }

    private static boolean matches(String secret, String hash) {
        return Password.check(secret, hash).with(Argon2Function.getInstanceFromHash(hash));
    }

    private static byte[] sha256(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    private static Admission admitted(DeviceAccount account, Packet.Connect c) {
        boolean isName =
                Topics.whyNoName(c.clientId()).isEmpty() && c.clientId().indexOf('/') < 0;
        var granted = new Granted(
                own(account.publish(), c.clientId(), isName),
                own(account.subscribe(), c.clientId(), isName),
                account.device().isPresent());
        var space = account.device().<TopicSpace>map(DeviceSpace::new).orElse(TopicSpace.SHARED);
        return new Admission(Reason.SUCCESS, account.name(), granted, space);
    }

    /// `%c` is the client identifier where that can be a level of a topic.
    private static List<String> own(List<String> filters, String client, boolean isName) {
        return filters.stream()
                .filter(f -> isName || !f.contains("%c"))
                .map(f -> f.replace("%c", client))
                .toList();
    }

    /// What an account may do.
    ///
    /// @param device whether it speaks the device API
    private record Granted(List<String> publish, List<String> subscribe, boolean device) implements Rights {
        @Override
        public boolean mayPublish(String topic) {
            if (device && DeviceSpace.mayPublish(topic)) return true;
            for (String each : publish) if (Topics.matches(each, topic)) return true;
            return false;
        }

        @Override
        public boolean maySubscribe(String filter) {
            if (device && DeviceSpace.maySubscribe(filter)) return true;
            for (String each : subscribe) if (covers(each, filter)) return true;
            return false;
        }
    }

    /// Whether all topics of a filter are topics of another.
    static boolean covers(String wide, String narrow) {
        var w = wide.split("/", -1);
        var n = narrow.split("/", -1);
        boolean ours = narrow.startsWith("$");
        for (int i = 0; i < w.length; i++) {
            if (w[i].equals("#")) return !(ours && i == 0);
            if (i >= n.length || n[i].equals("#")) return false;
            if (w[i].equals("+")) {
                if (ours && i == 0) return false;
            } else if (!w[i].equals(n[i])) return false;
        }
        return w.length == n.length;
    }
}
