//! The publisher's messages, in a lane for each QoS, so that no QoS waits for another one. What is in flight when a connection ends is
//! the session's. Where the session is gone, QoS 1 is handed over again, and QoS 2 never: it may have arrived.

#[cfg(test)]
mod tests;

use super::packet::REFUSED_FROM;
use super::publication::Publication;
use super::tally::PUBCOMP;
use super::watcher::{Listener, Offers};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

const AGAIN_AFTER_REFUSAL: Duration = Duration::from_millis(200);

/// All that a lane wants of a connection.
pub trait Taker: Send + Sync {
    /// False where it takes no more.
    fn hand(&self, message: &Arc<Publication>) -> bool;
}

pub struct Lanes {
    inner: Mutex<Inner>,
    /// For what is done later.
    me: Weak<Lanes>,
}

struct Inner {
    of: BTreeMap<u8, Lane>,
    connection: Option<Arc<dyn Taker>>,
    /// By subscriber: is it not known that its subscription is gone?
    subscribed: HashMap<Arc<str>, bool>,
}

struct Lane {
    window: usize,
    limit: usize,
    /// By key, which is their order.
    unsettled: BTreeMap<u64, Arc<Publication>>,
    /// Of those, not handed over.
    waiting: BTreeSet<u64>,
    given_up: usize,
}

impl Lanes {
    pub fn new(qoses: &[u8], window: usize) -> Arc<Self> {
        let lane = || Lane {
            window,
            limit: window,
            unsettled: BTreeMap::new(),
            waiting: BTreeSet::new(),
            given_up: 0,
        };
        Arc::new_cyclic(|me| Self {
            inner: Mutex::new(Inner {
                of: qoses.iter().map(|qos| (*qos, lane())).collect(),
                connection: None,
                subscribed: HashMap::new(),
            }),
            me: me.clone(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Drops what a broker does not offer (MQTT 5), which must not be sent; returns what was left out.
    pub fn leave_out_above(&self, maximum_qos: u8) -> Vec<u8> {
        let mut inner = self.lock();
        let out = inner.of.split_off(&maximum_qos.saturating_add(1));
        out.into_keys().collect()
    }

    /// Ascending.
    pub fn qoses(&self) -> Vec<u8> {
        self.lock().of.keys().copied().collect()
    }

    /// Takes a message in, if its QoS was not left out.
    pub fn offer(&self, message: Arc<Publication>) {
        let mut inner = self.lock();
        if let Some(lane) = inner.of.get_mut(&message.qos) {
            lane.waiting.insert(message.key);
            lane.unsettled.insert(message.key, message);
            inner.flush();
        }
    }

    /// A new connection. The broker's Receive Maximum (MQTT 5) is one for all lanes.
    pub fn attach(&self, connection: Arc<dyn Taker>, offers: Offers) {
        let mut inner = self.lock();
        let acknowledged = inner.of.keys().filter(|qos| **qos > 0).count();
        let share = usize::from(offers.receive_maximum) / acknowledged.max(1);
        for (qos, lane) in &mut inner.of {
            lane.resume(*qos, offers.session_present);
            lane.limit = if *qos > 0 {
                lane.window.min(share.max(1))
            } else {
                lane.window
            };
        }
        inner.connection = Some(connection);
        inner.flush();
    }

    pub fn detach(&self) {
        self.lock().connection = None;
    }

    /// Nothing is handed over while it is known that nobody is subscribed. Where nobody ever was, all who read come and go.
    pub fn subscription_known(&self, subscriber: &Arc<str>, known: bool) {
        let mut inner = self.lock();
        inner.subscribed.insert(subscriber.clone(), known);
        inner.flush();
    }

    pub fn are_settled(&self) -> bool {
        self.lock().of.values().all(|lane| lane.unsettled.is_empty())
    }

    /// How many QoS 2 messages were in flight when the session was lost, and are not sent again.
    pub fn given_up(&self) -> usize {
        self.lock().of.values().map(|lane| lane.given_up).sum()
    }

    fn again(&self, message: &Publication) {
        let mut inner = self.lock();
        if let Some(lane) = inner.of.get_mut(&message.qos) {
            if lane.unsettled.contains_key(&message.key) {
                lane.waiting.insert(message.key);
                inner.flush();
            }
        }
    }

    fn remove(&self, message: &Publication) {
        let mut inner = self.lock();
        if let Some(lane) = inner.of.get_mut(&message.qos) {
            lane.unsettled.remove(&message.key);
            lane.waiting.remove(&message.key);
            inner.flush();
        }
    }
}

impl Inner {
    fn flush(&mut self) {
        let is_for_nobody = !self.subscribed.is_empty() && self.subscribed.values().all(|known| !known);
        let Some(connection) = self.connection.clone().filter(|_| !is_for_nobody) else {
            return;
        };
        for lane in self.of.values_mut() {
            while lane.unsettled.len() - lane.waiting.len() < lane.limit {
                let Some(key) = lane.waiting.pop_first() else { break };
                if !connection.hand(&lane.unsettled[&key]) {
                    // Full, or its event loop has ended: only another connection takes it.
                    lane.waiting.insert(key);
                    self.connection = None;
                    return;
                }
            }
        }
    }
}

impl Lane {
    /// What was handed over and never went out is handed over again. What went out is sent again by the session, where there is one.
    fn resume(&mut self, qos: u8, session_present: bool) {
        let Self { unsettled, waiting, .. } = self;
        let mut given_up = 0;
        unsettled.retain(|key, message| {
            let went_out = !waiting.contains(key) && message.has_gone_out();
            let is_lost = went_out && !session_present && qos == 2;
            if !went_out || (!session_present && !is_lost) {
                waiting.insert(*key);
            }
            given_up += usize::from(is_lost);
            !is_lost
        });
        self.given_up += given_up;
    }
}

impl Listener for Lanes {
    /// QoS 0 has no answer to wait for.
    fn went_out(&self, message: &Arc<Publication>) {
        if message.qos == 0 {
            self.remove(message);
        }
    }

    /// A PUBCOMP is an answer whatever it says; another refusal is none, and the message is handed over again after a pause.
    fn settled(&self, message: &Arc<Publication>, step: &'static str, code: u8) {
        if code < REFUSED_FROM || step == PUBCOMP {
            self.remove(message);
            return;
        }
        let (lanes, message) = (self.me.clone(), message.clone());
        tokio::spawn(async move {
            tokio::time::sleep(AGAIN_AFTER_REFUSAL).await;
            if let Some(lanes) = lanes.upgrade() {
                lanes.again(&message);
            }
        });
    }
}
