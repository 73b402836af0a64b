package com.robustmq.chaos.client;

/** One generated message; its seq is its place in the ledger. Times are microseconds of CLOCK_MONOTONIC, null while open. */
final class Message {
    final long intendedUs;
    final long queuedUs;
    Long sentUs;
    int attempts;
    Long ackUs;
    Long recvUs;
    int dups;

    Message(long intendedUs, long queuedUs) {
        this.intendedUs = intendedUs;
        this.queuedUs = queuedUs;
    }
}
