//! One client with a will, from its CONNECT to its planned end.

use super::base::{Base, Nobody};
use super::publication::Will;
use super::recorded::{unpoisoned, Connection, Recording};
use super::role::PAUSE;
use crate::clock::now_us;
use crate::config::workload::{Death, Kind};
use crate::payload::PayloadFormat;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;

/// A client connects so long before it dies: it shall not be thrown out with a node that is not meant.
const LIFE_US: u64 = 2_000_000;
const LEAVING_LIMIT: Duration = Duration::from_secs(1);
/// So long the second one of a takeover waits for the end of the first.
const TAKEOVER_LIMIT: Duration = Duration::from_secs(5);

pub struct Mortal {
    name: String,
    death: Death,
    recording: Recording,
    has_died: AtomicBool,
    has_ended: AtomicBool,
    mute: Mutex<Option<Arc<Connection>>>,
    /// Publishing is over: whoever lives takes leave.
    over: watch::Sender<bool>,
}

impl Mortal {
    pub fn new(base: &Base, number: usize) -> Self {
        let death = base.config.deaths[number];
        let name = format!("w{number}");
        let mut session = base.session(&name, true);
        if death.delay_s > 0 {
            // A will is delayed no longer than its session lives.
            session.expiry_s = base.config.session_expiry_s;
        }
        Self {
            recording: base.recording(session, Arc::new(Nobody)),
            name,
            death,
            has_died: AtomicBool::new(false),
            has_ended: AtomicBool::new(false),
            mute: Mutex::default(),
            over: watch::Sender::new(false),
        }
    }

    pub fn has_died(&self) -> bool {
        self.has_died.load(Ordering::Relaxed)
    }

    pub fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::Relaxed)
    }

    pub fn stop(&self) {
        self.over.send_replace(true);
    }

    pub fn release(&self) {
        if let Some(mute) = unpoisoned(&self.mute).take() {
            mute.release();
        }
    }

    pub async fn live(self: Arc<Self>, t0_us: u64) {
        let due_us = t0_us + self.death.at_ms * 1_000;
        self.wait_until(due_us.saturating_sub(LIFE_US)).await;
        if let Some(connection) = self.connect(self.death.endpoint, due_us).await {
            tokio::select! {
                () = self.wait_until(due_us) => {}
                _ = connection.lost() => {}
            }
            if connection.is_lost() {
                let reason = connection.lost().await;
                self.note(&format!("died before its time: {reason}"));
                self.has_died.store(true, Ordering::Relaxed);
            } else if self.is_over() {
                connection.disconnect(LEAVING_LIMIT).await;
            } else {
                let has_died = self.die(connection, due_us).await;
                self.has_died.store(has_died, Ordering::Relaxed);
            }
        }
        self.has_ended.store(true, Ordering::Relaxed);
    }

    async fn die(&self, connection: Arc<Connection>, due_us: u64) -> bool {
        match self.death.kind {
            Kind::Clean => connection.disconnect(LEAVING_LIMIT).await,
            Kind::Disconnect04 => connection.disconnect_with_will(LEAVING_LIMIT).await,
            Kind::Cut => connection.cut().await,
            Kind::Mute => {
                connection.mute();
                *unpoisoned(&self.mute) = Some(connection);
            }
            Kind::Takeover => {
                let Some(second) = self.connect(self.death.endpoint + 1, due_us).await else {
                    connection.disconnect(LEAVING_LIMIT).await;
                    return false;
                };
                if connection.lost_within(TAKEOVER_LIMIT).await.is_none() {
                    self.note(&format!("still connected {TAKEOVER_LIMIT:?} after a takeover"));
                    connection.disconnect(LEAVING_LIMIT).await;
                }
                second.disconnect(LEAVING_LIMIT).await;
            }
        }
        true
    }

    /// Tries until it should be dead, and once at least. Each connection has a will of its own, so that it can be told apart.
    async fn connect(&self, place: usize, due_us: u64) -> Option<Arc<Connection>> {
        let endpoints = &self.recording.config.base.endpoints;
        let endpoint = &endpoints[place % endpoints.len()];
        while !self.is_over() {
            match self.recording.open(endpoint, Some(self.will(due_us))).await {
                Ok(connection) => return Some(connection),
                Err(failed) => self.note(&format!("{endpoint}: {}", failed.text)),
            }
            if now_us() >= due_us {
                break;
            }
            self.wait_until(now_us() + PAUSE.as_micros() as u64).await;
        }
        self.note(&format!("{endpoint}: not connected by the time of its death"));
        None
    }

    fn will(&self, due_us: u64) -> Will {
        let (config, session) = (&self.recording.config.base, &self.recording.session);
        let payloads = PayloadFormat::new(&config.run_id, &config.phase, &session.client_id, config.payload_bytes);
        let seq = u64::from(session.connections());
        Will {
            topic: format!("{}/{}", config.topic, self.name).into(),
            seq,
            qos: self.death.qos,
            delay_s: self.death.delay_s,
            payload: payloads.build(seq, due_us).into_bytes(),
            intended_us: due_us,
        }
    }

    fn is_over(&self) -> bool {
        *self.over.borrow()
    }

    /// Not beyond the end of the run.
    async fn wait_until(&self, at_us: u64) {
        let mut over = self.over.subscribe();
        let length = Duration::from_micros(at_us.saturating_sub(now_us()));
        let _ = timeout(length, over.wait_for(|over| *over)).await;
    }

    fn note(&self, text: &str) {
        let (name, kind) = (&self.name, self.death.kind.name());
        self.recording.recorder.note(format!("{name} ({kind}): {text}"));
    }
}
