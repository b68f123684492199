package io.linkspan.payload;

import io.linkspan.model.Conversion;
import io.linkspan.model.Invalid;
import io.linkspan.model.Json;
import io.linkspan.model.Reading;
import io.linkspan.model.Tree;
import io.linkspan.model.Units;
import io.linkspan.model.Value;
import io.linkspan.model.ValueType;
import io.linkspan.payload.AddressWords.Word;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The address of a point that is a topic: where it is heard and in which form, and where it is written to.
/// docs/mqtt.md, "Topics to things", has the grammar:
/// ```
/// zigbee2mqtt/{thing} json /state on=ON off=OFF -> ~/set
/// ```
/// Immutable, safe for many threads.
public final class TopicAddress {
    /// The fields of a thing that its addresses use: `topic` fills `{thing}` (else the thing's id does), the next
    /// three fill their own names, `codec` is the script for `js`, `available` says whether the thing answers.
    public static final Set<String> THING_FIELDS =
            Set.of("topic", "device", "gateway", "channel", "codec", "available");

    private static final Pattern BLANK = Pattern.compile("\\{([a-z_]+)}");
    private static final Pattern FACTOR = Pattern.compile("x(-?\\d{1,12}(?:\\.\\d{1,12})?(?:[eE]-?\\d{1,2})?)");
    private static final Pattern WORDS = Pattern.compile("([^=|]+)=(.+)", Pattern.DOTALL);

    private final TopicPoint point;
    private final Optional<Heard> heard;
    private final Optional<Said> said;

    private TopicAddress(TopicPoint point, Optional<Heard> heard, Optional<Said> said) {
        this.point = point;
        this.heard = heard;
        this.said = said;
    }

    /// How a value stands in a message.
    sealed interface Form {
        /// The message is the value.
        record Plain() implements Form {}

        /// At a place in JSON.
        record JsonAt(JsonPointer pointer) implements Form {}

        /// At a place in CBOR.
        record CborAt(JsonPointer pointer) implements Form {}

        /// The newest SenML record of this name; with a `*` before it, of a name that ends so.
        record Senml(String name, boolean sum) implements Form {}

        /// Computed.
        record Cel(PayloadExpression expression) implements Form {}

        /// At a place in what a script makes of the message, or gets to write.
        record Js(Codec codec, JsonPointer pointer) implements Form {}

        /// Text around the value; commands only.
        ///
        /// @param json the value stands there as JSON writes it, with quotes where it is text
        record Template(String text, boolean json) implements Form {}
    }

    /// Where a property is heard.
    ///
    /// @param filter the topic, perhaps with wildcards
    /// @param time where the message has the device's own time
    /// @param retained a message that the broker kept is how it still is
    record Heard(
            String filter,
            Form form,
            Shape shape,
            Optional<JsonPointer> time,
            boolean retained,
            Optional<String> unit) {}

    /// Where a property is written to.
    ///
    /// @param time where the value's time is written
    record Said(
            String topic,
            Form form,
            Shape shape,
            int qos,
            boolean retain,
            boolean unconfirmed,
            Optional<JsonPointer> time) {}

    /// One message to publish.
    ///
    /// @param qos 0 or 1
    public record Out(String topic, byte[] payload, int qos, boolean retain) {}

    /// Reads the address of a point.
    ///
    /// @throws Invalid at its line, with what would be right
    public static TopicAddress parse(TopicPoint point) throws Invalid {
        try {
            return parse(point, AddressWords.split(point.at().text()));
        } catch (IllegalArgumentException e) {
            throw new Invalid(
                    point.at().mark(), point.name() + " at \"" + point.at().text() + "\": " + e.getMessage());
        }
    }

