package io.linkspan.broker;

import java.util.regex.Pattern;

/// The topics of a device that speaks ThingsBoard's MQTT device API (thingsboard.io, MQTT Device API Reference), in its
/// long form `v1/devices/me/...` and its short one `v2/...`. What the device publishes and what it is sent are two
/// spaces, because the API uses one name for both: a device that asks with `rpc/request/1` also hears commands there.
///
/// @param thing that the account is bound to
record DeviceSpace(String thing) implements TopicSpace {
    private static final String LONG = "v1/devices/me/";
    private static final String SHORT = "v2/";
    private static final Pattern PUBLISHED = Pattern.compile("v1/devices/me/(telemetry|attributes"
            + "|attributes/request/\\d{1,10}|rpc/request/\\d{1,10}|rpc/response/\\d{1,10})"
            + "|v2/(t|a|a/req/\\d{1,10}|r/req/\\d{1,10}|r/res/\\d{1,10})");

    /// Whether the API lets a device publish to a topic.
    static boolean mayPublish(String topic) {
        return PUBLISHED.matcher(topic).matches();
    }

    /// Whether a filter is one of the API's.
    static boolean maySubscribe(String filter) {
        return filter.startsWith(LONG) || filter.startsWith(SHORT);
    }

    /// The topic within the broker of what is sent to a device.
    ///
    /// @param isShort in the API's short form
    /// @param rest behind `v1/devices/me/` or `v2/`
    static String down(String thing, boolean isShort, String rest) {
        return DEVICES + thing + (isShort ? "/down/v2/" : "/down/v1/") + rest;
    }

    @Override
    public String session(String clientId) {
        return DEVICES + thing + "/" + clientId;
    }

    @Override
    public String published(String topic) {
        return within(topic, "/up");
    }

    @Override
    public String subscribed(String filter) {
        return within(filter, "/down");
    }

    private String within(String topic, String way) {
        if (topic.startsWith(LONG)) return DEVICES + thing + way + "/v1/" + topic.substring(LONG.length());
        if (topic.startsWith(SHORT)) return DEVICES + thing + way + "/v2/" + topic.substring(SHORT.length());
        return topic;
    }

    @Override
    public String delivered(String topic) {
        String mine = DEVICES + thing + "/down/v";
        if (!topic.startsWith(mine)) return topic;
        String rest = topic.substring(mine.length() + 2);
        return (topic.charAt(mine.length()) == '1' ? LONG : SHORT) + rest;
    }

    /// A topic that a device published to, within the broker.
    ///
    /// @param rest in the words of the long form
    record Up(String thing, boolean isShort, String rest) {
        static Up of(String topic) {
            String[] levels = topic.split("/", 5);
            boolean isShort = levels[3].equals("v2");
            return new Up(levels[1], isShort, isShort ? written(levels[4]) : levels[4]);
        }

        /// The long form of what stands behind `v2/`.
        private static String written(String rest) {
            if (rest.equals("t")) return "telemetry";
            if (rest.equals("a")) return "attributes";
            return rest.replaceFirst("^a/req/", "attributes/request/")
                    .replaceFirst("^r/req/", "rpc/request/")
                    .replaceFirst("^r/res/", "rpc/response/");
        }

        /// The topic within the broker of an answer to it.
        String answer() {
            String id = rest.substring(rest.lastIndexOf('/') + 1);
            boolean rpc = rest.startsWith("rpc/");
            if (isShort) return down(thing, true, (rpc ? "r/res/" : "a/res/") + id);
            return down(thing, false, (rpc ? "rpc/response/" : "attributes/response/") + id);
        }
    }
}
