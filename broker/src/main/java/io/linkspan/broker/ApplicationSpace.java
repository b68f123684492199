package io.linkspan.broker;

import io.linkspan.connector.Outlet;

/// The topics of an application: what its contract lets out of the site, for it alone. It subscribes to
/// `linkspan/SITE/THING/PROPERTY` and publishes nothing.
record ApplicationSpace(Outlet outlet) implements TopicSpace {
    private static final String ROOT = "linkspan/";
    private static final String FEED = "feed";

    /// What an application may do: to subscribe to what it wants is no way to get more.
    static final Gate.Rights RIGHTS = new Gate.Rights() {
        @Override
        public boolean mayPublish(String topic) {
            return false;
        }

        @Override
        public boolean maySubscribe(String filter) {
            return !filter.startsWith("$");
        }
    };

    private String own() {
        return APPLICATIONS + outlet.application() + "/";
    }

    /// The topic, as the application knows it, of a property, or of the feed itself.
    String topic(String path) {
        return ROOT + outlet.site() + "/" + (path.isEmpty() ? FEED : path.replace('.', '/'));
    }

    @Override
    public String session(String clientId) {
        return own() + clientId;
    }

    @Override
    public String published(String topic) {
        return own() + topic;
    }

    @Override
    public String subscribed(String filter) {
        return own() + filter;
    }

    @Override
    public String delivered(String topic) {
        return topic.startsWith(own()) ? topic.substring(own().length()) : topic;
    }

    /// Each session has a cursor of its own, so nothing can be shared.
    @Override
    public boolean shares() {
        return false;
    }
}
