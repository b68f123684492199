package io.linkspan.broker;

import io.linkspan.mqtt.Qos;
import io.linkspan.mqtt.Subscription;
import io.linkspan.mqtt.Will;
import java.util.List;

/// One thing that changed in what outlives a connection: what an entry of the broker's log holds. Applying them in
/// order
/// gives
/// the state again. Sessions are named by their numbers.
sealed interface Change {
    /// A session that is kept was opened; it has a connection.
    record Opened(int session, String client, long keptMicros) implements Change {}

    /// Its client is back.
    record Resumed(int session, long keptMicros) implements Change {}

    /// Its client is away, at the time of the entry.
    record Left(int session, long keptMicros) implements Change {}

    /// It is over, with all that is on its way.
    record Ended(int session) implements Change {}

    /// A filter was subscribed to, anew or with other options.
    ///
    /// @param number that the client gave it; 0: none
    record Subscribed(int session, Subscription subscription, int number) implements Change {}

    /// A filter was given up.
    record Unsubscribed(int session, String filter) implements Change {}

    /// A message came.
    ///
    /// @param from the session that it came from, if that is kept; else 0
    /// @param incoming its packet identifier there, with QoS 2; else 0
    /// @param retained whether it is retained from now on (an empty one: nothing is)
    /// @param tapped whether it is kept until the site has its readings
    /// @param takers sessions that are kept and get it
    record Published(Message message, int from, int incoming, boolean retained, boolean tapped, List<Taker> takers)
            implements Change {}

    /// One session that gets a message.
    ///
    /// @param id the packet identifier there
    record Taker(int session, int id, Qos qos, boolean retain, int[] numbers) {}

    /// Messages arrived at a client, or will not be sent any more.
    record Settled(int session, int id) implements Change {}

    /// A PUBREC came from a client.
    record Received(int session, int id) implements Change {}

    /// A PUBREL came from a client.
    record Released(int session, int id) implements Change {}

    /// A client left word of what to publish when it is gone.
    record WillSet(String client, Will will) implements Change {}

    /// It is gone, and that is due.
    ///
    /// @param atMicros the broker's time
    record WillDue(String client, long atMicros) implements Change {}

    /// It was published, or is not to be.
    record WillGone(String client) implements Change {}

    /// What was retained under a topic is too old.
    record Unretained(String topic) implements Change {}

    /// A message on its way to a session came by a shared subscription. Stands behind the message, in its entry.
    ///
    /// @param filter with its share, as it was subscribed to
    record Shared(int session, int id, String filter) implements Change {}

    /// What is told out of the site's log is told up to here.
    ///
    /// @param session of an application; 0: what the broker serves to all
    /// @param windows whether it is the end of a window; else it is a position in the site's log
    record Fed(int session, boolean windows, long at) implements Change {}

    /// A message that was kept for the site was taken by it.
    ///
    /// @param entry the position of the entry with the message, as [Book#write] gave it
    record Told(long entry) implements Change {}
}