    private static TopicAddress parse(TopicPoint point, List<Word> words) throws Invalid {
        int arrow = -1;
        for (int i = 0; i < words.size(); i++)
            if (words.get(i).is("->")) {
                if (arrow >= 0) throw new IllegalArgumentException("an address has one ->");
                arrow = i;
            }
        var before = arrow < 0 ? words : words.subList(0, arrow);
        Optional<Heard> heard =
                before.isEmpty() ? Optional.empty() : Optional.of(new Side(point, before, false).heard());
        Optional<Said> said = arrow < 0
                ? Optional.empty()
                : Optional.of(new Side(point, words.subList(arrow + 1, words.size()), true).said(heard));
        fits(point, heard, said);
        return new TopicAddress(point, heard, said);
    }

    private static void fits(TopicPoint point, Optional<Heard> heard, Optional<Said> said) {
        switch (point.use()) {
            case READ -> {
                if (heard.isEmpty()) throw new IllegalArgumentException("a topic to hear is missing");
                if (said.isPresent())
                    throw new IllegalArgumentException(
                            "it has a topic to write to and is no actuator; add writable: true");
            }
            case WRITE -> {
                if (said.isEmpty())
                    throw new IllegalArgumentException(
                            "it is writable and has no topic to write to; add -> and the topic, for example -> ~/set");
                if (heard.isEmpty() && !said.get().unconfirmed())
                    throw new IllegalArgumentException(
                            "it has no topic that reads back what was written; write one before ->, or, where the device"
                                    + " tells nothing, the word unconfirmed at the end");
            }
            case INVOKE -> {
                if (said.isEmpty())
                    throw new IllegalArgumentException("an action has a topic to write to; write -> and the topic");
                if (heard.isPresent()) throw new IllegalArgumentException("an action hears no topic; begin with ->");
            }
            case TELL -> {
                if (said.isEmpty() || heard.isPresent())
                    throw new IllegalArgumentException(
                            "what is told to others is written -> and the topic; a topic before"
                                    + " it is for their wishes and needs writable: true");
            }
            case ASKED -> {
                if (said.isEmpty() || heard.isEmpty())
                    throw new IllegalArgumentException(
                            "what others may wish has the topic of their wishes, -> and the topic"
                                    + " where it is told");
            }
        }
    }

    /// Reads the topic of a thing's `available`, whose message says whether the thing answers: on or off.
    static Heard available(TopicPoint any, Tree.Scalar address) throws Invalid {
        var asFlag = new TopicPoint(
                any.number(),
                any.thingName() + ".available",
                ValueType.FLAG,
                Optional.empty(),
                Map.of(),
                address,
                any.thing(),
                TopicPoint.Use.READ);
        var heard = parse(asFlag).heard.orElseThrow();
        if (!heard.shape().words().isEmpty()) return heard;
        var s = heard.shape();
        var words = Map.of(
                "on", List.of("online", "Online", "true", "1"), "off", List.of("offline", "Offline", "false", "0"));
        var usual = new Shape(s.name(), s.type(), s.choices(), words, s.factor(), s.conversion(), false, false);
        return new Heard(heard.filter(), heard.form(), usual, Optional.empty(), true, Optional.empty());
    }

    /// What it belongs to.
    public TopicPoint point() {
        return point;
    }

    /// The topic to subscribe to, perhaps with wildcards; none for what is only written.
    public Optional<String> filter() {
        return heard.map(Heard::filter);
    }

    /// The topic that is written to; none for what is only read.
    public Optional<String> commandTopic() {
        return said.map(Said::topic);
    }

    /// Whether the device never tells, so that a command is done when the broker has it.
    public boolean unconfirmed() {
        return said.map(Said::unconfirmed).orElse(false);
    }

    /// How what is written stands in its message, for who describes it to others.
    ///
    /// @param pointer in JSON; none: the message is the value
    /// @param on what stands there for on, as text; also `off`
    /// @param bare on and off stand in JSON without quotes
    public record Told(Optional<JsonPointer> pointer, String on, String off, boolean bare) {}

