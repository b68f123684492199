@NullMarked
package io.linkspan.console;

import org.jspecify.annotations.NullMarked;
