package com.robustmq.chaos.client;

import java.util.concurrent.locks.LockSupport;

/** Sleeps, to the microsecond where Thread.sleep rounds up to the millisecond, which would be part of every latency. */
final class Pause {
    private Pause() {}

    static void ofMs(long ms) {
        ofUs(ms * 1_000);
    }

    static void ofUs(long us) {
        long untilUs = Clock.nowUs() + us;
        for (long leftUs = us; leftUs > 0; leftUs = untilUs - Clock.nowUs()) {
            // May return early for no reason.
            LockSupport.parkNanos(leftUs * 1_000);
        }
    }
}
