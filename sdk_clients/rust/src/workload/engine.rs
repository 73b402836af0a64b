//! One run of any workload but basic-pubsub, by the steps that all have in common.

mod conclusion;
mod setup;

pub use conclusion::refusal;

use super::base::Base;
use super::recorder::Recorder;
use super::role::Role;
use super::summary::Facts;
use super::{Spec, Workload};
use crate::clock::now_us;
use crate::config::workload::WorkloadConfig;
use crate::run::{GOODBYE_MAX_US, GOODBYE_MIN_US, LEAD_US, NAP, SHORTEST_QUIET_US, TICK};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How often it is looked whether a workload has come to its end.
const WORKLOAD_TICK: Duration = Duration::from_millis(20);

pub struct Engine {
    config: Arc<WorkloadConfig>,
    recorder: Arc<Recorder>,
    workload: Arc<dyn Workload>,
    /// How many SIGTERM and SIGINT came.
    signals: Arc<AtomicU32>,
    /// Publishing and drain end here at the latest, which leaves time for the report.
    deadline_us: u64,
    facts: Mutex<Facts>,
    t0_us: Mutex<Option<u64>>,
    is_complete: AtomicBool,
}

impl Engine {
    pub fn new(
        spec: &'static Spec,
        config: WorkloadConfig,
        signals: Arc<AtomicU32>,
        (started_us, deadline_us): (u64, u64),
    ) -> Self {
        let config = Arc::new(config);
        let recorder = Arc::new(Recorder::new(&config.base.run_id, &config.base.phase));
        let workload = (spec.begin)(Base::new(spec, config.clone(), recorder.clone()));
        let facts = Facts {
            workload: spec.name,
            mqtt_version: config.base.mqtt_version,
            started_us,
            planned: workload.base().planned,
            is_for_all: spec.is_for_all,
            measures_latency: spec.measures_latency,
            ..Facts::default()
        };
        Self {
            config,
            recorder,
            workload,
            signals,
            deadline_us,
            facts: Mutex::new(facts),
            t0_us: Mutex::default(),
            is_complete: AtomicBool::new(false),
        }
    }

    pub async fn execute(&self) {
        match self.begin().await {
            Ok(()) => {
                let published_us = self.publish().await;
                self.drain(published_us).await;
            }
            Err(error) => self.recorder.error(error),
        }
        let end_us = self.recorder.freeze();
        self.note(|facts| facts.end_us = end_us);
        self.say_goodbye().await;
    }

    fn note(&self, change: impl FnOnce(&mut Facts)) {
        change(&mut super::unpoisoned(&self.facts));
    }

    fn signals(&self) -> u32 {
        self.signals.load(Ordering::Relaxed)
    }

    /// When it was over.
    async fn publish(&self) -> u64 {
        let (workload, base) = (&self.workload, self.workload.base());
        let t0_us = now_us() + LEAD_US;
        *super::unpoisoned(&self.t0_us) = Some(t0_us);
        base.t0_us.store(t0_us, Ordering::Relaxed);
        workload.clone().started();
        let generator = self.start_generator(t0_us);
        let is_done = || generator.as_ref().is_none_or(std::thread::JoinHandle::is_finished);
        while self.signals() == 0 && !(is_done() && workload.is_over()) {
            if now_us() >= self.deadline_us {
                let (happened, planned) = (workload.happened(), base.planned);
                self.time_limit(&format!("publishing, {happened} of {planned} generated"));
                break;
            }
            tokio::time::sleep(TICK).await;
        }
        base.is_stopped.store(true, Ordering::Relaxed);
        if let Some(generator) = generator {
            if tokio::task::block_in_place(|| generator.join()).is_err() {
                self.recorder.error("internal error: the generator panicked");
            }
        }
        if self.signals() > 0 {
            self.note(|facts| facts.planned = workload.happened());
        }
        workload.stop();
        let published_us = now_us();
        self.note(|facts| facts.published_us = Some(published_us));
        published_us
    }

    /// The open loop: every message has its time, whatever the broker does. A thread sleeps exactly, tokio's timers do not.
    fn start_generator(&self, t0_us: u64) -> Option<std::thread::JoinHandle<()>> {
        if !self.workload.publishes() {
            return None;
        }
        let (workload, config) = (self.workload.clone(), self.config.clone());
        Some(std::thread::spawn(move || {
            for i in 0..config.base.message_count {
                let due_us = t0_us + (i as f64 * 1e6 / config.base.message_rate) as u64;
                while now_us() < due_us && !workload.base().stopped() {
                    std::thread::sleep(Duration::from_micros(due_us - now_us().min(due_us)).min(NAP));
                }
                if workload.base().stopped() {
                    return;
                }
                workload.generate(i as usize, due_us);
            }
        }))
    }

    async fn drain(&self, published_us: u64) {
        let (workload, base) = (&self.workload, &self.config.base);
        let ack_wait_us = base.ack_wait.as_micros() as u64;
        let quiet_us = SHORTEST_QUIET_US.max(2 * ack_wait_us) + workload.base().silence_us;
        let limit_us = published_us + base.drain_max.as_micros() as u64;
        while !workload.has_arrived(now_us() - published_us) {
            let last_us = self.recorder.lock().progress_us.max(published_us);
            let now = now_us();
            let reason = if self.signals() > 1 {
                "by a second signal".to_owned()
            } else if now >= self.deadline_us {
                self.time_limit("draining");
                break;
            } else if now >= limit_us {
                format!("by DRAIN_MAX_MS={}", base.drain_max.as_millis())
            } else if now >= last_us + quiet_us {
                let ms = quiet_us / 1_000;
                format!("after {ms} ms without an acknowledgement or a first receipt")
            } else {
                tokio::time::sleep(WORKLOAD_TICK).await;
                continue;
            };
            self.recorder.error(format!("drain ended {reason}"));
            break;
        }
        let is_complete = workload.clone().end();
        while !workload.has_ended() && self.signals() < 2 && now_us() < self.deadline_us {
            tokio::time::sleep(WORKLOAD_TICK).await;
        }
        self.is_complete.store(is_complete, Ordering::Relaxed);
    }

    fn time_limit(&self, doing: &str) {
        let ms = self.config.base.time_limit.as_millis();
        self.recorder.error(format!("TIME_LIMIT_MS={ms} came while {doing}"));
    }

    /// Leaves the broker in order if it answers; part of no figure.
    async fn say_goodbye(&self) {
        let left_us = self.deadline_us.saturating_sub(now_us());
        let limit = Duration::from_micros(left_us.clamp(GOODBYE_MIN_US, GOODBYE_MAX_US));
        let until = tokio::time::Instant::now() + limit;
        let publisher = self.workload.base().publisher.clone();
        let roles: Vec<Arc<Role>> = publisher.into_iter().chain(self.workload.subscribers()).collect();
        let all = async {
            for role in &roles {
                role.close(limit / roles.len() as u32).await;
            }
        };
        let _ = tokio::time::timeout_at(until, all).await;
        self.workload.close();
        let rest = async {
            while !self.workload.has_closed() {
                tokio::time::sleep(WORKLOAD_TICK).await;
            }
        };
        let _ = tokio::time::timeout_at(until, rest).await;
    }
}
