package io.linkspan.node;

import io.linkspan.access.PageView;
import io.linkspan.access.Pictures;
import io.linkspan.access.Place;
import io.linkspan.feed.Filter;
import io.linkspan.history.Export;
import io.linkspan.model.AlarmState;
import io.linkspan.model.Cell;
import io.linkspan.model.Directory;
import io.linkspan.model.Durations;
import io.linkspan.model.Entry;
import io.linkspan.model.EntryCodec;
import io.linkspan.model.History;
import io.linkspan.model.Hold;
import io.linkspan.model.Link;
import io.linkspan.model.Log;
import io.linkspan.model.Property;
import io.linkspan.model.Result;
import io.linkspan.model.SiteId;
import io.linkspan.model.Tree;
import io.linkspan.model.Wish;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// A site that this node leads, for its HTTP door. Safe for many threads.
///
/// @param views the site in plain words
/// @param note one sentence for the head of its page
/// @param pictures what lies under its plans
/// @param kept its readings by time
record NodePlace(
        RunningSite view,
        Board board,
        PageViews views,
        Supplier<String> note,
        Pictures pictures,
        Supplier<Optional<History>> kept)
        implements Place {
    @Override
    public SiteId id() {
        return view.id();
    }

    @Override
    public Directory directory() {
        return board.directory();
    }

    @Override
    public boolean armed() {
        return board.armed();
    }

    @Override
    public Log.Position newest() {
        return view.newest();
    }

    @Override
    public long nowMicros() {
        return view.nowMicros();
    }

    @Override
    public long changes() {
        return board.changes();
    }

    @Override
    public Optional<Cell> cell(int property) {
        return board.cell(property);
    }

    @Override
    public List<AlarmState> alarms() {
        return board.alarms();
    }

    @Override
    public Tree.Fields tree(AlarmState alarm) {
        return AlarmRequests.tree(view, new Telling(view), alarm);
    }

    @Override
    public Tree.Fields tree(Cell cell) {
        var fields =
                new LinkedHashMap<>(Trees.cell(view, new Telling(view), cell).fields());
        String why = views.why(cell);
        if (!why.isEmpty()) fields.put("why", Tree.text(why));
        if (cell.at() != 0) fields.put("at", Tree.text(Trees.position(Log.Position.of(id(), cell.at()))));
        return Tree.fields(fields);
    }

    @Override
    public Tree.Fields tree(Log.Position at, Entry entry) {
        return Trees.entry(new Telling(view), at, entry);
    }

    @Override
    public List<Tree.Fields> links() {
        var directory = directory();
        var lexicon = Lexicon.of(directory);
        var all = new ArrayList<Tree.Fields>();
        for (var link : directory.file().links().values()) {
            var out = Trees.fields().text("id", link.id());
            link.from().ifPresent(f -> out.text("from", f));
            out.text("to", link.to())
                    .text("does", link.isPrivate() ? "a private link of two machines" : views.does(directory, link))
                    .text("priority", link.priority().word())
                    .plain("private", link.isPrivate())
                    .text("silent", silent(link))
                    .plain("version", directory.version(Result.Sort.LINK, link.id()));
            var hold = board.cell(directory.property(link.to())).flatMap(Cell::duty).stream()
                    .flatMap(d -> d.holds().stream())
                    .filter(h -> h.link() != 0 && h.link() == directory.link(link.id()))
                    .findFirst();
            out.plain("active", hold.isPresent());
            if (!link.isPrivate()) hold.ifPresent(h -> out.text("wish", wish(directory, lexicon, link, h)));
            all.add(out.done());
        }
        return all;
    }

    /// As the page shows the value beside it.
    private String wish(Directory directory, Lexicon lexicon, Link link, Hold hold) {
        var property = directory.find(link.to());
        return hold.wish() instanceof Wish.Want(var value) && property.isPresent()
                ? views.shown(property.get(), value)
                : lexicon.wish(hold.property(), hold.wish());
    }

    private static String silent(Link link) {
        var silent = link.silent();
        String after = "after " + Durations.format(silent.after());
        return switch (silent.then()) {
            case HOLD ->
                after + " it holds its careful value"
                        + silent.atMost()
                                .map(d -> " for at most " + Durations.format(d))
                                .orElse("");
            case RELEASE -> after + " it lets go";
        };
    }

    @Override
    public PageView page() {
        return views.now(note.get());
    }

    @Override
    public EntryCodec.Privacy closed() {
        return view.closed();
    }

    @Override
    public Log.Reader reader(Log.Position from) throws IOException {
        return view.reader(from);
    }

    @Override
    public Optional<History> history() {
        return kept.get();
    }

    @Override
    public void write(Readings readings, History history, Filter filter, OutputStream out) throws IOException {
        var directory = directory();
        var named = new ArrayList<Export.Named>();
        for (String path : readings.paths()) named.add(named(directory, path));
        var form = switch (readings.form()) {
            case CSV -> Export.Form.CSV;
            case WIDE_CSV -> Export.Form.WIDE;
            case PARQUET -> Export.Form.PARQUET;
        };
        new Export(named, readings.from(), readings.to(), Optional.empty(), form).write(history, filter, out);
    }

    /// A property as a file of readings names it.
    static Export.Named named(Directory directory, String path) {
        return new Export.Named(
                directory.property(path), path, directory.find(path).flatMap(Property::unit));
    }
}
