package io.linkspan.payload;

import io.linkspan.model.Tree;
import io.linkspan.model.ValueType;
import java.util.Map;
import java.util.Optional;

/// What a topic's address must know of the property (or action) that it belongs to. Immutable.
///
/// @param number of the property within its site
/// @param name thing and property: `kitchen.temperature`
/// @param unit the UCUM unit of its readings, where it has one
/// @param choices of a choice: names by code
/// @param at the address, see docs/mqtt.md
/// @param thing the thing's own fields: [TopicAddress#THING_FIELDS]
public record TopicPoint(
        int number,
        String name,
        ValueType type,
        Optional<String> unit,
        Map<Long, String> choices,
        Tree.Scalar at,
        Tree.Fields thing,
        Use use) {

    public TopicPoint {
        choices = Map.copyOf(choices);
    }

    /// What is done with it.
    public enum Use {
        /// A sensor: its address has a topic to hear.
        READ,
        /// An actuator: its address has a topic to hear (or says `unconfirmed`) and one to write to.
        WRITE,
        /// An action: its address has a topic to write to.
        INVOKE,
        /// Ours, told to others: its address begins with `->` and the topic that they hear.
        TELL,
        /// As TELL, and others may wish: the topic of their wishes stands before `->`.
        ASKED
    }

    /// The thing's short name.
    public String thingName() {
        return name.substring(0, name.indexOf('.'));
    }

    /// The same at another address.
    TopicPoint at(Tree.Scalar other) {
        return new TopicPoint(number, name, type, unit, choices, other, thing, use);
    }
}
