//! The subscription: granted at QoS 1 or not, asked for again when the session is gone, and what arrives through it.

use crate::config::Endpoint;
use crate::connection::{NewLink, Session};
use crate::journal::Role;
use crate::state::State;
use rumqttc::{AsyncClient, Event, Packet, QoS, SubAck, SubscribeReasonCode};
use std::time::Duration;

const RETRY_PAUSE: Duration = Duration::from_millis(500);

#[derive(Default)]
pub struct Subscription {
    link: Option<(AsyncClient, Endpoint)>,
    /// The broker's session holds the subscription, as far as is known; it outlives a connection.
    granted: bool,
    /// A reconnect found the session gone: until the next grant, what is published is delivered to nobody.
    known_gone: bool,
}

impl Subscription {
    /// Where the subscriber is connected now, with its subscription.
    pub fn granted_endpoint(&self) -> Option<&Endpoint> {
        let (_, endpoint) = self.link.as_ref()?;
        self.granted.then_some(endpoint)
    }

    pub fn is_known_gone(&self) -> bool {
        self.known_gone
    }

    /// Best effort, at the end of the run; the disconnect follows the UNSUBACK.
    pub fn unsubscribe(&self, topic: &str) {
        if let Some((client, _)) = &self.link {
            let _ = client.try_unsubscribe(topic);
        }
    }
}

pub struct Subscriber {
    pub topic: String,
}

impl Subscriber {
    /// A client whose event loop has ended refuses this, and the next connection subscribes for itself.
    fn subscribe(&self, client: &AsyncClient) {
        let _ = client.try_subscribe(&self.topic, QoS::AtLeastOnce);
    }

    fn subscribe_later(&self, client: AsyncClient) {
        let topic = self.topic.clone();
        tokio::spawn(async move {
            tokio::time::sleep(RETRY_PAUSE).await;
            let _ = client.try_subscribe(topic, QoS::AtLeastOnce);
        });
    }

    /// A SUBACK alone means nothing: 0x80 is a refusal, and a lower QoS would lose messages by design.
    fn answered(&self, state: &mut State, ack: &SubAck, at_us: u64) {
        let granted = SubscribeReasonCode::Success(QoS::AtLeastOnce);
        if ack.return_codes.first() == Some(&granted) {
            state.subscription.granted = true;
            state.subscription.known_gone = false;
            state.flush_outbox(at_us);
            return;
        }
        let Some((client, endpoint)) = state.subscription.link.clone() else {
            return;
        };
        state.journal.error(format!(
            "subscriber at {endpoint}: expected a SUBACK that grants QoS 1, got {:?}",
            ack.return_codes
        ));
        self.subscribe_later(client);
    }
}

impl Session for Subscriber {
    const ROLE: Role = Role::Subscriber;

    fn connected(&mut self, state: &mut State, link: NewLink, _at_us: u64) {
        let subscription = &mut state.subscription;
        if !link.session_present {
            subscription.known_gone = subscription.granted || subscription.known_gone;
            subscription.granted = false;
        }
        if !subscription.granted {
            self.subscribe(&link.client);
        }
        subscription.link = Some((link.client, link.endpoint));
    }

    fn event(&mut self, state: &mut State, event: Event, at_us: u64) {
        match event {
            Event::Incoming(Packet::Publish(publish)) => match state.outbox.payloads().seq_of(&publish.payload) {
                Some(seq) => state.ledger.received(seq, publish.dup, at_us),
                None => state.ledger.received_unexpected(),
            },
            Event::Incoming(Packet::SubAck(ack)) => self.answered(state, &ack, at_us),
            Event::Incoming(Packet::UnsubAck(_)) => {
                if let Some((client, _)) = &state.subscription.link {
                    let _ = client.try_disconnect();
                }
            }
            _ => {}
        }
    }

    fn disconnected(&mut self, state: &mut State) {
        state.subscription.link = None;
    }
}
