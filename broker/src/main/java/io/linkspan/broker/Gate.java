package io.linkspan.broker;

import io.linkspan.mqtt.Packet;
import io.linkspan.mqtt.Reason;
import java.util.Optional;
import java.util.function.Consumer;

/// Who may connect, and what they may do then.
interface Gate {
    /// Looks at who wants to connect, and answers now or later on the broker's thread.
    ///
    /// @param subject of the certificate that the client showed
    void admit(Packet.Connect connect, Door door, Optional<String> subject, Consumer<Admission> answer);

    /// A listener as the gate sees it.
    ///
    /// @param anonymous whether clients need not say who they are
    record Door(String name, boolean anonymous, boolean loopback) {}

    /// What the gate says.
    ///
    /// @param reason an error: the connection is refused with it
    /// @param account under which name; empty for nobody's
    /// @param space how its topics are called within the broker
    record Admission(Reason reason, String account, Rights rights, TopicSpace space) {
        Admission(Reason reason, String account, Rights rights) {
            this(reason, account, rights, TopicSpace.SHARED);
        }

        static Admission refused(Reason why) {
            return new Admission(why, "", Rights.NOTHING);
        }
    }

    /// What a client may do.
    interface Rights {
        /// Nothing at all.
        Rights NOTHING = new Rights() {
            @Override
            public boolean mayPublish(String topic) {
                return false;
            }

            @Override
            public boolean maySubscribe(String filter) {
                return false;
            }
        };

        /// Whether it may publish to a topic. Topics of the broker itself (`$...`) are refused before.
        boolean mayPublish(String topic);

        /// Whether it may subscribe to a filter, which is not that of a shared subscription.
        boolean maySubscribe(String filter);
    }
}
