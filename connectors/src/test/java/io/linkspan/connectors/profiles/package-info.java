/// Checks of the profiles that are shipped.
@org.jspecify.annotations.NullMarked
package io.linkspan.connectors.profiles;
