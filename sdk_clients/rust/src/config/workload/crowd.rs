//! What `crowd` alone reads.

use crate::config::Reader;
use std::time::Duration;

/// Files beside the connections: the ledger, the runtime's own, the standard streams.
const OTHER_FILES: u64 = 100;

#[derive(Clone, Debug)]
pub struct CrowdConfig {
    pub connections: usize,
    /// First CONNECTs a second.
    pub connect_rate: u64,
    /// Share of the clients whose session is not clean.
    pub persistent_share: f64,
    pub subscribe_qos: u8,
    pub backoff: Duration,
    pub connack_limit: Duration,
}

impl CrowdConfig {
    /// Is the session of client n kept? Spread evenly over all.
    pub fn is_persistent(&self, n: usize) -> bool {
        let up_to = |count: usize| (count as f64 * self.persistent_share).floor();
        up_to(n + 1) > up_to(n)
    }
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    /// Each connection is an open file: `open_files` is how many this process may have, `None` where that does not matter.
    pub(super) fn crowd(&mut self, open_files: Option<u64>) -> CrowdConfig {
        let connections = self.whole("CONNECTIONS", 1_000, 1..=20_000);
        if let Some(files) = open_files {
            let most = files.saturating_sub(OTHER_FILES);
            self.check(connections <= most, || {
                format!(
                    "CONNECTIONS: expected at most {most}, as this process may open {files} files and needs {OTHER_FILES} others, got {connections}"
                )
            });
        }
        CrowdConfig {
            connections: connections as usize,
            connect_rate: self.whole("CONNECT_RATE", 500, 1..=10_000),
            persistent_share: self.decimal("PERSISTENT_SHARE", 0.5, 0.0..=1.0),
            subscribe_qos: self.whole("SUBSCRIBE_QOS", 1, 0..=1) as u8,
            backoff: self.milliseconds("BACKOFF_MS", 500, 1..=60_000),
            connack_limit: self.milliseconds("CONNACK_LIMIT_MS", 8_000, 1..=60_000),
        }
    }
}
