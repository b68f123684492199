package io.linkspan.simulation;

import java.net.InetSocketAddress;

/// A broker that is judged from outside, over its port alone: ours, or one to compare with.
interface Judged extends AutoCloseable {
    String name();

    InetSocketAddress at();

    @Override
    void close();
}
