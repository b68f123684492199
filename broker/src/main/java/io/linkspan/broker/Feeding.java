package io.linkspan.broker;

import io.linkspan.mqtt.Subscription;
import java.util.List;

/// Who fills the sessions of applications. Asked on the broker's thread; must not wait.
interface Feeding {
    /// There are no applications.
    Feeding NOBODY = new Feeding() {
        @Override
        public boolean begins(Link link, Session session) {
            return false;
        }

        @Override
        public void subscribed(Session session, List<Subscription> fresh) {}

        @Override
        public void left(Session session) {}

        @Override
        public void settled(Session session, Delivery delivery) {}
    };

    /// The session of an application has a connection.
    ///
    /// @return false when there are too many already
    boolean begins(Link link, Session session);

    /// It subscribed to these, and wants the newest of them.
    void subscribed(Session session, List<Subscription> fresh);

    /// Its connection is over.
    void left(Session session);

    /// A message of the feed arrived, or will not be sent any more.
    void settled(Session session, Delivery delivery);
}
