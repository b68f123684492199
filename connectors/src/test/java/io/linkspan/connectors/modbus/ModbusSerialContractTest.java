package io.linkspan.connectors.modbus;

import io.linkspan.connector.ConnectorContract;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// What every connector must do, over a pair of pseudo terminals.
class ModbusSerialContractTest {
    @TestFactory
    Stream<DynamicTest> serial() {
        return ConnectorContract.of(new ModbusRtu(), ContractMachine::serial);
    }
}
