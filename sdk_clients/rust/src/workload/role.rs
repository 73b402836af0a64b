//! Publisher and subscriber of a workload: each keeps up a connection of a session, endpoint after endpoint.

use super::lane::Lanes;
use super::packet::REFUSED_FROM;
use super::recorded::{unpoisoned, Connection, OpenFailed, Recording};
use crate::config::Endpoint;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;

pub const PAUSE: Duration = Duration::from_millis(200);
const SUBSCRIBE_AGAIN_AFTER: Duration = Duration::from_millis(500);
/// Above the 5 s after which a NATS node itself gives up and answers 0x80.
pub const SUBACK_LIMIT: Duration = Duration::from_secs(8);

pub struct Role {
    pub name: &'static str,
    pub recording: Recording,
    pub lanes: Arc<Lanes>,
    /// What it subscribes to, and at which QoS; nothing for a publisher.
    pub filters: Vec<(String, u8)>,
    /// All filters were granted to its session.
    granted: AtomicBool,
    /// It leaves without unsubscribing.
    keeps: AtomicBool,
    seen: Mutex<Seen>,
    closing: watch::Sender<bool>,
    ended: watch::Sender<bool>,
}

/// What others see of it.
#[derive(Clone, Default)]
pub struct Seen {
    pub is_ready: bool,
    pub login_refused: Option<String>,
    pub endpoint: Option<Endpoint>,
    pub first_endpoint: Option<Endpoint>,
    pub maximum_qos: Option<u8>,
    connection: Option<Arc<Connection>>,
}

impl Role {
    /// A publisher where there are no filters.
    pub fn new(recording: Recording, lanes: Arc<Lanes>, filters: Vec<(String, u8)>) -> Arc<Self> {
        Arc::new(Self {
            name: if filters.is_empty() { "publisher" } else { "subscriber" },
            recording,
            lanes,
            filters,
            granted: AtomicBool::new(false),
            keeps: AtomicBool::new(false),
            seen: Mutex::default(),
            closing: watch::Sender::new(false),
            ended: watch::Sender::new(false),
        })
    }

    pub fn seen(&self) -> Seen {
        unpoisoned(&self.seen).clone()
    }

    /// Returns after `close`.
    pub async fn keep_up(self: Arc<Self>, first: usize) {
        let config = self.recording.config.clone();
        for endpoint in config.base.endpoints.iter().cycle().skip(first) {
            if self.is_closing() {
                break;
            }
            match self.recording.open(endpoint, None).await {
                Ok(connection) => self.connected(endpoint, connection).await,
                Err(failed) => self.failed(endpoint, failed),
            }
            self.pause(PAUSE).await;
        }
        let _ = self.ended.send_replace(true);
    }

    async fn connected(&self, endpoint: &Endpoint, connection: Arc<Connection>) {
        {
            let mut seen = unpoisoned(&self.seen);
            seen.connection = Some(connection.clone());
            seen.endpoint = Some(endpoint.clone());
            seen.first_endpoint.get_or_insert_with(|| endpoint.clone());
            seen.maximum_qos = Some(connection.offers.maximum_qos);
        }
        // Told to leave while it was connecting.
        if self.is_closing() {
            connection.disconnect(SUBSCRIBE_AGAIN_AFTER).await;
        } else if self.filters.is_empty() {
            self.lanes.attach(connection.clone(), connection.offers);
            unpoisoned(&self.seen).is_ready = true;
        } else {
            self.subscribe(endpoint, &connection).await;
        }
        let reason = connection.lost().await;
        if self.filters.is_empty() {
            self.lanes.detach();
        }
        unpoisoned(&self.seen).connection = None;
        if !self.is_closing() {
            self.note(endpoint, &reason);
        }
    }

    /// Until every filter is granted: brokers acknowledge what nobody is subscribed to.
    async fn subscribe(&self, endpoint: &Endpoint, connection: &Connection) {
        let mut granted = self.granted.load(Ordering::Relaxed) && connection.offers.session_present;
        self.lanes.subscription_known(granted);
        while !granted && !connection.is_lost() {
            granted = self.subscribe_all(endpoint, connection).await;
        }
        self.granted.store(granted, Ordering::Relaxed);
        if granted {
            self.lanes.subscription_known(true);
            unpoisoned(&self.seen).is_ready = true;
        }
    }

    async fn subscribe_all(&self, endpoint: &Endpoint, connection: &Connection) -> bool {
        for (filter, qos) in &self.filters {
            match connection.subscribe(filter, *qos, SUBACK_LIMIT).await {
                Some(code) if code < REFUSED_FROM => {}
                Some(code) => {
                    let text = format!("SUBACK of {filter}: expected a granted QoS, got 0x{code:02x}");
                    self.note(endpoint, &text);
                    connection.lost_within(SUBSCRIBE_AGAIN_AFTER).await;
                    return false;
                }
                None => {
                    if !connection.is_lost() {
                        self.note(endpoint, &format!("no SUBACK within {SUBACK_LIMIT:?}"));
                        connection.give_up().await;
                    }
                    return false;
                }
            }
        }
        true
    }

    fn failed(&self, endpoint: &Endpoint, failed: OpenFailed) {
        let mut seen = unpoisoned(&self.seen);
        // Fatal during set-up only: a node that restarts may know its users a moment later than its clients.
        if failed.is_refused_login && !seen.is_ready {
            seen.login_refused = Some(format!("{} at {endpoint}: {}", self.name, failed.text));
        } else {
            drop(seen);
            self.note(endpoint, &format!("expected CONNACK 0, got: {}", failed.text));
        }
    }

    fn note(&self, endpoint: &Endpoint, text: &str) {
        let name = self.name;
        self.recording.recorder.note(format!("{name} at {endpoint}: {text}"));
    }

    fn is_closing(&self) -> bool {
        *self.closing.borrow()
    }

    async fn pause(&self, length: Duration) {
        let mut closing = self.closing.subscribe();
        let _ = tokio::time::timeout(length, closing.wait_for(|closing| *closing)).await;
    }

    /// Says goodbye to the broker as far as it listens.
    pub async fn close(&self, limit: Duration) {
        let _ = self.closing.send_replace(true);
        let Some(connection) = self.seen().connection else {
            return;
        };
        if !self.keeps.load(Ordering::Relaxed) {
            for (filter, _) in &self.filters {
                connection
                    .unsubscribe(filter, limit / 2 / self.filters.len() as u32)
                    .await;
            }
        }
        connection.disconnect(limit / 2).await;
    }

    /// Takes leave, keeping its session, and returns when it has gone: it may have been just connecting, and two of one id would throw
    /// each other out.
    pub async fn leave(&self, limit: Duration) {
        self.keeps.store(true, Ordering::Relaxed);
        self.close(limit).await;
        let mut ended = self.ended.subscribe();
        let _ = ended.wait_for(|ended| *ended).await;
    }

    /// The same MQTT client again, when this one has gone. It subscribes only if its session is not there.
    pub fn returned(&self) -> Arc<Self> {
        let Recording {
            config,
            recorder,
            session,
            listener,
            ..
        } = &self.recording;
        let recording = Recording {
            config: config.clone(),
            recorder: recorder.clone(),
            session: session.clone(),
            listener: listener.clone(),
            ..self.recording
        };
        let again = Self::new(recording, self.lanes.clone(), self.filters.clone());
        again
            .granted
            .store(self.granted.load(Ordering::Relaxed), Ordering::Relaxed);
        again
    }
}
