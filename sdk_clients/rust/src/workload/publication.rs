//! Messages and wills of a workload, and by what they are counted.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

/// By which a message is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageId {
    pub publisher: Arc<str>,
    pub topic: Arc<str>,
    pub seq: u64,
}

/// One message of a workload. Its identity is its publisher, its topic and its seq, dense from 0 in each topic.
#[derive(Debug)]
pub struct Publication {
    pub topic: Arc<str>,
    pub seq: u64,
    pub qos: u8,
    pub retain: bool,
    pub payload: Vec<u8>,
    pub intended_us: u64,
    /// Its place among all messages of the publisher.
    pub key: u64,
    /// Has its PUBLISH been on the wire since it was last handed over?
    pub went_out: AtomicBool,
}

/// Where a message is found again when its PUBLISH goes out. Only one deletion of a topic is under way at a time.
pub type Place = (Arc<str>, Option<u64>);

impl Publication {
    /// Does it delete the retained value of its topic?
    pub fn clears(&self) -> bool {
        self.retain && self.payload.is_empty()
    }

    pub fn place(&self) -> Place {
        (self.topic.clone(), (!self.payload.is_empty()).then_some(self.seq))
    }

    pub fn id(&self, publisher: &Arc<str>) -> MessageId {
        MessageId {
            publisher: publisher.clone(),
            topic: self.topic.clone(),
            seq: self.seq,
        }
    }

    pub fn has_gone_out(&self) -> bool {
        self.went_out.load(Ordering::Relaxed)
    }
}

/// What a broker publishes in the name of a client that died; `intended_us` is when that is to be.
#[derive(Clone, Debug)]
pub struct Will {
    pub topic: Arc<str>,
    pub seq: u64,
    pub qos: u8,
    pub delay_s: u32,
    pub payload: Vec<u8>,
    pub intended_us: u64,
}
