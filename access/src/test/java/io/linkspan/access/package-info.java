@NullMarked
package io.linkspan.access;

import org.jspecify.annotations.NullMarked;
