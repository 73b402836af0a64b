package com.robustmq.chaos.client;

import java.util.List;

/** Roles that go from endpoint to endpoint, by a plan, while messages are published. */
final class Moves {
    private static final long JOIN_LIMIT_MS = 10_000;

    private final WorkloadConfig config;
    private final List<RecordedRole> movers;
    private final Flag over = new Flag();
    private Thread thread;

    Moves(WorkloadConfig config, List<RecordedRole> movers) {
        this.config = config;
        this.movers = movers;
    }

    void begin(long t0Us) {
        if (!movers.isEmpty()) {
            thread = Threads.start("moves", () -> run(t0Us));
        }
    }

    private void run(long t0Us) {
        for (int number = 0; ; number++) {
            long dueUs = t0Us + (number + 1) * (config.moveEveryMs() * 1_000L);
            if (over.await(Math.max(0, (dueUs - Clock.nowUs()) / 1_000))) {
                return;
            }
            movers.get(number % movers.size()).move(isByDisconnect(number));
        }
    }

    /** All of them in one way, then all in the next one. */
    boolean isByDisconnect(int number) {
        return config.moves().get(number / movers.size() % config.moves().size());
    }

    /** When it returns, nobody moves any more. */
    void end() {
        over.raise();
        if (thread != null) {
            Threads.join(thread, JOIN_LIMIT_MS);
        }
    }

    /** Connections for this reason are no reconnects. */
    int made() {
        return movers.stream().mapToInt(RecordedRole::moves).sum();
    }
}
