@NullMarked
package io.linkspan.insight;

import org.jspecify.annotations.NullMarked;
