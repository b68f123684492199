/// Readings by time: a table in memory, rebuilt from the site's log, and segments on disk in the open format TsFile.
@NullMarked
package io.linkspan.history;

import org.jspecify.annotations.NullMarked;
