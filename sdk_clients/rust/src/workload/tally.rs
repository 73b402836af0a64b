//! What a workload came to, counted by identity. Pure.

use super::packet::REFUSED_FROM;
use super::publication::{MessageId, Publication, Will};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub const PUBACK: &str = "puback";
pub const PUBREC: &str = "pubrec";
pub const PUBCOMP: &str = "pubcomp";

#[derive(Default)]
pub struct Tally {
    /// When it was due, of what was handed over at least once.
    pub sent: HashMap<MessageId, u64>,
    /// By a PUBACK or a PUBCOMP that takes the message over.
    pub acked: HashSet<MessageId>,
    /// Its first receipt.
    pub received: HashMap<MessageId, u64>,
    /// Acknowledged, and not received yet.
    pub awaited: HashSet<MessageId>,
    pub attempts: u64,
    pub duplicates: u64,
    pub unexpected: u64,
    pub refused_acks: u64,
    /// An empty payload names nobody: its topic does, as long as one message of it was empty.
    clears: HashMap<Arc<str>, Option<MessageId>>,
}

impl Tally {
    pub fn send(&mut self, publisher: &Arc<str>, message: &Publication) {
        let id = message.id(publisher);
        if message.clears() {
            self.clears
                .entry(id.topic.clone())
                .and_modify(|before| *before = before.take().filter(|known| *known == id))
                .or_insert_with(|| Some(id.clone()));
        }
        self.begin(id, message.intended_us);
    }

    /// A broker took a will over with a CONNECT.
    pub fn entrust(&mut self, publisher: &Arc<str>, will: &Will) {
        let id = MessageId {
            publisher: publisher.clone(),
            topic: will.topic.clone(),
            seq: will.seq,
        };
        self.begin(id, will.intended_us);
    }

    fn begin(&mut self, id: MessageId, due_us: u64) {
        self.attempts += 1;
        self.sent.entry(id).or_insert(due_us);
    }

    /// True where the message is thereby taken over for the first time.
    pub fn acknowledge(&mut self, id: MessageId, step: &str, code: u8) -> bool {
        if code >= REFUSED_FROM {
            self.refused_acks += 1;
            return false;
        }
        if step == PUBREC || !self.acked.insert(id.clone()) {
            return false;
        }
        if !self.received.contains_key(&id) {
            self.awaited.insert(id);
        }
        true
    }

    /// True for the first receipt by anybody.
    pub fn receive(&mut self, id: &MessageId, at_us: u64) -> bool {
        if self.received.contains_key(id) {
            self.duplicates += 1;
            return false;
        }
        self.received.insert(id.clone(), at_us);
        self.awaited.remove(id);
        true
    }

    /// The one deletion of this topic.
    pub fn cleared_by(&self, topic: &str) -> Option<MessageId> {
        self.clears.get(topic)?.clone()
    }

    /// A message that never arrived enters at the drain's end: a loss must not make the latency look better.
    pub fn latencies_us(&self, end_us: u64) -> impl Iterator<Item = u64> + '_ {
        let latency = move |(id, due_us): (&MessageId, &u64)| {
            let at_us = self.received.get(id).copied().unwrap_or(end_us);
            at_us.saturating_sub(*due_us)
        };
        self.sent.iter().map(latency)
    }
}
