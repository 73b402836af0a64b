package com.robustmq.chaos.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The cases that all clients share: what must be counted and measured after a history of events. */
class VectorsTest {
    @Test
    @DisplayName("every history is counted and measured as the contract says")
    void vectors() throws IOException {
        String path = Optional.ofNullable(System.getenv("LEDGER_VECTORS")).orElse("../ledger-vectors.ndjson");
        List<String> lines = Files.readAllLines(Path.of(path));
        assertFalse(lines.isEmpty());
        for (int number = 0; number < lines.size(); number++) {
            check(JsonParser.parseString(lines.get(number)).getAsJsonObject(), "line " + (number + 1));
        }
    }

    private static Ledger ledgerAfter(JsonArray events) {
        Ledger ledger = new Ledger();
        for (JsonElement element : events) {
            JsonArray event = element.getAsJsonArray();
            String kind = event.get(0).getAsString();
            long first = event.size() > 1 ? event.get(1).getAsLong() : 0;
            long second = event.size() > 2 ? event.get(2).getAsLong() : 0;
            switch (kind) {
                case "generate" -> ledger.generated(first, second);
                case "hand_over" -> ledger.handedOver((int) first, second);
                case "acknowledge" -> ledger.acked((int) first, second);
                case "receive" -> ledger.received(first, second);
                case "stranger" -> ledger.receivedUnexpected();
                default -> throw new IllegalArgumentException(kind);
            }
        }
        return ledger;
    }

    private static void check(JsonObject vector, String line) {
        Ledger ledger = ledgerAfter(vector.getAsJsonArray("events"));
        JsonObject expected = vector.getAsJsonObject("expect");
        JsonObject counts = expected.getAsJsonObject("counts");
        // Neither library tells an application the DUP flag.
        counts.remove("duplicates_flagged");
        Counts counted = ledger.counts(vector.get("planned").getAsLong());
        assertEquals(counts, json(ledger, counted), line);
        assertEquals(expected.getAsJsonArray("lost_seqs"), numbers(counted.lostSeqs()), line);
        assertEquals(expected.get("settled").getAsBoolean(), ledger.isSettled(), line);
        JsonArray messages = new JsonArray();
        ledger.messages().forEach(message -> messages.add(json(message)));
        assertEquals(expected.getAsJsonArray("messages"), messages, line);

        long endUs = vector.get("end_us").getAsLong();
        sameTimes(Latency.ofReceipts(ledger.messages(), endUs), expected.get("latency_ms"), line);
        sameTimes(Latency.ofAcks(ledger.messages(), endUs), expected.get("ack_ms"), line);
        sameTimes(Latency.ofGenerator(ledger.messages()), expected.get("lateness_ms"), line);
    }

    private static JsonObject json(Ledger ledger, Counts counts) {
        JsonObject json = new JsonObject();
        json.addProperty("sent", counts.sent());
        json.addProperty("acked", counts.acked());
        json.addProperty("received", counts.received());
        json.addProperty("ok", counts.ok());
        json.addProperty("lost", counts.lost());
        json.addProperty("recovered", counts.recovered());
        json.addProperty("unconfirmed", counts.unconfirmed());
        json.addProperty("unsent", counts.unsent());
        json.addProperty("attempts", counts.attempts());
        json.addProperty("naive_lost", counts.naiveLost());
        json.addProperty("duplicates", ledger.duplicates());
        json.addProperty("unexpected", ledger.unexpected());
        json.addProperty("inversions", ledger.inversions());
        return json;
    }

    private static JsonArray json(Message message) {
        JsonArray json = new JsonArray();
        json.add(message.sentUs);
        json.add(message.attempts);
        json.add(message.ackUs);
        json.add(message.recvUs);
        json.add(message.dups);
        return json;
    }

    private static JsonArray numbers(List<Integer> values) {
        JsonArray json = new JsonArray();
        values.forEach(json::add);
        return json;
    }

    /** Within three significant digits; null where the result line has nothing to say. */
    private static void sameTimes(Latency latency, JsonElement expected, String line) {
        if (expected.equals(JsonNull.INSTANCE)) {
            return;
        }
        double[] percentiles = {50, 90, 99, 99.9, 100};
        for (int i = 0; i < percentiles.length; i++) {
            double want = expected.getAsJsonArray().get(i).getAsDouble();
            double got = percentiles[i] == 100 ? latency.maxMs() : latency.percentileMs(percentiles[i]);
            assertEquals(want, got, want / 500 + 0.002, line + ", " + percentiles[i]);
        }
    }
}
