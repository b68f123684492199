@NullMarked
package io.linkspan.simulation;

import org.jspecify.annotations.NullMarked;
