package io.linkspan.node;

import java.io.IOException;

/// What was asked for is not there: the message says what, and what there is.
final class NoSuch extends IOException {
    private static final long serialVersionUID = 1;

    NoSuch(String what) {
        super(what);
    }
}
