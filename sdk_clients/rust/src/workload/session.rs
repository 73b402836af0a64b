//! What an MQTT client keeps between its connections: the state of the library, and which message each packet id is of.

use super::packet::{PublishFrame, REFUSED_FROM};
use super::publication::{Place, Publication};
use super::tally::PUBREC;
use crate::link::{qos3, qos5, Driver};
use rumqttc::v5::{self, mqttbytes::v5 as packets5};
use rumqttc::{MqttState, Packet, PubRel, Publish, Request};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub struct Session {
    pub client_id: Arc<str>,
    pub clean: bool,
    pub keep_alive_s: u16,
    /// MQTT 5; a clean session of 3.1.1 ends with its connection, any other one never does.
    pub expiry_s: u32,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    connections: u32,
    /// Handed over, and not settled.
    handed: HashMap<Place, Arc<Publication>>,
    /// By packet id, since its first PUBLISH.
    open: HashMap<u16, Open>,
    first_sends: u64,
    /// Received at QoS 2, and not released, by packet id.
    held: HashMap<u16, (String, Vec<u8>)>,
    /// All packet ids that were ever held: a broker that has no PUBCOMP yet sends its PUBREL again.
    ever_held: HashSet<u16>,
    library: Option<Library>,
}

struct Open {
    message: Arc<Publication>,
    /// It got its PUBREC.
    released: bool,
    order: u64,
}

/// The library's own part.
enum Library {
    V3(MqttState),
    V5(v5::MqttState),
}

impl Session {
    pub fn new(client_id: &str, clean: bool, keep_alive_s: u16, expiry_s: u32) -> Self {
        Self {
            client_id: client_id.into(),
            clean,
            keep_alive_s,
            expiry_s,
            kept: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its number, from 1.
    pub fn next_connection(&self) -> u32 {
        let mut kept = self.lock();
        kept.connections += 1;
        kept.connections
    }

    /// The number of the last one, which is the seq of the next one's will.
    pub fn connections(&self) -> u32 {
        self.lock().connections
    }

    /// The broker no longer has the session: with it, packet ids have lost their meaning.
    pub fn forget(&self) {
        let mut kept = self.lock();
        kept.open.clear();
        kept.held.clear();
        kept.ever_held.clear();
        kept.handed.clear();
    }

    /// A message that the library is about to get.
    pub fn hand(&self, message: &Arc<Publication>) {
        message.went_out.store(false, Ordering::Relaxed);
        self.lock().handed.insert(message.place(), message.clone());
    }

    /// Which message goes out under this packet id, 0 at QoS 0, and whether that is a repetition.
    pub fn sending(&self, id: u16, place: &Place) -> Option<(Arc<Publication>, bool)> {
        let mut kept = self.lock();
        let message = kept.handed.get(place)?.clone();
        message.went_out.store(true, Ordering::Relaxed);
        if id == 0 {
            kept.handed.remove(place);
            return Some((message, false));
        }
        let is_open = |open: &Open| Arc::ptr_eq(&open.message, &message);
        if kept.open.get(&id).is_some_and(is_open) {
            return Some((message, true));
        }
        kept.first_sends += 1;
        let open = Open {
            message: message.clone(),
            released: false,
            order: kept.first_sends,
        };
        kept.open.insert(id, open);
        Some((message, false))
    }

    /// The message of a packet id, `None` where that is not in use, and whether this is the last answer.
    pub fn answered(&self, id: u16, step: &str, code: u8) -> Option<(Arc<Publication>, bool)> {
        let mut kept = self.lock();
        let open = kept.open.get_mut(&id)?;
        let message = open.message.clone();
        if step == PUBREC && code < REFUSED_FROM {
            open.released = true;
            return Some((message, false));
        }
        kept.open.remove(&id);
        let place = message.place();
        if kept
            .handed
            .get(&place)
            .is_some_and(|known| Arc::ptr_eq(known, &message))
        {
            kept.handed.remove(&place);
        }
        Some((message, true))
    }

    /// Is a QoS 2 message one that came before, and still waits for its PUBREL?
    pub fn repeats(&self, packet: &PublishFrame) -> bool {
        let content = (packet.topic.clone(), packet.payload.clone());
        let mut kept = self.lock();
        kept.ever_held.insert(packet.id);
        kept.held.insert(packet.id, content.clone()) == Some(content)
    }

    pub fn pubrel_came(&self, id: u16) {
        self.lock().held.remove(&id);
    }

    /// Takes back what the library knows when a connection has ended. Of a clean session, nothing is kept.
    pub fn keep(&self, driver: Driver) {
        if !self.clean {
            self.lock().library = Some(match driver {
                Driver::V3(eventloop) => Library::V3(eventloop.state),
                Driver::V5(eventloop) => Library::V5(eventloop.state),
            });
        }
    }

    /// Lets the library go on where the last connection ended. It keeps the count of its packet ids. What is to be sent again is told
    /// from the packets that really went by: the library would leave the DUP flag out, and mix up the order. And it forgets which
    /// QoS 2 messages it received, and would take a PUBREL of them for a violation, and so each time that it comes again.
    pub fn resume(&self, driver: &mut Driver) {
        let mut kept = self.lock();
        let Some(library) = kept.library.take() else { return };
        let mut open: Vec<(&u16, &Open)> = kept.open.iter().collect();
        open.sort_by_key(|(_, open)| open.order);
        match (driver, library) {
            (Driver::V3(eventloop), Library::V3(state)) => {
                eventloop.state = state;
                eventloop.state.clean();
                for id in &kept.ever_held {
                    let mut held = Publish::new("held", qos3(2), Vec::new());
                    held.pkid = *id;
                    let _ = eventloop.state.handle_incoming_packet(Packet::Publish(held));
                }
                eventloop.state.events.clear();
                eventloop.state.collision = None;
                eventloop.pending = open.into_iter().map(|(id, open)| open.request3(*id)).collect();
            }
            (Driver::V5(eventloop), Library::V5(state)) => {
                eventloop.state = state;
                eventloop.state.clean();
                for id in &kept.ever_held {
                    let mut held = packets5::Publish::new("held", qos5(2), Vec::new(), None);
                    held.pkid = *id;
                    let _ = eventloop.state.handle_incoming_packet(packets5::Packet::Publish(held));
                }
                eventloop.state.events.clear();
                eventloop.state.collision = None;
                eventloop.pending = open.into_iter().map(|(id, open)| open.request5(*id)).collect();
            }
            _ => unreachable!("a session speaks one version of MQTT"),
        }
    }
}

impl Open {
    fn request3(&self, id: u16) -> Request {
        if self.released {
            return Request::PubRel(PubRel::new(id));
        }
        let message = &self.message;
        let mut publish = Publish::new(message.topic.as_ref(), qos3(message.qos), message.payload.clone());
        (publish.pkid, publish.dup, publish.retain) = (id, true, message.retain);
        Request::Publish(publish)
    }

    fn request5(&self, id: u16) -> v5::Request {
        if self.released {
            return v5::Request::PubRel(packets5::PubRel::new(id, None));
        }
        let message = &self.message;
        let mut publish =
            packets5::Publish::new(message.topic.as_ref(), qos5(message.qos), message.payload.clone(), None);
        (publish.pkid, publish.dup, publish.retain) = (id, true, message.retain);
        v5::Request::Publish(publish)
    }
}
