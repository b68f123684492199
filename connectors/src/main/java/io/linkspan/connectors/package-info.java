@NullMarked
package io.linkspan.connectors;

import org.jspecify.annotations.NullMarked;
