//! What the two connections, the generator and the report share. The lock is held for microseconds, never across an await.

use crate::config::{Config, Endpoint};
use crate::journal::Journal;
use crate::ledger::Ledger;
use crate::outbox::Outbox;
use crate::payload::PayloadFormat;
use crate::subscription::Subscription;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// When things happened, in microseconds of CLOCK_MONOTONIC; `None` while they have not.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    pub t0_us: Option<u64>,
    pub published_us: Option<u64>,
    pub end_us: Option<u64>,
    /// A signal ended the publishing, so what was generated is what was planned.
    pub stopped_by_signal: bool,
}

pub struct State {
    pub ledger: Ledger,
    pub journal: Journal,
    pub outbox: Outbox,
    pub subscription: Subscription,
    pub timeline: Timeline,
    /// The broker refused the login during the set-up: trying again is of no use.
    pub login_refused: bool,
    /// The connections are being taken down, and are not to be made again.
    pub closing: bool,
}

pub struct Shared(Mutex<State>);

impl Shared {
    pub fn new(config: &Config) -> Self {
        let payloads = PayloadFormat::new(
            &config.run_id,
            &config.phase,
            &config.publisher_id(),
            config.payload_bytes,
        );
        Self(Mutex::new(State {
            ledger: Ledger::default(),
            journal: Journal::default(),
            outbox: Outbox::new(config.topic.clone(), payloads),
            subscription: Subscription::default(),
            timeline: Timeline::default(),
            login_refused: false,
            closing: false,
        }))
    }

    /// A thread that panicked is reported elsewhere; the figures gathered so far are still the figures.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    pub fn is_started(&self) -> bool {
        self.timeline.t0_us.is_some()
    }

    /// Where publisher and subscriber are connected, once both are and the subscription is granted.
    pub fn ready_endpoints(&self) -> Option<(Endpoint, Endpoint)> {
        Some((
            self.outbox.endpoint()?.clone(),
            self.subscription.granted_endpoint()?.clone(),
        ))
    }

    /// Hands over whatever the outbox holds, unless nobody would be subscribed to receive it.
    pub fn flush_outbox(&mut self, at_us: u64) {
        if !self.subscription.is_known_gone() {
            self.outbox.flush(&mut self.ledger, at_us);
        }
    }
}
