//! What the library tells of a connection, for a recorder that reads packets. The library shows packets without the numbers of their
//! codes, so each is written as bytes again, by the library itself.

use crate::link::Driver;
use bytes::BytesMut;
use rumqttc::v5::{self, mqttbytes::v5 as packets5};
use rumqttc::{mqttbytes, ConnAck, ConnectReturnCode, ConnectionError, Event, Outgoing, Packet, StateError};
use std::collections::VecDeque;
use std::io::{Error, ErrorKind};

pub enum Told {
    /// One that came in.
    Packet(BytesMut),
    /// A SUBSCRIBE, a PUBLISH went out, with this packet id.
    Subscribing(u16),
    Publishing(u16),
    SaidGoodbye,
    Nothing,
}

/// Why a connection has ended.
pub struct Broken {
    pub by: &'static str,
    pub text: String,
    pub is_refused_login: bool,
    /// What came in the same read as the end.
    pub untold: Vec<Told>,
}

impl Broken {
    pub fn own(by: &'static str) -> Self {
        Self {
            by,
            text: String::new(),
            is_refused_login: false,
            untold: Vec::new(),
        }
    }

    pub fn too_late(text: String, untold: Vec<Told>) -> Self {
        Self {
            text,
            untold,
            ..Self::own("timeout")
        }
    }
}

impl Driver {
    /// The library makes room for a hundred events; here one or two wait.
    pub fn save_room(&mut self) {
        match self {
            Self::V3(eventloop) => eventloop.state.events = VecDeque::new(),
            Self::V5(eventloop) => eventloop.state.events = VecDeque::new(),
        }
    }

    pub async fn tell(&mut self) -> Result<Told, Broken> {
        match self {
            Self::V3(eventloop) => match eventloop.poll().await {
                Ok(event) => Ok(told3(event)),
                Err(error) => Err(self.broken(broken3(error))),
            },
            Self::V5(eventloop) => match eventloop.poll().await {
                Ok(event) => Ok(told5(event)),
                Err(error) => Err(self.broken(broken5(error))),
            },
        }
    }

    fn broken(&mut self, mut broken: Broken) -> Broken {
        let mut untold = self.untold();
        untold.append(&mut broken.untold);
        Broken { untold, ..broken }
    }

    /// Packets that were read, and not told.
    pub fn untold(&mut self) -> Vec<Told> {
        match self {
            Self::V3(eventloop) => eventloop.state.events.drain(..).map(told3).collect(),
            Self::V5(eventloop) => eventloop.state.events.drain(..).map(told5).collect(),
        }
    }
}

fn told3(event: Event) -> Told {
    match event {
        Event::Incoming(Packet::PingResp) => Told::Nothing,
        Event::Incoming(packet) => written3(&packet),
        Event::Outgoing(outgoing) => went_out(&outgoing),
    }
}

fn told5(event: v5::Event) -> Told {
    match event {
        v5::Event::Incoming(packets5::Packet::PingResp(_)) => Told::Nothing,
        v5::Event::Incoming(packet) => written5(&packet),
        v5::Event::Outgoing(outgoing) => went_out(&outgoing),
    }
}

fn went_out(outgoing: &Outgoing) -> Told {
    match outgoing {
        Outgoing::Subscribe(id) => Told::Subscribing(*id),
        Outgoing::Publish(id) => Told::Publishing(*id),
        Outgoing::Disconnect => Told::SaidGoodbye,
        _ => Told::Nothing,
    }
}

fn written3(packet: &Packet) -> Told {
    let mut bytes = BytesMut::new();
    match packet.write(&mut bytes, usize::MAX) {
        Ok(_) => Told::Packet(bytes),
        Err(_) => Told::Nothing,
    }
}

fn written5(packet: &packets5::Packet) -> Told {
    let mut bytes = BytesMut::new();
    match packet.write(&mut bytes, None) {
        Ok(_) => Told::Packet(bytes),
        Err(_) => Told::Nothing,
    }
}

fn broken3(error: ConnectionError) -> Broken {
    let broken = |by| Broken {
        text: error.to_string(),
        ..Broken::own(by)
    };
    match &error {
        ConnectionError::ConnectionRefused(code) => Broken {
            is_refused_login: matches!(
                code,
                ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized
            ),
            untold: vec![written3(&Packet::ConnAck(ConnAck::new(*code, false)))],
            ..broken("peer")
        },
        ConnectionError::NetworkTimeout | ConnectionError::FlushTimeout => broken("timeout"),
        ConnectionError::MqttState(StateError::AwaitPingResp) => broken("timeout"),
        ConnectionError::MqttState(StateError::ConnectionAborted) => broken("peer"),
        ConnectionError::Io(io)
        | ConnectionError::MqttState(StateError::Io(io) | StateError::Deserialization(mqttbytes::Error::Io(io))) => {
            broken(by_io(io))
        }
        // The library closes a connection on which it is told what it does not expect.
        _ => broken("own-cut"),
    }
}

fn broken5(error: v5::ConnectionError) -> Broken {
    use packets5::ConnectReturnCode as Code;
    use v5::{ConnectionError, StateError};
    let broken = |by| Broken {
        text: error.to_string(),
        ..Broken::own(by)
    };
    match &error {
        ConnectionError::ConnectionRefused(code) => {
            let connack = packets5::ConnAck {
                session_present: false,
                code: *code,
                properties: None,
            };
            Broken {
                is_refused_login: matches!(code, Code::BadUserNamePassword | Code::NotAuthorized),
                untold: vec![written5(&packets5::Packet::ConnAck(connack))],
                ..broken("peer")
            }
        }
        ConnectionError::Timeout(_) => broken("timeout"),
        ConnectionError::MqttState(StateError::AwaitPingResp) => broken("timeout"),
        ConnectionError::MqttState(StateError::ConnectionAborted | StateError::ServerDisconnect { .. }) => {
            broken("peer")
        }
        ConnectionError::Io(io)
        | ConnectionError::MqttState(StateError::Io(io) | StateError::Deserialization(v5::mqttbytes::Error::Io(io))) => {
            broken(by_io(io))
        }
        _ => broken("own-cut"),
    }
}

fn by_io(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::TimedOut => "timeout",
        _ => "peer",
    }
}
