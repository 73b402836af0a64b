package com.robustmq.chaos.client;

/** A library with which the workloads can be played, too. */
interface WireLibrary extends Library {
    /** A client for one session of a workload; nothing is connected yet. */
    WireClient wireClient(SessionSettings settings);
}
