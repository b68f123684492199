@NullMarked
package io.linkspan.connectors.modbus;

import org.jspecify.annotations.NullMarked;
