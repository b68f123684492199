package io.linkspan.simulation;

import io.linkspan.access.PageView;
import java.time.Duration;
import java.time.LocalDateTime;

/// Where a demo is shown: a terminal that is drawn again and again, or plain lines. For one thread.
interface DemoScreen {
    /// Time between two looks.
    Duration REDRAW = Duration.ofMillis(250);

    /// Begins, with what a person should know first.
    void begin(String introduction);

    /// Shows the site at this moment.
    ///
    /// @param recorded which time of the record the house has
    /// @return whether the person wants to end
    boolean show(PageView site, LocalDateTime recorded);

    /// Gives the terminal back as it was.
    void end();

    /// Tells one more line.
    void line(String text);
}
