//! A broker of a few packets, and a client of it of which everything is recorded.

use super::{unpoisoned, Connection, Recording};
use crate::config::workload::WorkloadConfig;
use crate::config::MqttVersion;
use crate::payload::PayloadFormat;
use crate::workload::packet::{self, first_packet, Frame};
use crate::workload::publication::{Publication, Will};
use crate::workload::recorder::Recorder;
use crate::workload::session::Session;
use crate::workload::watcher::Listener;
use crate::workload::WORKLOADS;
use serde_json::Value;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

pub const PATIENCE: Duration = Duration::from_secs(5);
const PINGREQ: u8 = 12;

#[derive(Default)]
struct Settled(Mutex<Vec<(u64, &'static str, u8)>>);

impl Listener for Settled {
    fn settled(&self, message: &Arc<Publication>, step: &'static str, code: u8) {
        unpoisoned(&self.0).push((message.seq, step, code));
    }
}

pub struct Bench {
    pub v5: bool,
    pub recorder: Arc<Recorder>,
    pub recording: Recording,
    settled: Arc<Settled>,
    listener: TcpListener,
}

/// The broker's end of one connection.
pub struct Peer {
    v5: bool,
    socket: TcpStream,
    unread: Vec<u8>,
}

impl Bench {
    pub async fn new(version: MqttVersion, keep_alive_s: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let endpoint = listener.local_addr().expect("an address").to_string();
        let lookup = |name: &str| match name {
            "CLUSTER_ENDPOINT" => Some(endpoint.clone()),
            "BACKOFF_MS" => Some("20".to_owned()),
            "MQTT_VERSION" => Some(version.name().to_owned()),
            _ => None,
        };
        let config = WorkloadConfig::parse(lookup, "1", WORKLOADS[0], 1_000).expect("it is valid");
        let (recorder, settled) = (Arc::new(Recorder::new("r", "p")), Arc::new(Settled::default()));
        Self {
            v5: version == MqttVersion::V5,
            recorder: recorder.clone(),
            recording: Recording {
                config: Arc::new(config),
                recorder,
                session: Arc::new(Session::new("c-pub", false, keep_alive_s, 60)),
                listener: settled.clone(),
                is_role: true,
                publishes: true,
            },
            settled,
            listener,
        }
    }

    pub fn payload(&self, seq: u64) -> Vec<u8> {
        PayloadFormat::new("r", "p", "c-pub", 0).build(seq, 7).into_bytes()
    }

    pub fn message(&self, seq: u64, qos: u8) -> Arc<Publication> {
        Arc::new(Publication {
            topic: "t".into(),
            seq,
            qos,
            retain: false,
            payload: self.payload(seq),
            intended_us: 7,
            key: seq,
            went_out: AtomicBool::new(false),
        })
    }

    /// The connection is `None` where the answer refused it.
    pub async fn connect(&self, connack: &[u8], will: Option<Will>) -> (Option<Arc<Connection>>, Peer) {
        let endpoint = &self.recording.config.base.endpoints[0];
        let (connection, peer) = tokio::join!(self.recording.open(endpoint, will), self.accept(connack));
        (connection.ok(), peer)
    }

    /// Takes the next connection, and answers its CONNECT.
    pub async fn accept(&self, connack: &[u8]) -> Peer {
        let accepted = timeout(PATIENCE, self.listener.accept()).await;
        let (socket, _) = accepted.expect("in time").expect("a connection");
        // What is sent in pieces comes in pieces.
        socket.set_nodelay(true).expect("an open connection");
        let mut peer = Peer {
            v5: self.v5,
            socket,
            unread: Vec::new(),
        };
        peer.expect(1).await;
        peer.send(connack).await;
        peer
    }

    /// With the plain CONNACK of this version.
    pub async fn connected(&self, session_present: bool) -> (Arc<Connection>, Peer) {
        let (connection, peer) = self.connect(&self.connack(session_present, &[]), None).await;
        (connection.expect("a connection"), peer)
    }

    pub fn connack(&self, session_present: bool, properties: &[u8]) -> Vec<u8> {
        let mut body = vec![u8::from(session_present), 0];
        if self.v5 {
            body.push(properties.len() as u8);
            body.extend(properties);
        }
        [vec![packet::CONNACK << 4, body.len() as u8], body].concat()
    }

    /// These columns of all rows of an event.
    pub fn rows(&self, event: &str, columns: &[&str]) -> Value {
        let rows = self.recorder.rows().into_iter().filter(|row| row["event"] == event);
        rows.map(|row| columns.iter().map(|name| row[name].clone()).collect::<Value>())
            .collect()
    }

    pub async fn expect_settled(&self, expected: &[(u64, &'static str, u8)]) {
        let is_there = async {
            while unpoisoned(&self.settled.0).len() < expected.len() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let _ = timeout(PATIENCE, is_there).await;
        assert_eq!(*unpoisoned(&self.settled.0), expected);
    }
}

impl Peer {
    pub async fn send(&mut self, packet: &[u8]) {
        self.socket.write_all(packet).await.expect("an open connection");
    }

    /// The next packet, but for PINGREQ; `None` where the other side has ended, or says nothing for so long.
    pub async fn read(&mut self, limit: Duration) -> Option<Vec<u8>> {
        loop {
            if let Ok(Some(length)) = first_packet(&self.unread) {
                let packet: Vec<u8> = self.unread.drain(..length).collect();
                if Frame::new(&packet).kind() == PINGREQ {
                    continue;
                }
                return Some(packet);
            }
            let mut chunk = [0; 1_000];
            match timeout(limit, self.socket.read(&mut chunk)).await {
                Ok(Ok(count)) if count > 0 => self.unread.extend_from_slice(&chunk[..count]),
                _ => return None,
            }
        }
    }

    /// Is the other side still there, saying nothing, for so long?
    pub async fn is_silent_for(&mut self, length: Duration) -> bool {
        timeout(length, self.socket.read(&mut [0; 10])).await.is_err()
    }

    pub async fn expect(&mut self, kind: u8) -> Vec<u8> {
        let packet = self.read(PATIENCE).await.expect("a packet");
        assert_eq!(Frame::new(&packet).kind(), kind, "{packet:?}");
        packet
    }

    pub async fn expect_id(&mut self, kind: u8) -> u16 {
        Frame::new(&self.expect(kind).await).ack().0
    }

    /// Packet id and DUP.
    pub async fn expect_publish(&mut self) -> (u16, bool) {
        let packet = self.expect(packet::PUBLISH).await;
        let publish = Frame::new(&packet).publish(self.v5);
        (publish.id, publish.dup)
    }

    pub async fn ack(&mut self, kind: u8, id: u16) {
        let flags = if kind == packet::PUBREL { 2 } else { 0 };
        let [high, low] = id.to_be_bytes();
        self.send(&[kind << 4 | flags, 2, high, low]).await;
    }

    /// Answers a SUBSCRIBE of one filter.
    pub async fn suback(&mut self, code: u8) {
        let [high, low] = self.expect_id(packet::SUBSCRIBE).await.to_be_bytes();
        let body = if self.v5 {
            vec![high, low, 0, code]
        } else {
            vec![high, low, code]
        };
        self.send(&[vec![packet::SUBACK << 4, body.len() as u8], body].concat())
            .await;
    }

    /// A QoS 2 message with packet id 9.
    pub async fn publish(&mut self, payload: &[u8], dup: bool) {
        self.publish_at(2, payload, dup).await;
    }

    pub async fn publish_at(&mut self, qos: u8, payload: &[u8], dup: bool) {
        let mut body = vec![0, 1, b't', 0, 9];
        if self.v5 {
            body.push(0);
        }
        body.extend_from_slice(payload);
        assert!(body.len() < 128, "one byte of length");
        let head = vec![packet::PUBLISH << 4 | qos << 1 | u8::from(dup) << 3, body.len() as u8];
        self.send(&[head, body].concat()).await;
    }
}
