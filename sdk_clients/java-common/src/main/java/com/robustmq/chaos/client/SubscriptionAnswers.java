package com.robustmq.chaos.client;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Which SUBACK is of which filter, and who waits for it on one connection. */
final class SubscriptionAnswers {
    /** For each filter of a SUBACK, in its order. */
    interface Taker {
        void granted(String filter, int code);
    }

    private final Map<Integer, List<String>> filtersOfId = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<Integer>> subacks = new ConcurrentHashMap<>();
    private volatile CompletableFuture<Void> unsuback = new CompletableFuture<>();

    /** For the code of the next SUBACK of this filter; null where the connection ends before. */
    CompletableFuture<Integer> awaitSuback(String filter) {
        CompletableFuture<Integer> suback = new CompletableFuture<>();
        subacks.put(filter, suback);
        return suback;
    }

    CompletableFuture<Void> awaitUnsuback() {
        unsuback = new CompletableFuture<>();
        return unsuback;
    }

    void asked(WirePackets.Subscribe packet) {
        filtersOfId.put(packet.id(), List.copyOf(packet.qosOfFilter().keySet()));
    }

    void answered(WirePackets.Suback packet, Taker taker) {
        List<String> filters = filtersOfId.getOrDefault(packet.id(), List.of());
        for (int i = 0; i < Math.min(filters.size(), packet.codes().size()); i++) {
            taker.granted(filters.get(i), packet.codes().get(i));
            CompletableFuture<Integer> waiting = subacks.remove(filters.get(i));
            if (waiting != null) {
                waiting.complete(packet.codes().get(i));
            }
        }
    }

    void unsubscribed() {
        unsuback.complete(null);
    }

    /** Nothing comes any more. */
    void end() {
        unsuback.complete(null);
        subacks.values().forEach(suback -> suback.complete(null));
    }
}
