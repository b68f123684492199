/// MQTT to a broker that is there already, and Sparkplug B over it.
@NullMarked
package io.linkspan.connectors.mqtt;

import org.jspecify.annotations.NullMarked;
