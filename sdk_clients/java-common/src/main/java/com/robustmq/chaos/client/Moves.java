package com.robustmq.chaos.client;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Members that leave their endpoints by plan, each in its turn, and go on to the next one with their sessions. */
final class Moves {
    private final WorkloadConfig config;
    private final List<RecordedRole> movers;
    private final Flag over = new Flag();
    private final AtomicInteger made = new AtomicInteger();

    Moves(WorkloadConfig config, List<RecordedRole> movers) {
        this.config = config;
        this.movers = movers;
    }

    void begin(long t0Us) {
        Threads.start("moves", () -> run(t0Us));
    }

    private void run(long t0Us) {
        for (int move = 0; ; move++) {
            long dueUs = t0Us + (move + 1) * (config.moveEveryMs() * 1_000L);
            if (over.await(Math.max(0, (dueUs - Clock.nowUs()) / 1_000))) {
                return;
            }
            // Each of them leaves in the first way before any leaves in the second.
            List<Boolean> ways = config.moves();
            boolean byDisconnect = ways.get(move / movers.size() % ways.size());
            if (movers.get(move % movers.size()).move(byDisconnect)) {
                made.incrementAndGet();
            }
        }
    }

    /** There is none after publishing has ended. */
    void stop() {
        over.raise();
    }

    /** A connection for each is no reconnect. */
    int made() {
        return made.get();
    }
}