    /// How what is written stands in its message; none where it takes more than a place in JSON to say.
    public Optional<Told> told() {
        if (said.isEmpty()) return Optional.empty();
        var on =
                said.get().shape().type() == ValueType.FLAG ? said.get().shape().scalar(Value.Flag.ON) : EMPTY;
        var off =
                said.get().shape().type() == ValueType.FLAG ? said.get().shape().scalar(Value.Flag.OFF) : EMPTY;
        return switch (said.get().form()) {
            case Form.Plain _ -> Optional.of(new Told(Optional.empty(), on.text(), off.text(), false));
            case Form.JsonAt at ->
                Optional.of(new Told(
                        Optional.of(at.pointer()),
                        on.text(),
                        off.text(),
                        !on.quoted() && !on.text().isEmpty()));
            case Form.CborAt _, Form.Senml _, Form.Cel _, Form.Js _, Form.Template _ -> Optional.empty();
        };
    }

    /// What others write for on and off where the whole message is the wish; none where it is in another form.
    public Optional<Told> asked() {
        if (heard.isEmpty() || !(heard.get().form() instanceof Form.Plain)) return Optional.empty();
        var shape = heard.get().shape();
        if (shape.type() != ValueType.FLAG) return Optional.of(new Told(Optional.empty(), "", "", false));
        return Optional.of(new Told(
                Optional.empty(),
                shape.words().getOrDefault("on", List.of("ON")).getFirst(),
                shape.words().getOrDefault("off", List.of("OFF")).getFirst(),
                false));
    }

    private static final Tree.Scalar EMPTY = (Tree.Scalar) Tree.text("");

    Optional<Heard> heard() {
        return heard;
    }

    /// The message that asks the device for a value.
    ///
    /// @throws BadPayload a codec could not make it
    public Out encode(Value value) throws BadPayload {
        return encode(value, Optional.empty());
    }

    /// The same with the value's time, where the address has a place for it.
    ///
    /// @param time of the value
    public Out encode(Value value, Optional<Instant> time) throws BadPayload {
        var to = said.orElseThrow(() -> new IllegalStateException(point.name() + " is not written"));
        var scalar = to.shape().scalar(value);
        return new Out(to.topic(), bytes(to, value, scalar, time), to.qos(), to.retain());
    }

    /// A value in the words in which the device tells it; none where it is not heard.
    public Optional<Tree> asHeard(Value value) {
        return heard.map(h -> h.shape().scalar(value));
    }

    /// A value in the words in which the device is told it; none where it is not written.
    public Optional<Tree> asSaid(Value value) {
        return said.map(s -> s.shape().scalar(value));
    }

    private static byte[] bytes(Said to, Value value, Tree.Scalar scalar, Optional<Instant> time) throws BadPayload {
        return switch (to.form()) {
            case Form.Plain _ ->
                value instanceof Value.Bytes b ? b.content() : scalar.text().getBytes(StandardCharsets.UTF_8);
            case Form.JsonAt at ->
                Json.write(withTime(to, around(at.pointer(), scalar), time)).getBytes(StandardCharsets.UTF_8);
            case Form.CborAt at -> Cbor.write(withTime(to, around(at.pointer(), scalar), time));
            case Form.Template t -> {
                String text = t.json() ? Json.write(scalar) : scalar.text();
                String at = time.map(Instant::toString).orElse("");
                yield t.text()
                        .replace("{time}", t.json() ? Json.write(Tree.text(at)) : at)
                        .replace("{value}", text)
                        .getBytes(StandardCharsets.UTF_8);
            }
            case Form.Js js -> js.codec().encode(to.topic(), around(js.pointer(), scalar));
            case Form.Senml s -> senml(s, value, scalar, time);
            case Form.Cel _ -> throw new IllegalStateException("an expression writes nothing");
        };
    }

