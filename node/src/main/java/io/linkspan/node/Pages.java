package io.linkspan.node;

import io.linkspan.model.Invalid;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.ServiceLoader;

/// What shows a running node to people and programs, found by `ServiceLoader`: the HTTP door.
public interface Pages {
    /// Opens the door.
    ///
    /// @throws Invalid its certificate can not be taken; the message says what would be right
    /// @throws IOException the address is taken or not permitted; the message says what next
    Opened open(Running running, HttpFile file) throws Invalid, IOException;

    /// A door that is open.
    ///
    /// @param address where a browser finds it
    /// @param door closing it ends it
    record Opened(String address, Closeable door) implements Closeable {
        @Override
        public void close() throws IOException {
            door.close();
        }
    }

    /// Opens what is asked for; nothing where nothing is.
    static Optional<Opened> open(Running running, Optional<HttpFile> file) throws Invalid, IOException {
        var pages = ServiceLoader.load(Pages.class).findFirst();
        if (pages.isEmpty() || file.isEmpty()) return Optional.empty();
        return Optional.of(pages.get().open(running, file.get()));
    }
}
