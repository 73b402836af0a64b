//! What the connections did, and what went wrong. Pure.

use crate::config::Endpoint;
use serde::Serialize;

const ERRORS_SHOWN: usize = 20;
const ERROR_CHARS: usize = 300;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Publisher,
    Subscriber,
}

#[derive(Debug, Serialize)]
pub struct ConnectionEvent {
    pub event: &'static str,
    pub role: Role,
    pub endpoint: String,
    pub at_us: u64,
    pub session_present: Option<bool>,
    pub reason: String,
    /// Of the broker's DISCONNECT (MQTT 5).
    pub reason_code: Option<u8>,
}

/// Why a connection ended.
#[derive(Clone, Copy)]
pub struct Reason<'a> {
    pub text: &'a str,
    pub code: Option<u8>,
}

#[derive(Debug, Default)]
pub struct Journal {
    connections: Vec<ConnectionEvent>,
    errors: Vec<(String, u64)>,
}

impl Journal {
    pub fn connected(&mut self, role: Role, endpoint: &Endpoint, present: bool, at_us: u64) {
        self.connections.push(ConnectionEvent {
            event: "connected",
            role,
            endpoint: endpoint.to_string(),
            at_us,
            session_present: Some(present),
            reason: String::new(),
            reason_code: None,
        });
    }

    pub fn disconnected(&mut self, role: Role, endpoint: &Endpoint, end: Reason, at_us: u64) {
        self.connections.push(ConnectionEvent {
            event: "disconnected",
            role,
            endpoint: endpoint.to_string(),
            at_us,
            session_present: None,
            reason: end.text.to_owned(),
            reason_code: end.code,
        });
    }

    /// In time order: the two roles note their times before either has the lock.
    pub fn connections(&self) -> Vec<&ConnectionEvent> {
        let mut sorted: Vec<_> = self.connections.iter().collect();
        sorted.sort_by_key(|event| event.at_us);
        sorted
    }

    /// Successful connections after the first two, which are the set-up's.
    pub fn reconnects(&self) -> usize {
        let connected = |event: &&ConnectionEvent| event.event == "connected";
        self.connections.iter().filter(connected).count().saturating_sub(2)
    }

    /// Where a role was first connected; `None` if it never was.
    pub fn first_endpoint(&self, role: Role) -> Option<String> {
        self.connections
            .iter()
            .find(|event| event.role == role)
            .map(|event| event.endpoint.clone())
    }

    /// Bounded: a broker that is down for long must not fill the result line. Beyond the bound, new texts are dropped.
    pub fn error(&mut self, text: impl Into<String>) {
        let text = shortened(text.into());
        if let Some((_, times)) = self.errors.iter_mut().find(|(known, _)| *known == text) {
            *times += 1;
        } else if self.errors.len() < ERRORS_SHOWN {
            self.errors.push((text, 1));
        }
    }

    /// An error that decides the exit status: it comes first, and the bound never drops it.
    pub fn fatal(&mut self, text: impl Into<String>) {
        self.errors.truncate(ERRORS_SHOWN - 1);
        self.errors.insert(0, (shortened(text.into()), 1));
    }

    pub fn errors(&self) -> Vec<String> {
        let shown = |(text, times): &(String, u64)| match times {
            1 => text.clone(),
            _ => format!("{text} (×{times})"),
        };
        self.errors.iter().map(shown).collect()
    }
}

/// Leaves room for the count that `errors` may add.
fn shortened(text: String) -> String {
    const ROOM_FOR_COUNT: usize = 20;
    if text.chars().count() <= ERROR_CHARS - ROOM_FOR_COUNT {
        return text;
    }
    let kept: String = text.chars().take(ERROR_CHARS - ROOM_FOR_COUNT - 1).collect();
    kept + "…"
}

#[cfg(test)]
mod tests {
    use super::{Journal, Reason, Role};
    use crate::config::Endpoint;

    #[test]
    fn a_repeated_error_is_counted() {
        let mut journal = Journal::default();
        for text in ["refused", "closed", "refused"] {
            journal.error(text);
        }

        assert_eq!(journal.errors(), ["refused (×2)", "closed"]);
    }

    #[test]
    fn errors_are_bounded_but_a_fatal_one_is_never_dropped() {
        let mut journal = Journal::default();
        for number in 0..100 {
            journal.error(format!("{number} {}", "é".repeat(1_000)));
        }
        journal.fatal("disk full");

        let errors = journal.errors();
        assert_eq!((errors.len(), errors[0].as_str()), (20, "disk full"));
        assert!(errors.iter().all(|error| error.chars().count() <= 300));
    }

    #[test]
    fn connections_after_the_first_two_are_reconnects() {
        let endpoint = Endpoint {
            host: "a".to_owned(),
            port: 1,
        };
        let mut journal = Journal::default();
        assert_eq!(journal.reconnects(), 0);
        journal.connected(Role::Subscriber, &endpoint, false, 1);
        journal.connected(Role::Publisher, &endpoint, false, 2);
        let closed = Reason {
            text: "closed",
            code: None,
        };
        journal.disconnected(Role::Publisher, &endpoint, closed, 3);
        journal.connected(Role::Publisher, &endpoint, true, 4);

        assert_eq!(journal.reconnects(), 1);
        assert_eq!(journal.first_endpoint(Role::Subscriber).as_deref(), Some("a:1"));
    }
}
