//! A workload with one publisher, as far as it has no ways of its own.

use super::lane::Lanes;
use super::publication::Publication;
use super::recorded::{unpoisoned, Recording};
use super::recorder::Recorder;
use super::role::Role;
use super::session::Session;
use super::watcher::Listener;
use super::Spec;
use crate::config::workload::WorkloadConfig;
use crate::payload::PayloadFormat;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// QoS 0 has no acknowledgement to wait for: what has not come by then is not waited for.
pub const QOS_0_ARRIVES_WITHIN_US: u64 = 2_000_000;

pub struct Base {
    pub spec: &'static Spec,
    pub config: Arc<WorkloadConfig>,
    pub recorder: Arc<Recorder>,
    pub lanes: Arc<Lanes>,
    pub planned: usize,
    /// For so long nothing may come though everything is right.
    pub silence_us: u64,
    pub publisher: Option<Arc<Role>>,
    pub t0_us: AtomicU64,
    pub is_stopped: AtomicBool,
    pub generated: AtomicUsize,
    payloads: PayloadFormat,
    /// By topic, and the number of all.
    seqs: Mutex<(HashMap<String, u64>, u64)>,
}

pub struct Nobody;

impl Listener for Nobody {}

impl Base {
    pub fn new(spec: &'static Spec, config: Arc<WorkloadConfig>, recorder: Arc<Recorder>) -> Self {
        let base = &config.base;
        Self {
            spec,
            lanes: Lanes::new(&config.qos, config.in_flight),
            planned: base.message_count as usize,
            silence_us: 0,
            publisher: None,
            t0_us: AtomicU64::new(0),
            is_stopped: AtomicBool::new(false),
            generated: AtomicUsize::new(0),
            payloads: PayloadFormat::new(&base.run_id, &base.phase, &base.publisher_id(), base.payload_bytes),
            seqs: Mutex::default(),
            recorder,
            config,
        }
    }

    pub fn session(&self, role: &str, clean: bool) -> Session {
        let config = &self.config;
        let expiry_s = if clean { 0 } else { config.session_expiry_s };
        let id = format!("{}-{role}", config.base.client_id);
        Session::new(&id, clean, config.keep_alive_s, expiry_s)
    }

    pub fn recording(&self, session: Session, listener: Arc<dyn Listener>) -> Recording {
        Recording {
            config: self.config.clone(),
            recorder: self.recorder.clone(),
            session: Arc::new(session),
            listener,
            is_role: false,
            publishes: false,
        }
    }

    /// It has a session: QoS 2 keeps its promise only across connections of one.
    pub fn with_publisher(mut self) -> Self {
        let recording = Recording {
            is_role: true,
            publishes: true,
            ..self.recording(self.session("pub", false), self.lanes.clone())
        };
        self.publisher = Some(Role::new(recording, self.lanes.clone(), Vec::new(), None));
        self
    }

    pub fn new_subscriber(&self, role: &str, clean: bool, filters: Vec<(String, u8)>) -> Arc<Role> {
        self.new_member(role, clean, filters, None)
    }

    /// A subscriber that does without what it is refused for so long.
    pub fn new_member(
        &self,
        role: &str,
        clean: bool,
        filters: Vec<(String, u8)>,
        gives_up_after: Option<Duration>,
    ) -> Arc<Role> {
        let recording = Recording {
            is_role: true,
            ..self.recording(self.session(role, clean), Arc::new(Nobody))
        };
        Role::new(recording, self.lanes.clone(), filters, gives_up_after)
    }

    /// For when everybody is connected.
    pub fn prepare(&self) {
        let Some(maximum) = self.publisher.as_ref().and_then(|role| role.seen().maximum_qos) else {
            return;
        };
        let out = self.lanes.leave_out_above(maximum);
        if !out.is_empty() {
            self.recorder.error(format!(
                "QOS: the broker's Maximum QoS is {maximum}, so {out:?} is left out"
            ));
        }
    }

    pub fn generate(&self, (topic, qos): (String, u8), intended_us: u64) {
        self.offer(&topic, qos, intended_us, false);
        self.generated.fetch_add(1, Ordering::Relaxed);
    }

    pub fn offer(&self, topic: &str, qos: u8, intended_us: u64, clears: bool) {
        let (seq, key) = {
            let mut seqs = unpoisoned(&self.seqs);
            let seq = seqs.0.entry(topic.to_owned()).or_default();
            *seq += 1;
            let seq = *seq - 1;
            seqs.1 += 1;
            (seq, seqs.1)
        };
        let payload = if clears {
            Vec::new()
        } else {
            self.payloads.build(seq, intended_us).into_bytes()
        };
        self.lanes.offer(Arc::new(Publication {
            topic: topic.into(),
            seq,
            qos,
            retain: self.spec.retains,
            payload,
            intended_us,
            key,
            went_out: AtomicBool::new(false),
        }));
    }

    /// Message i's QoS, and in which round: they take turns.
    pub fn turn(&self, i: usize) -> (u8, usize) {
        let qoses = self.lanes.qoses();
        (qoses[i % qoses.len()], i / qoses.len())
    }

    /// Message i's topic and QoS, where all topics take turns with each QoS.
    pub fn in_turn(&self, i: usize) -> (String, u8) {
        let (qos, round) = self.turn(i);
        let config = &self.config;
        (format!("{}/{}", config.base.topic, round % config.topics), qos)
    }

    pub fn highest_qos(&self) -> u8 {
        self.config.qos.iter().copied().max().unwrap_or(0)
    }

    pub fn has_arrived(&self, since_published_us: u64) -> bool {
        if !self.lanes.are_settled() {
            return false;
        }
        let recorded = self.recorder.lock();
        let tally = &recorded.tally;
        let has_qos_0 = self.lanes.qoses().first() == Some(&0);
        let is_waiting = has_qos_0 && tally.received.len() < tally.sent.len();
        tally.awaited.is_empty() && (!is_waiting || since_published_us >= QOS_0_ARRIVES_WITHIN_US)
    }

    pub fn is_complete(&self) -> bool {
        let given_up = self.lanes.given_up();
        if given_up > 0 {
            self.recorder.error(format!(
                "{given_up} QoS 2 messages were in flight when the publisher's session was lost: not sent again"
            ));
        }
        given_up == 0 && self.lanes.are_settled()
    }

    pub fn stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }
}
