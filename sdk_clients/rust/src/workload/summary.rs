//! The result line of a workload. It counts, and judges nothing: whether a guarantee held is in the ledger.

#[cfg(test)]
mod tests;

use super::recorder::Recorded;
use super::usage::Usage;
use crate::config::MqttVersion;
use crate::latency::Latency;
use crate::report::{LIBRARY, SDK};
use serde::Serialize;

/// What the line says beyond its messages. Times are microseconds of CLOCK_MONOTONIC.
#[derive(Clone, Default)]
pub struct Facts {
    pub workload: &'static str,
    pub mqtt_version: MqttVersion,
    pub started_us: u64,
    pub now_us: u64,
    pub published_us: Option<u64>,
    pub end_us: u64,
    pub planned: usize,
    /// Is every message meant for a subscriber? Else nobody can call one lost.
    pub is_for_all: bool,
    pub measures_latency: bool,
    pub planned_connections: usize,
    pub publisher_endpoint: Option<String>,
    pub subscriber_endpoint: Option<String>,
    /// Where what it costs matters.
    pub usage: Option<Usage>,
}

/// Field by field in the order of CONTRACT.md.
#[derive(Debug, Serialize)]
pub struct Summary {
    sdk: &'static str,
    library: &'static str,
    mqtt_version: &'static str,
    workload: &'static str,
    planned: usize,
    sent: usize,
    acked: usize,
    received: usize,
    lost: usize,
    unconfirmed: usize,
    unsent: usize,
    duplicates: u64,
    unexpected: u64,
    attempts: u64,
    refused_acks: u64,
    reconnects: usize,
    p50_ms: Option<f64>,
    p99_ms: Option<f64>,
    max_ms: Option<f64>,
    events: usize,
    duration_seconds: f64,
    drain_ms: f64,
    publisher_endpoint: Option<String>,
    subscriber_endpoint: Option<String>,
    #[serde(flatten)]
    usage: Option<Usage>,
    errors: Vec<String>,
}

impl Summary {
    pub fn of(recorded: &Recorded, facts: Facts) -> Self {
        let tally = &recorded.tally;
        let (sent, received) = (tally.sent.len(), tally.received.len());
        let lost = if facts.is_for_all { tally.awaited.len() } else { 0 };
        let arrived = tally.sent.keys().filter(|id| tally.received.contains_key(*id)).count();
        let is_measured = facts.measures_latency && sent > 0 && received > 0;
        let latency = is_measured.then(|| Latency::of(tally.latencies_us(facts.end_us)));
        let quantile = |of: f64| latency.as_ref().map(|latency| latency.quantile_ms(of));
        let published_us = facts.published_us.unwrap_or(facts.end_us);
        Self {
            sdk: SDK,
            library: LIBRARY,
            mqtt_version: facts.mqtt_version.name(),
            workload: facts.workload,
            planned: facts.planned,
            sent,
            acked: tally.acked.len(),
            received,
            lost,
            unconfirmed: (sent - arrived).saturating_sub(lost),
            unsent: facts.planned.saturating_sub(sent),
            duplicates: tally.duplicates,
            unexpected: tally.unexpected,
            attempts: tally.attempts,
            refused_acks: tally.refused_acks,
            reconnects: recorded.connections.saturating_sub(facts.planned_connections),
            p50_ms: quantile(0.5),
            p99_ms: quantile(0.99),
            max_ms: latency.as_ref().map(Latency::max_ms),
            events: recorded.events,
            duration_seconds: (facts.now_us.saturating_sub(facts.started_us) / 1_000) as f64 / 1e3,
            drain_ms: facts.end_us.saturating_sub(published_us) as f64 / 1e3,
            publisher_endpoint: facts.publisher_endpoint,
            subscriber_endpoint: facts.subscriber_endpoint,
            usage: facts.usage,
            errors: recorded.journal.errors(),
        }
    }

    /// Was everything that was planned done, and has everything arrived if it is for all?
    pub fn is_success(&self, is_for_all: bool) -> bool {
        self.planned > 0 && (!is_for_all || self.unsent + self.lost + self.unconfirmed == 0)
    }
}
