package com.robustmq.chaos.client;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** One run of a workload from its settings to its result line. */
final class WorkloadClient {
    private WorkloadClient() {}

    /** The exit status. */
    static int run(WireLibrary library, WorkloadKind kind, UnaryOperator<String> environment, AtomicInteger signals) {
        long startedUs = Clock.nowUs();
        WorkloadConfig config;
        try {
            config = WorkloadConfig.parse(environment, library, kind, ProcessHandle.current().pid() + "-" + startedUs);
        } catch (ConfigException e) {
            Report.printLine(Summary.ofErrors(library, kind, e.problems()));
            return Client.EXIT_UNUSABLE_INPUT;
        }
        Recorder recorder = new Recorder(config.base().runId(), config.base().phase());
        Workload workload = make(kind, config, recorder, library);
        long workUntilUs = startedUs + Client.workLimitMs(config.base()) * 1_000;
        Engine engine = new Engine(config, recorder, workload, signals, startedUs, workUntilUs);
        WorkloadReport report = new WorkloadReport(library, kind, config, recorder, workload, engine, startedUs);
        report.guardTimeLimit();
        boolean hasCrashed = false;
        try {
            engine.run();
        } catch (RuntimeException | Error e) {
            recorder.error("internal error: " + Errors.text(e));
            hasCrashed = true;
        }
        return report.finish(hasCrashed);
    }

    private static Workload make(WorkloadKind kind, WorkloadConfig config, Recorder recorder, WireLibrary library) {
        return switch (kind) {
            case QOS_MIX -> new QosMix(config, recorder, library);
            case SESSIONS -> new Sessions(config, recorder, library);
            case RETAINED -> new Retained(config, recorder, library);
            case WILLS -> new Wills(config, recorder, library);
            case FAILOVER -> new Failover(config, recorder, library);
            case SHARED -> new SharedGroup(config, recorder, library);
        };
    }
}
