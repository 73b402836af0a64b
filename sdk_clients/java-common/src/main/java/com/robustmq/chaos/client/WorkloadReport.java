package com.robustmq.chaos.client;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** Writes the ledger of version 2 and prints the result line of a workload, once, and says how the process ends. */
final class WorkloadReport {
    private final Library library;
    private final WorkloadKind kind;
    private final WorkloadConfig config;
    private final Recorder recorder;
    private final Workload workload;
    private final Engine engine;
    private final long startedUs;
    private final AtomicBoolean printed = new AtomicBoolean();

    WorkloadReport(
            Library library,
            WorkloadKind kind,
            WorkloadConfig config,
            Recorder recorder,
            Workload workload,
            Engine engine,
            long startedUs) {
        this.library = library;
        this.kind = kind;
        this.config = config;
        this.recorder = recorder;
        this.workload = workload;
        this.engine = engine;
        this.startedUs = startedUs;
    }

    /** The exit status, after the orderly end of a run. */
    int finish(boolean hasCrashed) {
        return print(writeLedger() && !hasCrashed);
    }

    private boolean writeLedger() {
        String path = config.base().ledgerPath();
        if (path == null || recorder.hasOverflowed()) {
            return path == null;
        }
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("ledger", 2);
        header.put("run", config.base().runId());
        header.put("phase", config.base().phase());
        header.put("sdk", library.sdk());
        header.put("workload", kind.word);
        header.put("t0_us", workload.t0Us == 0 ? null : workload.t0Us);
        header.put("end_us", engine.endUs);
        try {
            EventFile.write(path, header, recorder.rows());
            return true;
        } catch (IOException | RuntimeException e) {
            recorder.error("LEDGER_PATH: expected a written ledger, got " + Errors.text(e));
            return false;
        }
    }

    /** The last resort: whatever hangs, be it the disk under the ledger, the line is printed in time. */
    void guardTimeLimit() {
        Threads.start("guard", () -> {
            long limitMs = config.base().timeLimit().toMillis();
            Pause.ofUs(startedUs + limitMs * 1_000 - Clock.nowUs());
            recorder.freeze();
            recorder.error("TIME_LIMIT_MS: expected an orderly end within " + limitMs + " ms, got none");
            // Not exit: whatever hangs might hang that, too.
            Runtime.getRuntime().halt(print(false));
        });
    }

    /** Whoever comes second waits for the end of the process. */
    private int print(boolean isWritten) {
        if (printed.getAndSet(true)) {
            while (true) {
                Pause.ofMs(1_000);
            }
        }
        Map<String, Object> line;
        synchronized (recorder) {
            line = Summary.ofRun(facts(), recorder.tally);
        }
        Report.printLine(line);
        boolean isEmpty = List.of("unsent", "lost", "unconfirmed").stream().allMatch(name -> ((Number) line.get(name)).longValue() == 0);
        boolean hasArrived = !kind.isForAll() || isEmpty;
        boolean isComplete = isWritten && engine.isComplete && engine.planned > 0 && hasArrived;
        return isComplete ? Report.EXIT_COMPLETE : Report.EXIT_INCOMPLETE;
    }

    private Summary.Facts facts() {
        long nowUs = Clock.nowUs();
        long endUs = engine.endUs == 0 ? nowUs : engine.endUs;
        return new Summary.Facts(
                library,
                kind,
                config.base().mqttVersion(),
                engine.planned,
                recorder.eventCount(),
                Math.max(0, recorder.connections() - workload.plannedConnections()),
                startedUs,
                nowUs,
                engine.publishedUs == 0 ? endUs : engine.publishedUs,
                endUs,
                engine.publisherEndpoint,
                engine.subscriberEndpoint,
                recorder.errors());
    }
}
