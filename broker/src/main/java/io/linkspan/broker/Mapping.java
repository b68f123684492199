package io.linkspan.broker;

import io.linkspan.connector.Point;
import io.linkspan.model.Invalid;

/// What an address under a property of a broker's thing may be.
final class Mapping {
    private Mapping() {}

    static void check(Point point) throws Invalid {
        throw new Invalid(
                point.at().mark(),
                point.name() + " at \"" + point.at().text() + "\": a broker has no properties of its own");
    }
}
