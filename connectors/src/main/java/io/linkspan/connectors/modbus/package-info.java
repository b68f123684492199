/// Modbus over TCP, over RS-485 and over RTU in TCP, as master and as server.
///
/// The codec ([Request], [Response], [Mbap], [Rtu], [Form], [Address]) is pure. [ModbusMaster] and [ModbusServer] are
/// the
/// blocking loops. Clauses are of the MODBUS Application Protocol Specification V1.1b3 ("AP"), of MODBUS over Serial
/// Line
/// V1.02 ("SL"), of the MODBUS Messaging on TCP/IP Implementation Guide V1.0b ("TCP") and of the SunSpec Information
/// Model
/// Specification ("SunSpec").
@NullMarked
package io.linkspan.connectors.modbus;

import org.jspecify.annotations.NullMarked;
