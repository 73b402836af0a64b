//! What the workloads read beyond the environment of all clients; CONTRACT.md has the tables.

mod crowd;
mod deaths;
#[cfg(test)]
mod tests;

use super::{Config, MqttVersion, Reader, HOUR_MS};
use crate::workload::{Leaving, Spec};
pub use crowd::CrowdConfig;
pub use deaths::{Death, Kind};

#[derive(Debug)]
pub struct WorkloadConfig {
    pub base: Config,
    pub qos: Vec<u8>,
    pub in_flight: usize,
    pub topics: usize,
    pub keep_alive_s: u16,
    pub session_expiry_s: u32,
    pub new_topic_every_ms: u64,
    pub offline_at_ms: u64,
    pub offline_file: Option<String>,
    pub resume_at_ms: u64,
    pub resume_file: Option<String>,
    /// Its place among all endpoints; `None`: the one after the one that was left.
    pub resume_endpoint: Option<usize>,
    pub reader_interval_ms: u64,
    pub reader_endpoints: Vec<usize>,
    pub deaths: Vec<Death>,
    pub move_every_ms: u64,
    /// They take turns.
    pub moves: Vec<Leaving>,
    /// Of a shared subscription.
    pub members: usize,
    pub crowd: CrowdConfig,
}

impl WorkloadConfig {
    /// `spec` has the defaults that are the workload's own, and what it demands; `open_files` is how many this process may open.
    pub fn parse(
        lookup: impl Fn(&str) -> Option<String>,
        unique: &str,
        spec: &Spec,
        open_files: u64,
    ) -> Result<Self, Vec<String>> {
        let mut reader = Reader {
            lookup,
            errors: Vec::new(),
        };
        let base = Config::read(&mut reader, unique);
        // With one more where none could be read: what is wrong with the endpoints is said once.
        let count = base.endpoints.len().max(1);
        let config = Self {
            qos: reader.qoses(spec.default_qos),
            in_flight: reader.whole("IN_FLIGHT", spec.default_in_flight, 1..=10_000) as usize,
            topics: reader.whole("TOPICS", 3, 1..=1_000) as usize,
            keep_alive_s: reader.whole("KEEP_ALIVE_S", 5, shortest_keep_alive_s(base.mqtt_version)..=65_535) as u16,
            session_expiry_s: reader.whole("SESSION_EXPIRY_S", 1_800, 0..=86_400) as u32,
            new_topic_every_ms: reader.whole("NEW_TOPIC_EVERY_MS", 1_000, 10..=HOUR_MS),
            offline_at_ms: reader.whole("OFFLINE_AT_MS", 2_000, 0..=24 * HOUR_MS),
            offline_file: reader.value("OFFLINE_FILE"),
            resume_at_ms: reader.whole("RESUME_AT_MS", 5_000, 0..=24 * HOUR_MS),
            resume_file: reader.value("RESUME_FILE"),
            resume_endpoint: reader
                .value("RESUME_ENDPOINT")
                .map(|_| reader.whole("RESUME_ENDPOINT", 0, 0..=count as u64 - 1) as usize),
            reader_interval_ms: reader.whole("READER_INTERVAL_MS", 200, 10..=HOUR_MS),
            reader_endpoints: reader.places("READER_ENDPOINTS", count),
            deaths: if spec.has_deaths {
                reader.deaths(count, &base)
            } else {
                Vec::new()
            },
            move_every_ms: reader.whole("MOVE_EVERY_MS", spec.default_move_every_ms, 100..=HOUR_MS),
            moves: reader.moves(spec.default_moves),
            members: reader.whole("MEMBERS", 3, 1..=100) as usize,
            crowd: reader.crowd(spec.is_crowd.then_some(open_files)),
            base,
        };
        let (offline, resume) = (config.offline_at_ms, config.resume_at_ms);
        let is_in_order = resume >= offline || config.resume_file.is_some() || config.offline_file.is_some();
        reader.check(is_in_order, || {
            format!("RESUME_AT_MS: expected at least OFFLINE_AT_MS={offline}, got {resume}")
        });
        if reader.errors.is_empty() {
            Ok(config)
        } else {
            Err(reader.errors)
        }
    }
}

/// The library takes no shorter one.
fn shortest_keep_alive_s(version: MqttVersion) -> u64 {
    match version {
        MqttVersion::V311 => 1,
        MqttVersion::V5 => 5,
    }
}

/// Digits, at most so many.
fn number(text: &str, digits: usize) -> Option<u64> {
    let is_number = (1..=digits).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        text.parse().ok()
    } else {
        None
    }
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    /// Numbers below a limit, each once; ascending. Nothing where they are others.
    fn list(&mut self, name: &str, default: &str, (digits, below): (usize, u64), expected: &str) -> Vec<usize> {
        let raw = self.text(name, default);
        let numbers: Option<Vec<u64>> = raw
            .split(',')
            .map(|part| number(part.trim(), digits).filter(|number| *number < below))
            .collect();
        let mut found: Vec<usize> = numbers.unwrap_or_default().into_iter().map(|n| n as usize).collect();
        found.sort_unstable();
        let is_each_once = found.windows(2).all(|two| two[0] < two[1]);
        self.check(!found.is_empty() && is_each_once, || {
            format!("{name}: expected {expected}, got {raw:?}")
        });
        found
    }

    fn qoses(&mut self, default: &str) -> Vec<u8> {
        let found = self.list("QOS", default, (1, 3), "0, 1 or 2, each once, comma-separated");
        found.into_iter().map(|qos| qos as u8).collect()
    }

    fn places(&mut self, name: &str, count: usize) -> Vec<usize> {
        let every: Vec<String> = (0..count).map(|place| place.to_string()).collect();
        let last = count - 1;
        let expected = format!("places of endpoints from 0 to {last}, each once, comma-separated");
        self.list(name, &every.join(","), (3, count as u64), &expected)
    }

    /// Each once; in their order. Nothing where they are others.
    fn moves(&mut self, default: &str) -> Vec<Leaving> {
        let raw = self.text("MOVES", default);
        let found: Option<Vec<Leaving>> = raw.split(',').map(|part| leaving(part.trim())).collect();
        let found = found.unwrap_or_default();
        let is_each_once = (1..found.len()).all(|i| !found[..i].contains(&found[i]));
        self.check(!found.is_empty() && is_each_once, || {
            format!("MOVES: expected leave or cut, each once, comma-separated, got {raw:?}")
        });
        found
    }
}

fn leaving(word: &str) -> Option<Leaving> {
    match word {
        "leave" => Some(Leaving::Disconnect),
        "cut" => Some(Leaving::Cut),
        _ => None,
    }
}
