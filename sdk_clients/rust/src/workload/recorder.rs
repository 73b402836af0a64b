//! Every event of a workload, as the ledger of version 2 has them: written by every task, behind one lock.

#[cfg(test)]
mod tests;

use super::packet::{ConnackFrame, PublishFrame, REFUSED_FROM};
use super::publication::{MessageId, Publication, Will};
use super::rows::{EventsHead, Row, What, Who};
use super::tally::Tally;
use crate::clock::now_us;
use crate::journal::Journal;
use crate::payload;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// 300 MB. A ledger that leaves something out would accuse a broker, so beyond this there is none.
const MAX_EVENTS: usize = 1_000_000;

pub struct Recorder {
    run: String,
    phase: String,
    limit: usize,
    recorded: Mutex<Recorded>,
}

#[derive(Default)]
pub struct Recorded {
    rows: Vec<Row>,
    /// Lines of the ledger after its first.
    pub events: usize,
    pub tally: Tally,
    pub journal: Journal,
    /// How many of publisher and subscriber were made.
    pub connections: usize,
    /// When the last acknowledgement or first receipt came.
    pub progress_us: u64,
    pub overflowed: bool,
    frozen: bool,
}

impl Recorder {
    /// Of whose messages: others are unexpected.
    pub fn new(run: &str, phase: &str) -> Self {
        Self {
            run: run.to_owned(),
            phase: phase.to_owned(),
            limit: MAX_EVENTS,
            recorded: Mutex::default(),
        }
    }

    pub fn lock(&self) -> MutexGuard<'_, Recorded> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What may repeat while a broker is down.
    pub fn note(&self, text: impl Into<String>) {
        self.lock().journal.error(text);
    }

    /// What decides the exit status.
    pub fn error(&self, text: impl Into<String>) {
        self.lock().journal.fatal(text);
    }

    pub fn add(&self, who: &Who, at_us: u64, what: What) {
        self.lock().add(self.limit, who, at_us, what);
    }

    /// The answer to a CONNECT. A Server Keep Alive takes the place of what was asked for.
    pub fn connacked(&self, who: &Who, at_us: u64, connack: &ConnackFrame, counts: bool) {
        let mut recorded = self.lock();
        if recorded.frozen {
            return;
        }
        if let Some(seconds) = connack.keep_alive {
            recorded.keep_alive_is(who, seconds);
        }
        recorded.connections += usize::from(connack.code == 0 && counts);
        let what = What::Connack {
            code: connack.code,
            session_present: connack.session_present,
            maximum_qos: connack.maximum_qos,
            retain_available: connack.retain,
            shared_available: connack.shared,
        };
        recorded.add(self.limit, who, at_us, what);
    }

    /// A broker took a will over with a CONNECT.
    pub fn entrusted(&self, who: &Who, will: &Will) {
        let mut recorded = self.lock();
        if !recorded.frozen {
            recorded.tally.entrust(&who.client, will);
        }
    }

    /// A message is about to go out for the first time.
    pub fn sent(&self, who: &Who, at_us: u64, message: &Publication) {
        let mut recorded = self.lock();
        if recorded.frozen {
            return;
        }
        let what = What::Send {
            topic: message.topic.clone(),
            seq: message.seq,
            qos: message.qos,
            retain: message.retain,
            clears: message.clears(),
        };
        recorded.add(self.limit, who, at_us, what);
        recorded.tally.send(&who.client, message);
    }

