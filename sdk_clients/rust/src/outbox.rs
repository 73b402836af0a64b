//! The outbox: which message was handed to which connection, and which PUBACK belongs to it.

use crate::config::Endpoint;
use crate::ledger::Ledger;
use crate::link::Client;
use crate::payload::PayloadFormat;
use std::collections::{HashMap, VecDeque};

/// A message that the broker refused is handed over again after this.
const AGAIN_AFTER_REFUSAL_US: u64 = 200_000;

/// Every generated message stays here, as an unacknowledged line of the ledger, until its own PUBACK packet arrives.
pub struct Outbox {
    topic: String,
    payloads: PayloadFormat,
    link: Option<Link>,
}

/// What one connection was given. The library tells a packet id only once the packet goes out, in the order of hand-over.
struct Link {
    client: Client,
    endpoint: Endpoint,
    next_seq: usize,
    handed_over: VecDeque<usize>,
    on_the_wire: HashMap<u16, usize>,
    /// What the broker refused, and since when: handed over again after a pause.
    refused: VecDeque<(usize, u64)>,
}

impl Outbox {
    pub fn new(topic: String, payloads: PayloadFormat) -> Self {
        Self {
            topic,
            payloads,
            link: None,
        }
    }

    pub fn payloads(&self) -> &PayloadFormat {
        &self.payloads
    }

    /// Where the publisher is connected now.
    pub fn endpoint(&self) -> Option<&Endpoint> {
        self.link.as_ref().map(|link| &link.endpoint)
    }

    /// A new connection has had no message yet.
    pub fn connected(&mut self, client: Client, endpoint: Endpoint) {
        self.link = Some(Link {
            client,
            endpoint,
            next_seq: 0,
            handed_over: VecDeque::new(),
            on_the_wire: HashMap::new(),
            refused: VecDeque::new(),
        });
    }

    pub fn disconnected(&mut self) {
        self.link = None;
    }

    /// Hands the unacknowledged messages that this connection has not had yet to the library, by seq.
    pub fn flush(&mut self, ledger: &mut Ledger, at_us: u64) {
        let Some(link) = &mut self.link else { return };
        while let Some(message) = ledger.messages().get(link.next_seq) {
            let seq = link.next_seq;
            if message.ack_us.is_none() {
                let payload = self.payloads.build(seq, message.intended_us);
                if !link.client.publish(&self.topic, 1, false, payload) {
                    return; // Full, or its event loop has just ended: this or the next connection takes it later.
                }
                link.handed_over.push_back(seq);
                ledger.handed_over(seq, at_us);
            }
            link.next_seq += 1;
        }
        self.flush_refused(ledger, at_us);
    }

    fn flush_refused(&mut self, ledger: &mut Ledger, at_us: u64) {
        let Some(link) = &mut self.link else { return };
        while let Some((seq, since_us)) = link.refused.front().copied() {
            if at_us < since_us + AGAIN_AFTER_REFUSAL_US {
                return;
            }
            let message = &ledger.messages()[seq];
            if message.ack_us.is_none() {
                let payload = self.payloads.build(seq, message.intended_us);
                if !link.client.publish(&self.topic, 1, false, payload) {
                    return;
                }
                link.handed_over.push_back(seq);
                ledger.handed_over(seq, at_us);
            }
            link.refused.pop_front();
        }
    }

    /// Best effort, at the end of the run.
    pub fn disconnect(&self) {
        if let Some(link) = &self.link {
            link.client.disconnect();
        }
    }

    pub fn went_out(&mut self, packet_id: u16) {
        let Some(link) = &mut self.link else { return };
        if let Some(seq) = link.handed_over.pop_front() {
            link.on_the_wire.insert(packet_id, seq);
        }
    }

    pub fn refused(&mut self, packet_id: u16, at_us: u64) {
        let Some(link) = &mut self.link else { return };
        if let Some(seq) = link.on_the_wire.remove(&packet_id) {
            link.refused.push_back((seq, at_us));
        }
    }

    pub fn acknowledged(&mut self, packet_id: u16) -> Option<usize> {
        self.link.as_mut()?.on_the_wire.remove(&packet_id)
    }
}
