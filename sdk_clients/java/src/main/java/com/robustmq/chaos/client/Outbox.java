package com.robustmq.chaos.client;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Every generated message stays here, as an unacknowledged line of the ledger, until its own PUBACK packet arrives. */
final class Outbox {
    private static final long AGAIN_AFTER_REFUSAL_MS = 200;

    private final String topic;
    private final PayloadFormat payloads;
    private final State state;
    private Link link;
    /** The first message that the present connection has not been given yet. */
    private int nextSeq;

    Outbox(String topic, PayloadFormat payloads, State state) {
        this.topic = topic;
        this.payloads = payloads;
        this.state = state;
    }

    /** Where the publisher is connected now. */
    Optional<Endpoint> endpoint() {
        return Optional.ofNullable(link).map(Link::endpoint);
    }

    Optional<Link> link() {
        return Optional.ofNullable(link);
    }

    PayloadFormat payloads() {
        return payloads;
    }

    void connected(Link newLink) {
        link = newLink;
        nextSeq = 0;
    }

    void disconnected() {
        link = null;
    }

    /** Hands the unacknowledged messages that this connection has not had yet to the library, by seq. */
    void flush(long atUs) {
        List<Message> messages = state.ledger.messages();
        for (; link != null && nextSeq < messages.size(); nextSeq++) {
            Message message = messages.get(nextSeq);
            if (message.ackUs == null) {
                handOver(nextSeq, message.intendedUs, atUs);
            }
        }
    }

    private void handOver(int seq, long intendedUs, long atUs) {
        state.ledger.handedOver(seq, atUs);
        Link usedLink = link;
        link.publish(topic, payloads.build(seq, intendedUs))
                .whenComplete((ignored, error) -> completed(usedLink, seq, error));
    }

    private void completed(Link usedLink, int seq, Throwable error) {
        long atUs = Clock.nowUs();
        synchronized (state) {
            if (error == null) {
                state.ledger.acked(seq, atUs);
            } else if (Errors.root(error) instanceof PublishRefused refused) {
                state.ledger.refused();
                state.journal.error("publisher at " + usedLink.endpoint() + ": " + refused.getMessage());
                againAfterRefusal(usedLink, seq);
            } else if (usedLink == link) {
                // On a connection that has ended this is no news; the next one is given the message again.
                state.journal.error("publisher at " + link.endpoint() + ": publish failed: " + Errors.text(error));
            }
        }
    }

    /** The broker did not take the message: it is handed over again, unless another connection was given it meanwhile. */
    private void againAfterRefusal(Link usedLink, int seq) {
        CompletableFuture.delayedExecutor(AGAIN_AFTER_REFUSAL_MS, TimeUnit.MILLISECONDS).execute(() -> {
            synchronized (state) {
                Message message = state.ledger.messages().get(seq);
                if (usedLink == link && message.ackUs == null && !state.closing) {
                    handOver(seq, message.intendedUs, Clock.nowUs());
                }
            }
        });
    }
}
