package io.linkspan.node;

import io.linkspan.model.Log;
import io.linkspan.model.Tree;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// Why something is as it is: one sentence, then the chain from its beginning to its end. Immutable.
///
/// @param about what was asked about
/// @param headline the answer in one sentence
public record Explanation(String about, String headline, List<Step> steps) {
    public Explanation {
        steps = List.copyOf(steps);
    }

    /// One link of the chain.
    ///
    /// @param kind `telegram`, `link`, `person`, `charge`, `write`, `answer` and so on
    /// @param time wall time as people read it
    /// @param text in plain words
    /// @param wire the bytes on the wire; none when there were none or the ring has them no more
    @SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
    public record Step(String kind, Log.Position at, long wallMicros, String time, String text, byte[] wire) {
        public Step {
            wire = wire.clone();
        }

        /// A copy of the bytes.
        @Override
        public byte[] wire() {
            return wire.clone();
        }
    }

    /// As JSON.
    public Tree.Fields tree() {
        var all = new ArrayList<Tree>();
        for (var step : steps) {
            var out = Trees.fields()
                    .text("kind", step.kind())
                    .text("position", Trees.position(step.at()))
                    .time("time", step.wallMicros())
                    .text("text", step.text());
            if (step.wire().length > 0)
                out.text("wire_hex", HexFormat.of().formatHex(step.wire())).text("wire_text", printable(step.wire()));
            all.add(out.done());
        }
        return Trees.fields()
                .text("about", about)
                .text("headline", headline)
                .put("steps", Tree.items(all))
                .texts("text", lines())
                .done();
    }

    private static final int ROW_BYTES = 16;

    /// Most rows of bytes of one step that are shown to people; JSON has all.
    private static final int ROWS_MAX = 96;

    /// As lines for a terminal.
    public List<String> lines() {
        var lines = new ArrayList<String>();
        lines.add(headline);
        for (var step : steps) {
            lines.add("  " + step.time() + "  " + step.text() + "  [" + Trees.position(step.at()) + "]");
            byte[] wire = step.wire();
            if (isText(wire)) {
                for (String line : printable(wire).split("\n", -1)) lines.add("      | " + line.replaceAll("\\.$", ""));
                continue;
            }
            for (int from = 0; from < wire.length; from += ROW_BYTES) {
                if (from / ROW_BYTES == ROWS_MAX) {
                    lines.add("      and " + (wire.length - from) + " bytes more (--json shows all)");
                    break;
                }
                lines.add("      " + row(wire, from));
            }
        }
        return lines;
    }

    /// Whether it is a telegram of text, such as that of a P1 port: then people read its lines, and JSON has the
    /// bytes.
    private static boolean isText(byte[] wire) {
        if (wire.length < TEXT_BYTES_MIN) return false;
        for (byte b : wire) if (b != '\r' && b != '\n' && b != '\t' && (b < 0x20 || b > 0x7E)) return false;
        return true;
    }

    private static final int TEXT_BYTES_MIN = 64;

    private static String row(byte[] wire, int from) {
        var hex = new StringBuilder();
        int end = Math.min(wire.length, from + ROW_BYTES);
        for (int i = from; i < end; i++) hex.append("%02x ".formatted(wire[i]));
        byte[] part = java.util.Arrays.copyOfRange(wire, from, end);
        return "%04x  %-48s |%s|".formatted(from, hex, printable(part).replace('\n', '.'));
    }

    /// The bytes as ASCII, a dot for what can not be printed; line ends stay.
    private static String printable(byte[] bytes) {
        var text = new StringBuilder();
        for (byte b : bytes) text.append(b == '\n' || (b >= 0x20 && b < 0x7F) ? (char) b : '.');
        return text.toString();
    }
}
