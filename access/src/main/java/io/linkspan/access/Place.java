package io.linkspan.access;

import io.linkspan.feed.Filter;
import io.linkspan.model.AlarmState;
import io.linkspan.model.Cell;
import io.linkspan.model.Directory;
import io.linkspan.model.Entry;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.History;
import io.linkspan.model.Log;
import io.linkspan.model.SiteId;
import io.linkspan.model.Tree;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/// One site as the HTTP door sees it: unfiltered, so what is taken from here passes a [Filter] first.
/// Safe for many threads.
public interface Place {
    /// The site's identity for life.
    SiteId id();

    /// What its numbers mean now.
    Directory directory();

    /// Whether it writes to its machines.
    boolean armed();

    /// The newest entry that is on disk.
    Log.Position newest();

    /// Wall time now, microseconds since 1970 UTC.
    long nowMicros();

    /// Grows with each change of a cell.
    long changes();

    /// The newest of a property; none when there is no such property.
    Optional<Cell> cell(int property);

    /// Its alarms as they stand, by their numbers.
    List<AlarmState> alarms();

    /// An alarm in words, as `alarms` tells it.
    Tree.Fields tree(AlarmState alarm);

    /// A cell in words, as `get` tells it.
    Tree.Fields tree(Cell cell);

    /// An entry in words, as `tail` tells it.
    Tree.Fields tree(Log.Position at, Entry entry);

    /// The links from machine to machine, with what each does now.
    List<Tree.Fields> links();

    /// The site as people are shown it.
    PageView page();

    /// Which properties and links are private now.
    EntryCodec.Privacy closed();

    /// What reads the log on disk.
    ///
    /// @throws Log.BeyondBranch the position is on a branch that ended
    Log.Reader reader(Log.Position from) throws IOException;

    /// Its pictures.
    Pictures pictures();

    /// The readings by time, where this node keeps them.
    Optional<History> history();

    /// What a file of readings looks like.
    enum FileForm {
        /// Comma-separated text, a row for each reading.
        CSV,
        /// Comma-separated text, a row for each instant and a column for each property.
        WIDE_CSV,
        /// Apache Parquet, a row for each reading.
        PARQUET
    }

    /// Readings of several properties as one file.
    ///
    /// @param paths of properties that there are
    /// @param from microseconds since 1970 UTC, as `to`, which is not included
    record Readings(List<String> paths, long from, long to, FileForm form) {}

    /// Writes readings as far as a contract lets them out: of one of windows, its windows. Leaves the stream open.
    ///
    /// @throws io.linkspan.feed.NotLet the contract does not let them out; nothing is written then
    void write(Readings readings, History history, Filter filter, OutputStream out) throws IOException;
}
