package com.robustmq.chaos.client;

/** The one clock: CLOCK_MONOTONIC, which every process of a host shares, so that ledgers of several clients compare. */
final class Clock {
    private Clock() {}

    /** Microseconds of CLOCK_MONOTONIC, which is what nanoTime reads on Linux. */
    static long nowUs() {
        return System.nanoTime() / 1_000;
    }
}
