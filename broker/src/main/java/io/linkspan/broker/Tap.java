package io.linkspan.broker;

/// Who listens to messages beside the subscribers: the mapping to readings. Asked on the broker's thread; must not
/// wait.
interface Tap {
    /// Nobody listens.
    Tap NOBODY = new Tap() {
        @Override
        public boolean wants(String topic) {
            return false;
        }

        @Override
        public boolean hear(Message message, long wallMicros, Done done) {
            return true;
        }
    };

    /// Whether messages of this topic are heard.
    boolean wants(String topic);

    /// Takes a message. What becomes of it is told to `done`, on the broker's thread, at once or later.
    ///
    /// @param wallMicros when it came
    /// @return false when it can not be taken now and will not be told
    boolean hear(Message message, long wallMicros, Done done);

    /// All that came at once was given to [#hear].
    default void heardAll() {}

    /// Is told what became of a message.
    interface Done {
        /// @param stored whether its readings are on disk
        void told(boolean stored);
    }
}
