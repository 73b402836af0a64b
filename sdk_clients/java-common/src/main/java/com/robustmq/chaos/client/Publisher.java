package com.robustmq.chaos.client;

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
    public void prepare(Link link) {
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
