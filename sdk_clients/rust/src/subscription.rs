//! The subscription: on which connection it is, whether it is granted at QoS 1, and whether its session is known to be gone.

use crate::config::Endpoint;
use crate::link::Client;

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

    /// The connection that there is now, subscribed or not.
    pub fn link(&self) -> Option<&(Client, Endpoint)> {
        self.link.as_ref()
    }

    pub fn is_known_gone(&self) -> bool {
        self.known_gone
    }

    /// True where the connection has to subscribe: a session that is gone took the subscription along.
    pub fn connected(&mut self, client: Client, endpoint: Endpoint, session_present: bool) -> bool {
        if !session_present {
            self.known_gone = self.granted || self.known_gone;
            self.granted = false;
        }
        self.link = Some((client, endpoint));
        !self.granted
    }

    pub fn disconnected(&mut self) {
        self.link = None;
    }

    pub fn granted(&mut self) {
        self.granted = true;
        self.known_gone = false;
    }

    /// Best effort, at the end of the run; the disconnect follows the UNSUBACK.
    pub fn unsubscribe(&self, topic: &str) {
        if let Some((client, _)) = &self.link {
            client.unsubscribe(topic);
        }
    }
}
