package com.robustmq.chaos.client;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Is raised once. */
final class Flag {
    private final CountDownLatch latch = new CountDownLatch(1);

    void raise() {
        latch.countDown();
    }

    boolean isRaised() {
        return latch.getCount() == 0;
    }

    /** True where it is raised by then. */
    boolean await(long limitMs) {
        try {
            return latch.await(limitMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
