package io.linkspan.access;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Optional;

/// Slows who guesses passwords: after some attempts that were wrong, each further one has to wait twice as long. By
/// account, so that many addresses do not help, and by address, so that many accounts do not.
///
/// An attempt counts as wrong until it turns out right, so that a thousand at the same moment do not slip through. The
/// tables have a fixed size: a name or address falls into a slot by a keyed hash, so nobody can fill them, push others
/// out, or choose whom to share a slot with. Names without an account are slowed like the others. What is known here is
/// gone with the process. Safe for many threads.
final class Slowing {
    /// Attempts in a row that may be wrong before the first wait.
    static final int FREE = 5;
    /// The first wait.
    static final Duration FIRST = Duration.ofSeconds(1);
    /// Longest wait of an account: who knows the password must get in while somebody else guesses.
    static final Duration ACCOUNT_MAX = Duration.ofMinutes(1);
    /// Longest wait of an address.
    static final Duration ADDRESS_MAX = Duration.ofMinutes(15);
    /// After so long without an attempt it begins anew.
    static final Duration FORGOTTEN = Duration.ofHours(1);
    /// Slots of each table.
    static final int SLOTS = 4_096;
    /// Bytes of the part of an IPv6 address that one customer of a provider has: a /64.
    private static final int NETWORK_BYTES = 8;

    private final byte[] key;
    private final Slot[] accounts = new Slot[SLOTS];
    private final Slot[] addresses = new Slot[SLOTS];

    private static final class Slot {
        private int wrong;
        private long freeAt;
        private long last;

        private long waits(long now) {
            if (wrong > 0 && now - last > FORGOTTEN.toNanos()) wrong = 0;
            return wrong > FREE ? Math.max(0, freeAt - now) : 0;
        }

        private void count(long now, Duration max) {
            last = now;
            if (++wrong > FREE)
                freeAt = now + Math.min(max.toNanos(), FIRST.toNanos() << Math.min(20, wrong - FREE - 1));
        }

        private void uncount(long now) {
            if (wrong > 0) wrong--;
            freeAt = now;
        }

        private void right() {
            wrong = 0;
        }
    }

    /// @param key random bytes of this process
    Slowing(byte[] key) {
        this.key = key.clone();
        for (int i = 0; i < SLOTS; i++) {
            accounts[i] = new Slot();
            addresses[i] = new Slot();
        }
    }

    /// Lets an attempt in, or says how long it has to wait; then it did not count.
    ///
    /// @param nanoNow a monotone clock
    synchronized Optional<Duration> attempt(String account, InetAddress from, long nanoNow) {
        var a = slot(accounts, account.getBytes(StandardCharsets.UTF_8));
        var b = slot(addresses, network(from));
        long wait = Math.max(a.waits(nanoNow), b.waits(nanoNow));
        if (wait > 0) return Optional.of(Duration.ofNanos(wait));
        a.count(nanoNow, ACCOUNT_MAX);
        b.count(nanoNow, ADDRESS_MAX);
        return Optional.empty();
    }

    /// The attempt was right: the account's count is gone; of the address only this attempt is, for one's own
    /// account
    /// must not free the way to others.
    synchronized void right(String account, InetAddress from, long nanoNow) {
        slot(accounts, account.getBytes(StandardCharsets.UTF_8)).right();
        slot(addresses, network(from)).uncount(nanoNow);
    }

    /// The attempt was not looked at.
    synchronized void undone(String account, InetAddress from, long nanoNow) {
        slot(accounts, account.getBytes(StandardCharsets.UTF_8)).uncount(nanoNow);
        slot(addresses, network(from)).uncount(nanoNow);
    }

    private static byte[] network(InetAddress from) {
        byte[] bytes = from.getAddress();
        return from instanceof Inet6Address ? java.util.Arrays.copyOf(bytes, NETWORK_BYTES) : bytes;
    }

    private Slot slot(Slot[] table, byte[] of) {
        try {
            var hash = MessageDigest.getInstance("SHA-256");
            hash.update(key);
            byte[] digest = hash.digest(of);
            return table[((digest[0] & 0xFF) << 8 | digest[1] & 0xFF) % SLOTS];
        } catch (NoSuchAlgorithmException broken) {
            throw new IllegalStateException("This Java runtime has no SHA-256, which every one must have", broken);
        }
    }
}
