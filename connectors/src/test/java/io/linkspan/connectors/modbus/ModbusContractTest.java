package io.linkspan.connectors.modbus;

import io.linkspan.connector.ConnectorContract;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// What every connector must do, over each line.
class ModbusContractTest {
    @TestFactory
    Stream<DynamicTest> tcp() {
        return ConnectorContract.of(new ModbusTcp(), ContractMachine::tcp);
    }

    @TestFactory
    Stream<DynamicTest> rtuOverTcp() {
        return ConnectorContract.of(new ModbusTcp(), ContractMachine::rtuOverTcp);
    }
}
