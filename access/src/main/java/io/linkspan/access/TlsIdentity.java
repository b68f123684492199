package io.linkspan.access;

import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/// What the door shows of itself under TLS: a key and the certificates from its own to the one below the root.
public record TlsIdentity(PrivateKey key, List<X509Certificate> chain) {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    /// Longest file of a certificate or a key, in bytes.
    private static final int FILE_BYTES_MAX = 256 << 10;

    public TlsIdentity {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) throw new IllegalArgumentException("A door under TLS shows at least one certificate");
    }

    /// Its own certificate.
    public X509Certificate certificate() {
        return chain.getFirst();
    }

    /// Reads PEM files (RFC 7468): a chain, and its key as PKCS #8.
    ///
    /// @throws Invalid what is wrong with them, and what would be right
    public static TlsIdentity read(Path certificate, Path key) throws Invalid, IOException {
        var chain = certificates(certificate);
        var own = chain.getFirst().getPublicKey();
        var identity = new TlsIdentity(key(key, own.getAlgorithm()), chain);
        if (!identity.matches(own))
            throw wrong("the key in " + key + " is not that of the certificate in " + certificate
                    + ", which has to be the first one in its file");
        return identity;
    }

    private static List<X509Certificate> certificates(Path file) throws Invalid, IOException {
        try {
            var all =
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes(file)));
            var chain = all.stream().map(X509Certificate.class::cast).toList();
            if (chain.isEmpty()) throw wrong(file + " holds no certificate; it is a PEM file, the own one first");
            return chain;
        } catch (GeneralSecurityException e) {
            throw wrong(file + " is no PEM file of certificates: " + e.getMessage());
        }
    }

    private static PrivateKey key(Path file, String algorithm) throws Invalid, IOException {
        String text = new String(bytes(file), StandardCharsets.US_ASCII);
        var found = KEY.matcher(text);
        if (!found.find())
            throw wrong(file + " holds no key of the form BEGIN PRIVATE KEY; convert it with: openssl pkcs8 -topk8"
                    + " -nocrypt -in OLD -out NEW");
        try {
            byte[] der = Base64.getMimeDecoder().decode(found.group(1));
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (GeneralSecurityException e) {
            throw wrong(file + " holds no " + algorithm + " key: " + e.getMessage());
        }
    }

    private static byte[] bytes(Path file) throws Invalid, IOException {
        if (Files.size(file) > FILE_BYTES_MAX)
            throw wrong(file + " has more than " + FILE_BYTES_MAX + " bytes; is it the right file?");
        return Files.readAllBytes(file);
    }

    private static Invalid wrong(String what) {
        return new Invalid(Mark.NONE, what);
    }

    /// Signs something with the key and checks it with the certificate.
    private boolean matches(PublicKey publicKey) {
        try {
            String algorithm = switch (publicKey.getAlgorithm()) {
                case "RSA" -> "SHA256withRSA";
                case "EC" -> "SHA256withECDSA";
                default -> publicKey.getAlgorithm(); // open: Ed25519 and Ed448 are called what they are
            };
            var signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(chain.getFirst().getEncoded());
            byte[] signed = signer.sign();
            var checker = Signature.getInstance(algorithm);
            checker.initVerify(publicKey);
            checker.update(chain.getFirst().getEncoded());
            return checker.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
