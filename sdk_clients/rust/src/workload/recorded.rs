//! One MQTT connection of which everything is recorded, from CONNECT to its end.

#[cfg(test)]
pub mod fake_broker;
#[cfg(test)]
mod tests;

use super::lane::Taker;
use super::publication::{Publication, Will};
use super::recorder::Recorder;
use super::rows::Who;
use super::session::Session;
use super::watcher::{Listener, Offers, Watcher};
use super::wire::{listen, lock, socket_name, Command, Wire};
use crate::clock::now_us;
use crate::config::workload::WorkloadConfig;
use crate::config::Endpoint;
use crate::dial::{open, Dial, To, CONTROL_REQUESTS};
use crate::link::{Client, Driver, End, Happening};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::mpsc::{unbounded_channel, UnboundedReceiver, UnboundedSender};
use tokio::sync::watch;
use tokio::time::timeout;

/// A NATS node answers a CONNECT that waits for a leader after 5 s.
const CONNECT_LIMIT_S: u64 = 6;
/// Of a client that publishes: the library gives its packet ids in turn up to this number, so that one comes again late.
const PUBLISHER_IN_FLIGHT: u16 = u16::MAX;
const OTHERS_IN_FLIGHT: u16 = 100;

/// Makes the connections of one MQTT client.
#[derive(Clone)]
pub struct Recording {
    pub config: Arc<WorkloadConfig>,
    pub recorder: Arc<Recorder>,
    pub session: Arc<Session>,
    pub listener: Arc<dyn Listener>,
    pub is_role: bool,
    pub publishes: bool,
}

pub struct OpenFailed {
    pub text: String,
    pub is_refused_login: bool,
}

pub struct Connection {
    pub offers: Offers,
    session: Arc<Session>,
    client: Client,
    watcher: Arc<Mutex<Watcher>>,
    commands: UnboundedSender<Command>,
    answers: tokio::sync::Mutex<UnboundedReceiver<u8>>,
    /// Why it ended.
    lost: watch::Receiver<Option<String>>,
}

impl Recording {
    /// Returns once CONNACK 0 is there.
    pub async fn open(&self, endpoint: &Endpoint, will: Option<Will>) -> Result<Arc<Connection>, OpenFailed> {
        let (answers_in, answers) = unbounded_channel();
        let watcher = Arc::new(Mutex::new(self.watcher(will.clone(), answers_in)));
        lock(&watcher).connecting(endpoint);
        let limit = Duration::from_secs(CONNECT_LIMIT_S);
        let dialled = timeout(limit, TcpStream::connect((endpoint.bare_host(), endpoint.port))).await;
        let broker = match dialled {
            Ok(Ok(broker)) => broker,
            Ok(Err(error)) => return Err(failed(&watcher, "peer", error.to_string())),
            Err(_) => return Err(failed(&watcher, "timeout", format!("no connection within {limit:?}"))),
        };
        let _ = broker.set_nodelay(true);
        static SOCKETS: AtomicU64 = AtomicU64::new(0);
        let name = socket_name(SOCKETS.fetch_add(1, Ordering::Relaxed));
        let listener = listen(&name).map_err(|error| failed(&watcher, "own-cut", error.to_string()))?;
        let (commands, commanded) = unbounded_channel();
        let wire = tokio::spawn(Wire::new(broker, watcher.clone(), commanded).run(listener));
        let (client, mut driver) = open(&self.dial(&name, will.as_ref()));
        self.session.resume(&mut driver);
        let end = loop {
            match driver.poll().await {
                Ok(Some(Happening::Connected { .. })) => break None,
                Ok(_) => {}
                Err(end) => break Some(end),
            }
        };
        if let Some(End {
            text, is_refused_login, ..
        }) = end
        {
            self.session.keep(driver);
            let _ = wire.await;
            return Err(OpenFailed { text, is_refused_login });
        }
        driver.lift_receive_maximum();
        let offers = lock(&watcher).offers.expect("a CONNACK went by");
        let (losing, lost) = watch::channel(None);
        let session = self.session.clone();
        tokio::spawn(async move {
            let reason = poll_to_the_end(&mut driver).await;
            session.keep(driver);
            let _ = wire.await;
            let _ = losing.send(Some(reason));
        });
        Ok(Arc::new(Connection {
            offers,
            session: self.session.clone(),
            client,
            watcher,
            commands,
            answers: tokio::sync::Mutex::new(answers),
            lost,
        }))
    }

