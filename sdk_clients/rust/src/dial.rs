//! How a connection is made: the options of the library's two clients.

use crate::config::{Config, Endpoint, MqttVersion};
use crate::journal::Role;
use crate::link::{qos3, qos5, Client, Driver};
use crate::workload::publication::Will;
use rumqttc::v5::{self, mqttbytes::v5 as packets5};
use rumqttc::{AsyncClient, LastWill, MqttOptions, Transport};
use std::time::Duration;

/// Publishes on the wire without a PUBACK. Far below the 65 535 packet ids, and high enough that a slow network does not make the
/// library hold back what was handed to it.
const IN_FLIGHT: u16 = 10_000;
const KEEP_ALIVE: Duration = Duration::from_secs(5);
const CONNECT_LIMIT_SECONDS: u64 = 3;
/// Room for the fixed header, the topic and the packet id of the largest publish.
const PACKET_OVERHEAD_BYTES: usize = 70_000;
/// Room in the library's queue for what is not a publish.
pub const CONTROL_REQUESTS: usize = 16;
/// How long a broker is to keep the subscriber's session: in MQTT 5 it ends with its connection unless it is told.
const SESSION_EXPIRY_SECONDS: u32 = 1_800;

/// What a connection is to be.
pub struct Dial<'a> {
    pub config: &'a Config,
    pub client_id: String,
    pub clean: bool,
    pub keep_alive: Duration,
    /// MQTT 5.
    pub expiry_s: u32,
    pub limit_s: u64,
    pub in_flight: u16,
    /// How many requests the library's queue takes.
    pub capacity: usize,
    pub to: To<'a>,
    pub will: Option<&'a Will>,
}

/// Where the library connects to: a broker, or the Unix socket of this process (`workload/wire.rs`).
pub enum To<'a> {
    Broker(&'a Endpoint),
    Socket(&'a str),
}

/// The dial of a role of basic-pubsub. The outbox is the publisher's session; a clean one is what permits to send again under new
/// packet ids (MQTT-4.4.0-1).
pub fn dial_of<'a>(config: &'a Config, role: Role, endpoint: &'a Endpoint) -> Dial<'a> {
    let clean = role == Role::Publisher || config.clean_subscriber;
    Dial {
        config,
        client_id: match role {
            Role::Publisher => config.publisher_id(),
            Role::Subscriber => config.subscriber_id(),
        },
        clean,
        keep_alive: KEEP_ALIVE,
        expiry_s: if clean { 0 } else { SESSION_EXPIRY_SECONDS },
        limit_s: CONNECT_LIMIT_SECONDS,
        in_flight: IN_FLIGHT,
        capacity: config.message_count as usize + CONTROL_REQUESTS,
        to: To::Broker(endpoint),
        will: None,
    }
}

/// A client whose queue takes every message at once. None is used twice: on a reconnect, the library would drop publishes
/// whose packet ids collide, and all of them if the session is not present.
pub fn open(dial: &Dial) -> (Client, Driver) {
    match dial.config.mqtt_version {
        MqttVersion::V311 => open3(dial),
        MqttVersion::V5 => open5(dial),
    }
}

impl Dial<'_> {
    fn host_and_port(&self) -> (String, u16) {
        match self.to {
            To::Broker(endpoint) => (endpoint.host.clone(), endpoint.port),
            To::Socket(path) => (path.to_owned(), 0),
        }
    }

    fn packet_bytes(&self) -> usize {
        self.config.payload_bytes + PACKET_OVERHEAD_BYTES
    }
}

fn open3(dial: &Dial) -> (Client, Driver) {
    let (host, port) = dial.host_and_port();
    let config = dial.config;
    let mut options = MqttOptions::new(dial.client_id.clone(), host, port);
    options
        .set_clean_session(dial.clean)
        .set_keep_alive(dial.keep_alive)
        .set_inflight(dial.in_flight)
        .set_max_packet_size(dial.packet_bytes(), dial.packet_bytes());
    if let To::Socket(_) = dial.to {
        options.set_transport(Transport::unix());
    }
    if !config.username.is_empty() {
        options.set_credentials(config.username.clone(), config.password.clone());
    }
    if let Some(will) = dial.will {
        let topic = will.topic.as_ref();
        options.set_last_will(LastWill::new(topic, will.payload.clone(), qos3(will.qos), false));
    }
    let (client, mut eventloop) = AsyncClient::new(options, dial.capacity);
    // Covers the dial, the CONNECT and the wait for the CONNACK.
    eventloop.network_options.set_connection_timeout(dial.limit_s);
    (Client::V3(client), Driver::V3(Box::new(eventloop)))
}

fn open5(dial: &Dial) -> (Client, Driver) {
    let (host, port) = dial.host_and_port();
    let config = dial.config;
    let mut options = v5::MqttOptions::new(dial.client_id.clone(), host, port);
    options
        .set_clean_start(dial.clean)
        .set_keep_alive(dial.keep_alive)
        .set_outgoing_inflight_upper_limit(dial.in_flight)
        .set_max_packet_size(Some(dial.packet_bytes() as u32))
        .set_connection_timeout(dial.limit_s);
    if dial.expiry_s > 0 {
        options.set_session_expiry_interval(Some(dial.expiry_s));
    }
    if let To::Socket(_) = dial.to {
        options.set_transport(Transport::unix());
    }
    if !config.username.is_empty() {
        options.set_credentials(config.username.clone(), config.password.clone());
    }
    if let Some(will) = dial.will {
        let properties = packets5::LastWillProperties {
            delay_interval: Some(will.delay_s),
            payload_format_indicator: None,
            message_expiry_interval: None,
            content_type: None,
            response_topic: None,
            correlation_data: None,
            user_properties: Vec::new(),
        };
        let (topic, qos) = (will.topic.as_ref(), qos5(will.qos));
        let will = packets5::LastWill::new(topic, will.payload.clone(), qos, false, Some(properties));
        options.set_last_will(will);
    }
    let (client, eventloop) = v5::AsyncClient::new(options, dial.capacity);
    (Client::V5(client), Driver::V5(Box::new(eventloop)))
}