    private static Tree withTime(Said to, Tree tree, Optional<Instant> time) {
        if (to.time().isEmpty() || time.isEmpty() || !(tree instanceof Tree.Fields f)) return tree;
        var all = new LinkedHashMap<>(f.fields());
        var at = (Tree.Fields) around(to.time().get(), Tree.text(time.get().toString()));
        at.fields().forEach(all::putIfAbsent);
        return Tree.fields(all);
    }

    private static byte[] senml(Form.Senml form, Value value, Tree.Scalar scalar, Optional<Instant> time) {
        String field = form.sum() ? "s" : value instanceof Value.Flag ? "vb" : scalar.quoted() ? "vs" : "v";
        var item = new LinkedHashMap<String, Tree>();
        item.put("n", Tree.text(form.name()));
        item.put(field, scalar);
        time.ifPresent(t -> item.put(
                "t",
                Tree.plain(BigDecimal.valueOf(t.toEpochMilli(), 3)
                        .stripTrailingZeros()
                        .toPlainString())));
        return Json.write(Tree.items(List.of(Tree.fields(item)))).getBytes(StandardCharsets.UTF_8);
    }

    private static Tree around(JsonPointer pointer, Tree inner) {
        Tree tree = inner;
        for (String step : pointer.steps().reversed()) tree = Tree.fields(Map.of(step, tree));
        return tree;
    }

    /// What a message says of this property: none where it says nothing of it.
    ///
    /// @throws BadPayload it says something that is no value of it
    Optional<Reading> read(Message message, long receivedMicros) throws BadPayload {
        return read(heard.orElseThrow(), message, receivedMicros);
    }

    private Optional<Reading> read(Heard at, Message message, long receivedMicros) throws BadPayload {
        if (at.form() instanceof Form.Senml senml) return senml(at, senml, message);
        var value = value(at, message);
        if (value.isEmpty()) return Optional.empty();
        long time = at.time().isPresent() ? DeviceTimes.micros(at.time().get(), message) : Reading.NO_TIME;
        return Optional.of(new Reading(point.number(), value.get(), io.linkspan.model.Quality.GOOD, time));
    }

    /// The value at a place of hearing, which is no SenML.
    static Optional<Value> value(Heard at, Message message) throws BadPayload {
        var shape = at.shape();
        return switch (at.form()) {
            case Form.Plain _ ->
                shape.type() == ValueType.BYTES
                        ? Optional.of(new Value.Bytes(message.bytes()))
                        : message.text().isEmpty() ? Optional.empty() : shape.scalar(message.text());
            case Form.JsonAt f -> message.jsonAt(f.pointer(), shape);
            case Form.CborAt f -> at(shape, f.pointer(), message.cbor());
            case Form.Js f -> at(shape, f.pointer(), message.decoded(f.codec()));
            case Form.Cel f -> {
                var result = f.expression().evaluate(message.topic(), message.json());
                yield result.isPresent() ? shape.value(result.get()) : Optional.empty();
            }
            case Form.Senml _, Form.Template _ -> throw new IllegalStateException("heard in another way");
        };
    }

    private static Optional<Value> at(Shape shape, JsonPointer pointer, Tree message) throws BadPayload {
        var there = pointer.find(message);
        return there.isPresent() ? shape.value(there.get()) : Optional.empty();
    }

    private Optional<Reading> senml(Heard at, Form.Senml form, Message message) throws BadPayload {
        Optional<SenMl.Item> newest = Optional.empty();
        for (var item : message.senMl()) {
            boolean named = form.name().startsWith("*")
                    ? item.name().endsWith(form.name().substring(1))
                    : item.name().equals(form.name());
            if (!named || (form.sum() ? item.sum() : item.value()).isEmpty()) continue;
            if (newest.isEmpty() || time(item) >= time(newest.get())) newest = Optional.of(item);
        }
        if (newest.isEmpty()) return Optional.empty();
        var item = newest.get();
        var value = inOurUnit(at, item).value((form.sum() ? item.sum() : item.value()).orElseThrow());
        return value.map(v -> new Reading(
                point.number(), v, io.linkspan.model.Quality.GOOD, item.micros().orElse(Reading.NO_TIME)));
    }

