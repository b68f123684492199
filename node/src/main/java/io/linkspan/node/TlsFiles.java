package io.linkspan.node;

import io.linkspan.connector.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// What a TLS endpoint's files say: whom to trust, and who we are. Read anew for each connection, so that renewed files
/// count. No state.
final class TlsFiles {
    /// Largest file of certificates or of a key, in bytes.
    static final int FILE_BYTES_MAX = 1 << 20;

    private static final char[] NO_PASSWORD = new char[0];

    private TlsFiles() {}

    static SSLContext context(Endpoint.Tls endpoint) throws IOException {
        try {
            var context = SSLContext.getInstance("TLS");
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            // without a store the authorities that Java knows
            trust.init(endpoint.trust().isPresent() ? trusted(endpoint.trust().get()) : null);
            var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            if (endpoint.own().isPresent() && endpoint.ownKey().isPresent())
                keys.init(own(endpoint.own().get(), endpoint.ownKey().get()), NO_PASSWORD);
            else keys.init(empty(), NO_PASSWORD);
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("The certificates for " + endpoint + " can not be used: " + e.getMessage(), e);
        }
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        store.load((InputStream) null, NO_PASSWORD);
        return store;
    }

    private static KeyStore trusted(Path file) throws IOException, GeneralSecurityException {
        var store = empty();
        int number = 0;
        for (var each : certificates(file)) store.setCertificateEntry("trusted-" + ++number, each);
        return store;
    }

    private static KeyStore own(Path chain, Path key) throws IOException, GeneralSecurityException {
        var store = empty();
        store.setKeyEntry(
                "own", privateKey(key), NO_PASSWORD, certificates(chain).toArray(new Certificate[0]));
        return store;
    }

    private static List<Certificate> certificates(Path file) throws IOException {
        try {
            var all = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new java.io.ByteArrayInputStream(bytes(file)));
            if (all.isEmpty())
                throw new IOException(file + " holds no certificate; it is a PEM file: -----BEGIN CERTIFICATE-----");
            return List.copyOf(all);
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " holds no certificates (" + e.getMessage() + "); it is a PEM file", e);
        }
    }

    private static PrivateKey privateKey(Path file) throws IOException {
        String pem = new String(bytes(file), StandardCharsets.US_ASCII);
        String body = pem.replaceAll("(?s).*-----BEGIN PRIVATE KEY-----(.*)-----END PRIVATE KEY-----.*", "$1");
        if (body.equals(pem))
            throw new IOException(file + " holds no key of the form -----BEGIN PRIVATE KEY-----; make one with"
                    + " openssl pkcs8 -topk8 -nocrypt");
        try {
            var spec = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(body));
            for (var kind : List.of("RSA", "EC", "EdDSA")) {
                try {
                    return KeyFactory.getInstance(kind).generatePrivate(spec);
                } catch (java.security.spec.InvalidKeySpecException e) {
                    // of another kind
                }
            }
            throw new IOException(file + " holds a key that is neither RSA nor EC nor EdDSA");
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException(file + " holds no key that can be read (" + e.getMessage() + ")", e);
        }
    }

    private static byte[] bytes(Path file) throws IOException {
        try {
            if (Files.size(file) > FILE_BYTES_MAX)
                throw new IOException(file + " is larger than a file of certificates");
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IOException("There is no file " + file + " with certificates or a key", e);
        }
    }
}
