@NullMarked
package io.linkspan.payload;

import org.jspecify.annotations.NullMarked;
