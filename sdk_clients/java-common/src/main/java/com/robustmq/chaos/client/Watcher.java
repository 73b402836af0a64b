package com.robustmq.chaos.client;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** One connection as it is seen on the wire, and written down. The methods for the socket are called by whoever has that. */
final class Watcher {
    /** What whoever made the connection is told, on the thread of the socket. */
    interface Listener {
        /** The library will do nothing more about it. */
        default void settled(Publication message, String step, int code) {}

        default void received(Tally.Identity identity, boolean retain) {}
    }

    private static final int REFUSED_FROM = 0x80;
    private static final Map<Integer, String> STEPS =
            Map.of(WirePackets.PUBACK, "puback", WirePackets.PUBREC, "pubrec", WirePackets.PUBCOMP, "pubcomp");

    final Who who;
    final CompletableFuture<Void> lost = new CompletableFuture<>();
    final SubscriptionAnswers answers = new SubscriptionAnswers();
    volatile WirePackets.Connack connack;
    volatile String lostReason = "connection closed by the broker";
    private final MqttSession session;
    private final Recorder recorder;
    private final Will will;
    private final Listener listener;
    private final boolean is5;
    private final Frames outgoing = new Frames(this::goesOut);
    private final Frames incoming = new Frames(this::cameIn);
    private volatile boolean isPingOpen;
    volatile long lastSentUs;
    long lastCameUs;
    private String leaving;
    private boolean isClosed;
    private boolean isGivenUp;
    private WireSocket socket;
    private volatile Consumer<WirePackets.Connack> connackTaker = packet -> {};

    Watcher(MqttSession session, Recorder recorder, Will will, Listener listener) {
        this.session = session;
        this.recorder = recorder;
        this.will = will;
        this.listener = listener;
        this.who = session.nextConnection();
        this.is5 = session.is5();
    }

    // For the socket.

    /** Before it is dialled. False where the connection was given up before it began. */
    synchronized boolean dials(WireSocket dialling) {
        socket = dialling;
        return !isGivenUp;
    }

    /** Before they go out. True where a DISCONNECT is among them: {@link #tookLeave} follows when they are out. */
    boolean sends(byte[] bytes, int offset, int length) {
        lastSentUs = Clock.nowUs();
        outgoing.pass(bytes, offset, length);
        return leaving != null;
    }

    void tookLeave() {
        closed(leaving, lastSentUs, null);
    }

    /** Before the library has them. */
    void receives(byte[] bytes, int offset, int length) {
        incoming.pass(bytes, offset, length);
    }

    /** The library closes the socket by itself. */
    void libraryCloses() {
        boolean isRefused = connack != null && connack.code() != 0;
        boolean isOverdue = connack == null || isPingOpen;
        closed(isRefused ? "peer" : isOverdue ? "timeout" : "own-cut", Clock.nowUs(), null);
    }

    /** It is over, or never began; whose doing it was if nobody has said so: {@code peer} or {@code timeout}. */
    void ended(String by) {
        closed(by, Clock.nowUs(), null);
        lost.complete(null);
        answers.end();
    }

    /** For a library that has to be told what a CONNACK 0 means, before it has it. */
    void onConnack(Consumer<WirePackets.Connack> taker) {
        connackTaker = taker;
    }

    // For the connection.

    /** The socket, if there is one already; if not, there never will be one. */
    synchronized Optional<WireSocket> takeSocket() {
        isGivenUp = true;
        return Optional.ofNullable(socket);
    }

    /** How it ended; only the first counts. */
    void closed(String by, long atUs, Integer reasonCode) {
        synchronized (this) {
            if (isClosed) {
                return;
            }
            isClosed = true;
        }
        recorder.event("close", who, atUs, by, reasonCode);
    }

    // What the packets say.

