//! What a run came to: ledger, result line, and whether everything was done.

use super::Engine;
use crate::clock::now_us;
use crate::outcome::Outcome;
use crate::workload::recorded::unpoisoned;
use crate::workload::recorder::Recorder;
use crate::workload::summary::{Facts, Summary};
use crate::workload::usage::Usage;
use crate::workload::Spec;
use std::sync::atomic::Ordering;
use std::time::Duration;

impl Outcome for Engine {
    fn time_limit(&self) -> Duration {
        self.config.base.time_limit
    }

    fn error(&self, text: String) {
        self.recorder.error(text);
    }

    fn write_ledger(&self) -> std::io::Result<()> {
        let facts = unpoisoned(&self.facts).clone();
        let t0_us = *unpoisoned(&self.t0_us);
        match &self.config.base.ledger_path {
            Some(path) if !self.recorder.lock().overflowed => {
                self.recorder.write(path, facts.workload, t0_us, facts.end_us)
            }
            _ => Ok(()),
        }
    }

    fn conclude(&self) -> (String, bool) {
        // The last resort comes while the run still goes on.
        let end_us = self.recorder.freeze();
        let mut facts = unpoisoned(&self.facts).clone();
        facts.now_us = now_us();
        facts.planned_connections = self.workload.planned_connections();
        facts.usage = self.workload.base().spec.is_crowd.then(Usage::so_far);
        if facts.end_us == 0 {
            facts.end_us = end_us;
        }
        let is_for_all = facts.is_for_all;
        let recorded = self.recorder.lock();
        let line = Summary::of(&recorded, facts);
        let is_success =
            self.is_complete.load(Ordering::Relaxed) && !recorded.overflowed && line.is_success(is_for_all);
        (crate::report::json(&line), is_success)
    }
}

/// The line of a run that could not be started.
pub fn refusal(spec: &Spec, started_us: u64, errors: Vec<String>) -> Summary {
    let recorder = Recorder::new("", "");
    for error in errors.into_iter().rev() {
        recorder.error(error);
    }
    let facts = Facts {
        workload: spec.name,
        started_us,
        now_us: now_us(),
        usage: spec.is_crowd.then(Usage::so_far),
        ..Facts::default()
    };
    let line = Summary::of(&recorder.lock(), facts);
    line
}
