@NullMarked
package io.linkspan.journal;

import org.jspecify.annotations.NullMarked;
