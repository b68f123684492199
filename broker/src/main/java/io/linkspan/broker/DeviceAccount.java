package io.linkspan.broker;

import io.linkspan.model.Invalid;
import io.linkspan.model.Names;
import io.linkspan.model.Settings;
import java.util.List;
import java.util.Optional;

/// One device or application that may connect, by what it shows and what it may do.
///
/// @param name its user name
/// @param password as Argon2id (`$argon2id$...`)
/// @param token as SHA-256 of a secret of 128 random bits or more, in hexadecimal digits
/// @param certificate the subject of its certificate, as RFC 2253 writes it
/// @param device the thing that it is the account of: it speaks the device API ([DeviceSpace]), and its token may be
/// its
///     user name
/// @param publish filters of topics it may publish to; `%c` stands for its client identifier
/// @param subscribe filters it may subscribe to
record DeviceAccount(
        String name,
        Optional<String> password,
        Optional<String> token,
        Optional<String> certificate,
        Optional<String> device,
        List<String> publish,
        List<String> subscribe) {
    DeviceAccount {
        publish = List.copyOf(publish);
        subscribe = List.copyOf(subscribe);
    }

    static DeviceAccount of(Settings s) throws Invalid {
        String name = s.needText("name", "pump_7");
        var password = s.text("password-hash");
        if (password.isPresent() && !password.get().startsWith("$argon2id$"))
            throw s.wrong("password-hash", "is what Argon2id makes of the password, \"$argon2id$...\"");
        var token = s.text("token-hash");
        if (token.isPresent() && !token.get().matches("[0-9a-f]{64}"))
            throw s.wrong("token-hash", "is the SHA-256 of the token in 64 hexadecimal digits, in small letters");
        var certificate = s.text("certificate");
        if (password.isEmpty() && token.isEmpty() && certificate.isEmpty())
            throw s.wrong("name", "\"" + name + "\" has neither password-hash, token-hash nor certificate");
        var device = s.text("device");
        if (device.isPresent()) {
            try {
                Names.check(device.get());
            } catch (IllegalArgumentException e) {
                throw s.wrong("device", e);
            }
        }
        var publish = BrokerSettings.topics(s, "publish");
        var subscribe = BrokerSettings.topics(s, "subscribe");
        s.finish();
        return new DeviceAccount(name, password, token, certificate, device, publish, subscribe);
    }
}
