//! The lines of a ledger of version 2. Every field is in every line of its kind; `None` is null: it was not recorded, or does not
//! exist in this version of MQTT.

use serde::Serialize;
use std::sync::Arc;

/// The first line.
#[derive(Serialize)]
pub struct EventsHead<'a> {
    pub ledger: u32,
    pub run: &'a str,
    pub phase: &'a str,
    pub sdk: &'static str,
    pub workload: &'static str,
    pub t0_us: Option<u64>,
    pub end_us: u64,
}

/// One line after it.
#[derive(Clone, Serialize)]
pub struct Row {
    pub event: &'static str,
    #[serde(flatten)]
    pub who: Who,
    pub at_us: u64,
    #[serde(flatten)]
    pub what: What,
}

/// On which connection of which client.
#[derive(Clone, Serialize)]
pub struct Who {
    pub client: Arc<str>,
    pub connection: u32,
}

#[derive(Clone, Serialize)]
#[serde(untagged)]
pub enum What {
    Connect {
        endpoint: Arc<str>,
        clean: bool,
        keep_alive_s: u16,
        expiry_s: Option<u32>,
        will: Option<WillColumn>,
    },
    Connack {
        code: u8,
        session_present: bool,
        maximum_qos: Option<u8>,
        retain_available: Option<bool>,
        shared_available: Option<bool>,
    },
    Close {
        by: &'static str,
        reason_code: Option<u8>,
    },
    Subscribe {
        filter: Arc<str>,
        qos: u8,
    },
    Suback {
        filter: Arc<str>,
        granted: u8,
    },
    Send {
        topic: Arc<str>,
        seq: u64,
        qos: u8,
        retain: bool,
        clears: bool,
    },
    Ack {
        topic: Arc<str>,
        seq: u64,
        step: &'static str,
        code: u8,
    },
    Receive {
        topic: Arc<str>,
        publisher: Arc<str>,
        seq: u64,
        qos: u8,
        retain: bool,
        dup: bool,
    },
}

#[derive(Clone, Serialize)]
pub struct WillColumn {
    pub topic: Arc<str>,
    pub seq: u64,
    pub qos: u8,
    pub delay_s: u32,
}

impl What {
    pub fn event(&self) -> &'static str {
        match self {
            Self::Connect { .. } => "connect",
            Self::Connack { .. } => "connack",
            Self::Close { .. } => "close",
            Self::Subscribe { .. } => "subscribe",
            Self::Suback { .. } => "suback",
            Self::Send { .. } => "send",
            Self::Ack { .. } => "ack",
            Self::Receive { .. } => "receive",
        }
    }
}
