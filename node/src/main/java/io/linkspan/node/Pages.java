package io.linkspan.node;

import io.linkspan.connector.Endpoint;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.ServiceLoader;

/// What shows a running node to people, found by `ServiceLoader`: the live page.
public interface Pages {
    /// Opens the page.
    ///
    /// @throws IOException the address is taken or not permitted; the message says what next
    Closeable open(Running running, Endpoint.Tcp address) throws IOException;

    /// Opens what there is at this address; nothing where none is wanted.
    static Closeable open(Running running, Optional<Endpoint.Tcp> address) throws IOException {
        var pages = ServiceLoader.load(Pages.class).findFirst();
        if (pages.isEmpty() || address.isEmpty()) return () -> {};
        return pages.get().open(running, address.get());
    }
}
