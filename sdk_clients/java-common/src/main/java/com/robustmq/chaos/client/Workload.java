package com.robustmq.chaos.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * What a workload is to the {@link Engine}: who takes part, what is published, and what happens meanwhile. One publisher and one
 * subscriber, unless a workload says otherwise.
 */
abstract class Workload {
    /** QoS 0 has no acknowledgement to wait for: what has not come by then is not waited for. */
    private static final long QOS_0_ARRIVES_WITHIN_US = 2_000_000;

    /** A drain in which nothing came for so long is over, or for twice the time after which a broker sends again. */
    private static final long SHORTEST_QUIET_US = 10_000_000;

    final WorkloadConfig config;
    final Recorder recorder;
    final WireLibrary library;
    final Lanes lanes;
    private final PayloadFormat payloads;
    private final Map<String, Integer> nextSeqOf = new HashMap<>();
    RecordedPublisher publisher;
    volatile RecordedSubscriber subscriber;
    volatile long t0Us;
    private volatile int generated;

    Workload(WorkloadConfig config, Recorder recorder, WireLibrary library) {
        this.config = config;
        this.recorder = recorder;
        this.library = library;
        this.lanes = new Lanes(recorder, config.qos(), config.inFlight());
        this.payloads = payloadsOf(config.base().clientId(Role.PUBLISHER));
    }

    /** Called once, before anything else. */
    void enlist() {
        publisher = new RecordedPublisher(config, recorder, session("pub", false, config.sessionExpiryS()), lanes);
        subscriber = subscriber("sub");
    }

    final RecordedSubscriber subscriber(String role) {
        ClientSession session = subscriberSession(role);
        return new RecordedSubscriber(
                config, recorder, session, filters(), 1, (by, isThere) -> lanes.subscriptionKnown(isThere));
    }

    final ClientSession subscriberSession(String role) {
        boolean clean = config.base().subscriberSession().equals(Config.CLEAN);
        return session(role, clean, clean ? 0 : config.sessionExpiryS());
    }

    final ClientSession session(String role, boolean clean, int expiryS) {
        Config base = config.base();
        return new ClientSession(
                library,
                new SessionSettings(
                        base.clientId() + "-" + role,
                        base.mqttVersion(),
                        base.username(),
                        base.password(),
                        clean,
                        config.keepAliveS(),
                        expiryS));
    }

    final PayloadFormat payloadsOf(String clientId) {
        Config base = config.base();
        return new PayloadFormat(base.runId(), base.phase(), clientId, base.payloadBytes());
    }

    /** What the subscriber subscribes to, and at which QoS. */
    abstract Map<String, Integer> filters();

    /** Where message i goes, and at which QoS. */
    record Place(String topic, int qos) {}

    abstract Place placeOf(int i, long intendedUs);

    boolean retains() {
        return false;
    }

    int planned() {
        return config.base().messageCount();
    }

    /** For so long nothing may come though everything is right. */
    long silenceUs() {
        return 0;
    }

    final long quietUs() {
        return Math.max(2_000 * config.base().ackWait().toMillis(), SHORTEST_QUIET_US);
    }

    /** In the order in which they are set up: what is published before anybody has subscribed is rightly dropped. */
    List<RecordedRole> roles() {
        List<RecordedRole> roles = new ArrayList<>(readers());
        if (publisher != null) {
            roles.add(publisher);
        }
        return roles;
    }

    /** Who takes leave at the end, after the publisher. */
    List<RecordedRole> readers() {
        return subscriber == null ? List.of() : List.of(subscriber);
    }

    /** Connected, and not yet ready. */
    void prepare() {
        if (publisher != null) {
            List<Integer> out = lanes.leaveOutAbove(publisher.maximumQos());
            if (!out.isEmpty()) {
                recorder.error("QOS: the broker's Maximum QoS is %d, so %s is left out".formatted(publisher.maximumQos(), out));
            }
        }
    }

    /** The first message is due at t0. */
    void begin(long dueUs) {
        t0Us = dueUs;
    }

    /** Message i is due. */
    final void generate(int i, long intendedUs) {
        Place place = placeOf(i, intendedUs);
        offer(place.topic, place.qos, intendedUs, false);
        generated++;
    }

    final void offer(String topic, int qos, long intendedUs, boolean clears) {
        int seq = nextSeqOf.merge(topic, 1, Integer::sum) - 1;
        byte[] body = clears ? new byte[0] : payloads.build(seq, intendedUs);
        lanes.offer(new Publication(topic, seq, qos, retains(), body, intendedUs));
    }

    /** How much of what was planned. */
    int happened() {
        return generated;
    }

    /** Everything that is to happen besides the publishing. */
    boolean hasHappened() {
        return true;
    }

    /** Publishing is over, by its end, a signal or a limit: nothing new begins. */
    void stop() {}

    /** Nothing more is waited for. Asked under the recorder's lock. */
    boolean hasArrived(long sincePublishedUs) {
        Tally tally = recorder.tally;
        if (!lanes.areSettled() || !tally.awaited.isEmpty()) {
            return false;
        }
        boolean isWaiting = lanes.qoses().contains(0) && tally.received.size() < tally.sent.size();
        return !isWaiting || sincePublishedUs >= QOS_0_ARRIVES_WITHIN_US;
    }

    /** The last things of a run; false where they, or anything before, could not be done. */
    boolean afterDrain(BooleanSupplier mustEnd) {
        int givenUp = lanes.givenUp();
        if (givenUp > 0) {
            recorder.error(givenUp + " QoS 2 messages were in flight when the publisher's session was lost: not sent again");
        }
        return lanes.areSettled() && givenUp == 0;
    }

    /** Any more are reconnects. */
    int plannedConnections() {
        return roles().size();
    }

    /** Whatever else holds a connection. */
    void close() {}
}
