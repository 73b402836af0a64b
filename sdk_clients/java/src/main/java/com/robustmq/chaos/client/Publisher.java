package com.robustmq.chaos.client;

import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;

/** The publisher's side of a connection: each one empties the outbox anew. */
final class Publisher implements Session {
    private final State state;

    Publisher(State state) {
        this.state = state;
    }

    @Override
    public Role role() {
        return Role.PUBLISHER;
    }

    @Override
    public void prepare(Mqtt3AsyncClient client) {
        // Nothing is received here.
    }

    @Override
    public void connected(Link link, boolean sessionPresent, long atUs) {
        state.outbox.connected(link);
        state.flushOutbox(atUs);
    }

    @Override
    public void disconnected() {
        state.outbox.disconnected();
    }
}
