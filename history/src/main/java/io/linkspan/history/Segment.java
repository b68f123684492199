package io.linkspan.history;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A segment that is in use. A query pins it; one that was merged into another goes when nobody reads it any more. Safe
/// for many threads.
final class Segment {
    final Manifest.Info info;
    private final Folder folder;
    private final String site;
    private final AtomicInteger users = new AtomicInteger(1); // the view itself is one
    private volatile boolean isObsolete;
    private @Nullable SegmentFile file;

    Segment(Manifest.Info info, Folder folder, String site) {
        this.info = info;
        this.folder = folder;
        this.site = site;
    }

    /// Whether it is still there; then it stays until [#release].
    boolean pin() {
        int now = users.get();
        while (now > 0) {
            if (users.compareAndSet(now, now + 1)) return true;
            now = users.get();
        }
        return false;
    }

    /// Opens it on the first use.
    synchronized SegmentFile file() throws IOException {
        if (file == null) file = new SegmentFile(folder.path(info.file()), site);
        return file;
    }

    /// It is in no view any more.
    void retire() {
        isObsolete = true;
        release();
    }

    void release() {
        if (users.decrementAndGet() > 0) return;
        try {
            synchronized (this) {
                if (file != null) file.close();
            }
            if (isObsolete) folder.delete(info.file());
        } catch (IOException e) {
            // What is left belongs to no manifest: the next start deletes it.
        }
    }
}
