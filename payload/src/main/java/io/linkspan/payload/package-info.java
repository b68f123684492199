/// Values out of what people and devices write: expressions. [io.linkspan.payload.Expression] is the way in.
@NullMarked
package io.linkspan.payload;

import org.jspecify.annotations.NullMarked;
