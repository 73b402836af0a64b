package com.robustmq.chaos.client;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Every generated message stays here, as an unacknowledged line of the ledger, until its own PUBACK packet arrives. */
final class Outbox {
    /** What the outbox shares with the rest of the client. It is the lock, too. */
    interface Shared {
        Ledger ledger();

        Journal journal();

        /** Nothing is handed over again from then on. */
        boolean isClosing();

        /** Hands over what may be handed over now. */
        void flushOutbox(long atUs);
    }

    private static final long AGAIN_AFTER_REFUSAL_MS = 200;

    private final String topic;
    private final PayloadFormat payloads;
    private final Shared shared;
    private Link link;
    /** The first message that the present connection has not been given yet. */
    private int nextSeq;

    Outbox(String topic, PayloadFormat payloads, Shared shared) {
        this.topic = topic;
        this.payloads = payloads;
        this.shared = shared;
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
        List<Message> messages = shared.ledger().messages();
        while (link != null && link.hasRoom() && nextSeq < messages.size()) {
            // Moved on first: a hand-over that fails at once must not come back to the same message.
            int seq = nextSeq++;
            Message message = messages.get(seq);
            if (message.ackUs == null) {
                handOver(seq, message.intendedUs, atUs);
            }
        }
    }

    private void handOver(int seq, long intendedUs, long atUs) {
        shared.ledger().handedOver(seq, atUs);
        Link usedLink = link;
        link.publish(topic, payloads.build(seq, intendedUs))
                .whenComplete((ignored, error) -> completed(usedLink, seq, error));
    }

    private void completed(Link usedLink, int seq, Throwable error) {
        long atUs = Clock.nowUs();
        synchronized (shared) {
            if (error == null) {
                shared.ledger().acked(seq, atUs);
                shared.flushOutbox(atUs);
            } else if (Errors.root(error) instanceof PublishRefused refused) {
                shared.ledger().refused();
                shared.journal().error("publisher at " + usedLink.endpoint() + ": " + refused.getMessage());
                againAfterRefusal(usedLink, seq);
                shared.flushOutbox(atUs);
            } else if (usedLink == link) {
                // On a connection that has ended this is no news; the next one is given the message again.
                shared.journal().error("publisher at " + link.endpoint() + ": publish failed: " + Errors.text(error));
            }
        }
    }

    /** The broker did not take the message: it is handed over again, unless another connection was given it meanwhile. */
    private void againAfterRefusal(Link usedLink, int seq) {
        CompletableFuture.delayedExecutor(AGAIN_AFTER_REFUSAL_MS, TimeUnit.MILLISECONDS).execute(() -> {
            synchronized (shared) {
                Message message = shared.ledger().messages().get(seq);
                if (usedLink != link || message.ackUs != null || shared.isClosing()) {
                    return;
                }
                if (link.hasRoom()) {
                    handOver(seq, message.intendedUs, Clock.nowUs());
                } else {
                    againAfterRefusal(usedLink, seq);
                }
            }
        });
    }
}
