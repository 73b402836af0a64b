package com.robustmq.chaos.client;

/** One message of a workload. Its identity is its publisher, its topic and its seq, which is dense from 0 in each topic. */
final class Publication {
    /** What a broker's answer and a packet of the publisher's own tell of it: a deletion, which has no payload, has no number there. */
    record Key(String topic, long seq) {
        static final long DELETION = -1;
    }

    final String topic;
    final int seq;
    final int qos;
    final boolean retain;
    final byte[] payload;
    /** Microseconds of CLOCK_MONOTONIC. */
    final long intendedUs;
    /** A PUBLISH of it has gone out. */
    volatile boolean wasSent;

    Publication(String topic, int seq, int qos, boolean retain, byte[] payload, long intendedUs) {
        this.topic = topic;
        this.seq = seq;
        this.qos = qos;
        this.retain = retain;
        this.payload = payload;
        this.intendedUs = intendedUs;
    }

    /** Deletes the retained value of its topic. */
    boolean clears() {
        return retain && payload.length == 0;
    }

    Key key() {
        return new Key(topic, clears() ? Key.DELETION : seq);
    }
}
