//! The payload: who generated the message, and when it was due.

#[cfg(test)]
mod tests;

use serde::Deserialize;

/// Builds the payloads of one publisher, and recognises them.
pub struct PayloadFormat {
    run: String,
    phase: String,
    publisher: String,
    /// The members that are the same in every payload, up to and including `"seq":`.
    head: String,
    bytes: usize,
}

/// What a payload says of itself.
#[derive(Deserialize)]
pub struct Identity {
    pub run: String,
    pub phase: String,
    pub publisher: String,
    pub seq: u64,
    intended_us: u64,
}

/// `None` where it says too little to be anybody's.
pub fn decode(payload: &[u8]) -> Option<Identity> {
    serde_json::from_slice(payload).ok()
}

impl PayloadFormat {
    /// `bytes` is the size payloads are padded to; one that is longer without padding stays as long as it is.
    pub fn new(run: &str, phase: &str, publisher: &str, bytes: usize) -> Self {
        let quote = |text: &str| serde_json::Value::from(text).to_string();
        let head = format!(
            r#"{{"run":{},"phase":{},"publisher":{},"seq":"#,
            quote(run),
            quote(phase),
            quote(publisher)
        );
        Self {
            run: run.to_owned(),
            phase: phase.to_owned(),
            publisher: publisher.to_owned(),
            head,
            bytes,
        }
    }

    pub fn build(&self, seq: impl std::fmt::Display, intended_us: u64) -> String {
        let mut payload = format!(r#"{}{seq},"intended_us":{intended_us},"pad":""#, self.head);
        let end = r#""}"#;
        let missing = self.bytes.saturating_sub(payload.len() + end.len());
        payload.extend(std::iter::repeat_n('x', missing));
        payload.push_str(end);
        payload
    }

    /// The seq of a payload that names this publisher, run and phase, and when it was due; `None` for any other, or for one that
    /// cannot be read.
    pub fn named_by(&self, payload: &[u8]) -> Option<(u64, u64)> {
        let identity = decode(payload)?;
        let is_ours = identity.run == self.run && identity.phase == self.phase && identity.publisher == self.publisher;
        is_ours.then_some((identity.seq, identity.intended_us))
    }
}
