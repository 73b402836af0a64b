package com.robustmq.chaos.client;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** Writes the ledger and prints the result line, once, and says how the process ends. */
final class Report {
    static final int EXIT_COMPLETE = 0;
    static final int EXIT_INCOMPLETE = 1;

    private final Library library;
    private final Config config;
    private final State state;
    private final long startedUs;
    private final AtomicBoolean printed = new AtomicBoolean();

    Report(Library library, Config config, State state, long startedUs) {
        this.library = library;
        this.config = config;
        this.state = state;
        this.startedUs = startedUs;
    }

    /** The exit status, after the orderly end of a run. */
    int finish() {
        if (config.ledgerPath() != null) {
            try {
                LedgerFile.write(config.ledgerPath(), library.sdk(), config, state);
            } catch (IOException | RuntimeException e) {
                return print("LEDGER_PATH: expected a written ledger, got " + Errors.text(e));
            }
        }
        return print(null);
    }

    /** The last resort: whatever hangs, be it the disk under the ledger, the line is printed in time. */
    void guardTimeLimit() {
        Thread guard = new Thread(() -> {
            long limitMs = config.timeLimit().toMillis();
            Pause.ofUs(startedUs + limitMs * 1_000 - Clock.nowUs());
            int status = print("TIME_LIMIT_MS: expected an orderly end within " + limitMs + " ms, got none");
            // Not exit: whatever hangs might hang that, too.
            Runtime.getRuntime().halt(status);
        });
        guard.setDaemon(true);
        guard.start();
    }

    /** {@code error} is null where there is none. Whoever comes second waits for the end of the process. */
    private int print(String error) {
        if (printed.getAndSet(true)) {
            while (true) {
                Pause.ofMs(1_000);
            }
        }
        synchronized (state) {
            boolean complete = error == null && ResultLine.isSuccess(config, state);
            if (error != null) {
                state.journal.fatal(error);
            }
            printLine(ResultLine.ofRun(library, config, state, startedUs, Clock.nowUs()));
            return complete ? EXIT_COMPLETE : EXIT_INCOMPLETE;
        }
    }

    static void printReady(State.Ready ready) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("event", "ready");
        line.put("publisher", ready.publisher().toString());
        line.put("subscriber", ready.subscriber().toString());
        printLine(line);
    }

    /** Nobody may be reading; a PrintStream does not mind, and the exit status still tells. */
    static void printLine(Map<String, Object> members) {
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            writeMembers(json, members);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] line = text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
        System.out.write(line, 0, line.length);
        System.out.flush();
    }

    /** One object. Its values are texts, numbers, truth values, lists, objects and null. */
    static void writeMembers(JsonWriter json, Map<?, ?> members) throws IOException {
        json.beginObject();
        for (Map.Entry<?, ?> member : members.entrySet()) {
            json.name((String) member.getKey());
            writeValue(json, member.getValue());
        }
        json.endObject();
    }

    private static void writeValue(JsonWriter json, Object value) throws IOException {
        if (value instanceof List<?> list) {
            json.beginArray();
            for (Object element : list) {
                writeValue(json, element);
            }
            json.endArray();
        } else if (value instanceof Map<?, ?> members) {
            writeMembers(json, members);
        } else if (value instanceof Number number) {
            json.value(number);
        } else if (value instanceof Boolean truth) {
            json.value(truth);
        } else {
            json.value((String) value);
        }
    }
}
