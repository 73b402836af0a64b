//! crowd: thousands of clients, each of which publishes to the next one. What is seen is how a broker takes them back.

mod member;
#[cfg(test)]
mod tests;
mod told;
mod visit;

use super::base::{Base, QOS_0_ARRIVES_WITHIN_US};
use super::recorded::unpoisoned;
use super::role::{Seen, Standing};
use super::{Spec, Workload};
use member::Member;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub const SPEC: Spec = Spec {
    is_crowd: true,
    // Who has no session rightly misses what came while it was away.
    is_for_all: false,
    ..Spec::usual("crowd", |base| {
        let hall = Arc::new(Hall::default());
        let count = base.config.crowd.connections;
        let members = (0..count)
            .map(|n| Arc::new(Member::new(&base, n, hall.clone())))
            .collect();
        Arc::new(Crowd { base, hall, members })
    })
};

struct Crowd {
    base: Base,
    hall: Arc<Hall>,
    members: Vec<Arc<Member>>,
}

/// What the members have in common.
#[derive(Default)]
struct Hall {
    /// How many are connected and subscribed.
    there: AtomicUsize,
    /// How many ever were connected.
    came: AtomicUsize,
    /// All were there at once: the set-up is over.
    is_complete: AtomicBool,
    is_closing: AtomicBool,
    login_refused: Mutex<Option<String>>,
    /// Of the first two.
    seen: Mutex<[Seen; 2]>,
}

impl Workload for Crowd {
    fn base(&self) -> &Base {
        &self.base
    }

    fn place(&self, i: usize, _intended_us: u64) -> (String, u8) {
        let next = (i + 1) % self.members.len();
        (format!("{}/{next}", self.base.config.base.topic), 1)
    }

    fn gather(self: Arc<Self>) {
        let rate = self.base.config.crowd.connect_rate as f64;
        for (n, member) in self.members.iter().enumerate() {
            let comes_after = Duration::from_secs_f64(n as f64 / rate);
            tokio::spawn(member.clone().live(comes_after));
        }
    }

    fn gathered(&self) -> Standing {
        if let Some(refused) = unpoisoned(&self.hall.login_refused).clone() {
            return Standing::LoginRefused(refused);
        }
        let (there, all) = (self.hall.there.load(Ordering::Relaxed), self.members.len());
        if there < all {
            return Standing::Missing(format!("{all} clients (there are {there})"));
        }
        self.hall.is_complete.store(true, Ordering::Relaxed);
        Standing::Ready
    }

    fn named(&self) -> [Option<Seen>; 2] {
        unpoisoned(&self.hall.seen).clone().map(Some)
    }

    fn publishes(&self) -> bool {
        true
    }

    fn generate(&self, i: usize, intended_us: u64) {
        let (topic, _) = self.place(i, intended_us);
        self.members[i % self.members.len()].offer(topic, intended_us);
        self.base.generated.fetch_add(1, Ordering::Relaxed);
    }

    fn has_arrived(&self, since_published_us: u64) -> bool {
        let there = self.hall.there.load(Ordering::Relaxed);
        self.is_acknowledged()
            && there == self.members.len()
            && (self.base.recorder.lock().tally.awaited.is_empty()
                || since_published_us >= QOS_0_ARRIVES_WITHIN_US && self.all_missed())
    }

    fn end(self: Arc<Self>) -> bool {
        self.is_acknowledged()
    }

    fn planned_connections(&self) -> usize {
        self.hall.came.load(Ordering::Relaxed)
    }

    fn close(&self) {
        self.hall.is_closing.store(true, Ordering::Relaxed);
        for member in &self.members {
            member.take_leave();
        }
    }

    fn has_closed(&self) -> bool {
        self.hall.there.load(Ordering::Relaxed) == 0
    }
}

impl Crowd {
    /// Whatever is waited for was due before its receiver subscribed for the last time. A subscription with QoS 0 may miss anything.
    fn all_missed(&self) -> bool {
        if self.base.config.crowd.subscribe_qos == 0 {
            return true;
        }
        let recorded = self.base.recorder.lock();
        let tally = &recorded.tally;
        tally.awaited.iter().all(|id| {
            let number = id.topic.rsplit('/').next().and_then(|n| n.parse::<usize>().ok());
            let receiver = number.and_then(|n| self.members.get(n));
            let due_us = tally.sent.get(id).copied();
            receiver.is_some_and(|member| due_us < Some(member.subscribed_us.load(Ordering::Relaxed)))
        })
    }

    fn is_acknowledged(&self) -> bool {
        self.base.recorder.lock().tally.acked.len() >= self.base.generated.load(Ordering::Relaxed)
    }
}
