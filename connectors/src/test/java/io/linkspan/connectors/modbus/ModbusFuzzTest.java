package io.linkspan.connectors.modbus;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.linkspan.model.ValueType;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;

/// Hostile bytes, guided by coverage: no message, no value and no SunSpec map may throw anything but its refusal.
@Tag("long")
class ModbusFuzzTest {
    private static final Address.SunSpec CURVE =
            (Address.SunSpec) Address.parse("sunspec 705 Crv.Pt.V 2.3", ValueType.NUMBER);

    @FuzzTest(maxDuration = "60s")
    void anyBytes(byte[] bytes) {
        requests(bytes);
        answers(bytes);
        values(bytes);
        survey(bytes);
    }

    private static void requests(byte[] bytes) {
        try {
            byte[] back = Request.parse(bytes).encode();
            if (!Arrays.equals(back, bytes)) throw new AssertionError("a request does not come back");
        } catch (Request.Malformed e) {
            if (e.getMessage() == null) throw new AssertionError("a refusal without a sentence", e);
        }
        Rtu.requestLength(bytes, bytes.length);
        try {
            Mbap.parse(bytes, bytes.length);
        } catch (IOException e) {
            if (e.getMessage() == null) throw new AssertionError("a refusal without a sentence", e);
        }
    }

    private static void answers(byte[] bytes) {
        Rtu.answerLength(bytes, bytes.length);
        Rtu.parse(bytes, bytes.length);
        for (var request : List.of(
                new Request.Read(Table.COIL, 3, 11),
                new Request.Read(Table.INPUT, 0, 4),
                new Request.WriteRegister(1, 2))) Response.parse(request, bytes);
    }

    private static void values(byte[] bytes) {
        byte[] eight = Arrays.copyOf(bytes, 8);
        for (var format : Format.values())
            if (format.number())
                for (var type : List.of(ValueType.NUMBER, ValueType.REGISTER)) {
                    var form =
                            new Form(format, format.registers(), 0, WordOrder.ABCD, new Scaling(7, -3, 2), List.of());
                    form.decode(type, Map.of(), 2, eight, 0);
                }
    }

    /// The bytes are the registers of a device from 40000 on, as often as they last.
    private static void survey(byte[] bytes) {
        if (bytes.length < 8) return;
        var survey = new SunSpecSurvey(java.util.Set.of(705));
        survey.answered(java.util.Optional.of(SunSpecModels.MARK));
        int steps = 0;
        while (!survey.over()) {
            if (++steps > 1_000) throw new AssertionError("a survey without end");
            var next = survey.next();
            byte[] data = new byte[2 * next.count()];
            for (int i = 0; i < data.length; i++) data[i] = bytes[(2 * next.first() + i) % bytes.length];
            survey.answered(java.util.Optional.of(data));
        }
        survey.find(CURVE);
    }
}
