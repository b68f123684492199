package io.linkspan.access;

import io.linkspan.feed.Contract;
import io.linkspan.model.Log;
import io.linkspan.model.SiteId;

/// The position that a taker of a feed stores. Of a feed from the log it is where an entry stands, `42` or `2:42`; of
/// one that is cut from the history it is the version of the contract and the end of a window, `w3:1768410000000000`.
/// No state.
final class Positions {
    private Positions() {}

    static String window(Contract contract, long endMicros) {
        return "w" + contract.version() + ":" + endMicros;
    }

    /// The end of the window behind which a feed goes on. A window that ended once is the same under every version
    /// of a
    /// contract, so an older one goes on too.
    static long windowEnd(String text) throws Problem {
        if (text.matches("w[0-9]{1,10}:[0-9]{1,17}")) return Long.parseLong(text.substring(text.indexOf(':') + 1));
        throw Problem.of(
                400,
                "This contract lets windows out, whose positions are such as w3:1768410000000000, not \""
                        + Words.cut(text) + "\"");
    }

    /// As one number, for who stores it.
    static long stored(Place place, Contract contract, String text) throws Problem {
        return contract.windows().isPresent()
                ? windowEnd(text)
                : Words.position(place.id(), "position", text).packed();
    }

    /// The text of what was stored.
    static String told(Contract contract, long stored) {
        return contract.windows().isPresent()
                ? window(contract, stored)
                : Words.position(Log.Position.of(new SiteId(0, 0), stored));
    }
}
