package com.robustmq.chaos.client;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The payload: who generated the message, and when it was due. Builds those of one publisher, and recognises them. */
final class PayloadFormat {
    private final Map<String, String> identity;
    /** The members that are the same in every payload, up to and including {@code "seq":}. */
    private final String head;
    private final int bytes;

    /** {@code bytes} is the size payloads are padded to; one that is longer without padding stays as long as it is. */
    PayloadFormat(String run, String phase, String publisher, int bytes) {
        this.identity = Map.of("run", run, "phase", phase, "publisher", publisher);
        this.head = "{\"run\":%s,\"phase\":%s,\"publisher\":%s,\"seq\":"
                .formatted(quoted(run), quoted(phase), quoted(publisher));
        this.bytes = bytes;
    }

    byte[] build(int seq, long intendedUs) {
        String start = head + seq + ",\"intended_us\":" + intendedUs + ",\"pad\":\"";
        String end = "\"}";
        int missing = bytes - start.getBytes(StandardCharsets.UTF_8).length - end.length();
        return (start + "x".repeat(Math.max(0, missing)) + end).getBytes(StandardCharsets.UTF_8);
    }

    /** Which message a payload says it is, and when that was due. */
    record Named(long seq, long intendedUs) {}

    /** What a payload that names this publisher, run and phase says it is; empty for any other, or for one that cannot be read. */
    Optional<Named> namedBy(byte[] payload) {
        Map<String, String> found = new HashMap<>();
        Long seq = null;
        Long intendedUs = null;
        try (JsonReader reader = readerOf(payload)) {
            reader.beginObject();
            while (reader.hasNext()) {
                String name = reader.nextName();
                if (name.equals("seq") && reader.peek() == JsonToken.NUMBER) {
                    seq = Long.parseLong(reader.nextString());
                } else if (name.equals("intended_us") && reader.peek() == JsonToken.NUMBER) {
                    intendedUs = Long.parseLong(reader.nextString());
                } else if (identity.containsKey(name) && reader.peek() == JsonToken.STRING) {
                    found.put(name, reader.nextString());
                } else {
                    reader.skipValue();
                }
            }
            reader.endObject();
            boolean isWhole = reader.peek() == JsonToken.END_DOCUMENT && seq != null && intendedUs != null;
            return isWhole && found.equals(identity) ? Optional.of(new Named(seq, intendedUs)) : Optional.empty();
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static JsonReader readerOf(byte[] payload) {
        return new JsonReader(new InputStreamReader(new ByteArrayInputStream(payload), StandardCharsets.UTF_8));
    }

    private static String quoted(String text) {
        StringWriter quoted = new StringWriter();
        try (JsonWriter writer = new JsonWriter(quoted)) {
            writer.value(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return quoted.toString();
    }
}
