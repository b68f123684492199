package io.linkspan.node;

import java.io.IOException;

/// An idempotency key came again with another request: the message says what next.
final class KeyUsed extends IOException {
    private static final long serialVersionUID = 1;

    KeyUsed(String key) {
        super("the key \"" + key
                + "\" was used for another request lately; a new request has a new key, and a repeated one"
                + " says the same as the first time");
    }
}
