package io.linkspan.broker;

/// One connection as the state machine sees it: bytes out, nothing else. In tests it is a list.
interface Wire {
    /// Sends bytes, which are taken over at once: the array may be used again. Never waits.
    void send(byte[] bytes, int length);

    /// Bytes that were given to [#send] and that the network has not taken yet.
    long pendingBytes();

    /// Stops or goes on reading from the other side.
    void hold(boolean held);

    /// Sends what was given and closes.
    void close();

    /// Who is at the other end, for people: `127.0.0.1:40112`.
    String peer();
}
