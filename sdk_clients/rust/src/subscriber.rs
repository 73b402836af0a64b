//! The subscription: granted at QoS 1 or not, asked for again when the session is gone, and what arrives through it.

use crate::config::Endpoint;
use crate::connection::{NewLink, Session};
use crate::journal::Role;
use crate::link::{Client, Happening};
use crate::state::State;
use std::time::Duration;

const RETRY_PAUSE: Duration = Duration::from_millis(500);

#[derive(Default)]
pub struct Subscription {
    link: Option<(Client, Endpoint)>,
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
            client.unsubscribe(topic);
        }
    }
}

pub struct Subscriber {
    pub topic: String,
}

impl Subscriber {
    /// A client whose event loop has ended refuses this, and the next connection subscribes for itself.
    fn subscribe(&self, client: &Client) {
        client.subscribe(&self.topic);
    }

    fn subscribe_later(&self, client: Client) {
        let topic = self.topic.clone();
        tokio::spawn(async move {
            tokio::time::sleep(RETRY_PAUSE).await;
            client.subscribe(&topic);
        });
    }

    /// A SUBACK alone means nothing: 0x80 is a refusal, and a lower QoS would lose messages by design.
    fn answered(&self, state: &mut State, granted: bool, text: &str, at_us: u64) {
        if granted {
            state.subscription.granted = true;
            state.subscription.known_gone = false;
            state.flush_outbox(at_us);
            return;
        }
        let Some((client, endpoint)) = state.subscription.link.clone() else {
            return;
        };
        state.journal.error(format!(
            "subscriber at {endpoint}: expected a SUBACK that grants QoS 1, got {text}"
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

    fn happened(&mut self, state: &mut State, what: Happening, at_us: u64) {
        match what {
            Happening::Received { payload, dup } => match state.outbox.payloads().seq_of(&payload) {
                Some(seq) => state.ledger.received(seq, dup, at_us),
                None => state.ledger.received_unexpected(),
            },
            Happening::Subscribed { granted, text } => self.answered(state, granted, &text, at_us),
            Happening::Unsubscribed => {
                if let Some((client, _)) = &state.subscription.link {
                    client.disconnect();
                }
            }
            _ => {}
        }
    }

    fn disconnected(&mut self, state: &mut State) {
        state.subscription.link = None;
    }
}
