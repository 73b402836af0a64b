//! Writes down what goes over the wire of one connection.

use super::packet::{self, ConnackFrame, Frame};
use super::publication::{MessageId, Publication, Will};
use super::recorder::Recorder;
use super::rows::{What, Who, WillColumn};
use super::session::Session;
use super::tally::{PUBACK, PUBCOMP, PUBREC};
use crate::clock::now_us;
use crate::config::{Endpoint, MqttVersion};
use crate::payload;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedSender;

/// Whom a connection tells of its messages.
pub trait Listener: Send + Sync {
    /// A message is about to go out, for the first time since it was handed over.
    fn went_out(&self, _message: &Arc<Publication>) {}
    /// The library will do nothing more about a message.
    fn settled(&self, _message: &Arc<Publication>, _step: &'static str, _code: u8) {}
    fn received(&self, _id: &MessageId, _retain: bool) {}
}

/// What a broker says that it takes.
#[derive(Clone, Copy)]
pub struct Offers {
    pub session_present: bool,
    pub maximum_qos: u8,
    pub receive_maximum: u16,
}

pub struct Watcher {
    pub who: Who,
    pub version: MqttVersion,
    pub session: Arc<Session>,
    pub recorder: Arc<Recorder>,
    pub listener: Arc<dyn Listener>,
    pub will: Option<Will>,
    /// Publisher or subscriber, whose reconnects are counted.
    pub is_role: bool,
    pub offers: Option<Offers>,
    /// Told of the code of each SUBACK, and of each UNSUBACK.
    pub answers: UnboundedSender<u8>,
    pub filters: HashMap<u16, Vec<(String, u8)>>,
    pub is_closed: bool,
    /// The DISCONNECT that comes is to be one with will (0x04).
    pub leaves_with_will: bool,
}

impl Watcher {
    fn is_5(&self) -> bool {
        self.version == MqttVersion::V5
    }

    pub fn connecting(&self, endpoint: &Endpoint) {
        let session = &self.session;
        let expiry_s = match (self.is_5(), session.clean) {
            (true, _) => Some(session.expiry_s),
            (false, clean) => clean.then_some(0),
        };
        let will = self.will.as_ref().map(|will| WillColumn {
            topic: will.topic.clone(),
            seq: will.seq,
            qos: will.qos,
            delay_s: will.delay_s,
        });
        let what = What::Connect {
            endpoint: endpoint.to_string().into(),
            clean: session.clean,
            keep_alive_s: session.keep_alive_s,
            expiry_s,
            will,
        };
        self.recorder.add(&self.who, now_us(), what);
    }

    /// A packet, before it goes out.
    pub fn outgoing(&mut self, frame: Frame, at_us: u64) {
        match frame.kind() {
            packet::PUBLISH => self.publishing(frame, at_us),
            packet::SUBSCRIBE => {
                let (id, filters) = frame.subscribe(self.is_5());
                for (filter, qos) in &filters {
                    let (filter, qos) = (filter.as_str().into(), *qos);
                    self.recorder.add(&self.who, at_us, What::Subscribe { filter, qos });
                }
                self.filters.insert(id, filters);
            }
            _ => {}
        }
    }

    fn publishing(&self, frame: Frame, at_us: u64) {
        let packet = frame.publish(self.is_5());
        let seq = payload::decode(&packet.payload).map(|named| named.seq);
        let place = (packet.topic.as_str().into(), seq);
        if let Some((message, again)) = self.session.sending(packet.id, &place) {
            if !again {
                self.recorder.sent(&self.who, at_us, &message);
                self.listener.went_out(&message);
            }
        }
    }

    /// A packet that came in, before the library has it. False where the library is not to have it: it takes a last answer to a packet
    /// id that is not in use for the end of its connection.
    pub fn incoming(&mut self, frame: Frame, at_us: u64) -> bool {
        match frame.kind() {
            packet::CONNACK => self.connacked(&frame.connack(self.is_5()), at_us),
            packet::PUBLISH => {
                let packet = frame.publish(self.is_5());
                if packet.qos == 2 && self.session.repeats(&packet) {
                    return true;
                }
                if let Some(id) = self.recorder.received(&self.who, at_us, &packet) {
                    self.listener.received(&id, packet.retain);
                }
            }
            packet::PUBREL => self.session.pubrel_came(frame.ack().0),
            packet::PUBACK => return self.answered(frame, PUBACK, at_us),
            packet::PUBREC => drop(self.answered(frame, PUBREC, at_us)),
            packet::PUBCOMP => return self.answered(frame, PUBCOMP, at_us),
            packet::SUBACK => self.subscribed(frame, at_us),
            packet::UNSUBACK => drop(self.answers.send(0)),
            packet::DISCONNECT if self.is_5() => self.closed("peer", Some(frame.disconnect()), at_us),
            _ => {}
        }
        true
    }

    fn connacked(&mut self, connack: &ConnackFrame, at_us: u64) {
        self.recorder.connacked(&self.who, at_us, connack, self.is_role);
        if connack.code != 0 {
            self.closed("peer", None, at_us);
            return;
        }
        if !connack.session_present {
            self.session.forget();
        }
        self.offers = Some(Offers {
            session_present: connack.session_present,
            maximum_qos: connack.maximum_qos.unwrap_or(2),
            receive_maximum: connack.receive_maximum.unwrap_or(u16::MAX),
        });
        if let Some(will) = &self.will {
            self.recorder.entrusted(&self.who, will);
        }
    }

    /// Is its packet id in use?
    fn answered(&self, frame: Frame, step: &'static str, at_us: u64) -> bool {
        let (id, code) = frame.ack();
        let answered = self.session.answered(id, step, code);
        let message = answered.as_ref().map(|(message, _)| message.as_ref());
        self.recorder.acknowledged(&self.who, at_us, message, (step, code));
        if let Some((message, true)) = &answered {
            self.listener.settled(message, step, code);
        }
        answered.is_some()
    }

    fn subscribed(&mut self, frame: Frame, at_us: u64) {
        let (id, codes) = frame.suback(self.is_5());
        let filters = self.filters.remove(&id).unwrap_or_default();
        for ((filter, _), granted) in filters.into_iter().zip(codes) {
            let filter = filter.into();
            self.recorder.add(&self.who, at_us, What::Suback { filter, granted });
            // Nobody may be waiting any more.
            let _ = self.answers.send(granted);
        }
    }

    /// The first time counts.
    pub fn closed(&mut self, by: &'static str, reason_code: Option<u8>, at_us: u64) {
        if !std::mem::replace(&mut self.is_closed, true) {
            self.recorder.add(&self.who, at_us, What::Close { by, reason_code });
        }
    }
}
