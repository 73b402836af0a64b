package com.robustmq.chaos.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class OutboxTest {
    /** A library that takes no more than two messages at a time. */
    private static final class Narrow implements Link {
        final List<CompletableFuture<Void>> published = new ArrayList<>();

        @Override
        public Endpoint endpoint() {
            return new Endpoint("a", 1);
        }

        @Override
        public boolean hasRoom() {
            return published.stream().filter(answer -> !answer.isDone()).count() < 2;
        }

        @Override
        public CompletableFuture<Void> publish(String topic, byte[] payload) {
            published.add(new CompletableFuture<>());
            return published.get(published.size() - 1);
        }

        @Override
        public void onMessage(Consumer<byte[]> receiver) {}

        @Override
        public CompletableFuture<Boolean> connect() {
            return CompletableFuture.completedFuture(false);
        }

        @Override
        public CompletableFuture<SubscriptionAnswer> subscribe(String topic) {
            return new CompletableFuture<>();
        }

        @Override
        public CompletableFuture<Void> unsubscribe(String topic) {
            return new CompletableFuture<>();
        }

        @Override
        public CompletableFuture<Void> disconnect() {
            return new CompletableFuture<>();
        }
    }

    private static State stateWith(Narrow link, int generated) throws ConfigException {
        State state = new State(Config.parse(
                name -> name.equals("CLUSTER_ENDPOINT") ? "a:1" : null, new AnyLibrary(), "1"));
        for (int seq = 0; seq < generated; seq++) {
            state.ledger.generated(seq, seq);
        }
        state.outbox.connected(link);
        state.flushOutbox(1);
        return state;
    }

    @Test
    @DisplayName("what the library has no room for was not sent, and goes when a PUBACK makes room")
    void room() throws ConfigException {
        Narrow link = new Narrow();
        State state = stateWith(link, 4);
        assertEquals(2, state.ledger.counts(4).sent());

        link.published.get(1).complete(null);
        assertEquals(3, state.ledger.counts(4).sent());
        link.published.get(0).completeExceptionally(new PublishRefused("0x97"));
        assertEquals(4, state.ledger.counts(4).sent());
    }

    @Test
    @DisplayName("a connection that takes nothing more is no endless loop")
    void broken() throws ConfigException {
        Narrow link = new Narrow();
        State state = stateWith(link, 3);
        link.published.forEach(answer -> answer.completeExceptionally(new IllegalStateException("cut")));

        assertEquals(2, state.ledger.counts(3).attempts());
    }
}
