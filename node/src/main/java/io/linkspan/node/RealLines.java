package io.linkspan.node;

import io.linkspan.connector.Endpoint;
import io.linkspan.connector.Line;
import io.linkspan.connector.Listener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Set;

/// Lines of this box: TCP connections, also with TLS, and serial ports. Listens on loopback, elsewhere only where a
/// person permitted
/// it.
///
/// Thread-safety: immutable, safe for many threads.
public final class RealLines implements Lines {
    private final Set<Endpoint.Tcp> permitted;

    /// @param permitted the addresses other than loopback that `node.yaml` permits listeners on
    public RealLines(Set<Endpoint.Tcp> permitted) {
        this.permitted = Set.copyOf(permitted);
    }

    @Override
    public Line open(Endpoint endpoint) throws IOException {
        return switch (endpoint) {
            case Endpoint.Tcp tcp -> TcpLine.connect(tcp);
            case Endpoint.Tls tls -> TcpLine.connect(tls);
            case Endpoint.Serial serial -> SerialLine.open(serial);
        };
    }

    @Override
    public Listener listen(Endpoint.Tcp endpoint) throws IOException {
        InetAddress address = address(endpoint.host());
        if (!address.isLoopbackAddress() && !permitted.contains(endpoint)) {
            String what = endpoint.toString().substring("tcp://".length());
            throw new IOException(
                    "To listen on " + what + " opens this box to its network and needs your permission: write "
                            + "permitted-listeners: [\"" + what + "\"] in node.yaml, or listen on 127.0.0.1");
        }
        return TcpListener.listen(endpoint, address);
    }

    /// The address of a host by name or number.
    static InetAddress address(String host) throws IOException {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new IOException(
                    "There is no machine called \"" + host
                            + "\" (the name is not known here); check the name or write its " + "IP address",
                    e);
        }
    }
}
