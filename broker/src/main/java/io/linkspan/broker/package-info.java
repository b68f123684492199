/// The MQTT broker, as the connector type `mqtt_broker`.
///
/// [Broker] and what it holds ([Session], [Link], [SubscriptionTree], [RetainedTree]) are a state machine on one
/// thread:
/// no
/// clock, socket or random number inside. [Doors] and [Channels] are its network, on Netty. Clauses are of MQTT Version
/// 5.0,
/// those marked "3.1.1" of MQTT Version 3.1.1.
@NullMarked
package io.linkspan.broker;

import org.jspecify.annotations.NullMarked;
