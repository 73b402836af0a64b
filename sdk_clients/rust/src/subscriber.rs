//! The subscriber's side of a connection: asks for the subscription until it is granted, and again when the session is gone; what
//! arrives through it goes to the ledger.

use crate::connection::{NewLink, Session};
use crate::journal::Role;
use crate::link::{Client, Happening};
use crate::state::State;
use std::time::Duration;

const RETRY_PAUSE: Duration = Duration::from_millis(500);

pub struct Subscriber {
    pub topic: String,
}

impl Subscriber {
    /// A client whose event loop has ended refuses this, and the next connection subscribes for itself.
    fn subscribe(&self, client: &Client) {
        client.subscribe(&self.topic, 1);
    }

    fn subscribe_later(&self, client: Client) {
        let topic = self.topic.clone();
        tokio::spawn(async move {
            tokio::time::sleep(RETRY_PAUSE).await;
            client.subscribe(&topic, 1);
        });
    }

    /// A SUBACK alone means nothing: 0x80 is a refusal, and a lower QoS would lose messages by design.
    fn answered(&self, state: &mut State, granted: bool, text: &str, at_us: u64) {
        if granted {
            state.subscription.granted();
            state.flush_outbox(at_us);
            return;
        }
        let Some((client, endpoint)) = state.subscription.link().cloned() else {
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
        let client = link.client.clone();
        if state
            .subscription
            .connected(link.client, link.endpoint, link.session_present)
        {
            self.subscribe(&client);
        }
    }

    fn happened(&mut self, state: &mut State, what: Happening, at_us: u64) {
        match what {
            Happening::Received { payload, dup } => match state.outbox.payloads().named_by(&payload) {
                Some(named) => state.ledger.received_named(named, dup, at_us),
                None => state.ledger.received_unexpected(),
            },
            Happening::Subscribed { granted, text } => self.answered(state, granted, &text, at_us),
            Happening::Unsubscribed => {
                if let Some((client, _)) = state.subscription.link() {
                    client.disconnect();
                }
            }
            _ => {}
        }
    }

    fn disconnected(&mut self, state: &mut State) {
        state.subscription.disconnected();
    }
}
