package com.robustmq.chaos.client;

import com.google.gson.stream.JsonWriter;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The ledger of version 2, as lines of JSON. */
final class EventFile {
    /** The fields of each event after those that all have, in the order of the values of a {@link Recorder.Row}. */
    private static final Map<String, List<String>> FIELDS = Map.of(
            "connect", List.of("endpoint", "clean", "keep_alive_s", "expiry_s", "will"),
            "connack", List.of("code", "session_present", "maximum_qos", "retain_available", "shared_available"),
            "close", List.of("by", "reason_code"),
            "subscribe", List.of("filter", "qos"),
            "suback", List.of("filter", "granted"),
            "send", List.of("topic", "seq", "qos", "retain", "clears"),
            "ack", List.of("topic", "seq", "step", "code"),
            "receive", List.of("topic", "publisher", "seq", "qos", "retain", "dup"));

    private EventFile() {}

    /** In place: the path may be a device, next to which no temporary file belongs. */
    static void write(String path, Map<String, Object> header, List<Recorder.Row> rows) throws IOException {
        try (BufferedWriter file = Files.newBufferedWriter(Path.of(path), StandardCharsets.UTF_8)) {
            writeLine(file, header);
            for (Recorder.Row row : rows) {
                writeLine(file, members(row));
            }
        }
    }

    static Map<String, Object> members(Recorder.Row row) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("event", row.event());
        members.put("client", row.client());
        members.put("connection", row.connection());
        members.put("at_us", row.atUs());
        List<String> names = FIELDS.get(row.event());
        for (int i = 0; i < names.size(); i++) {
            members.put(names.get(i), row.values()[i]);
        }
        return members;
    }

    private static void writeLine(Writer file, Map<String, Object> members) throws IOException {
        StringWriter line = new StringWriter();
        JsonWriter json = new JsonWriter(line);
        Report.writeMembers(json, members);
        json.close();
        file.append(line.getBuffer()).append('\n');
    }

    static Map<String, Object> ofWill(Will will) {
        if (will == null) {
            return null;
        }
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("topic", will.topic());
        members.put("seq", will.seq());
        members.put("qos", will.qos());
        members.put("delay_s", will.delayS());
        return members;
    }
}
