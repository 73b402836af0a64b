//! One connection of a client of a crowd. There are too many for a second socket each, on which every packet could be read
//! (`wire.rs`): what happens is told by the library's events.

use super::member::Member;
use super::told::{Broken, Told};
use crate::clock::now_us;
use crate::config::Endpoint;
use crate::dial::{open, Dial, To, CONTROL_REQUESTS};
use crate::link::{Client, Driver};
use crate::workload::lane::Taker;
use crate::workload::packet::{Frame, CONNACK, REFUSED_FROM, SUBACK, UNSUBACK};
use crate::workload::publication::Publication;
use crate::workload::recorded::unpoisoned;
use crate::workload::recorder::Recorder;
use crate::workload::role::{SUBACK_LIMIT, SUBSCRIBE_AGAIN_AFTER};
use crate::workload::rows::{What, Who};
use crate::workload::session::Session;
use crate::workload::watcher::Watcher;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc::{unbounded_channel, UnboundedReceiver};
use tokio::time::{sleep, timeout_at, Instant};

/// More than one, so that the answer to one message is not taken for that to the next one.
const PACKET_IDS: u16 = 16;

pub struct Visit<'a> {
    member: &'a Member,
    endpoint: &'a Endpoint,
    watcher: Watcher,
    answers: UnboundedReceiver<u8>,
    hand: Arc<Hand>,
    /// What is waited for has to come before; `None`: nothing is.
    limit: Option<(Instant, Duration)>,
    is_there: bool,
    last_us: u64,
}

impl<'a> Visit<'a> {
    /// Returns when the connection has ended; true if the client was there.
    pub async fn pay(member: &'a Member, endpoint: &'a Endpoint) -> bool {
        let recording = &member.recording;
        let (answers_in, answers) = unbounded_channel();
        let watcher = recording.watcher(None, answers_in);
        watcher.connecting(endpoint);
        let limit = recording.config.crowd.connack_limit;
        let (client, mut driver) = open(&dial(member, endpoint));
        driver.save_room();
        recording.session.resume(&mut driver);
        let mut visit = Visit {
            member,
            endpoint,
            hand: Arc::new(Hand {
                who: watcher.who.clone(),
                recorder: recording.recorder.clone(),
                session: recording.session.clone(),
                subscribe_qos: recording.config.crowd.subscribe_qos,
                client,
                handed: Mutex::default(),
            }),
            watcher,
            answers,
            limit: Some((Instant::now() + limit, limit)),
            is_there: false,
            last_us: 0,
        };
        let broken = visit.go_on(&mut driver).await;
        visit.leave(broken);
        recording.session.keep(driver);
        visit.is_there
    }

    async fn go_on(&mut self, driver: &mut Driver) -> Broken {
        loop {
            let told = match self.limit {
                Some((at, limit)) => match timeout_at(at, driver.tell()).await {
                    Ok(told) => told,
                    // The driver is not used again, so nothing is lost by giving up in the midst of it.
                    Err(_) => return Broken::too_late(format!("no answer within {limit:?}"), driver.untold()),
                },
                None => driver.tell().await,
            };
            match told {
                Ok(Told::SaidGoodbye) => return Broken::own("own-disconnect"),
                Ok(told) => self.take(told),
                Err(broken) => return broken,
            }
        }
    }

    fn take(&mut self, told: Told) {
        match told {
            Told::Packet(bytes) => self.came_in(&bytes),
            Told::Subscribing(id) => {
                let filter = self.member.filter.to_string();
                self.watcher.filters.insert(id, vec![(filter, self.hand.subscribe_qos)]);
            }
            Told::Publishing(id) => self.hand.went_out(id),
            Told::SaidGoodbye | Told::Nothing => {}
        }
    }

    fn came_in(&mut self, bytes: &[u8]) {
        let frame = Frame::new(bytes);
        self.last_us = now_us().max(self.last_us + 1);
        self.watcher.incoming(frame, self.last_us);
        match (frame.kind(), self.watcher.offers) {
            (CONNACK, Some(offers)) => {
                *unpoisoned(&self.member.client) = Some(self.hand.client.clone());
                self.let_in();
                if offers.session_present {
                    self.arrive();
                } else {
                    self.limit = Some((Instant::now() + SUBACK_LIMIT, SUBACK_LIMIT));
                    self.hand.subscribe(&self.member.filter);
                }
            }
            (SUBACK, _) if !self.is_there => match self.answers.try_recv() {
                Ok(code) if code >= REFUSED_FROM => self.subscribe_later(code),
                _ => {
                    self.member.subscribed_us.store(now_us(), Ordering::Relaxed);
                    self.arrive();
                }
            },
            (UNSUBACK, _) => drop(self.hand.client.disconnect()),
            _ => {}
        }
    }

