package com.robustmq.chaos.client;

import java.util.Optional;

/**
 * What the two connections, the generator and the report share. It is its own lock: whoever reads or writes it holds it,
 * for microseconds.
 */
final class State implements Outbox.Shared {
    /** Where publisher and subscriber are connected, once both are and the subscription is granted. */
    record Ready(Endpoint publisher, Endpoint subscriber) {}

    final Ledger ledger = new Ledger();
    final Journal journal = new Journal();
    final Outbox outbox;
    final Subscription subscription = new Subscription();

    // When things happened, in microseconds of CLOCK_MONOTONIC; null while they have not.
    Long t0Us;
    Long publishedUs;
    Long endUs;
    /** A signal ended the publishing, so what was generated is what was planned. */
    boolean stoppedBySignal;
    /** The broker refused the login during the set-up: trying again is of no use. */
    boolean loginRefused;
    /** The connections are being taken down, and are not to be made again. */
    boolean closing;

    State(Config config) {
        PayloadFormat payloads = new PayloadFormat(
                config.runId(), config.phase(), config.clientId(Role.PUBLISHER), config.payloadBytes());
        outbox = new Outbox(config.topic(), payloads, this);
    }

    @Override
    public Ledger ledger() {
        return ledger;
    }

    @Override
    public Journal journal() {
        return journal;
    }

    @Override
    public boolean isClosing() {
        return closing;
    }

    Optional<Ready> ready() {
        return outbox.endpoint()
                .flatMap(publisher -> subscription
                        .grantedEndpoint()
                        .map(subscriber -> new Ready(publisher, subscriber)));
    }

    /** Hands over whatever the outbox holds, unless nobody would be subscribed to receive it. */
    @Override
    public void flushOutbox(long atUs) {
        if (!closing && !subscription.isKnownGone()) {
            outbox.flush(atUs);
        }
    }
}
