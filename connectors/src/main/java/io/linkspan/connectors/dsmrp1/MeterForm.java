package io.linkspan.connectors.dsmrp1;

import java.util.ArrayList;
import java.util.List;

/// Which meter a [SimulatedP1Meter] is: what it sends, in which order and with how many digits.
public enum MeterForm {
    /// An old Dutch meter with a gas meter: no time, no CRC, the gas on a line of its own.
    DSMR_2_2("ISk5\\2MT382-1004", false),
    /// A Dutch meter of today on three phases, with a gas meter.
    DSMR_5("ISK5\\2M550T-1012", true),
    /// A Belgian one on three phases, with gas and water: it also tells the quarter hour's demand and the month's
    /// peak.
    BELGIAN("FLU5\\253769484_A", true);

    private final String identification;
    private final boolean crc;

    MeterForm(String identification, boolean crc) {
        this.identification = identification;
        this.crc = crc;
    }

    String identification() {
        return identification;
    }

    boolean crc() {
        return crc;
    }

    /// The first telegram: the digits of each number say how the later ones are written.
    List<P1Object> objects() {
        return switch (this) {
            case DSMR_2_2 -> dsmr22();
            case DSMR_5 -> dsmr5();
            case BELGIAN -> belgian();
        };
    }

    private static List<P1Object> dsmr22() {
        return objects(
                "0-0:96.1.1(4B414C37303035303739363336333132)",
                "1-0:1.8.1(00000.000*kWh)",
                "1-0:1.8.2(00000.000*kWh)",
                "1-0:2.8.1(00000.000*kWh)",
                "1-0:2.8.2(00000.000*kWh)",
                "0-0:96.14.0(0001)",
                "1-0:1.7.0(0000.00*kW)",
                "1-0:2.7.0(0000.00*kW)",
                "0-0:17.0.0(0999.00*kW)",
                "0-0:96.3.10(1)",
                "0-0:96.13.1()",
                "0-0:96.13.0()",
                "0-1:24.1.0(3)",
                "0-1:96.1.0(3238313031353431303031333733353131)",
                "0-1:24.3.0(700101000000)(00)(60)(1)(0-1:24.2.1)(m3)(00000.000)",
                "0-1:24.4.0(1)");
    }

    private static List<P1Object> dsmr5() {
        var all = new ArrayList<>(objects(
                "1-3:0.2.8(50)",
                "0-0:1.0.0(700101010000W)",
                "0-0:96.1.1(4530303434303037333832323436303139)",
                "1-0:1.8.1(000000.000*kWh)",
                "1-0:1.8.2(000000.000*kWh)",
                "1-0:2.8.1(000000.000*kWh)",
                "1-0:2.8.2(000000.000*kWh)",
                "0-0:96.14.0(0001)",
                "1-0:1.7.0(00.000*kW)",
                "1-0:2.7.0(00.000*kW)",
                "0-0:96.7.21(00005)",
                "0-0:96.7.9(00003)",
                "1-0:99.97.0(1)(0-0:96.7.19)(190326095015W)(0000002014*s)",
                "1-0:32.32.0(00001)",
                "1-0:52.32.0(00001)",
                "1-0:72.32.0(00001)",
                "1-0:32.36.0(00000)",
                "1-0:52.36.0(00000)",
                "1-0:72.36.0(00000)",
                "0-0:96.13.0()"));
        all.addAll(phases("000*A"));
        all.addAll(objects(
                "0-1:24.1.0(003)",
                "0-1:96.1.0(4730303339303031393336393930363139)",
                "0-1:24.2.1(700101010000W)(00000.000*m3)"));
        return all;
    }

    private static List<P1Object> belgian() {
        var all = new ArrayList<>(objects(
                "0-0:96.1.4(50217)",
                "0-0:96.1.1(3153414733313031303231363035)",
                "0-0:1.0.0(700101010000W)",
                "1-0:1.8.1(000000.000*kWh)",
                "1-0:1.8.2(000000.000*kWh)",
                "1-0:2.8.1(000000.000*kWh)",
                "1-0:2.8.2(000000.000*kWh)",
                "1-0:1.4.0(00.000*kW)",
                "1-0:1.6.0(700101010000W)(00.000*kW)",
                "0-0:96.14.0(0001)",
                "1-0:1.7.0(00.000*kW)",
                "1-0:2.7.0(00.000*kW)"));
        all.addAll(phases("000.00*A"));
        all.addAll(objects(
                "0-0:96.3.10(1)",
                "0-0:17.0.0(999.9*kW)",
                "1-0:31.4.0(999*A)",
                "0-0:96.13.0()",
                "0-1:24.1.0(003)",
                "0-1:96.1.1(37464C4F32313139303333373333)",
                "0-1:24.4.0(1)",
                "0-1:24.2.3(700101010000W)(00000.000*m3)",
                "0-2:24.1.0(007)",
                "0-2:96.1.1(3853414731323334353637383930)",
                "0-2:24.2.1(700101010000W)(00000.000*m3)"));
        return all;
    }

    private static List<P1Object> phases(String ampere) {
        return objects(
                "1-0:32.7.0(230.0*V)",
                "1-0:52.7.0(230.0*V)",
                "1-0:72.7.0(230.0*V)",
                "1-0:31.7.0(" + ampere + ")",
                "1-0:51.7.0(" + ampere + ")",
                "1-0:71.7.0(" + ampere + ")",
                "1-0:21.7.0(00.000*kW)",
                "1-0:41.7.0(00.000*kW)",
                "1-0:61.7.0(00.000*kW)",
                "1-0:22.7.0(00.000*kW)",
                "1-0:42.7.0(00.000*kW)",
                "1-0:62.7.0(00.000*kW)");
    }

    private static List<P1Object> objects(String... lines) {
        var all = new ArrayList<P1Object>();
        for (var line : lines) {
            int open = line.indexOf('(');
            all.add(P1Object.of(
                    line.substring(0, open),
                    line.substring(open + 1, line.length() - 1).split("\\)\\(", -1)));
        }
        return all;
    }
}
