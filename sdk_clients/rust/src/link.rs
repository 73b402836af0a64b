//! The library's two clients, one for each version of MQTT, as one: what is handed to it, and what happens on it.

use rumqttc::v5::{self, mqttbytes::v5 as packets5, mqttbytes::QoS as QoS5};
use rumqttc::SubscribeReasonCode;
use rumqttc::{AsyncClient, ConnectReturnCode, ConnectionError, Event, EventLoop, Outgoing, Packet, QoS};

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

pub fn qos3(qos: u8) -> QoS {
    [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce][usize::from(qos)]
}

pub fn qos5(qos: u8) -> QoS5 {
    [QoS5::AtMostOnce, QoS5::AtLeastOnce, QoS5::ExactlyOnce][usize::from(qos)]
}

/// Hands requests to the library's queue, which takes every one at once; false where its event loop has ended.
#[derive(Clone)]
pub enum Client {
    V3(AsyncClient),
    V5(v5::AsyncClient),
}

impl Client {
    pub fn publish(&self, topic: &str, qos: u8, retain: bool, payload: impl Into<Vec<u8>>) -> bool {
        let payload = payload.into();
        match self {
            Self::V3(client) => client.try_publish(topic, qos3(qos), retain, payload).is_ok(),
            Self::V5(client) => client.try_publish(topic, qos5(qos), retain, payload).is_ok(),
        }
    }

    pub fn subscribe(&self, filter: &str, qos: u8) -> bool {
        match self {
            Self::V3(client) => client.try_subscribe(filter, qos3(qos)).is_ok(),
            Self::V5(client) => client.try_subscribe(filter, qos5(qos)).is_ok(),
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
        v5::ConnectionError::MqttState(v5::StateError::ServerDisconnect { reason_code, .. }) => {
            Some(*reason_code as u8)
        }
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

impl Driver {
    /// The library takes the broker's Receive Maximum for the range of its packet ids, too, and then gives an id to a second message
    /// while the first one still waits for its PUBCOMP. Who calls this keeps to the Receive Maximum itself.
    pub fn lift_receive_maximum(&mut self) {
        let Self::V5(eventloop) = self else { return };
        let properties = packets5::ConnAckProperties {
            receive_max: Some(u16::MAX),
            session_expiry_interval: None,
            max_qos: None,
            retain_available: None,
            max_packet_size: None,
            assigned_client_identifier: None,
            topic_alias_max: None,
            reason_string: None,
            user_properties: Vec::new(),
            wildcard_subscription_available: None,
            subscription_identifiers_available: None,
            shared_subscription_available: None,
            server_keep_alive: None,
            response_information: None,
            server_reference: None,
            authentication_method: None,
            authentication_data: None,
        };
        let connack = packets5::ConnAck {
            session_present: false,
            code: packets5::ConnectReturnCode::Success,
            properties: Some(properties),
        };
        let _ = eventloop
            .state
            .handle_incoming_packet(packets5::Packet::ConnAck(connack));
        eventloop.state.events.pop_back();
    }
}
