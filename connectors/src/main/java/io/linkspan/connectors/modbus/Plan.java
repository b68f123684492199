package io.linkspan.connectors.modbus;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Which requests read all that is wanted: neighbouring addresses in one request, within the limits of the standard and
/// of
/// the device, never over a fence that an earlier refusal put up. Pure.
final class Plan {
    private Plan() {}

    /// Something to read.
    ///
    /// @param everyNanos how often
    /// @param sink who gets it
    record Cell<S>(int unit, Table table, int first, int count, long everyNanos, S sink) {
        int end() {
            return first + count;
        }
    }

    /// One request and the cells that it serves, in the order of their addresses.
    record Run<S>(int unit, Table table, int first, int count, long everyNanos, List<Cell<S>> cells) {
        Run {
            cells = List.copyOf(cells);
        }

        Request.Read request() {
            return new Request.Read(table, first, count);
        }

        /// Where in the answer's data a cell begins: a byte, or for coils and discrete inputs a bit.
        int at(Cell<S> cell) {
            return table.bits() ? cell.first() - first : 2 * (cell.first() - first);
        }
    }

    /// What one request may read.
    ///
    /// @param registersMax 1..125
    /// @param bitsMax 1..2000
    /// @param bridge the most registers that nobody wants and that are read all the same to save a request; of bits
    /// 16
    ///     times as many
    record Limits(int registersMax, int bitsMax, int bridge) {
        int max(Table table) {
            return table.bits() ? bitsMax : registersMax;
        }

        int bridge(Table table) {
            return table.bits() ? 16 * bridge : bridge;
        }
    }

    /// What refusals taught. Not thread-safe; belongs to one connector.
    static final class Fences {
        /// Most fences: a device that refuses everything must not fill the memory.
        static final int MAX = 10_000;

        private final Set<Fence> fences = new HashSet<>();

        private record Fence(int unit, Table table, int address) {}

        /// Whether one request may read the addresses from `first` up to `end`.
        boolean open(int unit, Table table, int first, int end) {
            if (fences.isEmpty()) return true;
            for (int address = first + 1; address < end; address++)
                if (fences.contains(new Fence(unit, table, address))) return false;
            return true;
        }

        /// A device refused this run. Gaps that were only bridged are fenced off first; a run without any is
        /// halved.
        ///
        /// @return false when nothing is left to split: the one cell itself is refused
        <S> boolean split(Run<S> run) {
            if (fences.size() >= MAX) return false;
            boolean bridged = false;
            int end = run.first();
            for (Cell<S> cell : run.cells()) {
                if (cell.first() > end) {
                    fences.add(new Fence(run.unit(), run.table(), cell.first()));
                    bridged = true;
                }
                end = Math.max(end, cell.end());
            }
            if (bridged) return true;
            return halve(run);
        }

        private <S> boolean halve(Run<S> run) {
            int middle = run.cells().size() / 2;
            for (int i = 0; i < run.cells().size(); i++) { // from the middle outwards
                int index = middle + (i % 2 == 0 ? i / 2 : -(i + 1) / 2);
                if (index < 1 || index >= run.cells().size()) continue;
                int address = run.cells().get(index).first();
                boolean cuts = run.cells().stream().anyMatch(c -> c.first() < address && c.end() > address);
                if (address > run.first() && !cuts) return fences.add(new Fence(run.unit(), run.table(), address));
            }
            return false;
        }
    }

    /// The requests that read all cells. Cells that are read equally often share requests.
    static <S> List<Run<S>> runs(Collection<Cell<S>> cells, Limits limits, Fences fences) {
        var sorted = new ArrayList<>(cells);
        sorted.sort(Comparator.<Cell<S>>comparingInt(Cell::unit)
                .thenComparing(Cell::table)
                .thenComparingLong(Cell::everyNanos)
                .thenComparingInt(Cell::first)
                .thenComparingInt(Cell::count));
        var runs = new ArrayList<Run<S>>();
        var open = new ArrayList<Cell<S>>();
        int end = 0;
        for (Cell<S> cell : sorted) {
            if (!open.isEmpty() && !joins(open.getFirst(), end, cell, limits, fences)) {
                runs.add(run(open, end));
                open.clear();
            }
            end = open.isEmpty() ? cell.end() : Math.max(end, cell.end());
            open.add(cell);
        }
        if (!open.isEmpty()) runs.add(run(open, end));
        return runs;
    }

    private static <S> boolean joins(Cell<S> head, int end, Cell<S> cell, Limits limits, Fences fences) {
        return head.unit() == cell.unit()
                && head.table() == cell.table()
                && head.everyNanos() == cell.everyNanos()
                && cell.first() - end <= limits.bridge(cell.table())
                && Math.max(end, cell.end()) - head.first() <= limits.max(cell.table())
                && fences.open(cell.unit(), cell.table(), head.first(), Math.max(end, cell.end()));
    }

    private static <S> Run<S> run(List<Cell<S>> cells, int end) {
        var head = cells.getFirst();
        return new Run<>(head.unit(), head.table(), head.first(), end - head.first(), head.everyNanos(), cells);
    }
}
