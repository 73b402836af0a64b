package com.robustmq.chaos.client;

import java.util.Optional;
import java.util.stream.Stream;

/** Every workload of contract version 2 that the Java clients have, and what is known of each before the environment is read. */
enum WorkloadKind {
    QOS_MIX("qos-mix", "0,1,2", 20),
    SESSIONS("sessions", "1", 20),
    RETAINED("retained", "1", 1),
    WILLS("wills", "1", 20),
    FAILOVER("failover", "1,2", 20),
    SHARED("shared", "1", 20);

    /** The script's, without its ending. */
    final String word;
    /** For the environment. */
    final String defaultQos;

    final int defaultInFlight;

    WorkloadKind(String word, String defaultQos, int defaultInFlight) {
        this.word = word;
        this.defaultQos = defaultQos;
        this.defaultInFlight = defaultInFlight;
    }

    static Optional<WorkloadKind> named(String word) {
        return Stream.of(values()).filter(kind -> kind.word.equals(word)).findFirst();
    }

    boolean hasDeaths() {
        return this == WILLS;
    }

    int defaultMoveEveryMs() {
        return this == SHARED ? 5_000 : 2_000;
    }

    String defaultMoves() {
        return this == SHARED ? "cut" : "leave,cut";
    }

    /** Does every message reach somebody, where nothing goes wrong? Else nobody can call one lost. */
    boolean isForAll() {
        return this == QOS_MIX || this == SESSIONS || this == FAILOVER;
    }

    boolean measuresLatency() {
        return this == QOS_MIX;
    }
}
