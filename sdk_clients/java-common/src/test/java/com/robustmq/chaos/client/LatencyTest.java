package com.robustmq.chaos.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LatencyTest {
    private static Message message(Long sentUs, Long recvUs) {
        Message message = new Message(1_000, 1_500);
        message.sentUs = sentUs;
        message.recvUs = recvUs;
        return message;
    }

    @Test
    @DisplayName("a message that never came enters with the end of the drain")
    void censored() {
        List<Message> messages = List.of(message(1_500L, 3_000L), message(1_500L, null), message(null, null));
        Latency latency = Latency.ofReceipts(messages, 501_000);

        assertEquals(2.0, latency.percentileMs(50), 0.002);
        assertEquals(500.0, latency.maxMs(), 0.5);
        assertEquals(2, latency.count());
    }

    @Test
    @DisplayName("lateness counts every generated message")
    void lateness() {
        assertEquals(0.5, Latency.ofGenerator(List.of(message(null, null))).maxMs());
    }
}
