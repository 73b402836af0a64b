//! The outbox: which message was handed to which connection, and which PUBACK belongs to it.

use crate::config::Endpoint;
use crate::connection::{NewLink, Session};
use crate::journal::Role;
use crate::ledger::Ledger;
use crate::payload::PayloadFormat;
use crate::state::State;
use rumqttc::{AsyncClient, Event, Outgoing, Packet, QoS};
use std::collections::{HashMap, VecDeque};

/// Every generated message stays here, as an unacknowledged line of the ledger, until its own PUBACK packet arrives.
pub struct Outbox {
    topic: String,
    payloads: PayloadFormat,
    link: Option<Link>,
}

/// What one connection was given. The library tells a packet id only once the packet goes out, in the order of hand-over.
struct Link {
    client: AsyncClient,
    endpoint: Endpoint,
    next_seq: usize,
    handed_over: VecDeque<usize>,
    on_the_wire: HashMap<u16, usize>,
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

    /// Hands the unacknowledged messages that this connection has not had yet to the library, by seq.
    pub fn flush(&mut self, ledger: &mut Ledger, at_us: u64) {
        let Some(link) = &mut self.link else { return };
        while let Some(message) = ledger.messages().get(link.next_seq) {
            let seq = link.next_seq;
            if message.ack_us.is_none() {
                let payload = self.payloads.build(seq, message.intended_us);
                let handed = link.client.try_publish(&self.topic, QoS::AtLeastOnce, false, payload);
                if handed.is_err() {
                    return; // Full, or its event loop has just ended: this or the next connection takes it later.
                }
                link.handed_over.push_back(seq);
                ledger.handed_over(seq, at_us);
            }
            link.next_seq += 1;
        }
    }

    /// Best effort, at the end of the run.
    pub fn disconnect(&self) {
        if let Some(link) = &self.link {
            let _ = link.client.try_disconnect();
        }
    }

    fn went_out(&mut self, packet_id: u16) {
        let Some(link) = &mut self.link else { return };
        if let Some(seq) = link.handed_over.pop_front() {
            link.on_the_wire.insert(packet_id, seq);
        }
    }

    fn acknowledged(&mut self, packet_id: u16) -> Option<usize> {
        self.link.as_mut()?.on_the_wire.remove(&packet_id)
    }
}

pub struct Publisher;

impl Session for Publisher {
    const ROLE: Role = Role::Publisher;

    fn connected(&mut self, state: &mut State, link: NewLink, at_us: u64) {
        state.outbox.link = Some(Link {
            client: link.client,
            endpoint: link.endpoint,
            next_seq: 0,
            handed_over: VecDeque::new(),
            on_the_wire: HashMap::new(),
        });
        state.flush_outbox(at_us);
    }

    fn event(&mut self, state: &mut State, event: Event, at_us: u64) {
        match event {
            Event::Outgoing(Outgoing::Publish(packet_id)) => state.outbox.went_out(packet_id),
            Event::Incoming(Packet::PubAck(ack)) => {
                if let Some(seq) = state.outbox.acknowledged(ack.pkid) {
                    state.ledger.acked(seq, at_us);
                }
            }
            _ => {}
        }
    }

    fn disconnected(&mut self, state: &mut State) {
        state.outbox.link = None;
    }
}
