package io.linkspan.broker;

import io.linkspan.mqtt.Subscription;

/// One subscription of one session.
final class Sub {
    final Session session;
    final Subscription subscription;
    /// The number that the client gave it; 0: none.
    final int number;
    /// Where it stands in the list of its place in the tree.
    int at;

    Sub(Session session, Subscription subscription, int number) {
        this.session = session;
        this.subscription = subscription;
        this.number = number;
    }
}
