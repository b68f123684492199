package io.linkspan.connector;

import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Where a machine is: `tcp://host:port`, `host:port`, `tls://host:port`, `serial:///dev/ttyUSB0?baud=9600&mode=8N1` or
/// `/dev/ttyUSB0`.
public sealed interface Endpoint {
    /// A TCP address. Port 0, for a listener, is any free one.
    record Tcp(String host, int port) implements Endpoint {
        public Tcp {
            if (host.isEmpty()) throw new IllegalArgumentException("A host is missing before the port " + port);
            if (port < 0 || port > 65_535) throw new IllegalArgumentException("A port is 0..65535, not " + port);
        }

        @Override
        public String toString() {
            return "tcp://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /// A TCP address with TLS over it. The host's name (or number) must be in the certificate that is shown there.
    ///
    /// @param trust a file of certificates (PEM) that the other side's must come from; none: the authorities that
    /// Java
    /// knows
    /// @param own a file with our certificate and its chain (PEM), where the other side asks for one
    /// @param ownKey a file with its private key (PEM, PKCS #8, not encrypted); there if and only if `own` is
    record Tls(String host, int port, Optional<Path> trust, Optional<Path> own, Optional<Path> ownKey)
            implements Endpoint {
        public Tls {
            if (host.isEmpty()) throw new IllegalArgumentException("A host is missing before the port " + port);
            if (port < 1 || port > 65_535) throw new IllegalArgumentException("A port is 1..65535, not " + port);
            if (own.isPresent() != ownKey.isPresent())
                throw new IllegalArgumentException("A certificate and its key go together");
        }

        /// The connection under it.
        public Tcp tcp() {
            return new Tcp(host, port);
        }

        @Override
        public String toString() {
            return "tls" + tcp().toString().substring(3);
        }
    }

    /// A serial line.
    ///
    /// @param baud bits a second
    /// @param mode data bits, parity (N, E, O) and stop bits: `8N1`
    record Serial(String path, int baud, String mode) implements Endpoint {
        private static final Pattern MODE = Pattern.compile("[78][NEO][12]");

        public Serial {
            if (path.isEmpty()) throw new IllegalArgumentException("A serial line has a path such as /dev/ttyUSB0");
            if (baud < 50 || baud > 4_000_000)
                throw new IllegalArgumentException("A baud rate is 50..4000000, not " + baud);
            if (!MODE.matcher(mode).matches())
                throw new IllegalArgumentException("A serial mode is written 8N1, 8E1, 7E1 ..., not \"" + mode + "\"");
        }

        /// The same line at another speed.
        public Serial at(int otherBaud, String otherMode) {
            return new Serial(path, otherBaud, otherMode);
        }

        @Override
        public String toString() {
            return path + " " + baud + " " + mode;
        }
    }

    /// Reads an endpoint; the numbers serve where the text names none.
    ///
    /// @throws IllegalArgumentException with what would be right
    static Endpoint parse(String text, int tcpPort, int baud, String mode) {
        String t = text.trim();
        if (t.startsWith("/") || t.matches("(?i)COM\\d+")) return new Serial(t, baud, mode);
        if (t.startsWith("serial:")) return serial(t, baud, mode);
        if (t.startsWith("tls://")) {
            var under = tcp(t.substring(6), tcpPort, text);
            return new Tls(under.host(), under.port(), Optional.empty(), Optional.empty(), Optional.empty());
        }
        return tcp(t.startsWith("tcp://") ? t.substring(6) : t, tcpPort, text);
    }

    private static Tcp tcp(String address, int tcpPort, String text) {
        if (address.contains("://"))
            throw new IllegalArgumentException(
                    "is tcp://host:port, tls://host:port or serial:///dev/ttyUSB0?baud=9600, not \"" + text + "\"");
        if (address.startsWith("[")) {
            int end = address.indexOf(']');
            if (end < 0) throw new IllegalArgumentException("has a \"[\" without its \"]\": \"" + text + "\"");
            String rest = address.substring(end + 1);
            return new Tcp(address.substring(1, end), rest.isEmpty() ? tcpPort : port(rest.substring(1), text));
        }
        int colon = address.lastIndexOf(':');
        if (colon < 0) return new Tcp(address, tcpPort);
        return new Tcp(address.substring(0, colon), port(address.substring(colon + 1), text));
    }

    private static int port(String digits, String text) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("has no port number after the \":\": \"" + text + "\"", e);
        }
    }

    private static Serial serial(String text, int baud, String mode) {
        URI uri = URI.create(text);
        Map<String, String> options = new HashMap<>();
        if (uri.getQuery() != null)
            for (String pair : uri.getQuery().split("&", -1)) {
                int eq = pair.indexOf('=');
                if (eq < 1) throw new IllegalArgumentException("has an option without a value: \"" + pair + "\"");
                options.put(pair.substring(0, eq), pair.substring(eq + 1));
            }
        String baudText = options.getOrDefault("baud", Integer.toString(baud));
        String modeText = options.getOrDefault("mode", mode).toUpperCase(Locale.ROOT);
        if (!baudText.matches("\\d{2,7}")) throw new IllegalArgumentException("has no baud rate: \"" + baudText + "\"");
        String path = uri.getPath() == null ? uri.getSchemeSpecificPart() : uri.getPath();
        return new Serial(path, Integer.parseInt(baudText), modeText);
    }
}