    /// A PUBACK, PUBREC or PUBCOMP; `message` is `None` where its packet id is not in use.
    pub fn acknowledged(&self, who: &Who, at_us: u64, message: Option<&Publication>, (step, code): (&'static str, u8)) {
        let mut recorded = self.lock();
        if recorded.frozen {
            return;
        }
        let (client, name) = (&who.client, step.to_uppercase());
        let Some(message) = message else {
            let text = format!("{client}: {name} for a packet id that is not in use");
            recorded.journal.error(text);
            return;
        };
        let what = What::Ack {
            topic: message.topic.clone(),
            seq: message.seq,
            step,
            code,
        };
        recorded.add(self.limit, who, at_us, what);
        if code >= REFUSED_FROM {
            recorded
                .journal
                .error(format!("{client}: {name} refused: 0x{code:02x}"));
        }
        if recorded.tally.acknowledge(message.id(client), step, code) {
            recorded.progress_us = recorded.progress_us.max(at_us);
        }
    }

    /// A delivery. Whose message it is; `None` where it is nobody's of this run and phase.
    pub fn received(&self, who: &Who, at_us: u64, packet: &PublishFrame) -> Option<MessageId> {
        let named = payload::decode(&packet.payload).filter(|named| named.run == self.run && named.phase == self.phase);
        let mut recorded = self.lock();
        let id = match named {
            Some(named) => Some(MessageId {
                publisher: named.publisher.into(),
                topic: packet.topic.as_str().into(),
                seq: named.seq,
            }),
            None if packet.payload.is_empty() => recorded.tally.cleared_by(&packet.topic),
            None => None,
        };
        if recorded.frozen {
            return id;
        }
        let Some(id) = id else {
            recorded.tally.unexpected += 1;
            return None;
        };
        let what = What::Receive {
            topic: id.topic.clone(),
            publisher: id.publisher.clone(),
            seq: id.seq,
            qos: packet.qos,
            retain: packet.retain,
            dup: packet.dup,
        };
        recorded.add(self.limit, who, at_us, what);
        if recorded.tally.receive(&id, at_us) {
            recorded.progress_us = recorded.progress_us.max(at_us);
        }
        Some(id)
    }

    /// Ends all counting, and says when. Without this the farewell would enter the figures.
    pub fn freeze(&self) -> u64 {
        self.lock().frozen = true;
        now_us()
    }

    /// Writes the ledger, in place: LEDGER_PATH may be a device. Rows are sorted: each has the time at which it happened, and tasks
    /// enter them in any order. Only after `freeze`.
    pub fn write(&self, path: &str, workload: &'static str, t0_us: Option<u64>, end_us: u64) -> std::io::Result<()> {
        // Not written under the lock: a disk that hangs must not keep the last resort from its report. Not copied: there may be
        // hundreds of megabytes.
        let mut rows = std::mem::take(&mut self.lock().rows);
        rows.sort_by_key(|row| row.at_us);
        let head = EventsHead {
            ledger: 2,
            run: &self.run,
            phase: &self.phase,
            sdk: "rust",
            workload,
            t0_us,
            end_us,
        };
        let mut file = BufWriter::new(File::create(path)?);
        serde_json::to_writer(&mut file, &head)?;
        file.write_all(b"\n")?;
        for row in &rows {
            serde_json::to_writer(&mut file, row)?;
            file.write_all(b"\n")?;
        }
        file.flush()
    }
}

impl Recorded {
    fn add(&mut self, limit: usize, who: &Who, at_us: u64, what: What) {
        if self.frozen {
            return;
        }
        if self.events < limit {
            self.events += 1;
            self.rows.push(Row {
                event: what.event(),
                who: who.clone(),
                at_us,
                what,
            });
        } else if !self.overflowed {
            self.overflowed = true;
            self.journal
                .fatal(format!("ledger: more than {limit} events: none is written"));
        }
    }

    fn keep_alive_is(&mut self, who: &Who, seconds: u16) {
        let asked =
            self.rows.iter_mut().rev().find(|row| {
                row.event == "connect" && row.who.connection == who.connection && row.who.client == who.client
            });
        if let Some(What::Connect { keep_alive_s, .. }) = asked.map(|row| &mut row.what) {
            *keep_alive_s = seconds;
        }
    }
}

#[cfg(test)]
impl Recorder {
    pub fn with_limit(limit: usize) -> Self {
        Self {
            limit,
            ..Self::new("r", "p")
        }
    }

    pub fn rows(&self) -> Vec<serde_json::Value> {
        let to_value = |row: &Row| serde_json::to_value(row).expect("a row is JSON");
        self.lock().rows.iter().map(to_value).collect()
    }
}
