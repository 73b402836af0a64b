package com.robustmq.chaos.client;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.exceptions.Mqtt3SubAckException;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import com.hivemq.client.mqtt.mqtt3.message.subscribe.Mqtt3Subscribe;
import com.hivemq.client.mqtt.mqtt3.message.subscribe.suback.Mqtt3SubAck;
import com.hivemq.client.mqtt.mqtt3.message.subscribe.suback.Mqtt3SubAckReturnCode;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The subscriber's side of a connection: asks for the subscription where it is missing, and enters what arrives. */
final class Subscriber implements Session {
    private static final long RETRY_PAUSE_MS = 500;

    private final State state;
    private final Mqtt3Subscribe subscribe;

    Subscriber(State state, String topic) {
        this.state = state;
        this.subscribe = Mqtt3Subscribe.builder()
                .topicFilter(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .build();
    }

    @Override
    public Role role() {
        return Role.SUBSCRIBER;
    }

    /** Without this flow, the library acknowledges and discards what a kept session delivers before any subscribe call. */
    @Override
    public void prepare(Mqtt3AsyncClient client) {
        client.publishes(MqttGlobalPublishFilter.ALL, this::received, Runnable::run);
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

    private void received(Mqtt3Publish publish) {
        long atUs = Clock.nowUs();
        OptionalLong seq = state.outbox.payloads().seqOf(publish.getPayloadAsBytes());
        synchronized (state) {
            if (seq.isPresent()) {
                state.ledger.received(seq.getAsLong(), atUs);
            } else {
                state.ledger.receivedUnexpected();
            }
        }
    }

    private void subscribe(Link link) {
        link.client().subscribe(subscribe).whenComplete((ack, error) -> answered(link, ack, error));
    }

    /** A SUBACK alone means nothing: 0x80 is a refusal, and a lower QoS would lose messages by design. */
    private void answered(Link link, Mqtt3SubAck ack, Throwable error) {
        long atUs = Clock.nowUs();
        synchronized (state) {
            if (link != state.subscription.link().orElse(null)) {
                return;
            }
            if (ack != null && ack.getReturnCodes().get(0) == Mqtt3SubAckReturnCode.SUCCESS_MAXIMUM_QOS_1) {
                state.subscription.granted();
                state.flushOutbox(atUs);
                return;
            }
            state.journal.error("subscriber at %s: expected a SUBACK that grants QoS 1, got %s"
                    .formatted(link.endpoint(), got(ack, error)));
        }
        Executor later = CompletableFuture.delayedExecutor(RETRY_PAUSE_MS, TimeUnit.MILLISECONDS);
        later.execute(() -> subscribe(link));
    }

    private static String got(Mqtt3SubAck ack, Throwable error) {
        if (ack != null) {
            return ack.getReturnCodes().toString();
        }
        return Errors.root(error) instanceof Mqtt3SubAckException refused
                ? refused.getMqttMessage().getReturnCodes().toString()
                : Errors.text(error);
    }
}
