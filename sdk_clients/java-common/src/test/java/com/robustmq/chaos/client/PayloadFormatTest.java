package com.robustmq.chaos.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PayloadFormatTest {
    private static PayloadFormat formatOf(int bytes) {
        return new PayloadFormat("run \"ü\"", "baseline", "c-pub", bytes);
    }

    @Test
    @DisplayName("a payload has the asked size and is recognised")
    void size() {
        byte[] payload = formatOf(256).build(7, 1_234_567);

        assertEquals(256, payload.length);
        assertEquals(Optional.of(new PayloadFormat.Named(7, 1_234_567)), formatOf(256).namedBy(payload));
        assertTrue(new String(payload, StandardCharsets.UTF_8)
                .startsWith("{\"run\":\"run \\\"ü\\\"\",\"phase\":\"baseline\",\"publisher\":\"c-pub\",\"seq\":7,"
                        + "\"intended_us\":1234567,\"pad\":\"xx"));
    }

    @Test
    @DisplayName("a payload that needs more than the asked size gets it")
    void longer() {
        byte[] payload = formatOf(1).build(7, 1_234_567);

        assertTrue(new String(payload, StandardCharsets.UTF_8).endsWith("\"pad\":\"\"}"));
    }

    @Test
    @DisplayName("a payload of another publisher, run or phase is not recognised")
    void others() {
        for (PayloadFormat other : List.of(
                new PayloadFormat("other", "baseline", "c-pub", 1),
                new PayloadFormat("run \"ü\"", "other", "c-pub", 1),
                new PayloadFormat("run \"ü\"", "baseline", "other", 1))) {
            assertEquals(Optional.empty(), formatOf(1).namedBy(other.build(7, 1)));
        }
    }

    @Test
    @DisplayName("what cannot be read is not recognised")
    void unreadable() {
        String whole = new String(formatOf(256).build(7, 1), StandardCharsets.UTF_8);
        for (String payload : List.of("", "hello", "[]", "{\"seq\":-1}", whole.substring(0, 200), whole + "{")) {
            assertEquals(Optional.empty(), formatOf(256).namedBy(payload.getBytes(StandardCharsets.UTF_8)), payload);
        }
    }
}
