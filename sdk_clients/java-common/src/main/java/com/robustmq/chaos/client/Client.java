package com.robustmq.chaos.client;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** One client from its settings to its result line. */
final class Client {
    static final int EXIT_UNUSABLE_INPUT = 2;
    /** Kept back from TIME_LIMIT_MS for goodbye, ledger and result line. */
    private static final Duration REPORT_RESERVE = Duration.ofSeconds(2);
    private static final int RESERVE_SHARE = 4;

    private Client() {}

    /** Runs one client of a library with the given environment, and returns its exit status. */
    static int run(Library library, UnaryOperator<String> environment, AtomicInteger signals) {
        // Without the virtual machine's own start, about 0.1 s: it tells the time of that to a second only.
        long startedUs = Clock.nowUs();
        Config config;
        try {
            config = Config.parse(environment, library, ProcessHandle.current().pid() + "-" + startedUs);
        } catch (ConfigException e) {
            Report.printLine(ResultLine.ofErrors(library, e.problems()));
            return EXIT_UNUSABLE_INPUT;
        }
        State state = new State(config);
        Report report = new Report(library, config, state, startedUs);
        report.guardTimeLimit();
        long deadlineUs = startedUs + workLimitMs(config) * 1_000;
        try {
            new Run(library, config, state, signals, startedUs, deadlineUs).execute();
        } catch (RuntimeException | Error e) {
            synchronized (state) {
                state.journal.fatal("internal error: " + Errors.text(e));
            }
        }
        return report.finish();
    }

    /** After this time, counted from the start, a run only ends. */
    static long workLimitMs(Config config) {
        long limitMs = config.timeLimit().toMillis();
        return limitMs - Math.min(REPORT_RESERVE.toMillis(), limitMs / RESERVE_SHARE);
    }
}
