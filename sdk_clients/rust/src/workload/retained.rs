//! retained: a writer that waits for each acknowledgement, and ever new readers; at the end the value is deleted, and read once more.

use super::base::Base;
use super::packet::REFUSED_FROM;
use super::publication::MessageId;
use super::recorded::unpoisoned;
use super::role::SUBACK_LIMIT;
use super::watcher::Listener;
use super::{Spec, Workload};
use crate::clock::now_us;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{interval_at, sleep, timeout, Instant};

/// A reader that got no value waits so long for it: longer than a checker allows a busy host.
const READER_STAYS: Duration = Duration::from_secs(6);
/// After the deletion no value is to come. What comes all the same comes soon.
const READER_STAYS_AFTER_DELETION: Duration = Duration::from_secs(2);
/// A cluster may take a second until every node shows a deletion: who reads before that shows nothing.
const DELETION_SPREADS: Duration = Duration::from_millis(1500);
/// Behind a dead endpoint they would pile up.
const MAX_READERS: usize = 16;
const READERS_AFTER_DELETION: usize = 2;
const LEAVING_LIMIT: Duration = Duration::from_secs(1);

pub const SPEC: Spec = Spec {
    default_in_flight: 1,
    retains: true,
    // A value that is replaced before anybody reads it is rightly seen by nobody.
    is_for_all: false,
    ..Spec::usual("retained", |base| {
        let mut base = base.with_publisher();
        // Each value, and at last the deletion of each topic.
        base.planned += base.config.topics;
        Arc::new(Retained {
            base,
            number: AtomicUsize::new(0),
            reading: AtomicUsize::new(0),
            is_over: AtomicBool::new(false),
        })
    })
};

struct Retained {
    base: Base,
    /// Of the last reader.
    number: AtomicUsize,
    reading: AtomicUsize,
    /// No more readers come by turns.
    is_over: AtomicBool,
}

/// The topics of which a reader has no value yet.
struct Missing {
    topics: Mutex<HashSet<String>>,
    complete: Notify,
}

impl Listener for Missing {
    fn received(&self, id: &MessageId, retain: bool) {
        let mut topics = unpoisoned(&self.topics);
        if retain && topics.remove(id.topic.as_ref()) && topics.is_empty() {
            self.complete.notify_one();
        }
    }
}

impl Retained {
    fn topic(&self, n: usize) -> String {
        format!("{}/{n}", self.base.config.base.topic)
    }

    async fn turn_over_readers(self: Arc<Self>) {
        let every = Duration::from_millis(self.base.config.reader_interval_ms);
        let mut turns = interval_at(Instant::now() + every, every);
        loop {
            turns.tick().await;
            if self.is_over.load(Ordering::Relaxed) {
                return;
            }
            if self.reading.load(Ordering::Relaxed) < MAX_READERS {
                self.start_reader(Duration::ZERO, READER_STAYS);
            }
        }
    }

    fn start_reader(self: &Arc<Self>, comes_after: Duration, stays: Duration) {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        self.reading.fetch_add(1, Ordering::Relaxed);
        let retained = self.clone();
        tokio::spawn(async move {
            sleep(comes_after).await;
            retained.read(number, stays).await;
            retained.reading.fetch_sub(1, Ordering::Relaxed);
        });
    }

    /// Stays until there was a retained value of every topic, or the time is over.
    async fn read(&self, number: usize, stays: Duration) {
        let config = &self.base.config;
        let places = &config.reader_endpoints;
        let endpoint = &config.base.endpoints[places[number % places.len()]];
        let missing = Arc::new(Missing {
            topics: Mutex::new((0..config.topics).map(|n| self.topic(n)).collect()),
            complete: Notify::new(),
        });
        let session = self.base.session(&format!("reader-{}", number + 1), true);
        let recording = self.base.recording(session, missing.clone());
        let reader = match recording.open(endpoint, None).await {
            Ok(reader) => reader,
            Err(failed) => {
                let text = failed.text;
                return self.base.recorder.note(format!("reader at {endpoint}: {text}"));
            }
        };
        let filter = format!("{}/+", config.base.topic);
        let code = reader.subscribe(&filter, self.base.highest_qos(), SUBACK_LIMIT).await;
        if code.is_some_and(|code| code < REFUSED_FROM) {
            let _ = timeout(stays, missing.complete.notified()).await;
        }
        reader.disconnect(LEAVING_LIMIT).await;
    }
}

impl Workload for Retained {
    fn base(&self) -> &Base {
        &self.base
    }

    fn place(&self, i: usize, _intended_us: u64) -> (String, u8) {
        (self.topic(i % self.base.config.topics), self.base.turn(i).0)
    }

    fn started(self: Arc<Self>) {
        tokio::spawn(self.turn_over_readers());
    }

    fn happened(&self) -> usize {
        self.base.generated.load(Ordering::Relaxed) + self.base.config.topics
    }

    fn stop(&self) {
        let qos = self.base.lanes.qoses().last().copied().unwrap_or(0);
        for n in 0..self.base.config.topics {
            self.base.offer(&self.topic(n), qos, now_us(), true);
        }
    }

    fn has_arrived(&self, _since_published_us: u64) -> bool {
        self.base.lanes.are_settled()
    }

    fn end(self: Arc<Self>) -> bool {
        let is_complete = self.base.is_complete();
        self.is_over.store(true, Ordering::Relaxed);
        if is_complete {
            for _ in 0..READERS_AFTER_DELETION * self.base.config.reader_endpoints.len() {
                self.start_reader(DELETION_SPREADS, READER_STAYS_AFTER_DELETION);
            }
        }
        is_complete
    }

    fn has_ended(&self) -> bool {
        self.reading.load(Ordering::Relaxed) == 0
    }
}
