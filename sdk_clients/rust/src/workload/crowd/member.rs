//! One client of a crowd, from endpoint to endpoint. There are thousands: what each of them keeps is small.

use super::visit::Visit;
use super::Hall;
use crate::config::Endpoint;
use crate::link::Client;
use crate::payload::PayloadFormat;
use crate::workload::base::Base;
use crate::workload::lane::Lanes;
use crate::workload::publication::Publication;
use crate::workload::recorded::{unpoisoned, Recording};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::sleep;

/// So many times the first pause is the longest one.
const LONGEST_BACKOFF: u32 = 16;

pub struct Member {
    pub number: usize,
    pub recording: Recording,
    pub filter: Arc<str>,
    /// With one message in flight.
    pub lanes: Arc<Lanes>,
    pub hall: Arc<Hall>,
    /// Of the connection that is open.
    pub client: Mutex<Option<Client>>,
    has_come: AtomicBool,
    next_seq: AtomicU64,
    /// When the last SUBACK came.
    pub subscribed_us: AtomicU64,
}

impl Member {
    pub fn new(base: &Base, number: usize, hall: Arc<Hall>) -> Self {
        let config = &base.config;
        let lanes = Lanes::new(&[1], 1);
        let session = base.session(&format!("c{number}"), !config.crowd.is_persistent(number));
        let recording = Recording {
            is_role: true,
            publishes: true,
            ..base.recording(session, lanes.clone())
        };
        Self {
            number,
            recording,
            filter: format!("{}/{number}", config.base.topic).into(),
            lanes,
            hall,
            client: Mutex::default(),
            has_come: AtomicBool::new(false),
            next_seq: AtomicU64::new(0),
            subscribed_us: AtomicU64::new(0),
        }
    }

    /// True for the first time.
    pub fn comes_first(&self) -> bool {
        !self.has_come.swap(true, Ordering::Relaxed)
    }

    /// Comes, and comes back whenever it was thrown out.
    pub async fn live(self: Arc<Self>, comes_after: Duration) {
        sleep(comes_after).await;
        let config = &self.recording.config;
        let endpoints = &config.base.endpoints;
        let mut pauses = 0;
        for endpoint in endpoints.iter().cycle().skip(self.number % endpoints.len()) {
            let was_there = Visit::pay(&self, endpoint).await;
            if self.hall.is_closing.load(Ordering::Relaxed) {
                return;
            }
            pauses = match pauses {
                failed if failed > 0 && !was_there => (2 * failed).min(LONGEST_BACKOFF),
                _ => 1,
            };
            sleep(around(config.crowd.backoff * pauses)).await;
        }
    }

    /// All messages of a topic are of one client, so its seq is the client's own.
    pub fn offer(&self, topic: String, intended_us: u64) {
        let config = &self.recording.config.base;
        let client = &self.recording.session.client_id;
        let payloads = PayloadFormat::new(&config.run_id, &config.phase, client, config.payload_bytes);
        let seq = self.next_seq.fetch_add(1, Ordering::Relaxed);
        self.lanes.offer(Arc::new(Publication {
            topic: topic.into(),
            seq,
            qos: 1,
            retain: false,
            payload: payloads.build(seq, intended_us).into_bytes(),
            intended_us,
            key: seq,
            went_out: AtomicBool::new(false),
        }));
    }

    /// Begins to unsubscribe; the DISCONNECT follows the UNSUBACK.
    pub fn take_leave(&self) {
        if let Some(client) = &*unpoisoned(&self.client) {
            client.unsubscribe(&self.filter);
        }
    }

    pub fn note(&self, endpoint: &Endpoint, text: &str) {
        let recorder = &self.recording.recorder;
        recorder.note(format!("client at {endpoint}: {text}"));
    }
}

/// More or less by up to half: else all come back at once.
fn around(length: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish() as f64 / u64::MAX as f64;
    length.mul_f64(0.5 + random)
}

#[cfg(test)]
mod tests {
    use super::around;
    use std::time::Duration;

    #[test]
    fn a_pause_is_more_or_less_by_up_to_half() {
        let pauses: Vec<_> = (0..1_000)
            .map(|_| around(Duration::from_millis(100)).as_millis())
            .collect();
        assert!(pauses.iter().all(|pause| (50..=150).contains(pause)));
        assert!(pauses.iter().any(|pause| *pause < 70) && pauses.iter().any(|pause| *pause > 130));
    }
}
