package io.linkspan.broker;

/// How the topics of a client are called within the broker. Most clients share the topics; an account that is bound to
/// a device or an application has topics of its own, so that thousands of devices may use the same names. Immutable.
///
/// All that such a client publishes, subscribes to and is sent passes here; sessions, logs and routing know the names
/// within the broker alone.
interface TopicSpace {
    /// Topics of spaces begin so: no client writes them itself.
    String DEVICES = "$device/";
    /// The same for applications.
    String APPLICATIONS = "$application/";

    /// The topics that all share.
    TopicSpace SHARED = new TopicSpace() {
        @Override
        public String session(String clientId) {
            return clientId;
        }

        @Override
        public String published(String topic) {
            return topic;
        }

        @Override
        public String subscribed(String filter) {
            return filter;
        }

        @Override
        public String delivered(String topic) {
            return topic;
        }
    };

    /// Under which name the session of a client identifier is kept: two accounts of one identifier have two.
    String session(String clientId);

    /// The topic within the broker of one that the client publishes to.
    String published(String topic);

    /// The filter within the broker of one that the client subscribes to, without its share.
    String subscribed(String filter);

    /// The client's topic of one within the broker.
    String delivered(String topic);

    /// Whether its clients may share a subscription.
    default boolean shares() {
        return true;
    }

    /// Whether a name is one that only the broker gives.
    static boolean isReserved(String name) {
        return name.startsWith(DEVICES) || name.startsWith(APPLICATIONS);
    }
}
