//! The ledger as lines of JSON, so that a run can be judged again later. Pure, but for `write`.

use crate::config::Config;
use crate::ledger::Message;
use crate::state::State;
use serde::Serialize;
use std::fs::File;
use std::io::{Result, Write};

#[derive(Serialize)]
struct Head<'a> {
    ledger: u32,
    run: &'a str,
    phase: &'a str,
    sdk: &'static str,
    publisher: String,
    topic: &'a str,
    t0_us: Option<u64>,
    rate: f64,
    end_us: Option<u64>,
    /// Receipts that were none of this publisher's messages.
    unexpected: u64,
}

#[derive(Serialize)]
struct MessageLine<'a> {
    seq: usize,
    #[serde(flatten)]
    message: &'a Message,
}

/// The whole file: head, connection events in time order, messages by seq.
pub fn render(config: &Config, state: &State) -> String {
    let mut text = String::new();
    push_line(
        &mut text,
        &Head {
            ledger: 1,
            run: &config.run_id,
            phase: &config.phase,
            sdk: "rust",
            publisher: config.publisher_id(),
            topic: &config.topic,
            t0_us: state.timeline.t0_us,
            rate: config.message_rate,
            end_us: state.timeline.end_us,
            unexpected: state.ledger.unexpected,
        },
    );
    for event in state.journal.connections() {
        push_line(&mut text, event);
    }
    for impostor in &state.ledger.impostors {
        push_line(&mut text, impostor);
    }
    for (seq, message) in state.ledger.messages().iter().enumerate() {
        push_line(&mut text, &MessageLine { seq, message });
    }
    text
}

/// Writes and closes the file; a full disk is an error here, not a short ledger.
pub fn write(path: &str, text: &str) -> Result<()> {
    File::create(path)?.write_all(text.as_bytes())
}

fn push_line(text: &mut String, line: &impl Serialize) {
    text.push_str(&serde_json::to_string(line).expect("a line has no value that JSON cannot hold"));
    text.push('\n');
}
