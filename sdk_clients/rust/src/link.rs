//! The library's two clients, one for each version of MQTT, as one: what is handed to it, and what happens on it.

use crate::config::{Config, Endpoint, MqttVersion};
use crate::journal::Role;
use rumqttc::v5::{self, mqttbytes::v5 as packets5, mqttbytes::QoS as QoS5};
use rumqttc::SubscribeReasonCode;
use rumqttc::{AsyncClient, ConnectReturnCode, ConnectionError, Event, EventLoop, MqttOptions, Outgoing, Packet, QoS};
use std::time::Duration;

/// Publishes on the wire without a PUBACK. Far below the 65 535 packet ids, and high enough that a slow network does not make the
/// library hold back what was handed to it.
const IN_FLIGHT: u16 = 10_000;
const KEEP_ALIVE: Duration = Duration::from_secs(5);
const CONNECT_LIMIT_SECONDS: u64 = 3;
/// Room for the fixed header, the topic and the packet id of the largest publish.
const PACKET_OVERHEAD_BYTES: usize = 70_000;
/// Room in the library's queue for what is not a publish.
const CONTROL_REQUESTS: usize = 16;
/// How long a broker is to keep the subscriber's session: in MQTT 5 it ends with its connection unless it is told.
const SESSION_EXPIRY_SECONDS: u32 = 1_800;

/// What happened on a connection, as far as anybody here wants to know.
pub enum Happening {
    Connected {
        session_present: bool,
    },
    /// A publish went out, with this packet id; in the order of hand-over.
    WentOut(u16),
    Acknowledged(u16),
    /// A PUBACK that says that the broker did not take the message (MQTT 5).
    Refused(u16, String),
    /// A SUBACK: does it grant QoS 1, and what did it say?
    Subscribed {
        granted: bool,
        text: String,
    },
    Unsubscribed,
    Received {
        payload: Vec<u8>,
        dup: bool,
    },
    SaidGoodbye,
}

/// Why a connection ended, and what came in the same read as the error: handled by the library, and acknowledged by it, but not
/// yet told. It would be lost with the event loop.
pub struct End {
    pub text: String,
    /// Of the broker's DISCONNECT (MQTT 5).
    pub code: Option<u8>,
    pub is_refused_login: bool,
    pub untold: Vec<Happening>,
}

/// Hands requests to the library's queue, which takes every one at once; false where its event loop has ended.
#[derive(Clone)]
pub enum Client {
    V3(AsyncClient),
    V5(v5::AsyncClient),
}

impl Client {
    pub fn publish(&self, topic: &str, payload: String) -> bool {
        match self {
            Self::V3(client) => client.try_publish(topic, QoS::AtLeastOnce, false, payload).is_ok(),
            Self::V5(client) => client.try_publish(topic, QoS5::AtLeastOnce, false, payload).is_ok(),
        }
    }

    pub fn subscribe(&self, topic: &str) -> bool {
        match self {
            Self::V3(client) => client.try_subscribe(topic, QoS::AtLeastOnce).is_ok(),
            Self::V5(client) => client.try_subscribe(topic, QoS5::AtLeastOnce).is_ok(),
        }
    }

    pub fn unsubscribe(&self, topic: &str) -> bool {
        match self {
            Self::V3(client) => client.try_unsubscribe(topic).is_ok(),
            Self::V5(client) => client.try_unsubscribe(topic).is_ok(),
        }
    }

    pub fn disconnect(&self) -> bool {
        match self {
            Self::V3(client) => client.try_disconnect().is_ok(),
            Self::V5(client) => client.try_disconnect().is_ok(),
        }
    }
}

/// What makes a client's connection live.
pub enum Driver {
    V3(Box<EventLoop>),
    V5(Box<v5::EventLoop>),
}

impl Driver {
    /// The next thing that happened; `None` for what nobody wants to know.
    pub async fn poll(&mut self) -> Result<Option<Happening>, End> {
        match self {
            Self::V3(eventloop) => match eventloop.poll().await {
                Ok(event) => Ok(happening3(event)),
                Err(error) => Err(End {
                    text: error.to_string(),
                    code: None,
                    is_refused_login: matches!(
                        error,
                        ConnectionError::ConnectionRefused(
                            ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized
                        )
                    ),
                    untold: std::mem::take(&mut eventloop.state.events)
                        .into_iter()
                        .filter_map(happening3)
                        .collect(),
                }),
            },
            Self::V5(eventloop) => match eventloop.poll().await {
                Ok(event) => Ok(happening5(event)),
                Err(error) => Err(End {
                    text: error.to_string(),
                    code: disconnect_code(&error),
                    is_refused_login: matches!(
                        error,
                        v5::ConnectionError::ConnectionRefused(
                            packets5::ConnectReturnCode::BadUserNamePassword
                                | packets5::ConnectReturnCode::NotAuthorized
                        )
                    ),
                    untold: std::mem::take(&mut eventloop.state.events)
                        .into_iter()
                        .filter_map(happening5)
                        .collect(),
                }),
            },
        }
    }
}

fn disconnect_code(error: &v5::ConnectionError) -> Option<u8> {
    match error {
        v5::ConnectionError::MqttState(v5::StateError::ServerDisconnect { reason_code, .. }) => Some(*reason_code as u8),
        _ => None,
    }
}

