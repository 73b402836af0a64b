package com.robustmq.chaos.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class JournalTest {
    @Test
    @DisplayName("a repeated error is counted")
    void repeated() {
        Journal journal = new Journal();
        List.of("refused", "closed", "refused").forEach(journal::error);

        assertEquals(List.of("refused (×2)", "closed"), journal.errors());
    }

    @Test
    @DisplayName("errors are bounded, but a fatal one is never dropped")
    void bounded() {
        Journal journal = new Journal();
        for (int number = 0; number < 100; number++) {
            journal.error(number + " " + "é".repeat(1_000));
        }
        journal.fatal("disk full");

        assertEquals(20, journal.errors().size());
        assertEquals("disk full", journal.errors().get(0));
        assertTrue(journal.errors().stream().allMatch(error -> error.length() <= 300));
    }

    @Test
    @DisplayName("connections after the first two are reconnects")
    void reconnects() {
        Endpoint endpoint = new Endpoint("a", 1);
        Journal journal = new Journal();
        assertEquals(0, journal.reconnects());
        journal.connected(Role.SUBSCRIBER, endpoint, false, 1);
        journal.connected(Role.PUBLISHER, endpoint, false, 2);
        journal.disconnected(Role.PUBLISHER, endpoint, "closed", null, 3);
        journal.connected(Role.PUBLISHER, endpoint, true, 4);

        assertEquals(1, journal.reconnects());
        assertEquals("a:1", journal.firstEndpoint(Role.SUBSCRIBER));
    }
}
