package io.linkspan.access;

import io.linkspan.model.Principal;
import io.linkspan.model.SiteId;
import java.util.Optional;

/// Who is at the door.
///
/// @param application the application with its contract; none for a person, who sees all of a site that is not private
/// @param site the only site that may be seen; none: each site of this node
public record Who(Principal principal, Role role, Optional<Application> application, Optional<SiteId> site) {
    /// Somebody who may come to each site of this node.
    public Who(Principal principal, Role role, Optional<Application> application) {
        this(principal, role, application, Optional.empty());
    }

    /// Whether this site may be seen at all.
    public boolean maySee(SiteId asked) {
        return site.isEmpty() || site.get().equals(asked);
    }
}
