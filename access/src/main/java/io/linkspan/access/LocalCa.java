package io.linkspan.access;

import io.linkspan.model.Invalid;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;

/// A certificate authority of this box alone: who installs its certificate reads the page without a warning, and knows
/// that it is this box. Its key may sign names and addresses of private networks only, so that whoever stole it could
/// not pretend to be a bank. Keys lie in the data folder, readable for the user that runs Linkspan alone.
///
/// The library that makes certificates is loaded when one must be made, not before. For one thread.
public final class LocalCa {
    /// Life of the authority.
    static final Duration CA_LIFE = Duration.ofDays(3_650);
    /// Life of the door's certificate: what browsers take from a public one (CA/Browser Forum, ballot SC31).
    static final Duration LIFE = Duration.ofDays(397);
    /// The door's certificate is made anew when it has less than this left.
    static final Duration RENEW_BEFORE = Duration.ofDays(30);
    /// Clocks that are behind ours by less than this take a certificate that was just made.
    static final Duration SLACK = Duration.ofDays(1);

    private static final int SERIAL_BYTES = 16;

    private final Path folder;
    private final SecureRandom random;
    private final Supplier<Instant> clock;

    /// @param folder `tls` in the data folder
    public LocalCa(Path folder, SecureRandom random, Supplier<Instant> clock) {
        this.folder = folder;
        this.random = random;
        this.clock = clock;
    }

    /// What the door shows: as it is in the folder or, when there is none, it is nearly over or of other names,
    /// made
    /// anew.
    public TlsIdentity identity(BoxNames names) throws Invalid, IOException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        var ca = read("ca").filter(a -> lasts(a.certificate(), LIFE));
        var made = ca.isPresent() ? ca.get() : makeCa(names);
        var server = ca.isPresent() ? read("server") : Optional.<TlsIdentity>empty();
        var signable = signable(names, made.certificate());
        boolean good = server.isPresent()
                && lasts(server.get().certificate(), RENEW_BEFORE)
                && isBy(server.get().certificate(), made.certificate())
                && covers(server.get().certificate(), signable);
        return good ? server.get() : makeServer(made, signable);
    }

    /// A box that was given another name keeps its authority, which people have installed; that one may not sign
    /// the
    /// new name alone, but with `.local` behind it.
    private static BoxNames signable(BoxNames names, X509Certificate ca) {
        String box = Certificates.boxOf(ca.getSubjectX500Principal().getName());
        var hosts = new TreeSet<String>();
        for (String host : names.hosts())
            if (host.contains(".") || host.equals("localhost") || host.equals(box)) hosts.add(host);
        return new BoxNames(hosts, names.addresses());
    }

    /// The authority's certificate, to be installed; none before there is one.
    public Optional<X509Certificate> certificate() throws Invalid, IOException {
        return read("ca").map(TlsIdentity::certificate);
    }

    private Optional<TlsIdentity> read(String name) throws Invalid, IOException {
        Path certificate = folder.resolve(name + ".pem");
        Path key = folder.resolve(name + ".key");
        return Files.exists(certificate) && Files.exists(key)
                ? Optional.of(TlsIdentity.read(certificate, key))
                : Optional.empty();
    }

    private boolean lasts(X509Certificate certificate, Duration time) {
        return certificate.getNotAfter().toInstant().isAfter(clock.get().plus(time));
    }

    private static boolean isBy(X509Certificate certificate, X509Certificate ca) {
        try {
            certificate.verify(ca.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static boolean covers(X509Certificate certificate, BoxNames names) {
        try {
            var named = new TreeSet<String>();
            var all = certificate.getSubjectAlternativeNames();
            if (all == null) return false;
            for (var each : all) named.add(plain(String.valueOf(each.get(1))));
            return names.hosts().stream().allMatch(named::contains)
                    && names.addresses().stream().map(LocalCa::plain).allMatch(named::contains);
        } catch (CertificateParsingException e) {
            return false;
        }
    }

    /// One text for each address: certificates write all groups of an IPv6 address, others leave zeros out.
    private static String plain(String name) {
        if (!name.contains(":")) return name;
        try {
            return java.net.InetAddress.getByName(name).getHostAddress();
        } catch (java.net.UnknownHostException e) {
            return name;
        }
    }

    private TlsIdentity makeCa(BoxNames names) throws IOException {
        var pair = pair();
        String box = names.hosts().stream()
                .filter(h -> !h.contains(".") && !h.equals("localhost"))
                .findFirst()
                .orElse("box");
        String name = "Linkspan on " + box + " " + HexFormat.of().toHexDigits((short) random.nextInt());
        var from = clock.get().minus(SLACK);
        var certificate = Certificates.authority(pair, name, serial(), from, from.plus(CA_LIFE));
        return save("ca", pair.getPrivate(), List.of(certificate));
    }

    private TlsIdentity makeServer(TlsIdentity ca, BoxNames names) throws IOException {
        var pair = pair();
        var from = clock.get().minus(SLACK);
        var made = Certificates.server(ca, pair.getPublic(), names, serial(), from, from.plus(LIFE));
        return save("server", pair.getPrivate(), List.of(made));
    }

    /// RFC 5280, 4.1.2.2: positive, at most 20 bytes; random, so that nobody can foresee what is signed.
    private BigInteger serial() {
        return new BigInteger(SERIAL_BYTES * 8 - 1, random).add(BigInteger.ONE);
    }

    private KeyPair pair() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("This Java runtime has no P-256, which every one has", broken);
        }
    }

    /// The key first: a certificate without its key would be of no use.
    private TlsIdentity save(String name, PrivateKey key, List<X509Certificate> chain) throws IOException {
        write(name + ".key", pem("PRIVATE KEY", key.getEncoded()));
        var text = new StringBuilder();
        for (var each : chain) text.append(pem(each));
        write(name + ".pem", text.toString());
        return new TlsIdentity(key, new ArrayList<>(chain));
    }

    /// A certificate as text (RFC 7468).
    public static String pem(X509Certificate certificate) {
        try {
            return pem("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("A certificate that was read can not be written", broken);
        }
    }

    private static String pem(String what, byte[] der) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + what + "-----\n" + lines + "\n-----END " + what + "-----\n";
    }

    private void write(String name, String text) throws IOException {
        Path fresh = folder.resolve(name + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, text, StandardCharsets.US_ASCII);
        Files.move(fresh, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
