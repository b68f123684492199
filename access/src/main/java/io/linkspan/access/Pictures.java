package io.linkspan.access;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// The pictures of a site, by name. They are files beside the log and no part of it: the site file names them. Safe for
/// many threads.
public interface Pictures {
    /// Most pictures of a site; the next one is refused.
    int PICTURES_MAX = 50;

    /// Longest picture, in bytes; a longer one is refused.
    int BYTES_MAX = 4 << 20;

    /// All of them, by name.
    List<Picture.Listed> list() throws IOException;

    /// One of them.
    Optional<Picture.Stored> get(String name) throws IOException;

    /// Keeps a picture under a name, in place of one that had it. When it returns, the picture is on disk.
    ///
    /// @throws IllegalArgumentException the name is none, the bytes are no picture, or there are [#PICTURES_MAX];
    /// the
    /// message says which
    Picture.Listed put(String name, byte[] bytes) throws IOException;

    /// Removes one.
    ///
    /// @return false when there was none
    boolean remove(String name) throws IOException;
}
