/// MQTT to a broker that is there already, and Sparkplug B over it: README.md beside this file.
@NullMarked
package io.linkspan.connectors.mqtt;

import org.jspecify.annotations.NullMarked;
