package io.linkspan.node;

import io.linkspan.model.Invalid;
import io.linkspan.model.Mark;
import io.linkspan.model.Names;
import io.linkspan.model.Tree;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// A list of points as a spreadsheet holds it, one row a property, read into the `things:` part of a site file. The
/// columns
/// are described in docs/point-lists.md. What a cell means is checked where a site file is checked, at the line of the
/// cell;
/// what only a list can get wrong (columns, rows that contradict each other) is checked here. Pure and safe for many
/// threads.
public final class PointList {
    /// The columns that every list has.
    private static final List<String> NEEDED = List.of("thing", "property");

    /// The columns that become a field of the thing, with the field's name; the same in each row of the thing.
    private static final Map<String, String> OF_THING = fieldsOfThing();

    /// The columns that become a field of the property under their own name.
    private static final List<String> OF_PROPERTY = List.of("title", "type", "unit", "step", "writable", "at", "every");

    private static final Set<String> COLUMNS = new TreeSet<>(List.of(
            "thing",
            "connector",
            "unit_id",
            "profile",
            "property",
            "title",
            "type",
            "unit",
            "at",
            "every",
            "writable",
            "step",
            "range_min",
            "range_max"));

    private static final String EXAMPLE = "thing,connector,unit_id,property,type,unit,at,every";

    /// What Excel writes where the decimal sign is a comma.
    private static final Pattern DECIMAL_COMMA = Pattern.compile("[-+]?\\d+,\\d+");

    private final Csv.Sheet sheet;
    private final Map<String, Integer> columns;
    private final Map<String, ThingRows> things = new LinkedHashMap<>();

    /// What the rows of one thing said so far.
    private record ThingRows(Part own, Part properties) {}

    /// Fields that are still being collected.
    private record Part(Mark mark, Map<String, Tree> fields, Map<String, Mark> keys) {
        Part(Mark mark) {
            this(mark, new LinkedHashMap<>(), new LinkedHashMap<>());
        }

        void put(String name, Mark key, Tree value) {
            fields.put(name, value);
            keys.put(name, key);
        }

        Tree.Fields done() {
            return new Tree.Fields(mark, fields, keys);
        }
    }

    private static Map<String, String> fieldsOfThing() {
        var all = new LinkedHashMap<String, String>();
        all.put("profile", "profile");
        all.put("connector", "connector");
        all.put("unit_id", "unit");
        return Collections.unmodifiableMap(all);
    }

    private PointList(Csv.Sheet sheet) throws Invalid {
        this.sheet = sheet;
        this.columns = columnsOf(sheet.rows().getFirst());
    }

    /// Reads a list. Its first row names the columns, in any order; the things come in the order of their first
    /// rows.
    ///
    /// @param csv the text of the file, RFC 4180, separated by comma, semicolon or tab
    /// @param fileName what errors call the file
    /// @return a map with the one field `things`, as a site file has it; each part carries its line in the list
    /// @throws Invalid at the line of the first error
    public static Tree.Fields parse(String csv, String fileName) throws Invalid {
        var sheet = Csv.read(csv, fileName);
        var top = new Mark(fileName, 1);
        if (sheet.rows().isEmpty())
            throw new Invalid(top, "the list is empty; its first row names the columns, for example " + EXAMPLE);
        var list = new PointList(sheet);
        for (var row : sheet.rows().subList(1, sheet.rows().size())) list.take(row);
        var items = new ArrayList<Tree>();
        for (var thing : list.things.values()) {
            if (!thing.properties.fields.isEmpty())
                thing.own.put("properties", thing.properties.mark, thing.properties.done());
            items.add(thing.own.done());
        }
        return new Tree.Fields(top, Map.of("things", new Tree.Items(top, items)), Map.of("things", top));
    }

    private static Map<String, Integer> columnsOf(Csv.Row first) throws Invalid {
        var columns = new LinkedHashMap<String, Integer>();
        for (var cell : first.cells()) {
            String name = cell.text()
                    .strip()
                    .toLowerCase(Locale.ROOT)
                    .replace(' ', '_')
                    .replace('-', '_');
            if (!COLUMNS.contains(name))
                throw new Invalid(
                        cell.mark(),
                        "no column is called \"" + cell.text() + "\"; known are " + String.join(", ", COLUMNS));
            if (columns.put(name, columns.size()) != null)
                throw new Invalid(cell.mark(), "names the column \"" + name + "\" twice");
        }
        for (String name : NEEDED)
            if (!columns.containsKey(name))
                throw new Invalid(
                        first.mark(),
                        "the column \"" + name + "\" is missing; the first row names the columns, for example "
                                + EXAMPLE);
        return columns;
    }