    private static long time(SenMl.Item item) {
        return item.micros().orElse(Long.MAX_VALUE); // no time is now
    }

    private static Shape inOurUnit(Heard at, SenMl.Item item) throws BadPayload {
        var s = at.shape();
        if (item.unit().isEmpty()
                || at.unit().isEmpty()
                || !s.type().isQuantity()
                || !s.conversion().isNone()) return s;
        try {
            var conversion = Units.conversion(item.unit().get(), at.unit().get());
            return new Shape(s.name(), s.type(), s.choices(), s.words(), s.factor(), conversion, s.comma(), s.hex());
        } catch (IllegalArgumentException e) {
            throw new BadPayload(
                    s.name() + " is in " + at.unit().get() + ", and the message in another unit: " + e.getMessage());
        }
    }

    /// One side of the arrow, read word by word.
    private static final class Side {
        private final TopicPoint point;
        private final List<Word> words;
        private final boolean command;
        private int next;
        private final Map<String, List<String>> meant = new LinkedHashMap<>();
        private BigDecimal factor = BigDecimal.ONE;
        private Conversion conversion = Conversion.NONE;
        private boolean comma;
        private boolean hex;
        private boolean retained;
        private boolean unconfirmed;
        private int qos = 1;
        private boolean anyNumber;
        private Optional<JsonPointer> time = Optional.empty();

        Side(TopicPoint point, List<Word> words, boolean command) {
            this.point = point;
            this.words = words;
            this.command = command;
        }

        Heard heard() throws Invalid {
            String filter = Topics.checkFilter(filled(need("a topic").text()));
            var form = form();
            options();
            return new Heard(filter, form, shape(), time, retained, point.unit());
        }

        Said said(Optional<Heard> heard) throws Invalid {
            String topic = need("the topic to write to").text();
            if (topic.equals("~") || topic.startsWith("~/")) {
                if (heard.isEmpty())
                    throw new IllegalArgumentException("~ stands for the topic before ->, and there is none");
                topic = heard.get().filter() + topic.substring(1);
            }
            topic = Topics.checkName(filled(topic));
            boolean own = hasForm();
            var form = own ? form() : heard.map(Heard::form).orElse(new Form.Plain());
            options();
            if (form instanceof Form.Cel)
                throw new IllegalArgumentException(
                        "an expression can not be written; say how after ->: json /state or text '...'");
            var shape = shape();
            if (heard.isPresent()) shape = as(heard.get().shape(), shape);
            writable(form, shape);
            if (unconfirmed && qos == 0)
                throw new IllegalArgumentException("unconfirmed needs qos 1: with 0 nobody would tell anything");
            if (time.isPresent() && time.get().steps().isEmpty())
                throw new IllegalArgumentException("time needs a place, for example time /time");
            return new Said(topic, form, shape, qos, retained, unconfirmed, time);
        }

        /// What a command does not say is as it is heard.
        private Shape as(Shape heard, Shape own) {
            return new Shape(
                    own.name(),
                    own.type(),
                    own.choices(),
                    own.words().isEmpty() ? heard.words() : own.words(),
                    anyNumber ? own.factor() : heard.factor(),
                    anyNumber ? own.conversion() : heard.conversion(),
                    own.comma() || heard.comma(),
                    own.hex() || heard.hex());
        }

        private void writable(Form form, Shape shape) {
            boolean text = form instanceof Form.Plain || form instanceof Form.Template;
            if (form instanceof Form.Js js && !js.codec().encodes())
                throw new IllegalArgumentException(
                        "its codec has no function encodeDownlink(input), so it can not be written");
            boolean asks = form instanceof Form.Template t && !t.text().contains("{value}");
            if (shape.type() == ValueType.FLAG
                    && text
                    && !asks
                    && !(shape.words().containsKey("on") && shape.words().containsKey("off"))
                    && point.use() != TopicPoint.Use.INVOKE)
                throw new IllegalArgumentException(
                        "which words switch it on and off? Write them, for example on=ON off=OFF");
        }

