package io.linkspan.access;

import io.linkspan.access.PageView.PropertyView;
import io.linkspan.access.PageView.ThingView;
import io.linkspan.model.Json;
import io.linkspan.model.Tree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What one open page does not know yet: first all, then the properties that changed. For one thread.
final class PageChanges {
    private String layout = "nothing sent yet";
    private final Map<String, String> known = new LinkedHashMap<>();

    /// One server-sent event.
    ///
    /// @param name `sites` for all, `changes` for some
    /// @param data JSON on one line
    record Event(String name, String data) {}

    /// What is new in these sites.
    ///
    /// @param alive an event is wanted in any case
    List<Event> since(List<PageView> sites, boolean alive) {
        String now = layout(sites);
        if (!now.equals(layout)) {
            layout = now;
            known.clear();
            for (var site : sites) changed(site);
            return List.of(new Event(
                    "sites",
                    Json.write(Tree.items(sites.stream().map(PageChanges::site).toList()))));
        }
        var events = new ArrayList<Event>();
        for (var site : sites) {
            var changed = changed(site);
            if (changed.isEmpty() && !alive) continue;
            var fields = head(site);
            fields.put("properties", Tree.items(changed));
            events.add(new Event("changes", Json.write(Tree.fields(fields))));
        }
        return events;
    }

    private static String layout(List<PageView> sites) {
        var text = new StringBuilder();
        for (var site : sites) {
            text.append(site.name())
                    .append('\n')
                    .append(site.title())
                    .append('\n')
                    .append(site.zone())
                    .append('\n');
            for (var thing : site.things()) {
                text.append(thing.id()).append('\n').append(thing.title()).append('\n');
                for (var property : thing.properties())
                    text.append(property.path())
                            .append('\n')
                            .append(property.title())
                            .append('\n');
            }
        }
        return text.toString();
    }

    private List<Tree> changed(PageView site) {
        var changed = new ArrayList<Tree>();
        for (var thing : site.things())
            for (var property : thing.properties()) {
                var tree = property(property);
                String text = Json.write(tree);
                if (text.equals(known.put(site.name() + "/" + property.path(), text))) continue;
                changed.add(tree);
            }
        return changed;
    }

    private static Map<String, Tree> head(PageView site) {
        var fields = new LinkedHashMap<String, Tree>();
        fields.put("site", Tree.text(site.name()));
        fields.put("armed", Tree.plain(site.armed()));
        fields.put("now", Tree.plain(site.nowMicros()));
        fields.put("speed", Tree.plain(site.speed()));
        fields.put("note", Tree.text(site.note()));
        return fields;
    }

    private static Tree site(PageView site) {
        var fields = head(site);
        fields.put("title", Tree.text(site.title()));
        fields.put("zone", Tree.text(site.zone()));
        fields.put(
                "things",
                Tree.items(site.things().stream().map(PageChanges::thing).toList()));
        return Tree.fields(fields);
    }

    private static Tree thing(ThingView thing) {
        var fields = new LinkedHashMap<String, Tree>();
        fields.put("id", Tree.text(thing.id()));
        fields.put("title", Tree.text(thing.title()));
        fields.put(
                "properties",
                Tree.items(
                        thing.properties().stream().map(PageChanges::property).toList()));
        return Tree.fields(fields);
    }

    private static Tree property(PropertyView p) {
        var fields = new LinkedHashMap<String, Tree>();
        fields.put("path", Tree.text(p.path()));
        fields.put("title", Tree.text(p.title()));
        fields.put("state", Tree.text(p.state().name().toLowerCase(java.util.Locale.ROOT)));
        fields.put("value", Tree.text(p.value()));
        fields.put("unit", Tree.text(p.unit()));
        fields.put("read", Tree.plain(p.readMicros()));
        fields.put("doubtful", Tree.plain(p.doubtful()));
        fields.put("missing", Tree.plain(p.missingMicros()));
        fields.put("cause", Tree.text(p.missingCause()));
        fields.put("who", Tree.text(p.who()));
        fields.put("why", Tree.text(p.why()));
        fields.put("desired", Tree.text(p.desired()));
        return Tree.fields(fields);
    }
}
