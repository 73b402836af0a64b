package com.robustmq.chaos.client;

/** Threads that do not keep the process alive. */
final class Threads {
    private Threads() {}

    static Thread start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** False where it is still alive. */
    static boolean join(Thread thread, long limitMs) {
        try {
            thread.join(Math.max(1, limitMs));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }
}