        private Word need(String what) {
            if (next >= words.size()) throw new IllegalArgumentException(what + " is missing");
            return words.get(next++);
        }

        private boolean hasForm() {
            return next < words.size()
                    && Set.of("plain", "json", "cbor", "senml", "cel", "js", "text")
                            .contains(words.get(next).text())
                    && !words.get(next).quoted();
        }

        private Form form() throws Invalid {
            if (!hasForm()) return new Form.Plain();
            return switch (words.get(next++).text()) {
                case "plain" -> new Form.Plain();
                case "json" -> json();
                case "cbor" -> new Form.CborAt(pointer());
                case "senml" -> {
                    String name = filled(need("the name of a SenML record").text());
                    yield new Form.Senml(name, takes("sum"));
                }
                case "cel" ->
                    new Form.Cel(PayloadExpression.compile(
                            need("an expression in '...'").text()));
                case "js" -> new Form.Js(codec(), pointer());
                default -> template(need("a text in '...'").text(), false); // hasForm leaves only text
            };
        }

        private Form json() {
            if (command && next < words.size() && words.get(next).text().matches("(?s)[\\[{\"].*"))
                return template(words.get(next++).text(), true);
            return new Form.JsonAt(pointer());
        }

        private Form template(String text, boolean json) {
            if (!command)
                throw new IllegalArgumentException("text '...' is for commands; hear it as plain, json or cel");
            if (json) {
                try {
                    Json.parse("", text.replace("{value}", "0").replace("{time}", "0"));
                } catch (Invalid e) {
                    throw new IllegalArgumentException("with a value for {value} it is no JSON: " + e.getMessage(), e);
                }
            }
            if (!text.contains("{value}") && point.use() == TopicPoint.Use.WRITE)
                throw new IllegalArgumentException("the message of an actuator has {value} in it");
            return new Form.Template(text, json);
        }

        private JsonPointer pointer() {
            if (next < words.size() && words.get(next).text().startsWith("/"))
                return JsonPointer.parse(words.get(next++).text());
            return JsonPointer.WHOLE;
        }

        private Codec codec() throws Invalid {
            if (!(point.thing().fields().get("codec") instanceof Tree.Scalar script))
                throw new IllegalArgumentException(
                        "js needs the thing's (or its kind's) field codec: the script with decodeUplink(input)");
            return Codecs.of(script);
        }

        private boolean takes(String word) {
            if (next >= words.size() || !words.get(next).is(word)) return false;
            next++;
            return true;
        }

        private void options() {
            while (next < words.size()) option(words.get(next++));
        }

        private void option(Word word) {
            var factorWord = FACTOR.matcher(word.text());
            var pair = WORDS.matcher(word.text());
            if (word.is("comma")) comma = true;
            else if (word.is("hex")) hex = true;
            else if (word.is("in")) unit(need("a unit").text());
            else if (word.is("time"))
                time = Optional.of(JsonPointer.parse(need("a place").text()));
            else if (!command && word.is("retained")) retained = true;
            else if (command && word.is("retain")) retained = true;
            else if (command && word.is("unconfirmed")) unconfirmed = true;
            else if (command && word.is("qos")) qos = qos(need("0 or 1").text());
            else if (!word.quoted() && factorWord.matches()) factor(factorWord.group(1));
            else if (pair.matches()) meant(pair.group(1), pair.group(2));
            else
                throw new IllegalArgumentException("\"" + word.text() + "\" is no part of an address; "
                        + (command
                                ? "after a topic to write to stand plain, json, cbor, senml, js, text '...', x0.1, in UNIT, on=ON, qos 1,"
                                        + " retain, unconfirmed"
                                : "after a topic stand plain, json /place, cbor /place, senml NAME, cel '...', js /place, x0.1, in UNIT,"
                                        + " on=ON, comma, hex, time /place, retained"));
        }

