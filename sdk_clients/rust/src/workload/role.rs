//! Publisher and subscriber of a workload: each keeps up a connection of a session, endpoint after endpoint.

mod seen;
mod subscribing;
#[cfg(test)]
mod tests;

use super::lane::Lanes;
use super::recorded::{unpoisoned, Connection, OpenFailed, Recording};
use crate::config::Endpoint;
pub use seen::{Leaving, Seen, Standing};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;

pub const PAUSE: Duration = Duration::from_millis(200);
pub const SUBSCRIBE_AGAIN_AFTER: Duration = Duration::from_millis(500);
const LEAVING_LIMIT: Duration = Duration::from_secs(3);
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
    /// It has left for the next endpoint, by plan.
    is_moving: AtomicBool,
    /// How many of its connections came of that.
    moves: AtomicUsize,
    /// It does without a subscription that is refused for so long.
    gives_up_after: Option<Duration>,
    closing: watch::Sender<bool>,
    ended: watch::Sender<bool>,
}

impl Role {
    /// A publisher where there are no filters.
    pub fn new(
        recording: Recording,
        lanes: Arc<Lanes>,
        filters: Vec<(String, u8)>,
        gives_up_after: Option<Duration>,
    ) -> Arc<Self> {
        Arc::new(Self {
            name: if filters.is_empty() { "publisher" } else { "subscriber" },
            recording,
            lanes,
            filters,
            granted: AtomicBool::new(false),
            keeps: AtomicBool::new(false),
            seen: Mutex::default(),
            is_moving: AtomicBool::new(false),
            moves: AtomicUsize::new(0),
            gives_up_after,
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
        let mut has_moved = false;
        for endpoint in config.base.endpoints.iter().cycle().skip(first) {
            if self.is_closing() {
                break;
            }
            match self.recording.open(endpoint, None).await {
                Ok(connection) => {
                    self.moves.fetch_add(usize::from(has_moved), Ordering::Relaxed);
                    self.connected(endpoint, connection).await;
                    has_moved = self.is_moving.swap(false, Ordering::Relaxed);
                    if has_moved {
                        continue;
                    }
                }
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
        if !self.is_closing() && !self.is_moving.load(Ordering::Relaxed) {
            self.note(endpoint, &reason);
        }
    }

    /// Leaves for the next endpoint at once. Who has no connection is on its way already.
    pub fn go_on(&self, leaving: Leaving) {
        let Some(connection) = unpoisoned(&self.seen).connection.take() else {
            return;
        };
        self.is_moving.store(true, Ordering::Relaxed);
        tokio::spawn(async move {
            match leaving {
                Leaving::Disconnect => connection.disconnect(LEAVING_LIMIT).await,
                Leaving::Cut => connection.cut().await,
            }
        });
    }

    pub fn moves(&self) -> usize {
        self.moves.load(Ordering::Relaxed)
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
        let (recording, lanes) = (self.recording.clone(), self.lanes.clone());
        let again = Self::new(recording, lanes, self.filters.clone(), self.gives_up_after);
        again
            .granted
            .store(self.granted.load(Ordering::Relaxed), Ordering::Relaxed);
        again
    }
}