    /// Of its next connection.
    pub fn watcher(&self, will: Option<Will>, answers: UnboundedSender<u8>) -> Watcher {
        Watcher {
            who: Who {
                client: self.session.client_id.clone(),
                connection: self.session.next_connection(),
            },
            version: self.config.base.mqtt_version,
            session: self.session.clone(),
            recorder: self.recorder.clone(),
            listener: self.listener.clone(),
            will,
            is_role: self.is_role,
            offers: None,
            answers,
            filters: HashMap::new(),
            is_closed: false,
            leaves_with_will: false,
        }
    }

    fn dial<'a>(&'a self, socket: &'a str, will: Option<&'a Will>) -> Dial<'a> {
        let (config, session) = (&self.config, &self.session);
        let messages = if self.publishes {
            config.base.message_count as usize + config.topics
        } else {
            0
        };
        Dial {
            config: &config.base,
            client_id: session.client_id.to_string(),
            clean: session.clean,
            keep_alive: Duration::from_secs(session.keep_alive_s.into()),
            expiry_s: session.expiry_s,
            limit_s: CONNECT_LIMIT_S,
            in_flight: if self.publishes {
                PUBLISHER_IN_FLIGHT
            } else {
                OTHERS_IN_FLIGHT
            },
            // Twice: a message that the broker refused is handed over again.
            capacity: 2 * messages + CONTROL_REQUESTS,
            to: To::Socket(socket),
            will,
        }
    }
}

fn failed(watcher: &Mutex<Watcher>, by: &'static str, text: String) -> OpenFailed {
    lock(watcher).closed(by, None, now_us());
    OpenFailed {
        text,
        is_refused_login: false,
    }
}

/// What happens is read on the wire; here the library only has to be kept going.
async fn poll_to_the_end(driver: &mut Driver) -> String {
    loop {
        match driver.poll().await {
            Ok(Some(Happening::SaidGoodbye)) => return "client disconnected".to_owned(),
            Ok(_) => {}
            Err(end) => return end.text,
        }
    }
}

impl Connection {
    /// Returns when it has ended, and nothing of it goes over the wire any more.
    pub async fn lost(&self) -> String {
        let mut lost = self.lost.clone();
        let reason = lost.wait_for(Option::is_some).await;
        reason.map_or_else(
            |_| "internal error".to_owned(),
            |reason| reason.clone().unwrap_or_default(),
        )
    }

    pub fn is_lost(&self) -> bool {
        self.lost.borrow().is_some()
    }

    pub async fn lost_within(&self, limit: Duration) -> Option<String> {
        timeout(limit, self.lost()).await.ok()
    }

    /// The SUBACK's code, `None` where none came before the limit or the connection's end.
    pub async fn subscribe(&self, filter: &str, qos: u8, limit: Duration) -> Option<u8> {
        let mut answers = self.answers.lock().await;
        if !self.client.subscribe(filter, qos) {
            return None;
        }
        tokio::select! {
            code = answers.recv() => code,
            _ = self.lost() => None,
            () = tokio::time::sleep(limit) => None,
        }
    }

    pub async fn unsubscribe(&self, filter: &str, limit: Duration) {
        let mut answers = self.answers.lock().await;
        self.client.unsubscribe(filter);
        tokio::select! {
            _ = answers.recv() => {}
            _ = self.lost() => {}
            () = tokio::time::sleep(limit) => {}
        }
    }

    pub async fn disconnect(&self, limit: Duration) {
        self.client.disconnect();
        if self.lost_within(limit).await.is_none() {
            self.cut().await;
        }
    }

    /// After this DISCONNECT a broker publishes the will all the same; MQTT 5.
    pub async fn disconnect_with_will(&self, limit: Duration) {
        lock(&self.watcher).leaves_with_will = true;
        self.disconnect(limit).await;
    }

    /// Ends it without a DISCONNECT.
    pub async fn cut(&self) {
        let _ = self.commands.send(Command::Cut);
        self.lost().await;
    }

    /// Ends it from this side, where an answer did not come in time.
    pub async fn give_up(&self) {
        lock(&self.watcher).closed("timeout", None, now_us());
        self.cut().await;
    }

    pub fn mute(&self) {
        let _ = self.commands.send(Command::Mute);
    }

    /// Closes the socket of a mute connection.
    pub fn release(&self) {
        let _ = self.commands.send(Command::Cut);
    }
}

impl Taker for Connection {
    fn hand(&self, message: &Arc<Publication>) -> bool {
        self.session.hand(message);
        self.client
            .publish(&message.topic, message.qos, message.retain, message.payload.clone())
    }
}

/// For tasks that share a result behind a lock; one that panicked is reported elsewhere.
pub fn unpoisoned<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
