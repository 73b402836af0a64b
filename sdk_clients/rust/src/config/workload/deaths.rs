//! DEATHS: when, where and how each client with a will is to end.

use super::number;
use crate::config::{Config, MqttVersion, Reader};

pub(super) const MAX_DEATHS: usize = 200;
const DEATH: &str = "at_ms:endpoint:clean|cut|mute|takeover|disconnect04:qos:delay_s";
/// Kind and QoS of the will; each of them in every version of MQTT.
pub(super) const USUAL_DEATHS: [&str; 5] = ["clean:1", "cut:1", "mute:1", "cut:0", "takeover:1"];
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
    pub(super) fn deaths(&mut self, count: usize, base: &Config) -> Vec<Death> {
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
