package com.robustmq.chaos.client;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The subscriber's side of a connection: asks for the subscription where it is missing, and enters what arrives. */
final class Subscriber implements Session {
    private static final long RETRY_PAUSE_MS = 500;

    private final State state;
    private final String topic;

    Subscriber(State state, String topic) {
        this.state = state;
        this.topic = topic;
    }

    @Override
    public Role role() {
        return Role.SUBSCRIBER;
    }

    @Override
    public void prepare(Link link) {
        link.onMessage(this::received);
    }

    @Override
    public void connected(Link link, boolean sessionPresent, long atUs) {
        if (state.subscription.connected(link, sessionPresent)) {
            subscribe(link);
        }
    }

    @Override
    public void disconnected() {
        state.subscription.disconnected();
    }

    private void received(byte[] payload) {
        long atUs = Clock.nowUs();
        Optional<PayloadFormat.Named> named = state.outbox.payloads().namedBy(payload);
        synchronized (state) {
            if (named.isPresent()) {
                state.ledger.receivedNamed(named.get(), atUs);
            } else {
                state.ledger.receivedUnexpected();
            }
        }
    }

    private void subscribe(Link link) {
        link.subscribe(topic).thenAccept(answer -> answered(link, answer));
    }

    /** A SUBACK alone means nothing: 0x80 is a refusal, and a lower QoS would lose messages by design. */
    private void answered(Link link, Link.SubscriptionAnswer answer) {
        long atUs = Clock.nowUs();
        synchronized (state) {
            if (link != state.subscription.link().orElse(null)) {
                return;
            }
            if (answer.grantsQos1()) {
                state.subscription.granted();
                state.flushOutbox(atUs);
                return;
            }
            state.journal.error("subscriber at %s: expected a SUBACK that grants QoS 1, got %s"
                    .formatted(link.endpoint(), answer.text()));
        }
        Executor later = CompletableFuture.delayedExecutor(RETRY_PAUSE_MS, TimeUnit.MILLISECONDS);
        later.execute(() -> subscribe(link));
    }
}
