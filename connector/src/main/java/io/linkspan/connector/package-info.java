@NullMarked
package io.linkspan.connector;

import org.jspecify.annotations.NullMarked;
