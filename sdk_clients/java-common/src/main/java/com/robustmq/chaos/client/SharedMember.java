package com.robustmq.chaos.client;

import java.util.Map;

/** Takes a refusal that lasts for an answer, for as long as its session is there. */
final class SharedMember extends RecordedSubscriber {
    /** A broker that has no shared subscriptions refuses them for ever, and one whose leader is away for a while. */
    private static final long ASKS_FOR_US = 3_000_000;

    /** 0 where it has not asked since its session began. */
    private long askedUs;

    SharedMember(
            WorkloadConfig config,
            Recorder recorder,
            ClientSession session,
            Map<String, Integer> qosOfFilter,
            int firstEndpoint,
            Known known) {
        super(config, recorder, session, qosOfFilter, firstEndpoint, known);
    }

    @Override
    void serve(RecordedConnection opened) {
        if (!opened.isSessionPresent()) {
            askedUs = 0;
        }
        super.serve(opened);
    }

    @Override
    void subscribe(RecordedConnection opened) {
        if (askedUs == 0) {
            askedUs = Clock.nowUs();
        }
        super.subscribe(opened);
    }

    @Override
    void wasRefused(RecordedConnection opened, String filter, int code) {
        super.wasRefused(opened, filter, code);
        if (Clock.nowUs() - askedUs >= ASKS_FOR_US) {
            settle();
        }
    }
}
