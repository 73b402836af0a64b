package com.robustmq.chaos.client;

import java.util.LinkedHashMap;
import java.util.Map;

/** Ready once every filter was granted. {@code leave} keeps session and subscriptions, and {@code returned} comes back to them. */
class RecordedSubscriber extends RecordedRole {
    private static final long SUBSCRIBE_AGAIN_MS = 500;
    /** Above the 5 s after which a NATS node itself gives up and answers 0x80. */
    static final long SUBACK_LIMIT_MS = 8_000;

    private final WorkloadConfig config;
    private final Map<String, Integer> qosOfFilter;
    /** Who has to know whether there is a subscription. */
    private final Known known;

    private boolean isGranted;
    private boolean keepsSession;

    interface Known {
        void subscriptionKnown(RecordedSubscriber by, boolean isThere);
    }

    RecordedSubscriber(
            WorkloadConfig config,
            Recorder recorder,
            ClientSession session,
            Map<String, Integer> qosOfFilter,
            int firstEndpoint,
            Known known) {
        super("subscriber", config.endpoints(), recorder, session, firstEndpoint);
        this.config = config;
        this.qosOfFilter = new LinkedHashMap<>(qosOfFilter);
        this.known = known;
    }

    @Override
    RecordedConnection newConnection() {
        return new RecordedConnection(session, recorder, null, new Watcher.Listener() {});
    }

    @Override
    void serve(RecordedConnection opened) {
        // Told to leave while it was connecting.
        if (closing.isRaised()) {
            opened.disconnect(SUBSCRIBE_AGAIN_MS);
            return;
        }
        if (!opened.isSessionPresent()) {
            isGranted = false;
        }
        known.subscriptionKnown(this, isGranted);
        while (!isGranted && !opened.isLost()) {
            subscribe(opened);
        }
        opened.waitUntilLost();
    }

    void subscribe(RecordedConnection opened) {
        for (Map.Entry<String, Integer> filter : qosOfFilter.entrySet()) {
            Integer code = opened.subscribe(filter.getKey(), filter.getValue(), SUBACK_LIMIT_MS);
            if (code == null) {
                if (!opened.isLost()) {
                    opened.abort("no SUBACK within %d s".formatted(SUBACK_LIMIT_MS / 1_000));
                }
                return;
            }
            if (RecordedConnection.isRefused(code)) {
                wasRefused(opened, filter.getKey(), code);
                return;
            }
        }
        settle();
    }

    void wasRefused(RecordedConnection opened, String filter, int code) {
        note("SUBACK of %s: expected a granted QoS, got 0x%02x".formatted(filter, code));
        opened.waitUntilLost(SUBSCRIBE_AGAIN_MS);
    }

    /** Does not ask again while its session is there. */
    final void settle() {
        isGranted = true;
        known.subscriptionKnown(this, true);
        becameReady();
    }

    @Override
    void farewell(RecordedConnection open, long limitMs) {
        if (!keepsSession) {
            qosOfFilter.keySet().forEach(filter -> open.unsubscribe(filter, limitMs / qosOfFilter.size()));
        }
    }

    void leave(long limitMs) {
        keepsSession = true;
        close(limitMs);
    }

    /** The same MQTT client, not yet started, when this one has gone. It subscribes again only if its session is not there. */
    RecordedSubscriber returned(int firstEndpoint) {
        RecordedSubscriber again =
                new RecordedSubscriber(config, recorder, session, qosOfFilter, firstEndpoint, known);
        again.isGranted = isGranted;
        return again;
    }
}
