//! The environment, parsed once. Everything wrong with it is reported at once; nothing else reads it.

#[cfg(test)]
mod tests;
pub mod workload;

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

/// The versions that this client speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MqttVersion {
    #[default]
    V311,
    V5,
}

impl MqttVersion {
    pub fn name(self) -> &'static str {
        match self {
            Self::V311 => "3.1.1",
            Self::V5 => "5",
        }
    }
}
const HOUR_MS: u64 = 3_600_000;
const LONGEST_TOPIC_BYTES: usize = 65_535;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub host: String,
    pub port: u16,
}

impl Endpoint {
    /// Without the brackets of an IPv6 address.
    pub fn bare_host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.host, self.port)
    }
}

#[derive(Clone, Debug)]
pub struct Config {
    /// At least one. The publisher starts at the first, the subscriber at the second.
    pub endpoints: Vec<Endpoint>,
    pub username: String,
    pub password: String,
    pub mqtt_version: MqttVersion,
    /// The subscriber's session ends with its connection.
    pub clean_subscriber: bool,
    pub run_id: String,
    pub phase: String,
    pub client_id: String,
    pub topic: String,
    pub message_count: u64,
    pub message_rate: f64,
    pub payload_bytes: usize,
    pub ack_wait: Duration,
    pub drain_max: Duration,
    pub setup_limit: Duration,
    pub time_limit: Duration,
    pub start_file: Option<String>,
    pub ledger_path: Option<String>,
}

impl Config {
    pub fn publisher_id(&self) -> String {
        format!("{}-pub", self.client_id)
    }

    pub fn subscriber_id(&self) -> String {
        format!("{}-sub", self.client_id)
    }

    /// `lookup` gives a variable's value; `unique` makes the default client id and topic this process's own.
    pub fn parse(lookup: impl Fn(&str) -> Option<String>, unique: &str) -> Result<Self, Vec<String>> {
        let mut reader = Reader {
            lookup,
            errors: Vec::new(),
        };
        let config = Self::read(&mut reader, unique);
        if reader.errors.is_empty() {
            Ok(config)
        } else {
            Err(reader.errors)
        }
    }

    fn read(reader: &mut Reader<impl Fn(&str) -> Option<String>>, unique: &str) -> Self {
        let config = Self {
            endpoints: reader.endpoints(),
            username: reader.text("MQTT_USERNAME", ""),
            password: reader.text("MQTT_PASSWORD", ""),
            mqtt_version: reader.version(),
            clean_subscriber: reader.either("SUBSCRIBER_SESSION", "persistent", "clean") == "clean",
            run_id: reader.text("RUN_ID", "manual"),
            phase: reader.text("PHASE", "manual"),
            client_id: reader.text("CLIENT_ID", &format!("rust-{unique}")),
            topic: reader.text("TOPIC", &format!("chaos/manual/rust-{unique}")),
            message_count: reader.whole("MESSAGE_COUNT", 1_000, 1..=1_000_000),
            message_rate: reader.decimal("MESSAGE_RATE", 50.0, 0.001..=100_000.0),
            payload_bytes: reader.whole("PAYLOAD_BYTES", 256, 1..=1_000_000) as usize,
            ack_wait: reader.milliseconds("ACK_WAIT_MS", 5_000, 1..=HOUR_MS),
            drain_max: reader.milliseconds("DRAIN_MAX_MS", 30_000, 0..=HOUR_MS),
            setup_limit: reader.milliseconds("SETUP_LIMIT_MS", 20_000, 1..=HOUR_MS),
            time_limit: reader.milliseconds("TIME_LIMIT_MS", 180_000, 1..=24 * HOUR_MS),
            start_file: reader.value("START_FILE"),
            ledger_path: reader.value("LEDGER_PATH"),
        };
        let is_topic_name = !config.topic.contains(['+', '#']) && config.topic.len() <= LONGEST_TOPIC_BYTES;
        reader.check(is_topic_name, || {
            let shown: String = config.topic.chars().take(80).collect();
            format!(
                "TOPIC: expected a topic name without wildcards, at most {LONGEST_TOPIC_BYTES} bytes, got {shown:?}"
            )
        });
        reader.check(config.password.is_empty() || !config.username.is_empty(), || {
            "MQTT_PASSWORD: expected MQTT_USERNAME beside it, as MQTT 3.1.1 demands, got a password alone".to_owned()
        });
        config
    }
}

