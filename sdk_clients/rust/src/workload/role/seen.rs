//! What others see of a publisher or subscriber.

use crate::config::Endpoint;
use crate::workload::recorded::Connection;
use std::sync::Arc;

/// What others see of it.
#[derive(Clone, Default)]
pub struct Seen {
    pub is_ready: bool,
    pub login_refused: Option<String>,
    pub endpoint: Option<Endpoint>,
    pub first_endpoint: Option<Endpoint>,
    pub maximum_qos: Option<u8>,
    pub(super) connection: Option<Arc<Connection>>,
}

impl Seen {
    pub fn standing(self, name: &str) -> Standing {
        match self {
            Self {
                login_refused: Some(text),
                ..
            } => Standing::LoginRefused(text),
            Self { is_ready: true, .. } => Standing::Ready,
            _ => Standing::Missing(name.to_owned()),
        }
    }
}

/// What the set-up waits for.
pub enum Standing {
    Ready,
    LoginRefused(String),
    /// Who is not connected and subscribed yet.
    Missing(String),
}

/// How a connection ends by plan; its session stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    Disconnect,
    /// Its socket is closed without one.
    Cut,
}