fn happening3(event: Event) -> Option<Happening> {
    Some(match event {
        Event::Incoming(Packet::ConnAck(ack)) => Happening::Connected {
            session_present: ack.session_present,
        },
        Event::Incoming(Packet::PubAck(ack)) => Happening::Acknowledged(ack.pkid),
        Event::Incoming(Packet::SubAck(ack)) => Happening::Subscribed {
            granted: ack.return_codes.first() == Some(&SubscribeReasonCode::Success(QoS::AtLeastOnce)),
            text: format!("{:?}", ack.return_codes),
        },
        Event::Incoming(Packet::UnsubAck(_)) => Happening::Unsubscribed,
        Event::Incoming(Packet::Publish(publish)) => Happening::Received {
            payload: publish.payload.to_vec(),
            dup: publish.dup,
        },
        Event::Outgoing(Outgoing::Publish(packet_id)) => Happening::WentOut(packet_id),
        Event::Outgoing(Outgoing::Disconnect) => Happening::SaidGoodbye,
        _ => return None,
    })
}

fn happening5(event: v5::Event) -> Option<Happening> {
    use packets5::{Packet, PubAckReason, SubscribeReasonCode};
    Some(match event {
        v5::Event::Incoming(Packet::ConnAck(ack)) => Happening::Connected {
            session_present: ack.session_present,
        },
        v5::Event::Incoming(Packet::PubAck(ack)) => match ack.reason {
            // Nobody subscribed, and yet taken: 0x10 is below 0x80.
            PubAckReason::Success | PubAckReason::NoMatchingSubscribers => Happening::Acknowledged(ack.pkid),
            reason => Happening::Refused(ack.pkid, format!("{reason:?}")),
        },
        v5::Event::Incoming(Packet::SubAck(ack)) => Happening::Subscribed {
            granted: ack.return_codes.first() == Some(&SubscribeReasonCode::Success(QoS5::AtLeastOnce)),
            text: format!("{:?}", ack.return_codes),
        },
        v5::Event::Incoming(Packet::UnsubAck(_)) => Happening::Unsubscribed,
        v5::Event::Incoming(Packet::Publish(publish)) => Happening::Received {
            payload: publish.payload.to_vec(),
            dup: publish.dup,
        },
        v5::Event::Outgoing(Outgoing::Publish(packet_id)) => Happening::WentOut(packet_id),
        v5::Event::Outgoing(Outgoing::Disconnect) => Happening::SaidGoodbye,
        _ => return None,
    })
}

/// A client whose queue takes every message at once. None is used twice: on a reconnect, the library would drop publishes
/// whose packet ids collide, and all of them if the session is not present.
pub fn open(config: &Config, role: Role, endpoint: &Endpoint) -> (Client, Driver) {
    match config.mqtt_version {
        MqttVersion::V311 => open3(config, role, endpoint),
        MqttVersion::V5 => open5(config, role, endpoint),
    }
}

fn id(config: &Config, role: Role) -> String {
    match role {
        Role::Publisher => config.publisher_id(),
        Role::Subscriber => config.subscriber_id(),
    }
}

/// The outbox is the publisher's session. A clean one is what permits to send again under new packet ids (MQTT-4.4.0-1).
fn is_clean(config: &Config, role: Role) -> bool {
    role == Role::Publisher || config.clean_subscriber
}

fn capacity(config: &Config) -> usize {
    config.message_count as usize + CONTROL_REQUESTS
}

fn open3(config: &Config, role: Role, endpoint: &Endpoint) -> (Client, Driver) {
    let mut options = MqttOptions::new(id(config, role), endpoint.host.clone(), endpoint.port);
    let packet_bytes = config.payload_bytes + PACKET_OVERHEAD_BYTES;
    options
        .set_clean_session(is_clean(config, role))
        .set_keep_alive(KEEP_ALIVE)
        .set_inflight(IN_FLIGHT)
        .set_max_packet_size(packet_bytes, packet_bytes);
    if !config.username.is_empty() {
        options.set_credentials(config.username.clone(), config.password.clone());
    }
    let (client, mut eventloop) = AsyncClient::new(options, capacity(config));
    // Covers the dial, the CONNECT and the wait for the CONNACK.
    eventloop.network_options.set_connection_timeout(CONNECT_LIMIT_SECONDS);
    (Client::V3(client), Driver::V3(Box::new(eventloop)))
}

fn open5(config: &Config, role: Role, endpoint: &Endpoint) -> (Client, Driver) {
    let mut options = v5::MqttOptions::new(id(config, role), endpoint.host.clone(), endpoint.port);
    let packet_bytes = (config.payload_bytes + PACKET_OVERHEAD_BYTES) as u32;
    options
        .set_clean_start(is_clean(config, role))
        .set_keep_alive(KEEP_ALIVE)
        .set_outgoing_inflight_upper_limit(IN_FLIGHT)
        .set_max_packet_size(Some(packet_bytes))
        .set_connection_timeout(CONNECT_LIMIT_SECONDS);
    if !is_clean(config, role) {
        options.set_session_expiry_interval(Some(SESSION_EXPIRY_SECONDS));
    }
    if !config.username.is_empty() {
        options.set_credentials(config.username.clone(), config.password.clone());
    }
    let (client, eventloop) = v5::AsyncClient::new(options, capacity(config));
    (Client::V5(client), Driver::V5(Box::new(eventloop)))
}
