//! The result line, the ledger file and the exit status, from the state at the end.

use crate::clock::now_us;
use crate::config::{Config, MqttVersion};
use crate::journal::Role;
use crate::latency::Latency;
use crate::ledger::Counts;
use crate::state::State;
use serde::Serialize;

pub const SDK: &str = "rust";
pub const LIBRARY: &str = "rumqttc 0.25.1";

#[derive(Debug, Default, Serialize)]
pub struct ResultLine {
    sdk: &'static str,
    library: &'static str,
    mqtt_version: &'static str,
    planned: u64,
    sent: u64,
    acked: u64,
    received: u64,
    lost: u64,
    recovered: u64,
    unconfirmed: u64,
    unsent: u64,
    lost_seqs: Vec<u64>,
    naive_lost: i64,
    duplicates: u64,
    duplicates_flagged: u64,
    unexpected: u64,
    inversions: u64,
    attempts: u64,
    refused_acks: u64,
    reconnects: usize,
    p50_ms: Option<f64>,
    p90_ms: Option<f64>,
    p99_ms: Option<f64>,
    p999_ms: Option<f64>,
    max_ms: Option<f64>,
    ack_p50_ms: Option<f64>,
    ack_p99_ms: Option<f64>,
    ack_max_ms: Option<f64>,
    lateness_p99_ms: Option<f64>,
    lateness_max_ms: Option<f64>,
    achieved_rate_ratio: f64,
    duration_seconds: f64,
    drain_ms: f64,
    publisher_endpoint: Option<String>,
    subscriber_endpoint: Option<String>,
    errors: Vec<String>,
}

impl ResultLine {
    /// The line of a run that could not be started.
    pub fn of_errors(errors: Vec<String>) -> Self {
        Self {
            sdk: SDK,
            library: LIBRARY,
            mqtt_version: MqttVersion::default().name(),
            errors,
            ..Self::default()
        }
    }

    pub fn of_run(config: &Config, state: &State, started_us: u64) -> Self {
        let messages = state.ledger.messages();
        let timeline = &state.timeline;
        let end_us = timeline.end_us.unwrap_or_else(now_us);
        let planned = planned(config, state);
        let counts = state.ledger.counts(planned);
        let receipts = Latency::of_receipts(messages, end_us);
        let acks = Latency::of_acks(messages, end_us);
        let lateness = Latency::of_generator(messages);
        let if_received = |value: f64| (counts.received > 0).then_some(value);
        let if_acked = |value: f64| (counts.acked > 0).then_some(value);
        let if_generated = |value: f64| (!messages.is_empty()).then_some(value);
        Self {
            planned,
            duplicates: state.ledger.duplicates,
            duplicates_flagged: state.ledger.duplicates_flagged,
            unexpected: state.ledger.unexpected,
            inversions: state.ledger.inversions,
            refused_acks: state.ledger.refused_acks,
            mqtt_version: config.mqtt_version.name(),
            reconnects: state.journal.reconnects(),
            p50_ms: if_received(receipts.quantile_ms(0.5)),
            p90_ms: if_received(receipts.quantile_ms(0.9)),
            p99_ms: if_received(receipts.quantile_ms(0.99)),
            p999_ms: if_received(receipts.quantile_ms(0.999)),
            max_ms: if_received(receipts.max_ms()),
            ack_p50_ms: if_acked(acks.quantile_ms(0.5)),
            ack_p99_ms: if_acked(acks.quantile_ms(0.99)),
            ack_max_ms: if_acked(acks.max_ms()),
            lateness_p99_ms: if_generated(lateness.quantile_ms(0.99)),
            lateness_max_ms: if_generated(lateness.max_ms()),
            achieved_rate_ratio: achieved_rate_ratio(config, state, planned),
            duration_seconds: (now_us().saturating_sub(started_us) / 1_000) as f64 / 1e3,
            drain_ms: end_us.saturating_sub(timeline.published_us.unwrap_or(end_us)) as f64 / 1e3,
            publisher_endpoint: state.journal.first_endpoint(Role::Publisher),
            subscriber_endpoint: state.journal.first_endpoint(Role::Subscriber),
            ..Self::of_errors(state.journal.errors())
        }
        .with_counts(counts)
    }

    fn with_counts(self, counts: Counts) -> Self {
        Self {
            sent: counts.sent,
            acked: counts.acked,
            received: counts.received,
            lost: counts.lost,
            recovered: counts.recovered,
            unconfirmed: counts.unconfirmed,
            unsent: counts.unsent,
            lost_seqs: counts.lost_seqs,
            naive_lost: counts.naive_lost,
            attempts: counts.attempts,
            ..self
        }
    }
}

pub fn json(line: &impl Serialize) -> String {
    serde_json::to_string(line).expect("the line has no value that JSON cannot hold")
}

/// Everything planned was sent, acknowledged and received, and that was at least one message.
pub fn is_success(config: &Config, state: &State) -> bool {
    let planned = planned(config, state);
    planned > 0 && state.ledger.counts(planned).ok == planned
}

fn planned(config: &Config, state: &State) -> u64 {
    if state.timeline.stopped_by_signal {
        state.ledger.messages().len() as u64
    } else {
        config.message_count
    }
}

/// The share of the planned messages that was generated, over the time that this took beyond the planned one.
fn achieved_rate_ratio(config: &Config, state: &State, planned: u64) -> f64 {
    let messages = state.ledger.messages();
    let Some(last) = messages.last() else {
        return 0.0;
    };
    let planned_us = planned as f64 * 1e6 / config.message_rate;
    let late_us = last.queued_us.saturating_sub(last.intended_us) as f64;
    let ratio = messages.len() as f64 / planned as f64 * planned_us / (planned_us + late_us);
    (ratio.min(1.0) * 1e6).round() / 1e6
}