        private static int qos(String text) {
            if (!text.matches("[01]"))
                throw new IllegalArgumentException(
                        "qos is 0 or 1 (we send nothing twice, so 2 would add nothing), not \"" + text + "\"");
            return Integer.parseInt(text);
        }

        private void factor(String text) {
            quantity("x" + text);
            factor = new BigDecimal(text);
            if (factor.signum() == 0) throw new IllegalArgumentException("a factor is not 0");
            anyNumber = true;
        }

        private void unit(String text) {
            quantity("in " + text);
            String ours = point.unit()
                    .orElseThrow(
                            () -> new IllegalArgumentException("in " + text + " needs the property's own unit: too"));
            conversion = Units.conversion(text, ours);
            anyNumber = true;
        }

        private void quantity(String option) {
            if (!point.type().isQuantity())
                throw new IllegalArgumentException(option + " is for quantities, and it is a "
                        + point.type().word());
        }

        private void meant(String word, String theirs) {
            boolean known = word.equals(Shape.NONE)
                    || switch (point.type()) {
                        case FLAG -> word.equals("on") || word.equals("off");
                        case CHOICE -> point.choices().containsValue(word);
                        case TEXT -> true;
                        case NUMBER, INTEGER, REGISTER, BYTES, POSITION, GROUP -> false;
                    };
            if (!known)
                throw new IllegalArgumentException(
                        "\"" + word + "=\" says nothing about a " + point.type().word()
                                + (point.type() == ValueType.FLAG
                                        ? "; write on=... and off=..."
                                        : "; none=... is for what means no value"));
            var before = Optional.ofNullable(meant.put(word, List.of(theirs.split("\\|"))));
            if (before.isPresent()) throw new IllegalArgumentException("\"" + word + "=\" stands twice");
        }

        private Shape shape() {
            if (point.type() == ValueType.GROUP)
                throw new IllegalArgumentException("it is a group; give its members as properties of their own");
            return new Shape(
                    point.name(), point.type(), point.choices(), Map.copyOf(meant), factor, conversion, comma, hex);
        }

        /// The topic with its blanks filled by the thing.
        private String filled(String topic) {
            var filled = new StringBuilder();
            var blank = BLANK.matcher(topic);
            while (blank.find()) blank.appendReplacement(filled, Matcher.quoteReplacement(filling(blank.group(1))));
            return blank.appendTail(filled).toString();
        }

        private String filling(String name) {
            String field = name.equals("thing") ? "topic" : name;
            if (!List.of("topic", "device", "gateway", "channel").contains(field))
                throw new IllegalArgumentException(
                        "{" + name + "} is no blank; there are {thing}, {device}, {gateway}, {channel}");
            if (point.thing().fields().get(field) instanceof Tree.Scalar s
                    && !s.text().isEmpty()) return Topics.checkName(s.text());
            if (name.equals("thing")) return point.thingName();
            throw new IllegalArgumentException("{" + name + "} needs the thing's field " + field + ":");
        }
    }

    static List<Tree.Scalar> availableOf(Tree.Fields thing) throws Invalid {
        var all = new ArrayList<Tree.Scalar>();
        var field = Optional.ofNullable(thing.fields().get("available"));
        if (field.isEmpty()) return all;
        switch (field.get()) {
            case Tree.Scalar s -> all.add(s);
            case Tree.Items i -> {
                for (var each : i.items()) {
                    if (!(each instanceof Tree.Scalar s))
                        throw new Invalid(each.mark(), "\"available\" lists topics, not " + each.kind());
                    all.add(s);
                }
            }
            case Tree.Fields f -> throw new Invalid(f.mark(), "\"available\" is a topic or a list of topics");
        }
        return all;
    }
}
