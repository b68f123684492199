package io.linkspan.connectors.modbus;

import io.linkspan.model.Value;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The registers of one SunSpec model, for a simulated device: what was not given is "not implemented".
///
/// @param model its id, one of those that we know
/// @param values raw numbers (as in the register, before its scale factor) or texts by point name
/// @param repeats what each repetition of the model's only repeating group holds
public record SunSpecImage(int model, Map<String, Object> values, List<Map<String, Object>> repeats) {
    public SunSpecImage {
        values = new LinkedHashMap<>(values);
        repeats = List.copyOf(repeats);
    }

    /// A model without repeating groups.
    public static SunSpecImage of(int model, Map<String, Object> values) {
        return new SunSpecImage(model, values, List.of());
    }

    /// The registers from the id on.
    byte[] words() {
        var group = SunSpecModels.model(model)
                .orElseThrow(() -> new IllegalArgumentException("Model " + model + " is not known"));
        var out = new ByteArrayOutputStream();
        points(group, values, out);
        for (SunSpecModels.Group each : group.groups()) {
            if (!each.repeats()) points(each, values, out);
            else for (Map<String, Object> repetition : repeats) points(each, repetition, out);
        }
        byte[] words = out.toByteArray();
        int length = words.length / 2 - 2;
        words[0] = (byte) (model >> 8);
        words[1] = (byte) model;
        words[2] = (byte) (length >> 8);
        words[3] = (byte) length;
        return words;
    }

    private static void points(SunSpecModels.Group group, Map<String, Object> values, ByteArrayOutputStream out) {
        for (var each : group.points()) {
            var form = SunSpecModels.form(each, -1);
            out.writeBytes(encoded(form, each, values.get(each.name())));
        }
    }

    private static byte[] encoded(
            Form form, SunSpecModels.Declared declared, @org.jspecify.annotations.Nullable Object value) {
        byte[] words = new byte[2 * declared.registers()];
        if (value == null) {
            long missing = form.missing().isEmpty()
                    ? declared.type().equals("float32") ? 0x7FC0_0000L : 0
                    : form.missing().getFirst();
            for (int i = 0; i < words.length; i++)
                words[i] = i < words.length - 8 ? 0 : (byte) (missing >> (8 * (words.length - 1 - i)));
            return words;
        }
        try {
            return value instanceof String text
                    ? form.encode(new Value.Text(text), Map.of())
                    : new Form(form.format(), form.count(), 0, WordOrder.ABCD, Scaling.NONE, List.of())
                            .encode(new Value.Num(((Number) value).doubleValue()), Map.of());
        } catch (Form.DoesNotFit e) {
            throw new IllegalArgumentException(declared.name() + ": " + e.getMessage(), e);
        }
    }
}
