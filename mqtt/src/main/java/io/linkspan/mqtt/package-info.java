/// MQTT as bytes: the packets of 3.1, 3.1.1 and 5 as records, and a strict codec for them without any I/O.
///
/// Clauses without a prefix are of the OASIS standard MQTT Version 5.0 (7 March 2019); "3.1.1" marks those of MQTT
/// Version 3.1.1 (29 October 2014), "3.1" those of the MQTT V3.1 Protocol Specification (IBM and Eurotech, 2010).
/// Knows nothing but the JDK.
@NullMarked
package io.linkspan.mqtt;

import org.jspecify.annotations.NullMarked;
