package io.linkspan.node;

import java.io.IOException;

/// What was asked for is right, but not now or not so: the message says why, and what would be.
final class SaidNo extends IOException {
    private static final long serialVersionUID = 1;

    SaidNo(String why) {
        super(why);
    }
}
