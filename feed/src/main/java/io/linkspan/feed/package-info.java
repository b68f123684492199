@NullMarked
package io.linkspan.feed;

import org.jspecify.annotations.NullMarked;
