package io.linkspan.payload;

import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Mark;
import io.linkspan.model.Tree;
import io.linkspan.model.ValueType;
import io.linkspan.payload.AddressWords.Word;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// The address of a point behind a device API whose messages are keys with their values, which takes no topics. It is
/// written in the words of a topic's address and becomes one ([TopicAddress]), so scaling, units and words are the
/// same. docs/mqtt.md, "Devices of ThingsBoard", has the grammar:
/// ```
/// [key [NAME [/place]] {OPTION}] [-> rpc METHOD | attribute [NAME] [json ...] {OPTION}]
/// ```
/// Immutable, safe for many threads.
///
/// @param asTopic the point with the topic's address that it comes to
/// @param key that it is heard under; none for what is only written
/// @param down how it is written
public record KeyAddress(TopicPoint asTopic, Optional<String> key, Optional<Down> down) {
    /// How a device is told what to do.
    public sealed interface Down {
        /// A request that the device answers.
        ///
        /// @param answered the device's answer ends the command; without that nobody waits for one
        record Rpc(String method, boolean answered) implements Down {}

        /// A shared attribute changes; only what the device tells afterwards ends the command.
        record Attribute(String name) implements Down {}
    }

    private static final String ARROW = "->";
    private static final Pattern OPTION = Pattern.compile("x-?\\d.*|[^=|]+=.+", Pattern.DOTALL);
    private static final Set<String> OPTION_WORDS = Set.of("comma", "hex", "in", "retained");