    fn let_in(&self) {
        let hall = &self.member.hall;
        if self.member.comes_first() {
            hall.came.fetch_add(1, Ordering::Relaxed);
        }
        if let Some(seen) = unpoisoned(&hall.seen).get_mut(self.member.number) {
            seen.endpoint = Some(self.endpoint.clone());
            seen.first_endpoint.get_or_insert_with(|| self.endpoint.clone());
        }
    }

    fn arrive(&mut self) {
        let Some(offers) = self.watcher.offers else { return };
        self.limit = None;
        self.is_there = true;
        self.member.hall.there.fetch_add(1, Ordering::Relaxed);
        self.member.lanes.attach(self.hand.clone(), offers);
    }

    fn subscribe_later(&self, code: u8) {
        let text = format!("SUBACK: expected a granted QoS, got 0x{code:02x}");
        self.member.note(self.endpoint, &text);
        let (hand, filter) = (self.hand.clone(), self.member.filter.clone());
        tokio::spawn(async move {
            sleep(SUBSCRIBE_AGAIN_AFTER).await;
            hand.subscribe(&filter);
        });
    }

    fn leave(&mut self, broken: Broken) {
        let (member, hall) = (self.member, &self.member.hall);
        *unpoisoned(&member.client) = None;
        for told in broken.untold {
            self.take(told);
        }
        self.watcher.closed(broken.by, None, now_us().max(self.last_us + 1));
        member.lanes.detach();
        if self.is_there {
            hall.there.fetch_sub(1, Ordering::Relaxed);
        }
        if hall.is_closing.load(Ordering::Relaxed) {
            return;
        }
        member.note(self.endpoint, &broken.text);
        if broken.is_refused_login && !hall.is_complete.load(Ordering::Relaxed) {
            let text = format!("client at {}: {}", self.endpoint, broken.text);
            *unpoisoned(&hall.login_refused) = Some(text);
        }
    }
}

fn dial<'a>(member: &'a Member, endpoint: &'a Endpoint) -> Dial<'a> {
    let (config, session) = (&member.recording.config, &member.recording.session);
    Dial {
        config: &config.base,
        client_id: session.client_id.to_string(),
        clean: session.clean,
        keep_alive: Duration::from_secs(session.keep_alive_s.into()),
        expiry_s: session.expiry_s,
        // The library's own limit is in whole seconds: it comes after that of this client.
        limit_s: config.crowd.connack_limit.as_secs() + 2,
        in_flight: PACKET_IDS,
        capacity: CONTROL_REQUESTS,
        to: To::Broker(endpoint),
        will: None,
    }
}

/// What is handed to the library on one connection.
struct Hand {
    who: Who,
    recorder: Arc<Recorder>,
    session: Arc<Session>,
    subscribe_qos: u8,
    client: Client,
    /// The library tells its packet id when it goes out.
    handed: Mutex<Option<Arc<Publication>>>,
}

impl Hand {
    fn subscribe(&self, filter: &str) {
        let what = What::Subscribe {
            filter: filter.into(),
            qos: self.subscribe_qos,
        };
        self.recorder.add(&self.who, now_us(), what);
        self.client.subscribe(filter, self.subscribe_qos);
    }

    /// What the session sends again has its packet id, and is no new message.
    fn went_out(&self, id: u16) {
        if let Some(message) = unpoisoned(&self.handed).take() {
            self.session.sending(id, &message.place());
        }
    }
}

impl Taker for Hand {
    fn hand(&self, message: &Arc<Publication>) -> bool {
        self.session.hand(message);
        *unpoisoned(&self.handed) = Some(message.clone());
        let at_us = now_us();
        let payload = message.payload.clone();
        let is_taken = self
            .client
            .publish(&message.topic, message.qos, message.retain, payload);
        if is_taken {
            self.recorder.sent(&self.who, at_us, message);
        }
        is_taken
    }
}
