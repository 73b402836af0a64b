package com.robustmq.chaos.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SummaryTest {
    private final Tally tally = new Tally();

    private static Publication message(int seq) {
        return new Publication("t", seq, 1, false, new byte[] {'x'}, 1_000);
    }

    private static Publication deletion(int seq) {
        return new Publication("t", seq, 1, true, new byte[0], 1_000);
    }

    private static Tally.Identity identity(int seq) {
        return new Tally.Identity("p", "t", seq);
    }

    private Map<String, Object> line(WorkloadKind kind) {
        return Summary.ofRun(
                new Summary.Facts(new AnyLibrary(), kind, "5", 5, 9, 1, 0, 3_000_000, 1_000_000, 2_000_000, null, null, List.of()),
                tally);
    }

    @Test
    @DisplayName("each message is in one class, and a loss is one only where every message is meant for somebody")
    void classes() {
        for (int seq = 0; seq < 4; seq++) {
            tally.send("p", message(seq));
        }
        tally.send("p", message(3));
        assertTrue(tally.acknowledge("p", message(0), "puback", 0));
        assertFalse(tally.acknowledge("p", message(0), "puback", 0));
        assertFalse(tally.acknowledge("p", message(1), "pubrec", 0));
        assertFalse(tally.acknowledge("p", message(1), "puback", 0x97));
        tally.acknowledge("p", message(2), "pubcomp", 0);
        assertTrue(tally.receive(identity(2), 5_000));
        assertFalse(tally.receive(identity(2), 6_000));
        tally.receive(identity(3), 3_000);
        Map<String, Object> counted = line(WorkloadKind.QOS_MIX);
        assertEquals(
                List.of(4L, 2, 2, 1L, 1L, 1L, 1L, 5L, 1L),
                List.of("sent", "acked", "received", "lost", "unconfirmed", "unsent", "duplicates", "attempts", "refused_acks")
                        .stream().map(counted::get).toList());
        assertEquals(1_999.871, (double) counted.get("max_ms"), 2);
        Map<String, Object> retained = line(WorkloadKind.RETAINED);
        assertEquals(List.of(0L, 2L), List.of(retained.get("lost"), retained.get("unconfirmed")));
        assertNull(retained.get("p99_ms"));
    }

    @Test
    @DisplayName("an empty payload is its topic's only deletion, if there is one only")
    void deletions() {
        assertEquals(Optional.empty(), tally.clearedBy("t"));
        tally.send("p", deletion(1));
        tally.send("p", deletion(1));
        assertEquals(Optional.of(identity(1)), tally.clearedBy("t"));
        tally.send("p", deletion(2));
        assertEquals(Optional.empty(), tally.clearedBy("t"));
        tally.send("p", deletion(2));
        assertEquals(Optional.empty(), tally.clearedBy("t"));
    }
}
