//! Percentiles of the messages' latencies. Pure: computed once, from the ledger, after the drain.

use crate::ledger::Message;
use hdrhistogram::Histogram;

const LOWEST_US: u64 = 1;
const HIGHEST_US: u64 = 600_000_000;
const SIGNIFICANT_DIGITS: u8 = 3;

pub struct Latency {
    histogram: Histogram<u64>,
}

impl Latency {
    pub fn of(values_us: impl Iterator<Item = u64>) -> Self {
        let mut histogram = Histogram::new_with_bounds(LOWEST_US, HIGHEST_US, SIGNIFICANT_DIGITS)
            .expect("the bounds are constants that the histogram accepts");
        for value_us in values_us {
            histogram.saturating_record(value_us.clamp(LOWEST_US, HIGHEST_US));
        }
        Self { histogram }
    }

    /// First receipt minus intended time. A sent message that never came enters with the drain's end, so that a loss cannot
    /// make the latency look better.
    pub fn of_receipts(messages: &[Message], end_us: u64) -> Self {
        Self::of(sent(messages).map(|m| m.recv_us.unwrap_or(end_us).saturating_sub(m.intended_us)))
    }

    /// PUBACK minus intended time, censored in the same way.
    pub fn of_acks(messages: &[Message], end_us: u64) -> Self {
        Self::of(sent(messages).map(|m| m.ack_us.unwrap_or(end_us).saturating_sub(m.intended_us)))
    }

    /// How late the generator was.
    pub fn of_generator(messages: &[Message]) -> Self {
        Self::of(messages.iter().map(|m| m.queued_us.saturating_sub(m.intended_us)))
    }

    pub fn quantile_ms(&self, quantile: f64) -> f64 {
        self.histogram.value_at_quantile(quantile) as f64 / 1_000.0
    }

    pub fn max_ms(&self) -> f64 {
        self.histogram.max() as f64 / 1_000.0
    }
}

fn sent(messages: &[Message]) -> impl Iterator<Item = &Message> {
    messages.iter().filter(|message| message.sent_us.is_some())
}

#[cfg(test)]
mod tests {
    use super::Latency;
    use crate::ledger::Message;

    fn message(sent_us: Option<u64>, recv_us: Option<u64>) -> Message {
        Message {
            intended_us: 1_000,
            queued_us: 1_500,
            sent_us,
            recv_us,
            ..Message::default()
        }
    }

    #[test]
    fn a_message_that_never_came_enters_with_the_end_of_the_drain() {
        let messages = [
            message(Some(1_500), Some(3_000)),
            message(Some(1_500), None),
            message(None, None),
        ];
        let latency = Latency::of_receipts(&messages, 501_000);

        assert_eq!(latency.quantile_ms(0.5), 2.0);
        assert!((latency.max_ms() - 500.0).abs() < 0.5);
        assert_eq!(latency.histogram.len(), 2);
    }

    #[test]
    fn lateness_counts_every_generated_message() {
        let lateness = Latency::of_generator(&[message(None, None)]);

        assert_eq!(lateness.max_ms(), 0.5);
    }
}
