package io.linkspan.access;

import io.helidon.common.tls.Tls;
import io.linkspan.model.Invalid;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The door's side of TLS. What it shows can be another from one connection to the next, so a certificate is renewed
/// without a restart. Safe for many threads.
public final class DoorTls {
    private static final Logger LOG = LoggerFactory.getLogger("linkspan.tls");

    /// RFC 9325, 3.1.1: nothing older.
    static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");
    /// RFC 9325, 4.2: forward secrecy and authenticated encryption only.
    static final List<String> SUITES = List.of(
            "TLS_AES_256_GCM_SHA384",
            "TLS_AES_128_GCM_SHA256",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private static final String ALIAS = "door";

    /// RFC 9325, 4.2.1: curves of 128 bits of strength and more.
    private static final List<String> GROUPS = List.of("x25519", "secp256r1", "secp384r1");

    static {
        // A client that begins its handshake anew over and over costs us much and itself little (RFC 9325, 3.5). Java
        // reads it once, before its first TLS.
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    }

    private final Source source;
    private final SSLContext context;
    private volatile TlsIdentity identity;

    /// Where the identity comes from: a local authority, or files that somebody else renews.
    @FunctionalInterface
    public interface Source {
        /// What is to be shown from now on.
        TlsIdentity now() throws Invalid, IOException;
    }

    /// Takes what the source has now.
    ///
    /// @throws Invalid it has nothing that can be shown; the message says what would be right
    public DoorTls(Source source, SecureRandom random) throws Invalid, IOException {
        this.source = source;
        identity = source.now();
        try {
            context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {new Shown()}, null, random);
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("This Java runtime has no TLS, which every one must have", broken);
        }
    }

    /// For the server.
    public Tls tls() {
        // These stand for all that is not said here, also for the suites: the builder's own would be forgotten.
        var parameters = new SSLParameters(SUITES.toArray(String[]::new), PROTOCOLS.toArray(String[]::new));
        parameters.setNamedGroups(GROUPS.toArray(String[]::new));
        parameters.setUseCipherSuitesOrder(true); // ours, the strongest first (RFC 9325, 4.2.1)
        return Tls.builder()
                .sslContext(context)
                .sslParameters(parameters)
                .enabledProtocols(PROTOCOLS)
                .enabledCipherSuites(SUITES)
                .build();
    }

    /// What is shown now.
    public TlsIdentity identity() {
        return identity;
    }

    /// Takes what the source has by now; to be called about each hour. What can not be taken is logged, and what
    /// was
    /// shown is shown on.
    public void renew() {
        try {
            var next = source.now();
            if (next.certificate().equals(identity.certificate())) return;
            identity = next;
            LOG.info(
                    "The certificate of the page is another one, until {}",
                    next.certificate().getNotAfter());
        } catch (Invalid | IOException e) {
            LOG.error("The certificate of the page could not be renewed: {}", e.getMessage());
        }
    }

    /// Gives each connection what is shown at that moment.
    private final class Shown extends X509ExtendedKeyManager {
        @Override
        public @Nullable String chooseEngineServerAlias(
                String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
            return alias(keyType);
        }

        @Override
        public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, Socket socket) {
            return alias(keyType);
        }

        private @Nullable String alias(String keyType) {
            return identity.key().getAlgorithm().equals(keyType) ? ALIAS : null;
        }

        @Override
        public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return identity.chain().toArray(X509Certificate[]::new);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return identity.key();
        }

        @Override
        public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
            return null; // we are a server
        }

        @Override
        public @Nullable String chooseClientAlias(String[] keyTypes, Principal @Nullable [] issuers, Socket socket) {
            return null; // we are a server
        }
    }
}
