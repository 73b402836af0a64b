//! An SDK client of the chaos test: publishes and subscribes through rumqttc, and reports what became of each message.
//! `sdk_clients/CONTRACT.md` says what it does; this file only wires.

mod clock;
mod config;
mod connection;
mod journal;
mod latency;
mod ledger;
mod ledger_file;
mod link;
mod outbox;
mod payload;
mod publisher;
mod report;
mod run;
mod state;
mod subscriber;
mod subscription;
#[cfg(test)]
mod vectors;

use clock::now_us;
use config::Config;
use report::ResultLine;
use run::Run;
use state::Shared;
use std::process::exit;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{signal, SignalKind};

const EXIT_INCOMPLETE: i32 = 1;
const EXIT_UNUSABLE_INPUT: i32 = 2;
/// Kept back from TIME_LIMIT_MS for goodbye, ledger and result line.
const REPORT_RESERVE: Duration = Duration::from_secs(2);

fn main() {
    let started_us = now_us();
    let lookup = |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    let unique = format!("{}-{started_us}", std::process::id());
    let config = match Config::parse(lookup, &unique) {
        Ok(config) => Arc::new(config),
        Err(errors) => {
            ResultLine::of_errors(errors).print();
            exit(EXIT_UNUSABLE_INPUT);
        }
    };
    let reserve = REPORT_RESERVE.min(config.time_limit / 4);
    let run = Run {
        shared: Arc::new(Shared::new(&config)),
        signals: Arc::new(AtomicU32::new(0)),
        started_us,
        deadline_us: started_us + (config.time_limit - reserve).as_micros() as u64,
        config,
    };
    let reporter = Arc::new(Reporter {
        config: run.config.clone(),
        shared: run.shared.clone(),
        started_us,
        reported: AtomicBool::new(false),
    });
    reporter.clone().guard_time_limit();
    execute(run);
    reporter.finish();
}

fn execute(run: Run) {
    let shared = run.shared.clone();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let outcome = runtime.map(|runtime| {
        runtime.block_on(async {
            count_signals(&run.signals)?;
            // As a task of its own, so that a panic becomes an error of the result line.
            tokio::spawn(async move { run.execute().await })
                .await
                .map_err(std::io::Error::other)
        })
    });
    if let Err(error) | Ok(Err(error)) = outcome {
        shared.lock().journal.fatal(format!("internal error: {error}"));
    }
}

fn count_signals(signals: &Arc<AtomicU32>) -> std::io::Result<()> {
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        let mut received = signal(kind)?;
        let signals = signals.clone();
        tokio::spawn(async move {
            while received.recv().await.is_some() {
                signals.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    Ok(())
}

struct Reporter {
    config: Arc<Config>,
    shared: Arc<Shared>,
    started_us: u64,
    reported: AtomicBool,
}

impl Reporter {
    /// The last resort: whatever hangs, be it the disk under the ledger, the line is printed in time.
    fn guard_time_limit(self: Arc<Self>) {
        std::thread::spawn(move || {
            std::thread::sleep(self.config.time_limit);
            let limit_ms = self.config.time_limit.as_millis();
            let error = format!("TIME_LIMIT_MS: expected an orderly end within {limit_ms} ms, got none");
            self.report(Some(error));
        });
    }

    fn finish(&self) {
        let written = match &self.config.ledger_path {
            None => Ok(()),
            Some(path) => {
                // Not written under the lock: a disk that hangs must not keep the last resort from its report.
                let text = ledger_file::render(&self.config, &self.shared.lock());
                ledger_file::write(path, &text)
                    .map_err(|error| format!("LEDGER_PATH: expected a written ledger, got: {error}: {path}"))
            }
        };
        self.report(written.err());
    }

    /// Prints the line once, whoever comes first, and ends the process.
    fn report(&self, error: Option<String>) {
        if self.reported.swap(true, Ordering::SeqCst) {
            // The other thread is printing, and ends the process.
            loop {
                std::thread::park();
            }
        }
        let mut state = self.shared.lock();
        let is_success = error.is_none() && report::is_success(&self.config, &state);
        if let Some(error) = error {
            state.journal.fatal(error);
        }
        ResultLine::of_run(&self.config, &state, self.started_us).print();
        exit(if is_success { 0 } else { EXIT_INCOMPLETE });
    }
}
