//! An SDK client of the chaos test: publishes and subscribes through rumqttc, and reports what became of each message.
//! `sdk_clients/CONTRACT.md` says what it does; this file only wires.

mod clock;
mod config;
mod connection;
mod dial;
mod journal;
mod latency;
mod ledger;
mod ledger_file;
mod link;
mod outbox;
mod outcome;
mod payload;
mod publisher;
mod report;
mod run;
mod state;
mod subscriber;
mod subscription;
#[cfg(test)]
mod vectors;
mod workload;

use clock::now_us;
use config::workload::WorkloadConfig;
use config::Config;
use outcome::{print_line, Outcome, Reporter};
use report::ResultLine;
use run::Run;
use state::Shared;
use std::future::Future;
use std::process::exit;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{signal, SignalKind};
use workload::engine::Engine;
use workload::usage::open_files;
use workload::{Spec, WORKLOADS};

const EXIT_UNUSABLE_INPUT: i32 = 2;
/// Kept back from TIME_LIMIT_MS for goodbye, ledger and result line.
const REPORT_RESERVE: Duration = Duration::from_secs(2);

/// With the name of a workload as its argument it runs that one, without one basic-pubsub.
fn main() {
    let started_us = now_us();
    match std::env::args().nth(1) {
        None => run_basic(started_us),
        Some(name) => match WORKLOADS.iter().find(|spec| spec.name == name) {
            Some(spec) => run_workload(spec, started_us),
            None => refuse(&ResultLine::of_errors(vec![format!(
                "expected a workload, got {name:?}"
            )])),
        },
    }
}

fn lookup(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// Makes the default client id and topic this process's own.
fn unique(started_us: u64) -> String {
    format!("{}-{started_us}", std::process::id())
}

fn refuse(line: &impl serde::Serialize) -> ! {
    print_line(&report::json(line));
    exit(EXIT_UNUSABLE_INPUT);
}

/// Publishing and drain end here at the latest.
fn deadline_us(started_us: u64, config: &Config) -> u64 {
    let reserve = REPORT_RESERVE.min(config.time_limit / 4);
    started_us + (config.time_limit - reserve).as_micros() as u64
}

fn run_basic(started_us: u64) {
    let config = match Config::parse(lookup, &unique(started_us)) {
        Ok(config) => Arc::new(config),
        Err(errors) => refuse(&ResultLine::of_errors(errors)),
    };
    let run = Run {
        shared: Arc::new(Shared::new(&config)),
        signals: Arc::new(AtomicU32::new(0)),
        started_us,
        deadline_us: deadline_us(started_us, &config),
        config: config.clone(),
    };
    let outcome = Arc::new(Basic {
        config: config.clone(),
        shared: run.shared.clone(),
        started_us,
    });
    let signals = run.signals.clone();
    conclude(outcome, &signals, config.ledger_path.as_deref(), async move {
        run.execute().await;
    });
}

fn run_workload(spec: &'static Spec, started_us: u64) {
    let config = match WorkloadConfig::parse(lookup, &unique(started_us), spec, open_files()) {
        Ok(config) => config,
        Err(errors) => refuse(&workload::engine::refusal(spec, started_us, errors)),
    };
    let (signals, ledger_path) = (Arc::new(AtomicU32::new(0)), config.base.ledger_path.clone());
    let times = (started_us, deadline_us(started_us, &config.base));
    let engine = Arc::new(Engine::new(spec, config, signals.clone(), times));
    let run = engine.clone();
    conclude(engine, &signals, ledger_path.as_deref(), async move {
        run.execute().await;
    });
}

fn conclude(
    outcome: Arc<dyn Outcome>,
    signals: &Arc<AtomicU32>,
    ledger_path: Option<&str>,
    run: impl Future<Output = ()> + Send + 'static,
) {
    let reporter = Reporter::new(outcome.clone());
    reporter.clone().guard_time_limit();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let ended = runtime.map(|runtime| {
        runtime.block_on(async {
            count_signals(signals)?;
            // As a task of its own, so that a panic becomes an error of the result line.
            tokio::spawn(run).await.map_err(std::io::Error::other)
        })
    });
    if let Err(error) | Ok(Err(error)) = ended {
        outcome.error(format!("internal error: {error}"));
    }
    reporter.finish(ledger_path);
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

/// What basic-pubsub came to.
struct Basic {
    config: Arc<Config>,
    shared: Arc<Shared>,
    started_us: u64,
}

impl Outcome for Basic {
    fn time_limit(&self) -> Duration {
        self.config.time_limit
    }

    fn error(&self, text: String) {
        self.shared.lock().journal.fatal(text);
    }

    fn write_ledger(&self) -> std::io::Result<()> {
        let Some(path) = &self.config.ledger_path else {
            return Ok(());
        };
        // Not written under the lock: a disk that hangs must not keep the last resort from its report.
        let text = ledger_file::render(&self.config, &self.shared.lock());
        ledger_file::write(path, &text)
    }

    fn conclude(&self) -> (String, bool) {
        let state = self.shared.lock();
        let line = ResultLine::of_run(&self.config, &state, self.started_us);
        (report::json(&line), report::is_success(&self.config, &state))
    }
}
