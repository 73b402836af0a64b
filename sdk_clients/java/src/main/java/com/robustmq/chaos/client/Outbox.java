package com.robustmq.chaos.client;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import java.util.List;
import java.util.Optional;

/** Every generated message stays here, as an unacknowledged line of the ledger, until its own PUBACK packet arrives. */
final class Outbox {
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
        Mqtt3Publish publish = Mqtt3Publish.builder()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(payloads.build(seq, intendedUs))
                .build();
        state.ledger.handedOver(seq, atUs);
        Link usedLink = link;
        // At QoS 1 the library completes this with a value only when it reads the PUBACK.
        link.client().publish(publish).whenComplete((ignored, error) -> completed(usedLink, seq, error));
    }

    private void completed(Link usedLink, int seq, Throwable error) {
        long atUs = Clock.nowUs();
        synchronized (state) {
            if (error == null) {
                state.ledger.acked(seq, atUs);
            } else if (usedLink == link) {
                // On a connection that has ended this is no news; the next one is given the message again.
                state.journal.error("publisher at " + link.endpoint() + ": publish failed: " + Errors.text(error));
            }
        }
    }
}
