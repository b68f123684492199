package io.linkspan.broker;

import io.linkspan.mqtt.Reason;

/// What a broker counts. Written by the broker's thread; others may read and see a number that is a moment old.
final class Tally {
    long bytesReceived;
    long bytesSent;
    long packetsReceived;
    long packetsSent;
    long messagesReceived;
    long messagesSent;
    long messagesDropped;
    long connectionsOpened;
    long connectionsRefused;
    long messagesExpired;
    /// Keys that devices told and no property took.
    long keysUnknown;
    /// Answers of devices to requests that nobody waits for.
    long answersUnasked;
    final long[] refusedBy = new long[256];

    /// Something was refused for this reason.
    void refused(Reason why) {
        refusedBy[why.code()]++;
    }

    /// Refusals, of all reasons.
    long refused() {
        long all = 0;
        for (long each : refusedBy) all += each;
        return all;
    }
}
