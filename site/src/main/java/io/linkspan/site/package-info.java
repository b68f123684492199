@NullMarked
package io.linkspan.site;

import org.jspecify.annotations.NullMarked;