    private void goesOut(int header, byte[] body) {
        long atUs = lastSentUs;
        switch (header >> 4) {
            case WirePackets.PUBLISH -> publishGoesOut(WirePackets.publish(header, body, is5), atUs);
            case WirePackets.SUBSCRIBE -> {
                WirePackets.Subscribe packet = WirePackets.subscribe(body, is5);
                answers.asked(packet);
                packet.qosOfFilter().forEach((filter, qos) -> recorder.event("subscribe", who, atUs, filter, qos));
            }
            case WirePackets.PINGREQ -> isPingOpen = true;
            case WirePackets.DISCONNECT ->
                // Any code but 0 leaves the will to be published.
                leaving = WirePackets.disconnectCode(body) == 0 ? "own-disconnect" : "own-disconnect-with-will";
            default -> { }
        }
    }

    private void publishGoesOut(WirePackets.Publish packet, long atUs) {
        long seq = PayloadFormat.parse(packet.payload()).map(PayloadFormat.Parsed::seq).orElse(Publication.Key.DELETION);
        Publication message = session.goesOut(new Publication.Key(packet.topic(), seq), packet.id());
        // What a session sends again by itself, with DUP, is no other message.
        if (message != null && !(packet.dup() && message.wasSent)) {
            message.wasSent = true;
            recorder.sent(who, atUs, message);
        }
    }

    private void cameIn(int header, byte[] body) {
        // Two packets of one connection have two times, in their order.
        lastCameUs = Math.max(Clock.nowUs(), lastCameUs + 1);
        int type = header >> 4;
        switch (type) {
            case WirePackets.CONNACK -> connackCame(WirePackets.connack(body, is5));
            case WirePackets.PUBLISH -> {
                WirePackets.Publish packet = WirePackets.publish(header, body, is5);
                if (session.isDelivery(packet)) {
                    recorder.received(who, lastCameUs, packet).ifPresent(of -> listener.received(of, packet.retain()));
                }
            }
            case WirePackets.PUBACK, WirePackets.PUBREC, WirePackets.PUBCOMP ->
                ackCame(STEPS.get(type), WirePackets.answer(body, is5));
            case WirePackets.PUBREL -> session.released(WirePackets.answer(body, is5).id());
            case WirePackets.SUBACK ->
                answers.answered(
                        WirePackets.suback(body, is5),
                        (filter, code) -> recorder.event("suback", who, lastCameUs, filter, code));
            case WirePackets.UNSUBACK -> answers.unsubscribed();
            case WirePackets.PINGRESP -> isPingOpen = false;
            case WirePackets.DISCONNECT -> {
                lostReason = "DISCONNECT 0x%02x".formatted(WirePackets.disconnectCode(body));
                closed("peer", lastCameUs, WirePackets.disconnectCode(body));
            }
            default -> { }
        }
    }

    private void connackCame(WirePackets.Connack packet) {
        connack = packet;
        Map<Integer, Integer> said = packet.properties();
        boolean isSaid = is5 && packet.code() == 0;
        if (isSaid && said.containsKey(WirePackets.SERVER_KEEP_ALIVE)) {
            recorder.keepsAlive(who, said.get(WirePackets.SERVER_KEEP_ALIVE));
        }
        // What is left out is there.
        Integer maximumQos = isSaid ? said.getOrDefault(WirePackets.MAXIMUM_QOS, 2) : null;
        Boolean retain = isSaid ? said.getOrDefault(WirePackets.RETAIN_AVAILABLE, 1) == 1 : null;
        Boolean shared = isSaid ? said.getOrDefault(WirePackets.SHARED_AVAILABLE, 1) == 1 : null;
        recorder.event("connack", who, lastCameUs, packet.code(), packet.sessionPresent(), maximumQos, retain, shared);
        if (packet.code() != 0) {
            return;
        }
        if (!packet.sessionPresent()) {
            session.forget();
        }
        connackTaker.accept(packet);
        if (will != null) {
            recorder.entrusted(who.client(), will);
        }
    }

    private void ackCame(String step, WirePackets.Answer packet) {
        Publication message = session.messageOf(packet.id());
        recorder.acknowledged(who, lastCameUs, message, step, packet.code());
        boolean isLast = !step.equals("pubrec") || packet.code() >= REFUSED_FROM;
        if (message != null && isLast) {
            session.settled(packet.id(), message);
            listener.settled(message, step, packet.code());
        }
    }
}
