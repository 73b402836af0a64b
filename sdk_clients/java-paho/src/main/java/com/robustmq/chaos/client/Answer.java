package com.robustmq.chaos.client;

import java.util.concurrent.CompletableFuture;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.packet.MqttWireMessage;

/** What became of one call: the packet that answered it, and nothing that the library takes for an answer. */
final class Answer<P extends MqttWireMessage> implements MqttActionListener {
    /** A call of the library. */
    interface Call {
        void with(MqttActionListener listener) throws MqttException;
    }

    private final Class<P> expected;
    private final CompletableFuture<P> packet = new CompletableFuture<>();

    private Answer(Class<P> expected) {
        this.expected = expected;
    }

    /** Fails where the call fails, at once or later, and where it ends well without a packet of this kind. */
    static <P extends MqttWireMessage> CompletableFuture<P> to(Call call, Class<P> expected) {
        Answer<P> answer = new Answer<>(expected);
        try {
            call.with(answer);
        } catch (MqttException | RuntimeException e) {
            answer.packet.completeExceptionally(e);
        }
        return answer.packet;
    }

    @Override
    public void onSuccess(IMqttToken token) {
        MqttWireMessage got = token.getResponse();
        if (expected.isInstance(got)) {
            packet.complete(expected.cast(got));
        } else {
            packet.completeExceptionally(
                    new IllegalStateException("expected %s, got %s".formatted(expected.getSimpleName(), got)));
        }
    }

    @Override
    public void onFailure(IMqttToken token, Throwable error) {
        packet.completeExceptionally(error);
    }
}
