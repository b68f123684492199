@NullMarked
package io.linkspan.connectors.dsmrp1;

import org.jspecify.annotations.NullMarked;
