package com.robustmq.chaos.client;

import java.util.function.BooleanSupplier;

/** The times of the messages: each has its own, whatever the broker does. */
final class OpenLoop {
    /** How soon the end is seen between two messages. */
    private static final long NAP_US = 20_000;

    interface Generator {
        void generate(int i, long dueUs);
    }

    private OpenLoop() {}

    /** Returns when all are generated, or when it is over. */
    static void run(Config config, long t0Us, BooleanSupplier isOver, Generator generator) {
        for (int i = 0; i < config.messageCount(); i++) {
            long dueUs = t0Us + (long) (i * 1e6 / config.messageRate());
            for (long nowUs = Clock.nowUs(); nowUs < dueUs && !isOver.getAsBoolean(); nowUs = Clock.nowUs()) {
                Pause.ofUs(Math.min(NAP_US, dueUs - nowUs));
            }
            if (isOver.getAsBoolean()) {
                return;
            }
            generator.generate(i, dueUs);
        }
    }
}
