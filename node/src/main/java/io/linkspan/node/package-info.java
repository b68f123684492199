@NullMarked
package io.linkspan.node;

import org.jspecify.annotations.NullMarked;
