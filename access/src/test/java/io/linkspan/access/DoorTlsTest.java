package io.linkspan.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.helidon.webserver.WebServer;
import io.linkspan.model.Invalid;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.NameConstraintValidatorException;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PKIXNameConstraintValidator;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoorTlsTest {
    private static final BoxNames BOX =
            new BoxNames(Set.of("localhost", "box", "box.local"), Set.of("127.0.0.1", "::1", "192.168.1.5"));

    @TempDir
    Path folder;

    private Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    private LocalCa ca() {
        return new LocalCa(folder.resolve("tls"), new SecureRandom(), () -> now);
    }

    private static WebServer server(DoorTls tls, SignIn signIn, X509Certificate authority) {
        return WebServer.builder()
                .address(InetAddress.getLoopbackAddress())
                .port(0)
                .tls(tls.tls())
                .routing(r -> r.register("/v1", new SignInRoutes(signIn)).register("/", new TrustRoutes(authority)))
                .build()
                .start();
    }

    private static SSLContext trusting(X509Certificate authority) throws Exception {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("ca", authority);
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static HttpResponse<String> get(HttpClient client, WebServer server, String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + server.port() + path))
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void whoTrustsTheAuthorityIsLetInUnderTlsAndGetsASecureCookie() throws Exception {
        try (var house = new House(folder)) {
            var tls = new DoorTls(() -> ca().identity(BOX), new SecureRandom());
            var authority = ca().certificate().orElseThrow();
            var server = server(tls, house.signIn, authority);
            try (var client = HttpClient.newBuilder()
                            .sslContext(trusting(authority))
                            .build();
                    var stranger = HttpClient.newHttpClient()) {
                String pem = get(client, server, "/ca.pem").body();
                assertThat(pem).startsWith("-----BEGIN CERTIFICATE-----").doesNotContain("PRIVATE");
                var read = CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
                assertThat(read).isEqualTo(authority);
                assertThat(get(client, server, "/trust").body())
                        .contains(TrustRoutes.fingerprint(authority))
                        .doesNotContain("<script", "http://", "style=");
                String code = house.signIn.setUpCode().orElseThrow();
                var in = client.send(
                        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + server.port() + "/v1/setup"))
                                .POST(BodyPublishers.ofString("{\"code\":\"" + code
                                        + "\",\"name\":\"anna\",\"password\":\"" + House.PASSWORD + "\"}"))
                                .build(),
                        BodyHandlers.ofString());
                assertThat(in.headers().firstValue("Set-Cookie").orElse(""))
                        .startsWith("__Host-linkspan_session=")
                        .contains("Secure", "HttpOnly", "SameSite=Strict", "Path=/")
                        .doesNotContain("Domain");
                assertThatThrownBy(() -> get(stranger, server, "/trust")).isInstanceOf(IOException.class);
            } finally {
                server.stop();
            }
        }
    }

    private static String handshake(SSLContext context, int port, String... protocols) throws IOException {
        try (var socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            var parameters = new SSLParameters();
            parameters.setProtocols(protocols);
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket.getSession().getProtocol() + " " + socket.getSession().getCipherSuite();
        }
    }

    @Test
    void onlyNewProtocolsWithForwardSecrecyAreSpoken() throws Exception {
        try (var house = new House(folder)) {
            var tls = new DoorTls(() -> ca().identity(BOX), new SecureRandom());
            var authority = ca().certificate().orElseThrow();
            var server = server(tls, house.signIn, authority);
            try {
                var context = trusting(authority);
                assertThat(handshake(context, server.port(), "TLSv1.3")).startsWith("TLSv1.3 TLS_");
                assertThat(handshake(context, server.port(), "TLSv1.2"))
                        .matches("TLSv1.2 TLS_ECDHE_ECDSA_.*(GCM|POLY1305).*");
                var taken = new TreeSet<String>();
                for (String suite : context.getSupportedSSLParameters().getCipherSuites())
                    if (isTaken(context, server.port(), suite)) taken.add(suite);
                assertThat(taken).isNotEmpty().isSubsetOf(DoorTls.SUITES);
                for (String order :
                        List.of("AES_128_GCM_SHA256,AES_256_GCM_SHA384", "AES_256_GCM_SHA384,AES_128_GCM_SHA256"))
                    try (var socket = socket(context, server.port())) {
                        socket.setEnabledProtocols(new String[] {"TLSv1.3"});
                        socket.setEnabledCipherSuites(List.of(order.split(",")).stream()
                                .map(s -> "TLS_" + s)
                                .toArray(String[]::new));
                        socket.startHandshake();
                        assertThat(socket.getSession().getCipherSuite()).isEqualTo("TLS_AES_256_GCM_SHA384");
                    }
            } finally {
                server.stop();
            }
        }
    }

    private static SSLSocket socket(SSLContext context, int port) throws IOException {
        return (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
    }

    private static boolean isTaken(SSLContext context, int port, String suite) throws IOException {
        try (var socket = socket(context, port)) {
            socket.setEnabledCipherSuites(new String[] {suite});
            socket.startHandshake();
            return true;
        } catch (SSLException | IllegalArgumentException e) {
            return false;
        }
    }

    /// RFC 5746 lets a client begin anew; who does it over and over is expensive.
    @Test
    void aClientCanNotBeginItsHandshakeAnew() throws Exception {
        try (var house = new House(folder)) {
            var tls = new DoorTls(() -> ca().identity(BOX), new SecureRandom());
            var authority = ca().certificate().orElseThrow();
            var server = server(tls, house.signIn, authority);
            try (var socket = socket(trusting(authority), server.port())) {
                socket.setEnabledProtocols(new String[] {"TLSv1.2"});
                socket.startHandshake();
                assertThatThrownBy(() -> {
                            socket.startHandshake();
                            socket.getOutputStream()
                                    .write("GET /trust HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                            .getBytes(StandardCharsets.US_ASCII));
                            if (socket.getInputStream().read() < 0) throw new IOException("closed");
                        })
                        .isInstanceOf(IOException.class);
            } finally {
                server.stop();
            }
        }
    }

    @Test
    void aCertificateThatIsNearlyOverIsRenewedWithoutARestart() throws Exception {
        try (var house = new House(folder)) {
            var tls = new DoorTls(() -> ca().identity(BOX), new SecureRandom());
            var first = tls.identity().certificate();
            tls.renew();
            assertThat(tls.identity().certificate()).isEqualTo(first);
            var authority = ca().certificate().orElseThrow();
            var server = server(tls, house.signIn, authority);
            try {
                now = now.plus(LocalCa.LIFE).minus(LocalCa.RENEW_BEFORE);
                tls.renew();
                var second = tls.identity().certificate();
                assertThat(second).isNotEqualTo(first);
                second.verify(authority.getPublicKey());
                assertThat(ca().certificate()).contains(authority);
                try (var socket =
                        (SSLSocket) trusting(authority).getSocketFactory().createSocket("127.0.0.1", server.port())) {
                    // the clock of this test is a year ahead of the one that checks, so only what is shown is looked at
                    assertThatThrownBy(socket::startHandshake).hasStackTraceContaining("NotBefore");
                }
            } finally {
                server.stop();
            }
        }
    }

    @Test
    void anotherNameOrAddressIsAnotherCertificateOfTheSameAuthority() throws Exception {
        var first = ca().identity(BOX);
        var authority = ca().certificate();
        assertThat(ca().identity(BOX).certificate()).isEqualTo(first.certificate());
        var moved = new BoxNames(Set.of("localhost", "other", "other.local"), Set.of("127.0.0.1", "10.0.0.7"));
        var second = ca().identity(moved);
        assertThat(second.certificate()).isNotEqualTo(first.certificate());
        assertThat(ca().certificate()).isEqualTo(authority);
        var names = new TreeSet<String>();
        for (var each : second.certificate().getSubjectAlternativeNames()) names.add(String.valueOf(each.get(1)));
        assertThat(names).containsExactly("10.0.0.7", "127.0.0.1", "localhost", "other.local");
        assertThat(ca().identity(moved).certificate()).isEqualTo(second.certificate());
        now = now.plus(LocalCa.CA_LIFE).minus(Duration.ofDays(300));
        ca().identity(moved);
        assertThat(ca().certificate()).isNotEqualTo(authority);
    }

    @Test
    void keysAreReadableForTheirUserAlone() throws Exception {
        ca().identity(BOX);
        for (String name : new String[] {"ca.key", "server.key"})
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(folder.resolve("tls").resolve(name))))
                    .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("tls"))))
                .isEqualTo("rwx------");
    }

    /// Browsers and OpenSSL hold a root to its own constraints (RFC 5280, 4.2.1.10).
    @Test
    void aStolenAuthorityCanNotPretendToBeABank() throws Exception {
        var identity = ca().identity(BOX);
        var authority = ca().certificate().orElseThrow();
        assertThat(authority.getCriticalExtensionOIDs()).contains(Extension.nameConstraints.getId());
        var constraints = NameConstraints.getInstance(
                JcaX509ExtensionUtils.parseExtensionValue(authority.getExtensionValue("2.5.29.30")));
        var validator = new PKIXNameConstraintValidator();
        validator.intersectPermittedSubtree(constraints.getPermittedSubtrees());
        for (var each : identity.certificate().getSubjectAlternativeNames())
            validator.checkPermitted(new GeneralName((Integer) each.get(0), String.valueOf(each.get(1))));
        for (String foreign : List.of("bank.example", "example.com", "notlocal"))
            assertThatThrownBy(() -> validator.checkPermitted(new GeneralName(GeneralName.dNSName, foreign)))
                    .isInstanceOf(NameConstraintValidatorException.class);
        assertThatThrownBy(() -> validator.checkPermitted(new GeneralName(GeneralName.iPAddress, "93.184.216.34")))
                .isInstanceOf(NameConstraintValidatorException.class);
    }

    @Test
    void filesThatDoNotFitAreRefusedWithASentence() throws Exception {
        ca().identity(BOX);
        var tls = folder.resolve("tls");
        assertThatThrownBy(() -> TlsIdentity.read(tls.resolve("server.pem"), tls.resolve("ca.key")))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("is not that of the certificate");
        var old = Files.writeString(folder.resolve("old.key"), "-----BEGIN EC PRIVATE KEY-----\nAAAA\n");
        assertThatThrownBy(() -> TlsIdentity.read(tls.resolve("server.pem"), old))
                .hasMessageContaining("openssl pkcs8");
        var empty = Files.writeString(folder.resolve("empty.pem"), "");
        assertThatThrownBy(() -> TlsIdentity.read(empty, tls.resolve("server.key")))
                .hasMessageContaining("no certificate");
        assertThat(BoxNames.here().hosts()).contains("localhost");
        assertThat(BoxNames.here().addresses()).contains("127.0.0.1");
    }
}
