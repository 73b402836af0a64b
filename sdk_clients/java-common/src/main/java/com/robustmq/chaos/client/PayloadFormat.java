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
import java.util.Set;

/** The payload: who generated the message, and when it was due. Builds those of one publisher, and recognises them. */
final class PayloadFormat {
    private static final Set<String> IDENTITY = Set.of("run", "phase", "publisher");

    private final String run;
    private final String phase;
    private final String publisher;
    /** The members that are the same in every payload, up to and including {@code "seq":}. */
    private final String head;
    private final int bytes;

    /** {@code bytes} is the size payloads are padded to; one that is longer without padding stays as long as it is. */
    PayloadFormat(String run, String phase, String publisher, int bytes) {
        this.run = run;
        this.phase = phase;
        this.publisher = publisher;
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

    /** What any payload says; {@code run}, {@code phase} and {@code publisher} are null where they are missing. */
    record Parsed(String run, String phase, String publisher, long seq, long intendedUs) {}

    /** What a payload that names this publisher, run and phase says it is; empty for any other, or for one that cannot be read. */
    Optional<Named> namedBy(byte[] payload) {
        return parse(payload)
                .filter(found -> run.equals(found.run) && phase.equals(found.phase) && publisher.equals(found.publisher))
                .map(found -> new Named(found.seq, found.intendedUs));
    }

    /** Empty where it cannot be read, or says no seq and no time. */
    static Optional<Parsed> parse(byte[] payload) {
        Map<String, String> texts = new HashMap<>();
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
                } else if (IDENTITY.contains(name) && reader.peek() == JsonToken.STRING) {
                    texts.put(name, reader.nextString());
                } else {
                    reader.skipValue();
                }
            }
            reader.endObject();
            if (reader.peek() != JsonToken.END_DOCUMENT || seq == null || intendedUs == null) {
                return Optional.empty();
            }
            return Optional.of(new Parsed(texts.get("run"), texts.get("phase"), texts.get("publisher"), seq, intendedUs));
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