    /// The topic under which a key of a thing is found in a [TopicMap].
    public static String topic(String thing, String key) {
        var escaped = new StringBuilder();
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            if (c < ' ' || "%+#{}".indexOf(c) >= 0) escaped.append("%%%02X".formatted((int) c));
            else escaped.append(c);
        }
        return "$device/" + thing + "/key/" + escaped;
    }

    /// What stands under [#topic]: a key's value.
    public static Tree message(Tree value) {
        return Tree.fields(Map.of("value", value));
    }

    /// Reads an address; none when it is that of a topic.
    ///
    /// @throws Invalid at its line, with what would be right
    public static Optional<KeyAddress> of(TopicPoint point) throws Invalid {
        try {
            var words = AddressWords.split(point.at().text());
            if (!isKey(words)) return Optional.empty();
            var address = new Reader(point, words).read();
            checked(point, address.asTopic());
            return Optional.of(address);
        } catch (IllegalArgumentException e) {
            throw new Invalid(
                    point.at().mark(), point.name() + " at \"" + point.at().text() + "\": " + e.getMessage());
        }
    }

    /// What is wrong is said of the address that a person wrote.
    private static void checked(TopicPoint written, TopicPoint asTopic) throws Invalid {
        var nowhere = new Tree.Scalar(Mark.NONE, asTopic.at().text(), true);
        try {
            TopicAddress.parse(asTopic.at(nowhere));
        } catch (Invalid e) {
            String why = String.valueOf(e.getMessage())
                    .replace(asTopic.at().text(), written.at().text());
            throw new Invalid(written.at().mark(), why);
        }
    }

    private static boolean isKey(List<Word> words) {
        if (words.isEmpty()) return false;
        if (words.getFirst().is("key")) return true;
        return words.getFirst().is(ARROW)
                && words.size() > 1
                && (words.get(1).is("rpc") || words.get(1).is("attribute"));
    }

    /// One address, word by word.
    private static final class Reader {
        private final TopicPoint point;
        private final List<Word> words;
        private final String property;
        private int next;

        Reader(TopicPoint point, List<Word> words) {
            this.point = point;
            this.words = words;
            this.property = point.name().substring(point.name().indexOf('.') + 1);
        }

        KeyAddress read() {
            var text = new StringBuilder();
            Optional<String> key = Optional.empty();
            if (words.getFirst().is("key")) {
                next = 1;
                String name = isName() ? words.get(next++).text() : property;
                String place = next < words.size() && words.get(next).text().startsWith("/")
                        ? words.get(next++).text()
                        : "";
                key = Optional.of(name);
                text.append(quoted(topic(point.thingName(), name)))
                        .append(" json ")
                        .append(quoted("/value" + place));
                rest(text);
            }
            Optional<Down> down = Optional.empty();
            if (next < words.size()) {
                next++; // the arrow
                down = Optional.of(down(text, key.isPresent()));
            }
            var at = new Tree.Scalar(point.at().mark(), text.toString(), true);
            return new KeyAddress(point.at(at), key, down);
        }

        /// Whether a name stands here, and no option.
        private boolean isName() {
            if (next >= words.size()) return false;
            var word = words.get(next);
            if (word.quoted()) return true;
            String text = word.text();
            return !text.equals(ARROW)
                    && !text.startsWith("/")
                    && !OPTION_WORDS.contains(text)
                    && !OPTION.matcher(text).matches();
        }

        private Down down(StringBuilder text, boolean isHeard) {
            if (next >= words.size()
                    || !(words.get(next).is("rpc") || words.get(next).is("attribute")))
                throw new IllegalArgumentException(
                        "behind -> stands rpc METHOD or attribute NAME, for example -> rpc setOn");
            boolean rpc = words.get(next++).is("rpc");
            String name;
            if (isName() && !words.get(next).is("json"))
                name = words.get(next++).text();
            else if (rpc) throw new IllegalArgumentException("rpc needs the method, for example -> rpc setOn");
            else name = property;
            String value = value();
            var around = new LinkedHashMap<String, String>();
            if (rpc) {
                around.put("method", Json.write(Tree.text(name)));
                around.put("params", value);
            } else around.put(name, value);
            text.append(" -> ")
                    .append(quoted("$device/" + point.thingName() + (rpc ? "/rpc" : "/attribute")))
                    .append(" json ")
                    .append(quoted(object(around)));
            boolean oneWay = rest(text);
            if (point.type() == ValueType.FLAG && words.stream().noneMatch(Reader::isFlagWord))
                text.append(" on=true off=false"); // as JSON has it
            if (!rpc) return new Down.Attribute(name);
            if (!isHeard && !oneWay && point.use() == TopicPoint.Use.WRITE) text.append(" unconfirmed");
            return new Down.Rpc(name, !oneWay);
        }

        private static boolean isFlagWord(Word word) {
            return word.text().startsWith("on=") || word.text().startsWith("off=");
        }

        /// What is told: the value, or JSON around it.
        private String value() {
            if (next >= words.size() || !words.get(next).is("json")) return "{value}";
            next++;
            if (next >= words.size())
                throw new IllegalArgumentException("json needs a place such as /value, or JSON with {value} in it");
            String own = words.get(next++).text();
            if (!own.startsWith("/")) return own;
            String value = "{value}";
            for (String step : JsonPointer.parse(own).steps().reversed()) value = object(Map.of(step, value));
            return value;
        }

        private static String object(Map<String, String> fields) {
            var all = new StringBuilder("{");
            fields.forEach((name, value) -> all.append(all.length() > 1 ? "," : "")
                    .append(Json.write(Tree.text(name)))
                    .append(':')
                    .append(value));
            return all.append('}').toString();
        }

        /// The options up to the arrow or the end, as they stand there.
        ///
        /// @return whether one of them was `unconfirmed`
        private boolean rest(StringBuilder into) {
            boolean unconfirmed = false;
            for (; next < words.size() && !words.get(next).is(ARROW); next++) {
                var word = words.get(next);
                unconfirmed |= word.is("unconfirmed");
                into.append(' ').append(word.quoted() ? quoted(word.text()) : word.text());
            }
            return unconfirmed;
        }

        private static String quoted(String text) {
            return "'" + text.replace("'", "''") + "'";
        }
    }
}
