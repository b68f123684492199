@NullMarked
package io.linkspan.model;

import org.jspecify.annotations.NullMarked;
