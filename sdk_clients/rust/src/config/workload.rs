//! What the workloads read beyond the environment of all clients; CONTRACT.md has the tables.

#[cfg(test)]
mod tests;

use super::{Config, MqttVersion, Reader, HOUR_MS};
use crate::workload::Spec;

const MAX_DEATHS: usize = 200;
const DEATH: &str = "at_ms:endpoint:clean|cut|mute|takeover|disconnect04:qos:delay_s";
/// Kind and QoS of the will; each of them in every version of MQTT.
const USUAL_DEATHS: [&str; 5] = ["clean:1", "cut:1", "mute:1", "cut:0", "takeover:1"];
const KINDS: [(&str, Kind); 5] = [
    ("clean", Kind::Clean),
    ("cut", Kind::Cut),
    ("mute", Kind::Mute),
    ("takeover", Kind::Takeover),
    ("disconnect04", Kind::Disconnect04),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Clean,
    Cut,
    Mute,
    Takeover,
    Disconnect04,
}

impl Kind {
    pub fn name(self) -> &'static str {
        KINDS
            .iter()
            .find(|(_, kind)| *kind == self)
            .map_or("", |(name, _)| name)
    }
}

/// How one client is to end: when, at which endpoint (its place among all), and with which will.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Death {
    pub at_ms: u64,
    pub endpoint: usize,
    pub kind: Kind,
    pub qos: u8,
    pub delay_s: u32,
}

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
}

impl WorkloadConfig {
    /// `spec` has the defaults that are the workload's own, and what it demands.
    pub fn parse(lookup: impl Fn(&str) -> Option<String>, unique: &str, spec: &Spec) -> Result<Self, Vec<String>> {
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

/// One death a second, for as long as the messages of the usual workload would take, over all endpoints.
fn usual_plan(count: usize, base: &Config) -> String {
    let seconds = (base.message_count as f64 / base.message_rate) as usize;
    let deaths = seconds.clamp(USUAL_DEATHS.len(), MAX_DEATHS);
    let plan: Vec<String> = (1..=deaths)
        .map(|i| format!("{}:{}:{}:0", 1_000 * i, i % count, USUAL_DEATHS[i % USUAL_DEATHS.len()]))
        .collect();
    plan.join(",")
}

fn death(text: &str) -> Option<Death> {
    let parts: Vec<&str> = text.split(':').collect();
    let [at_ms, endpoint, kind, qos, delay_s] = parts[..] else {
        return None;
    };
    Some(Death {
        at_ms: number(at_ms, 8)?,
        endpoint: number(endpoint, 3)? as usize,
        kind: KINDS.iter().find(|(name, _)| *name == kind)?.1,
        qos: number(qos, 1).filter(|qos| *qos <= 2)? as u8,
        delay_s: number(delay_s, 5)? as u32,
    })
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

    fn deaths(&mut self, count: usize, base: &Config) -> Vec<Death> {
        let raw = self.text("DEATHS", &usual_plan(count, base));
        let parts: Vec<&str> = raw.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
        if !(1..=MAX_DEATHS).contains(&parts.len()) {
            let got = parts.len();
            self.errors.push(format!(
                "DEATHS: expected 1 to {MAX_DEATHS} of {DEATH}, comma-separated, got {got} of them"
            ));
            return Vec::new();
        }
        parts
            .into_iter()
            .filter_map(|part| self.death(part, count, base.mqtt_version))
            .collect()
    }

    fn death(&mut self, text: &str, count: usize, version: MqttVersion) -> Option<Death> {
        let found = death(text).filter(|death| death.endpoint < count);
        let Some(death) = found else {
            let last = count - 1;
            self.errors.push(format!(
                "DEATHS: expected {DEATH} with an endpoint from 0 to {last}, got {text:?}"
            ));
            return None;
        };
        let needs_5 = death.kind == Kind::Disconnect04 || death.delay_s > 0;
        let is_spoken = version == MqttVersion::V5 || !needs_5;
        self.check(is_spoken, || {
            format!(
                "DEATHS: expected {DEATH} without disconnect04 and delay, which MQTT 3.1.1 does not have, got {text:?}"
            )
        });
        is_spoken.then_some(death)
    }
}
