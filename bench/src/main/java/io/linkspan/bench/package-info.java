@NullMarked
package io.linkspan.bench;

import org.jspecify.annotations.NullMarked;