/// A name, an IPv4 address, or an IPv6 address in brackets.
fn is_host(text: &str) -> bool {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match bare {
        Some(address) => {
            !address.is_empty() && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':' || b == b'.')
        }
        None => !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || "[]:,".contains(c)),
    }
}

struct Reader<F> {
    lookup: F,
    errors: Vec<String>,
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    /// An empty variable counts as unset.
    fn value(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    fn text(&self, name: &str, default: &str) -> String {
        self.value(name).unwrap_or_else(|| default.to_owned())
    }

    fn check(&mut self, holds: bool, error: impl FnOnce() -> String) {
        if !holds {
            self.errors.push(error());
        }
    }

    fn whole(&mut self, name: &str, default: u64, range: RangeInclusive<u64>) -> u64 {
        self.number(name, "a whole number", default, range)
    }

    /// At most one point, and digits before and after it: `parse` alone would take "1e3", "nan" and "+7".
    fn decimal(&mut self, name: &str, default: f64, range: RangeInclusive<f64>) -> f64 {
        self.number(name, "a number", default, range)
    }

    fn milliseconds(&mut self, name: &str, default: u64, range: RangeInclusive<u64>) -> Duration {
        Duration::from_millis(self.whole(name, default, range))
    }

    fn number<T>(&mut self, name: &str, kind: &str, default: T, range: RangeInclusive<T>) -> T
    where
        T: FromStr + PartialOrd + Copy + fmt::Display,
    {
        let Some(text) = self.value(name) else {
            return default;
        };
        let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(number) if range.contains(&number) && text.splitn(2, '.').all(is_digits) => number,
            _ => {
                let (low, high) = (range.start(), range.end());
                self.errors
                    .push(format!("{name}: expected {kind} from {low} to {high}, got {text:?}"));
                default
            }
        }
    }

    fn endpoints(&mut self) -> Vec<Endpoint> {
        let Some(own) = self.value("CLUSTER_ENDPOINT") else {
            self.errors
                .push("CLUSTER_ENDPOINT: expected host:port, got nothing".to_owned());
            return Vec::new();
        };
        let own = self.endpoint("CLUSTER_ENDPOINT", &own);
        match self.value("CLUSTER_ENDPOINTS") {
            None => own.into_iter().collect(),
            Some(all) => all
                .split(',')
                .filter_map(|text| self.endpoint("CLUSTER_ENDPOINTS", text.trim()))
                .collect(),
        }
    }

    fn endpoint(&mut self, name: &str, text: &str) -> Option<Endpoint> {
        let parts = text.rsplit_once(':').and_then(|(host, port)| {
            let port = port.parse().ok().filter(|port| *port > 0)?;
            is_host(host).then(|| Endpoint {
                host: host.to_owned(),
                port,
            })
        });
        self.check(parts.is_some(), || format!("{name}: expected host:port, got {text:?}"));
        parts
    }

    fn version(&mut self) -> MqttVersion {
        let [older, newer] = [MqttVersion::V311, MqttVersion::V5];
        if self.either("MQTT_VERSION", older.name(), newer.name()) == newer.name() {
            newer
        } else {
            older
        }
    }

    /// One of two words, the first of them where the variable is not set.
    fn either(&mut self, name: &str, usual: &str, other: &str) -> String {
        let text = self.text(name, usual);
        self.check(text == usual || text == other, || {
            format!("{name}: expected {usual} or {other}, got {text:?}")
        });
        text
    }
}
