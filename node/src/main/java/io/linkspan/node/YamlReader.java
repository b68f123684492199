package io.linkspan.node;

import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.Tree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;

/// The events of one YAML text made into a tree, within the limits of [Yaml]. For one text and one thread.
final class YamlReader {
    private static final String TEXT_TAG = "tag:yaml.org,2002:str";
    private static final String NO_TAG = "!";

    private final String file;
    private final Iterator<Event> events;
    private final Map<String, Anchored> anchors = new HashMap<>();
    private int nesting;
    private int parts;

    /// What an anchor stands for, and how many parts it adds where it is used.
    private record Anchored(Tree tree, int parts) {}

    YamlReader(String file, String text) {
        this.file = file;
        var settings = LoadSettings.builder()
                .setLabel(file)
                .setUseMarks(true)
                .setCodePointLimit(Yaml.TEXT_CHARS_MAX)
                .build();
        events = new Parse(settings).parseString(text).iterator();
    }

    /// The one document of the text.
    Tree document() throws Invalid {
        Tree tree = new Tree.Scalar(new Mark(file, 1), "", false);
        boolean seen = false;
        while (events.hasNext()) {
            Event event = events.next();
            switch (event.getEventId()) {
                case StreamStart, StreamEnd, DocumentEnd, Comment -> {}
                case DocumentStart -> {
                    if (seen) throw new Invalid(mark(event), "one file holds one document; remove the line \"---\"");
                    seen = true;
                }
                case Alias, Scalar, SequenceStart, MappingStart -> tree = node(event);
                case SequenceEnd, MappingEnd -> throw new IllegalStateException("An end without a start: " + event);
            }
        }
        return tree;
    }

    private Tree node(Event event) throws Invalid {
        int before = parts;
        Tree tree = content(event);
        if (event instanceof NodeEvent node && !(event instanceof AliasEvent))
            node.getAnchor().ifPresent(a -> anchors.put(a.getValue(), new Anchored(tree, parts - before)));
        return tree;
    }

    private Tree content(Event event) throws Invalid {
        Mark mark = mark(event);
        if (event instanceof AliasEvent alias) return alias(alias, mark);
        count(1, mark);
        return switch (event) {
            case ScalarEvent s -> scalar(s, mark);
            case CollectionStartEvent c -> collection(c, mark);
            default -> throw new IllegalStateException("Not the start of a value: " + event); // a type of the library's
        };
    }

    private Tree alias(AliasEvent alias, Mark mark) throws Invalid {
        String name = alias.getAlias().getValue();
        Anchored anchored = anchors.get(name);
        if (anchored == null)
            throw new Invalid(
                    mark,
                    "\"*" + name + "\" repeats what is marked \"&" + name
                            + "\", but nothing above is; put text that begins with * in quotes");
        count(anchored.parts(), mark);
        return anchored.tree();
    }

    private void count(int more, Mark mark) throws Invalid {
        parts += more;
        if (parts > Yaml.PARTS_MAX)
            throw new Invalid(
                    mark, "a file holds at most " + Yaml.PARTS_MAX + " values, aliases counted as often as used");
    }

    private Tree.Scalar scalar(ScalarEvent scalar, Mark mark) throws Invalid {
        boolean quoted = !scalar.isPlain() || tagged(scalar.getTag(), mark);
        String text = scalar.getValue();
        return new Tree.Scalar(mark, quoted ? text : plain(text), quoted);
    }

    /// YAML 1.2.2, 10.3.2: one spelling for each of true, false and nothing.
    private static String plain(String text) {
        return switch (text) {
            case "True", "TRUE" -> "true";
            case "False", "FALSE" -> "false";
            case "null", "Null", "NULL", "~" -> "";
            default -> text; // open: what a person typed
        };
    }

    /// Whether a tag makes it text.
    private static boolean tagged(Optional<String> tag, Mark mark) throws Invalid {
        if (tag.isEmpty()) return false;
        if (tag.get().equals(TEXT_TAG) || tag.get().equals(NO_TAG)) return true;
        throw new Invalid(mark, "tags such as \"" + tag.get() + "\" have no meaning here; remove it");
    }

    private Tree collection(CollectionStartEvent start, Mark mark) throws Invalid {
        if (++nesting > Yaml.NESTING_MAX)
            throw new Invalid(mark, "at most " + Yaml.NESTING_MAX + " lists and maps may stand inside each other");
        if (!start.isImplicit()) tagged(start.getTag(), mark);
        Tree tree = start.getEventId() == Event.ID.MappingStart ? fields(mark) : items(mark);
        nesting--;
        return tree;
    }

    private Tree.Items items(Mark mark) throws Invalid {
        List<Tree> items = new ArrayList<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.SequenceEnd; event = events.next())
            items.add(node(event));
        return new Tree.Items(mark, items);
    }

    private Tree.Fields fields(Mark mark) throws Invalid {
        Map<String, Tree> fields = new LinkedHashMap<>();
        Map<String, Mark> keys = new HashMap<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.MappingEnd; event = events.next()) {
            String name = name(event);
            Mark here = mark(event);
            Mark before = keys.put(name, here);
            if (before != null)
                throw new Invalid(here, "\"" + name + "\" stands twice in one map, first in line " + before.line());
            fields.put(name, node(events.next()));
        }
        return new Tree.Fields(mark, fields, keys);
    }

    private String name(Event event) throws Invalid {
        if (!(event instanceof ScalarEvent scalar))
            throw new Invalid(mark(event), "the name of a field is a word, not a list, a map or an alias");
        String name = scalar.getValue();
        if (name.equals("<<") && scalar.isPlain())
            throw new Invalid(mark(event), "\"<<\" is no part of YAML 1.2; describe what several share as a kind");
        if (name.isEmpty()) throw new Invalid(mark(event), "a name is missing before the \":\"");
        if (name.length() > Yaml.NAME_CHARS_MAX)
            throw new Invalid(
                    mark(event), "a name has at most " + Yaml.NAME_CHARS_MAX + " characters, not " + name.length());
        node(event); // for its anchor and the count
        return name;
    }

    private Mark mark(Event event) {
        return event.getStartMark()
                .map(m -> new Mark(file, m.getLine() + 1, m.getColumn() + 1))
                .orElse(new Mark(file, 1));
    }
}
