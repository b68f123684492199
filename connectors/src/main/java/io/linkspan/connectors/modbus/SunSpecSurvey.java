package io.linkspan.connectors.modbus;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Finds out which SunSpec models a unit has: looks for the mark, walks the chain of models, reads how often their
/// groups
/// come (SunSpec, "Device Modbus map"). One request a step, so that others get their turn. Pure: no I/O.
final class SunSpecSurvey {
    private final Set<Integer> wanted;
    private final Deque<Integer> bases = new ArrayDeque<>(SunSpecModels.BASES);
    private final List<Model> chain = new ArrayList<>();
    private final Deque<Count> counts = new ArrayDeque<>();
    private final Map<Integer, Integer> known = new HashMap<>();
    private Step step = Step.MARK;
    private int at;

    private enum Step {
        MARK,
        HEADER,
        COUNTS,
        DONE,
        FAILED
    }

    /// A model that the unit has.
    ///
    /// @param base the register of its id
    /// @param length registers behind id and length
    record Model(int id, int base, int length) {}

    private record Count(int register) {}

    /// @param wanted the models whose groups must be counted
    SunSpecSurvey(Set<Integer> wanted) {
        this.wanted = Set.copyOf(wanted);
    }

    /// Whether it is over; [#models] tells the result, which may be none.
    boolean over() {
        return step == Step.DONE || step == Step.FAILED;
    }

    /// Whether the mark was found.
    boolean found() {
        return step == Step.DONE;
    }

    /// What to read next.
    Request.Read next() {
        return switch (step) {
            case MARK -> new Request.Read(Table.HOLDING, bases.getFirst(), 2);
            case HEADER -> new Request.Read(Table.HOLDING, at, 2);
            case COUNTS -> new Request.Read(Table.HOLDING, counts.getFirst().register(), 1);
            case DONE, FAILED -> throw new IllegalStateException("The survey is over");
        };
    }

    /// Takes what the unit answered to [#next]; none when it refused.
    void answered(Optional<byte[]> data) {
        switch (step) {
            case MARK -> mark(data);
            case HEADER -> header(data);
            case COUNTS -> {
                int register = counts.removeFirst().register();
                known.put(
                        register,
                        data.map(d -> Request.word(d, 0))
                                .filter(n -> n != 0xFFFF)
                                .orElse(0));
                if (counts.isEmpty()) step = Step.DONE;
            }
            case DONE, FAILED -> throw new IllegalStateException("The survey is over");
        }
    }

    private void mark(Optional<byte[]> data) {
        int base = bases.removeFirst();
        if (data.isPresent() && Arrays.equals(data.get(), SunSpecModels.MARK)) {
            at = base + 2;
            step = Step.HEADER;
        } else if (bases.isEmpty()) step = Step.FAILED;
    }

    private void header(Optional<byte[]> data) {
        if (data.isEmpty()) {
            end();
            return;
        }
        int id = Request.word(data.get(), 0);
        int length = Request.word(data.get(), 2);
        int next = at + 2 + length;
        if (id == SunSpecModels.END || id == 0 || chain.size() == SunSpecModels.CHAIN_MAX || next > Table.ADDRESSES) {
            end();
            return;
        }
        chain.add(new Model(id, at, length));
        at = next;
        if (at + 2 > Table.ADDRESSES) end();
    }

    private void end() {
        for (Model each : chain)
            if (wanted.contains(each.id()))
                for (int offset : SunSpecModels.counts(each.id()).values())
                    if (offset < each.length() + 2) counts.add(new Count(each.base() + offset));
        step = counts.isEmpty() ? Step.DONE : Step.COUNTS;
    }

    /// The models in the order of the chain.
    List<Model> models() {
        return List.copyOf(chain);
    }

    /// Where the first of the address's models that the unit has holds the point.
    Optional<Found> find(Address.SunSpec address) {
        for (var wish : address.models()) {
            int occurrence = 0;
            for (Model each : chain) {
                if (each.id() != wish.id() || ++occurrence != wish.occurrence()) continue;
                var located = SunSpecModels.locate(
                        each.id(),
                        each.length(),
                        address.point(),
                        address.indices(),
                        name -> known.getOrDefault(
                                each.base() + SunSpecModels.counts(each.id()).getOrDefault(name, 0), 0));
                if (located.isPresent()) return Optional.of(new Found(each, located.get()));
            }
        }
        return Optional.empty();
    }

    /// A point in a model of this unit.
    record Found(Model model, SunSpecModels.Located located) {}
}
