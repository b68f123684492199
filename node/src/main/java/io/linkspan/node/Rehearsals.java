package io.linkspan.node;

import io.linkspan.model.Principal;
import io.linkspan.model.SiteId;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The rehearsals that run in a node, and the newest that are over: each on a thread of its own, beside the site, which
/// does not wait for it. They are in memory alone; one that a stop ends changes nothing.
///
/// Thread-safety: safe for many threads.
final class Rehearsals implements AutoCloseable {
    /// Most that run at once: each takes one core.
    static final int RUNNING_MAX = 1;
    /// Most that are kept when they are over; the oldest are forgotten.
    static final int KEPT_MAX = 20;

    private static final Logger LOG = LoggerFactory.getLogger("linkspan.rehearsal");

    private final Map<Integer, Job> jobs = new LinkedHashMap<>();
    private int last;
    private boolean open = true;

    /// Adds to the answer what needs more than the log, such as energy.
    @FunctionalInterface
    interface More {
        Tree.Fields to(SiteView view, RehearsalRun.Rehearsed done, Tree.Fields report) throws IOException;
    }

    /// How a rehearsal is.
    enum State {
        RUNNING,
        DONE,
        CANCELLED,
        FAILED
    }

    /// One rehearsal.
    private static final class Job implements RehearsalRun.Watch {
        private final int id;
        private final SiteId site;
        private final Principal by;
        private final long begun;
        private final RehearsalRun.Asked asked;
        private volatile boolean cancelled;
        private volatile State state = State.RUNNING;
        private volatile RehearsalRun.Progress progress = new RehearsalRun.Progress(false, 0, 0, 0);
        private volatile Optional<Tree.Fields> report = Optional.empty();
        private volatile String error = "";
        private @Nullable Thread thread;

        Job(int id, SiteId site, Principal by, long begun, RehearsalRun.Asked asked) {
            this.id = id;
            this.site = site;
            this.by = by;
            this.begun = begun;
            this.asked = asked;
        }

        @Override
        public void progress(RehearsalRun.Progress now) {
            progress = now;
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }

        Trees.Fields head() {
            var out = Trees.fields()
                    .plain("id", id)
                    .text("state", Trees.word(state))
                    .text("by", by.toString())
                    .time("begun", begun)
                    .time("asked_from", asked.from())
                    .time("asked_to", asked.to())
                    .plain("other_file", asked.file().isPresent())
                    .put("progress", tree(progress));
            if (!error.isEmpty()) out.text("error", error);
            return out;
        }
    }

    /// How far a rehearsal is, as JSON.
    static Tree.Fields tree(RehearsalRun.Progress p) {
        return Trees.fields()
                .text("phase", p.begun() ? "rehearsing" : "before")
                .plain("entries", p.entries())
                .time("at", p.at())
                .plain("share", Math.round(p.share() * 1_000) / 1_000.0)
                .done();
    }

    /// Begins one.
    ///
    /// @param more what the answer gets beyond what the log tells
    /// @throws SaidNo another one runs
    synchronized Tree.Fields begin(SiteView view, RehearsalRun.Asked asked, Principal by, More more)
            throws IOException {
        if (!open) throw new IOException("the node ends");
        var running =
                jobs.values().stream().filter(j -> j.state == State.RUNNING).toList();
        if (running.size() >= RUNNING_MAX)
            throw new SaidNo("rehearsal " + running.getFirst().id + " runs already; wait for it, or cancel it");
        var done = jobs.values().stream().filter(j -> j.state != State.RUNNING).toList();
        for (int i = 0; i <= done.size() - KEPT_MAX; i++) jobs.remove(done.get(i).id);
        var job = new Job(++last, view.id(), by, view.nowMicros(), asked);
        jobs.put(job.id, job);
        job.thread = Thread.ofPlatform()
                .name("linkspan rehearsal " + job.id)
                .daemon()
                .priority(Thread.MIN_PRIORITY)
                .start(() -> run(view, job, more));
        return job.head().done();
    }

    private static void run(SiteView view, Job job, More more) {
        try {
            var done = RehearsalRun.of(view, job.asked, job);
            job.report = Optional.of(more.to(view, done, new RehearsalWords(view, done.told()).tree(done)));
            job.progress = new RehearsalRun.Progress(
                    true,
                    done.told().entries(),
                    done.told().at().wall(),
                    done.cutShort().isEmpty() ? 1 : job.progress.share());
            job.state = job.cancelled ? State.CANCELLED : State.DONE;
        } catch (IOException e) {
            job.error = String.valueOf(e.getMessage());
            job.state = job.cancelled ? State.CANCELLED : State.FAILED;
        } catch (RuntimeException | Error e) { // thread top: a bug in a rehearsal harms no site
            LOG.error("Rehearsal {} met a bug; the site goes on", job.id, e);
            job.error = "this is a bug in Linkspan, its log has the details: " + e;
            job.state = State.FAILED;
        }
    }

    /// Those of a site, the newest first.
    synchronized List<Tree> all(SiteId site) {
        var all = new ArrayList<Tree>();
        for (var job : jobs.values())
            if (job.site.equals(site)) all.addFirst(job.head().done());
        return all;
    }

    /// One with its report, once it is over.
    ///
    /// @throws NoSuch there is none of this number
    Tree.Fields one(SiteId site, int id) throws NoSuch {
        var job = job(site, id);
        var out = job.head();
        job.report.ifPresent(r -> out.put("report", r));
        return out.done();
    }

    /// Ends one, or forgets one that is over.
    Tree.Fields cancel(SiteId site, int id) throws NoSuch {
        var job = job(site, id);
        job.cancelled = true;
        if (job.state != State.RUNNING)
            synchronized (this) {
                jobs.remove(id);
            }
        return job.head().done();
    }

    private synchronized Job job(SiteId site, int id) throws NoSuch {
        var job = jobs.get(id);
        if (job == null || !job.site.equals(site))
            throw new NoSuch(
                    "there is no rehearsal " + id + "; the newest " + KEPT_MAX + " are kept until the node ends");
        return job;
    }

    /// Ends all of them and waits for their threads.
    @Override
    public void close() {
        List<Job> all;
        synchronized (this) {
            open = false;
            all = List.copyOf(jobs.values());
        }
        for (var job : all) job.cancelled = true;
        try {
            for (var job : all) {
                var thread = job.thread;
                if (thread != null) thread.join(Node.STOP_TIMEOUT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
