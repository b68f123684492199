@NullMarked
package io.linkspan.connectors.mqtt;

import org.jspecify.annotations.NullMarked;
