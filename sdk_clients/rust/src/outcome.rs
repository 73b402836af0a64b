//! How a run ends: ledger, result line, exit status. Whatever hangs, the line is printed in time, and once.

use std::io::Write;
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::Duration;

const EXIT_INCOMPLETE: i32 = 1;

/// What a run came to. It can be asked at any time, from any thread.
pub trait Outcome: Send + Sync {
    fn time_limit(&self) -> Duration;
    /// Enters an error that decides the exit status.
    fn error(&self, text: String);
    /// Does nothing where none is wanted.
    fn write_ledger(&self) -> std::io::Result<()>;
    /// The result line, and whether everything was done.
    fn conclude(&self) -> (String, bool);
}

pub struct Reporter {
    outcome: Arc<dyn Outcome>,
    reported: AtomicBool,
}

impl Reporter {
    pub fn new(outcome: Arc<dyn Outcome>) -> Arc<Self> {
        Arc::new(Self {
            outcome,
            reported: AtomicBool::new(false),
        })
    }

    /// The last resort: whatever hangs, be it the disk under the ledger.
    pub fn guard_time_limit(self: Arc<Self>) {
        std::thread::spawn(move || {
            let limit = self.outcome.time_limit();
            std::thread::sleep(limit);
            let limit_ms = limit.as_millis();
            let error = format!("TIME_LIMIT_MS: expected an orderly end within {limit_ms} ms, got none");
            self.report(Some(error));
        });
    }

    pub fn finish(&self, ledger_path: Option<&str>) {
        let path = ledger_path.unwrap_or_default();
        let written = self.outcome.write_ledger();
        self.report(
            written
                .err()
                .map(|error| format!("LEDGER_PATH: expected a written ledger, got: {error}: {path}")),
        );
    }

    /// Prints the line once, whoever comes first, and ends the process.
    fn report(&self, error: Option<String>) {
        if self.reported.swap(true, Ordering::SeqCst) {
            // The other thread is printing, and ends the process.
            loop {
                std::thread::park();
            }
        }
        let is_error = error.is_some();
        if let Some(error) = error {
            self.outcome.error(error);
        }
        let (line, is_success) = self.outcome.conclude();
        print_line(&line);
        exit(if is_success && !is_error { 0 } else { EXIT_INCOMPLETE });
    }
}

/// Nobody may be reading any more; the exit status still tells.
pub fn print_line(line: &str) {
    let mut stdout = std::io::stdout();
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}
