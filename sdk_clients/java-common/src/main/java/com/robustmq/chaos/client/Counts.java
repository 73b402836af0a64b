package com.robustmq.chaos.client;

import java.util.List;

/** Totals over all messages. Every planned message is in exactly one of ok, lost, recovered, unconfirmed and unsent. */
record Counts(
        long sent,
        long acked,
        long received,
        long ok,
        long lost,
        long recovered,
        long unconfirmed,
        long unsent,
        List<Integer> lostSeqs,
        long naiveLost,
        long attempts) {}
