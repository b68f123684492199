package io.linkspan.connectors.dsmrp1;

import java.util.Optional;

/// What stands behind `at:` for a point of a P1 port: where in a telegram its value is.
sealed interface P1Address {
    /// An object by its id: `1-0:1.8.1`.
    record ById(Obis id) implements P1Address {
        @Override
        public String toString() {
            return id.toString();
        }
    }

    /// Something of the only meter of a kind behind this one, whatever its channel: `mbus gas`, `mbus gas id`.
    record ByMeter(MbusMeter meter, Part part) implements P1Address {
        @Override
        public String toString() {
            return "mbus " + meter.word()
                    + (part == Part.READING ? "" : " " + part.name().toLowerCase(java.util.Locale.ROOT));
        }
    }

    /// The meter's own time: `time`.
    record Clock() implements P1Address {
        @Override
        public String toString() {
            return "time";
        }
    }

    /// The first line, maker and type: `identification`.
    record Identification() implements P1Address {
        @Override
        public String toString() {
            return "identification";
        }
    }

    /// What an M-Bus meter has.
    enum Part {
        /// What it counted; with its own time.
        READING,
        /// Its equipment id.
        ID,
        /// Its valve or breaker, 0 closed or off, 1 open or on, 2 released.
        VALVE
    }

    /// Reads an address.
    ///
    /// @throws IllegalArgumentException with what would be right, to stand behind the words `at "..."`
    static P1Address parse(String text) {
        String t = text.strip();
        if (t.equals("time")) return new Clock();
        if (t.equals("identification")) return new Identification();
        if (t.startsWith("mbus ")) return mbus(t.substring("mbus ".length()).strip(), text);
        Optional<Obis> id = Obis.parse(t);
        if (id.isPresent()) return new ById(id.get());
        throw new IllegalArgumentException("at \"" + text + "\" is no address of a P1 port; write an OBIS id such as"
                + " 1-0:1.8.1, or \"mbus gas\", \"time\", \"identification\"");
    }

    private static P1Address mbus(String rest, String text) {
        String[] words = rest.split("\\s+", -1);
        var meter = MbusMeter.of(words[0]);
        if (meter.isPresent() && words.length == 1) return new ByMeter(meter.get(), Part.READING);
        if (meter.isPresent() && words.length == 2 && words[1].equals("id")) return new ByMeter(meter.get(), Part.ID);
        if (meter.isPresent() && words.length == 2 && words[1].equals("valve"))
            return new ByMeter(meter.get(), Part.VALVE);
        throw new IllegalArgumentException(
                "at \"" + text + "\" is no meter behind a smart meter; write \"mbus\" and one of "
                        + String.join(", ", MbusMeter.words()) + ", and behind it nothing, \"id\" or \"valve\"");
    }

    /// The unit in which the meter sends it, where that is known before it has spoken.
    default Optional<String> usualUnit() {
        return switch (this) {
            case ById byId -> byId.id().usualUnit();
            case ByMeter m
            when m.part() == Part.READING && m.meter() != MbusMeter.HEAT && m.meter() != MbusMeter.COOLING ->
                Optional.of(m.meter().usualUnit()); // heat comes in GJ or in kWh
            case ByMeter _, Clock _, Identification _ -> Optional.empty();
        };
    }
}
