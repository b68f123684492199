/// The test kit of the contract: [TestSurroundings] to run a connector in, [ConnectorContract] to check it against.
@NullMarked
package io.linkspan.connector;

import org.jspecify.annotations.NullMarked;
