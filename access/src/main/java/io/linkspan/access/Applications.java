package io.linkspan.access;

import io.linkspan.feed.Contract;
import io.linkspan.model.Invalid;
import io.linkspan.model.Principal;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// The applications of one site, kept in the log. Safe for many threads; what a method returned from is on disk.
public interface Applications {
    /// All of them, by name.
    List<Application> all();

    /// Makes one, or gives one that is there another contract; the contract's version is counted here.
    ///
    /// @return the token, to be shown once, when it is new
    /// @throws Invalid the name or a part of the contract can not be taken; the message says what would be right
    Optional<String> put(Principal by, String name, Contract contract, int itemsPerSecondMax)
            throws Invalid, IOException, InterruptedException;

    /// Takes one away; its token opens nothing from then on.
    ///
    /// @return whether it was there
    boolean remove(Principal by, String name) throws IOException, InterruptedException;

    /// Notes the position up to which the application has stored what it took.
    void cursor(String name, long position) throws IOException, InterruptedException;
}
