//! What a workload is to the engine: who takes part, what is published, and what happens meanwhile.

mod base;
mod crowd;
pub mod engine;
mod failover;
mod lane;
mod mortal;
mod moves;
mod packet;
pub mod publication;
mod qos_mix;
mod recorded;
mod recorder;
mod retained;
mod role;
mod rows;
mod session;
mod sessions;
mod shared;
mod summary;
mod tally;
pub mod usage;
mod watcher;
mod wills;
mod wire;

use base::Base;
use recorded::unpoisoned;
pub use role::Leaving;
use role::{Role, Seen, Standing};
use std::sync::atomic::Ordering;
use std::sync::Arc;

/// What a workload is before it is begun.
pub struct Spec {
    pub name: &'static str,
    pub default_qos: &'static str,
    pub default_in_flight: u64,
    pub default_move_every_ms: u64,
    pub default_moves: &'static str,
    pub has_deaths: bool,
    /// Thousands of clients in one process: what it may open and what it costs matter.
    pub is_crowd: bool,
    pub retains: bool,
    /// Does every message reach somebody, where nothing goes wrong?
    pub is_for_all: bool,
    pub measures_latency: bool,
    pub begin: fn(Base) -> Arc<dyn Workload>,
}

/// All that this client has, each in its file; a new one is a file, a line here and a script.
pub const WORKLOADS: [&Spec; 7] = [
    &qos_mix::SPEC,
    &sessions::SPEC,
    &retained::SPEC,
    &wills::SPEC,
    &failover::SPEC,
    &shared::SPEC,
    &crowd::SPEC,
];

impl Spec {
    /// What most of them have.
    const fn usual(name: &'static str, begin: fn(Base) -> Arc<dyn Workload>) -> Self {
        Self {
            name,
            default_qos: "1",
            default_in_flight: 20,
            default_move_every_ms: 2_000,
            default_moves: "leave,cut",
            has_deaths: false,
            is_crowd: false,
            retains: false,
            is_for_all: false,
            measures_latency: false,
            begin,
        }
    }
}

pub trait Workload: Send + Sync {
    fn base(&self) -> &Base;
    /// Topic and QoS of message i.
    fn place(&self, i: usize, intended_us: u64) -> (String, u8);
    /// Publishing begins: the first message is due at t0.
    fn started(self: Arc<Self>) {}

    /// The first one is the subscriber that the ready line names.
    fn subscribers(&self) -> Vec<Arc<Role>> {
        Vec::new()
    }

    /// Begins what else connects before anything is published.
    fn gather(self: Arc<Self>) {}

    fn gathered(&self) -> Standing {
        Standing::Ready
    }

    /// Whom the ready line names as publisher and subscriber.
    fn named(&self) -> [Option<Seen>; 2] {
        let subscriber = self.subscribers().first().map(|role| role.seen());
        [self.base().publisher.as_ref().map(|role| role.seen()), subscriber]
    }

    fn publishes(&self) -> bool {
        let base = self.base();
        base.publisher.is_some() && !base.lanes.qoses().is_empty()
    }

    /// Message i is due.
    fn generate(&self, i: usize, intended_us: u64) {
        self.base().generate(self.place(i, intended_us), intended_us);
    }

    /// How much of what was planned.
    fn happened(&self) -> usize {
        self.base().generated.load(Ordering::Relaxed)
    }

    /// Is all over that is to happen besides the publishing?
    fn is_over(&self) -> bool {
        true
    }

    /// Publishing is over, by its end, a signal or a limit; nothing new begins.
    fn stop(&self) {}

    /// Nothing more is waited for.
    fn has_arrived(&self, since_published_us: u64) -> bool {
        self.base().has_arrived(since_published_us)
    }

    /// After the drain: begins the last things of a run; false where anything before could not be done.
    fn end(self: Arc<Self>) -> bool {
        self.base().is_complete()
    }

    /// Are the last things done?
    fn has_ended(&self) -> bool {
        true
    }

    /// Any more are reconnects.
    fn planned_connections(&self) -> usize {
        let roles = self.subscribers().into_iter().chain(self.base().publisher.clone());
        roles.map(|role| 1 + role.moves()).sum()
    }

    /// Ends whatever else holds a connection.
    fn close(&self) {}

    /// Does nothing else hold a connection any more?
    fn has_closed(&self) -> bool {
        true
    }
}
