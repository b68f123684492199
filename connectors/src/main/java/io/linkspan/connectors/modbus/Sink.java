package io.linkspan.connectors.modbus;

import io.linkspan.connector.Point;
import io.linkspan.model.Invalid;
import io.linkspan.model.Settings;
import java.math.BigDecimal;
import java.util.Optional;

/// Who gets what was read.
sealed interface Sink {
    /// A point of ours. Belongs to the connector's thread.
    final class Target implements Sink {
        private final Point point;
        private final int unit;
        private final Address address;
        private Optional<Spot> spot;

        private Target(Point point, int unit, Address address) {
            this.point = point;
            this.unit = unit;
            this.address = address;
            spot = address instanceof Address.Place place
                    ? Optional.of(
                            new Spot(place.table(), place.first(), place.form(), Optional.empty(), Scaling.NONE, 0))
                    : Optional.empty();
        }

        /// Reads and checks a point's address and its thing's unit.
        ///
        /// @param unitMin lowest unit that a device may have on this line
        /// @param unitMax highest
        static Target of(Point point, int unitMin, int unitMax) throws Invalid {
            var thing = point.thingSettings();
            int unit = unit(point, thing, unitMin, unitMax);
            thing.finish();
            try {
                return new Target(point, unit, Address.parse(point.at().text(), point.type()));
            } catch (IllegalArgumentException e) {
                throw new Invalid(point.at().mark(), point.name() + ": at " + e.getMessage());
            }
        }

        private static int unit(Point point, Settings thing, int unitMin, int unitMax) throws Invalid {
            if (!thing.has("unit"))
                throw new Invalid(
                        thing.mark(),
                        "\"" + point.thingName()
                                + "\" has no Modbus unit; write for example unit: 1 (its number on the bus)");
            return (int) thing.integer("unit", 1, unitMin, unitMax);
        }

        Point point() {
            return point;
        }

        int unit() {
            return unit;
        }

        Address address() {
            return address;
        }

        /// Where it lies; none while a SunSpec device has not told yet.
        Optional<Spot> spot() {
            return spot;
        }

        void located(Optional<Spot> found) {
            spot = found;
        }

        /// Whether it is polled.
        boolean read() {
            return point.access() == Point.Access.READ || point.access() == Point.Access.WRITE;
        }

        /// How many decimals a register has at least: those of the declared step.
        int decimals() {
            return point.step()
                    .map(s -> Math.clamp(
                            new BigDecimal(s.toString()).stripTrailingZeros().scale(), 0, 9))
                    .orElse(0);
        }
    }

    /// A SunSpec scale factor, which several points of a model share. Belongs to the connector's thread.
    final class Factor implements Sink {
        /// The range of a scale factor (SunSpec, "sunssf").
        static final int EXPONENT_MAX = 10;

        private final int register;
        private Optional<Integer> exponent = Optional.empty();

        Factor(int register) {
            this.register = register;
        }

        /// Where it lies.
        int register() {
            return register;
        }

        /// Takes what the device sent; what is no exponent makes the values without number.
        void read(int raw) {
            exponent = Math.abs(raw) <= EXPONENT_MAX ? Optional.of(raw) : Optional.empty();
        }

        Optional<Integer> exponent() {
            return exponent;
        }
    }

    /// Where a value lies and how.
    ///
    /// @param exponent of a model that fixes it
    record Spot(Table table, int first, Form form, Optional<Factor> factor, Scaling scaling, int exponent) {
        /// The form with the scale that holds now; none while the device has told no scale factor.
        Optional<Form> now() {
            if (scaling.equals(Scaling.NONE) && factor.isEmpty() && exponent == 0) return Optional.of(form);
            try {
                int by = factor.isPresent() ? factor.get().exponent().orElseThrow(ArithmeticException::new) : exponent;
                return Optional.of(form.scaled(scaling.times10(by)));
            } catch (ArithmeticException e) {
                return Optional.empty();
            }
        }
    }
}
