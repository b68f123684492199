/// `dsmr_p1`: the consumer port of smart electricity meters in the Netherlands (DSMR 2.2 to 5), Belgium (e-MUCS),
/// Luxembourg, Sweden and elsewhere. The meter speaks by itself, once a second or once in ten; nothing can be asked or
/// written.
///
/// The standard: Dutch Smart Meter Requirements, P1 Companion Standard 5.0.2 ("P1 5.0.2" below) and its earlier
/// editions; for Belgium e-MUCS P1 1.7.1. Bytes are in [P1Framer] and [P1Telegram], waiting is in [P1Port].
@NullMarked
package io.linkspan.connectors.dsmrp1;

import org.jspecify.annotations.NullMarked;
