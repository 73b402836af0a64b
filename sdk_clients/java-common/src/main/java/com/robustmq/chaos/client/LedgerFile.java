package com.robustmq.chaos.client;

import com.google.gson.stream.JsonWriter;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The ledger as lines of JSON, so that a run can be judged again later: head, connection events, messages by seq. */
final class LedgerFile {
    private LedgerFile() {}

    /**
     * Called once the ledger is closed, and without the lock: a disk that hangs must not keep the last resort from its
     * report.
     */
    static void write(String path, String sdk, Config config, State state) throws IOException {
        try (BufferedWriter file = Files.newBufferedWriter(Path.of(path), StandardCharsets.UTF_8)) {
            writeLine(file, json -> writeHead(json, sdk, config, state));
            for (Journal.ConnectionEvent event : state.journal.connections()) {
                writeLine(file, json -> writeEvent(json, event));
            }
            for (Ledger.Impostor impostor : state.ledger.impostors()) {
                writeLine(file, json -> writeImpostor(json, impostor));
            }
            int seq = 0;
            for (Message message : state.ledger.messages()) {
                int messageSeq = seq++;
                writeLine(file, json -> writeMessage(json, messageSeq, message));
            }
        }
    }

    private interface Members {
        void write(JsonWriter json) throws IOException;
    }

    private static void writeLine(Writer file, Members members) throws IOException {
        StringWriter line = new StringWriter();
        JsonWriter json = new JsonWriter(line);
        json.beginObject();
        members.write(json);
        json.endObject().close();
        file.append(line.getBuffer()).append('\n');
    }

    private static void writeHead(JsonWriter json, String sdk, Config config, State state) throws IOException {
        json.name("ledger").value(1);
        json.name("run").value(config.runId());
        json.name("phase").value(config.phase());
        json.name("sdk").value(sdk);
        json.name("publisher").value(config.clientId(Role.PUBLISHER));
        json.name("topic").value(config.topic());
        json.name("t0_us").value(state.t0Us);
        json.name("rate").value(config.messageRate());
        json.name("end_us").value(state.endUs);
        json.name("unexpected").value(state.ledger.unexpected());
    }

    private static void writeImpostor(JsonWriter json, Ledger.Impostor impostor) throws IOException {
        json.name("unexpected").beginObject();
        json.name("seq").value(impostor.named().seq());
        json.name("intended_us").value(impostor.named().intendedUs());
        json.endObject();
        json.name("at_us").value(impostor.atUs());
    }

    private static void writeEvent(JsonWriter json, Journal.ConnectionEvent event) throws IOException {
        json.name("event").value(event.event());
        json.name("role").value(event.role().toString());
        json.name("endpoint").value(event.endpoint().toString());
        json.name("at_us").value(event.atUs());
        json.name("session_present").value(event.sessionPresent());
        json.name("reason").value(event.reason());
        json.name("reason_code").value(event.reasonCode());
    }

    private static void writeMessage(JsonWriter json, int seq, Message message) throws IOException {
        json.name("seq").value(seq);
        json.name("intended_us").value(message.intendedUs);
        json.name("queued_us").value(message.queuedUs);
        json.name("sent_us").value(message.sentUs);
        json.name("attempts").value(message.attempts);
        json.name("ack_us").value(message.ackUs);
        json.name("recv_us").value(message.recvUs);
        json.name("dups").value(message.dups);
    }
}
