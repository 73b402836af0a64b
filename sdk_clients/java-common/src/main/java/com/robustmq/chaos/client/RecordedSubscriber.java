package com.robustmq.chaos.client;

import java.util.LinkedHashMap;
import java.util.Map;

/** Ready once every filter was granted. {@code leave} keeps session and subscriptions, and {@code returned} comes back to them. */
final class RecordedSubscriber extends RecordedRole {
    private static final long SUBSCRIBE_AGAIN_MS = 500;
    /** Above the 5 s after which a NATS node itself gives up and answers 0x80. */
    static final long SUBACK_LIMIT_MS = 8_000;

    private final WorkloadConfig config;
    private final Map<String, Integer> qosOfFilter;
    private final Lanes lanes;
    /** For so long a refusal keeps it from being ready; for ever where that is 0. */
    private final long refusedForUs;
    private long refusedSinceUs;
    private boolean isGranted;
    private boolean keepsSession;

    RecordedSubscriber(
            WorkloadConfig config,
            Recorder recorder,
            MqttSession session,
            Map<String, Integer> qosOfFilter,
            Lanes lanes,
            int firstEndpoint,
            long refusedForUs) {
        super("subscriber", config.endpoints(), recorder, session, firstEndpoint);
        this.config = config;
        this.qosOfFilter = new LinkedHashMap<>(qosOfFilter);
        this.lanes = lanes;
        this.refusedForUs = refusedForUs;
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
        lanes.subscriptionKnown(isGranted);
        while (!isGranted && !opened.isLost()) {
            subscribe(opened);
        }
        opened.waitUntilLost();
    }

    private void subscribe(RecordedConnection opened) {
        for (Map.Entry<String, Integer> filter : qosOfFilter.entrySet()) {
            Integer code = opened.subscribe(filter.getKey(), filter.getValue(), SUBACK_LIMIT_MS);
            if (code == null) {
                if (!opened.isLost()) {
                    opened.abort("no SUBACK within %d s".formatted(SUBACK_LIMIT_MS / 1_000));
                }
                return;
            }
            if (RecordedConnection.isRefused(code)) {
                note("SUBACK of %s: expected a granted QoS, got 0x%02x".formatted(filter.getKey(), code));
                if (!hasBeenRefusedForLong()) {
                    opened.waitUntilLost(SUBSCRIBE_AGAIN_MS);
                    return;
                }
                recorder.error("%s: %s was refused for %d ms".formatted(session.settings.clientId(), filter.getKey(), refusedForUs / 1_000));
            }
        }
        isGranted = true;
        lanes.subscriptionKnown(true);
        becameReady();
    }

    private boolean hasBeenRefusedForLong() {
        if (refusedSinceUs == 0) {
            refusedSinceUs = Clock.nowUs();
        }
        return refusedForUs > 0 && Clock.nowUs() - refusedSinceUs >= refusedForUs;
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
                new RecordedSubscriber(config, recorder, session, qosOfFilter, lanes, firstEndpoint, refusedForUs);
        again.isGranted = isGranted;
        return again;
    }
}