    private void take(Csv.Row row) throws Invalid {
        if (row.cells().size() != columns.size())
            throw new Invalid(
                    row.mark(),
                    "this row has " + row.cells().size() + " cells and the first row names " + columns.size()
                            + " columns; a cell with \"" + sheet.separator() + "\" in it stands in quotes");
        var id = named(row, "thing");
        var thing = things.computeIfAbsent(id.text(), _ -> new ThingRows(new Part(row.mark()), new Part(row.mark())));
        thing.own.fields.putIfAbsent("id", text(id));
        thing.own.keys.putIfAbsent("id", id.mark());
        for (var column : OF_THING.entrySet()) fieldOfThing(thing.own, row, column.getKey(), column.getValue());
        if (cell(row, "property").text().isEmpty()) needProfile(row);
        else property(thing.properties, id.text(), row);
    }

    private void fieldOfThing(Part thing, Csv.Row row, String column, String field) throws Invalid {
        var cell = cell(row, column);
        if (cell.text().isEmpty()) return;
        if (thing.fields.get(field) instanceof Tree.Scalar before
                && !before.text().equals(cell.text()))
            throw new Invalid(
                    cell.mark(),
                    "says " + column + " " + cell.text() + " and line "
                            + before.mark().line() + " says " + before.text() + "; a thing has one");
        if (!thing.fields.containsKey(field)) thing.put(field, cell.mark(), plain(cell));
    }

    private void needProfile(Csv.Row row) throws Invalid {
        if (cell(row, "profile").text().isEmpty())
            throw new Invalid(row.mark(), "the row names no property; only a row with a profile may go without");
        for (String column : columns.keySet())
            if (!NEEDED.contains(column)
                    && !OF_THING.containsKey(column)
                    && !cell(row, column).text().isEmpty())
                throw new Invalid(
                        cell(row, column).mark(), "has a \"" + column + "\" and names no property that it belongs to");
    }

    private void property(Part properties, String thing, Csv.Row row) throws Invalid {
        var name = named(row, "property");
        if (properties.keys.get(name.text()) instanceof Mark before)
            throw new Invalid(
                    name.mark(),
                    "names " + thing + "." + name.text() + " a second time; line " + before.line() + " has it");
        var fields = new Part(row.mark());
        for (String column : OF_PROPERTY) {
            var cell = cell(row, column);
            if (!cell.text().isEmpty()) fields.put(column, cell.mark(), value(column, cell));
        }
        range(fields, row);
        properties.put(name.text(), name.mark(), fields.done());
    }

    private void range(Part fields, Csv.Row row) throws Invalid {
        var min = cell(row, "range_min");
        var max = cell(row, "range_max");
        if (min.text().isEmpty() && max.text().isEmpty()) return;
        if (min.text().isEmpty() || max.text().isEmpty())
            throw new Invalid(
                    min.text().isEmpty() ? min.mark() : max.mark(),
                    "has one end of the range; range_min and range_max belong together");
        fields.put("range", min.mark(), new Tree.Items(min.mark(), List.of(number(min), number(max))));
    }

    private Tree value(String column, Csv.Cell cell) throws Invalid {
        return switch (column) {
            case "step" -> number(cell);
            case "writable" -> flag(cell);
            case "type" -> new Tree.Scalar(cell.mark(), cell.text().toLowerCase(Locale.ROOT), false);
            case "every" -> plain(cell);
            default -> text(cell); // open: the other columns of a property are text
        };
    }

    private Tree number(Csv.Cell cell) {
        boolean comma =
                sheet.separator() != ',' && DECIMAL_COMMA.matcher(cell.text()).matches();
        return new Tree.Scalar(cell.mark(), comma ? cell.text().replace(',', '.') : cell.text(), false);
    }

    private static Tree flag(Csv.Cell cell) throws Invalid {
        return switch (cell.text().toLowerCase(Locale.ROOT)) {
            case "true", "yes", "x", "1" -> new Tree.Scalar(cell.mark(), "true", false);
            case "false", "no", "0" -> new Tree.Scalar(cell.mark(), "false", false);
            default -> // open: what a person typed
                throw new Invalid(cell.mark(), "\"writable\" is true or false, not \"" + cell.text() + "\"");
        };
    }

    private Csv.Cell named(Csv.Row row, String column) throws Invalid {
        var cell = cell(row, column);
        try {
            Names.check(cell.text());
            return cell;
        } catch (IllegalArgumentException e) {
            throw new Invalid(cell.mark(), "in the column \"" + column + "\": " + e.getMessage());
        }
    }

    private Csv.Cell cell(Csv.Row row, String column) {
        Integer index = columns.get(column);
        return index == null ? new Csv.Cell(row.mark(), "") : row.cells().get(index);
    }

    private static Tree plain(Csv.Cell cell) {
        return new Tree.Scalar(cell.mark(), cell.text(), false);
    }

    private static Tree text(Csv.Cell cell) {
        return new Tree.Scalar(cell.mark(), cell.text(), true);
    }
}
