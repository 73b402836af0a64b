//! What happened to each message, and the counts that follow from it. Pure: times are handed in, nothing is read or written.

#[cfg(test)]
mod tests;

use serde::Serialize;

/// How many lost messages the result line names.
const LOST_SEQS_SHOWN: usize = 200;
/// How many receipts that only name this publisher the ledger shows.
const IMPOSTORS_SHOWN: usize = 20;

/// One generated message; its `seq` is its place in the ledger. Times are microseconds of CLOCK_MONOTONIC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Message {
    pub intended_us: u64,
    pub queued_us: u64,
    pub sent_us: Option<u64>,
    pub attempts: u32,
    pub ack_us: Option<u64>,
    pub recv_us: Option<u64>,
    pub dups: u32,
}

/// A receipt that names this publisher, and is none of its messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Impostor {
    pub unexpected: Named,
    pub at_us: u64,
}

/// Which message a payload says it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    pub seq: u64,
    pub intended_us: u64,
}

/// Totals over all messages. Every planned message is in exactly one of ok, lost, recovered, unconfirmed and unsent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub sent: u64,
    pub acked: u64,
    pub received: u64,
    pub ok: u64,
    pub lost: u64,
    pub recovered: u64,
    pub unconfirmed: u64,
    pub unsent: u64,
    pub lost_seqs: Vec<u64>,
    pub naive_lost: i64,
    pub attempts: u64,
}

#[derive(Debug, Default)]
pub struct Ledger {
    messages: Vec<Message>,
    acked: usize,
    acked_and_received: usize,
    highest_received: Option<usize>,
    last_progress_us: u64,
    closed: bool,
    pub duplicates: u64,
    pub duplicates_flagged: u64,
    pub unexpected: u64,
    pub impostors: Vec<Impostor>,
    pub inversions: u64,
    pub refused_acks: u64,
}

impl Ledger {
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// Enters the next message and returns its seq.
    pub fn generated(&mut self, intended_us: u64, queued_us: u64) -> usize {
        self.messages.push(Message {
            intended_us,
            queued_us,
            ..Message::default()
        });
        self.messages.len() - 1
    }

    pub fn handed_over(&mut self, seq: usize, at_us: u64) {
        if self.closed {
            return;
        }
        let message = &mut self.messages[seq];
        message.attempts += 1;
        message.sent_us.get_or_insert(at_us);
    }

    /// A PUBACK. Only the first one of a message counts; a repeated hand-over is acknowledged again.
    pub fn acked(&mut self, seq: usize, at_us: u64) {
        let message = &mut self.messages[seq];
        if self.closed || message.ack_us.is_some() {
            return;
        }
        message.ack_us = Some(at_us);
        self.acked += 1;
        self.acked_and_received += usize::from(message.recv_us.is_some());
        self.last_progress_us = at_us;
    }

    /// A receipt that says it is message `seq` of this publisher, run and phase.
    pub fn received(&mut self, seq: u64, flagged_dup: bool, at_us: u64) {
        let seq = usize::try_from(seq).unwrap_or(usize::MAX);
        if self.closed {
            return;
        }
        let Some(message) = self.messages.get_mut(seq) else {
            self.unexpected += 1;
            return;
        };
        if message.recv_us.is_some() {
            message.dups += 1;
            self.duplicates += 1;
            self.duplicates_flagged += u64::from(flagged_dup);
            return;
        }
        message.recv_us = Some(at_us);
        self.acked_and_received += usize::from(message.ack_us.is_some());
        self.last_progress_us = at_us;
        if self.highest_received.is_some_and(|highest| seq < highest) {
            self.inversions += 1;
        }
        self.highest_received = self.highest_received.max(Some(seq));
    }

    /// A receipt that names this publisher: ours only if that message was due then. Another copy of this client has another schedule.
    pub fn received_named(&mut self, (seq, intended_us): (u64, u64), flagged_dup: bool, at_us: u64) {
        let message = usize::try_from(seq).ok().and_then(|seq| self.messages.get(seq));
        if message.is_some_and(|message| message.intended_us == intended_us) {
            return self.received(seq, flagged_dup, at_us);
        }
        self.received_unexpected();
        if !self.closed && self.impostors.len() < IMPOSTORS_SHOWN {
            let unexpected = Named { seq, intended_us };
            self.impostors.push(Impostor { unexpected, at_us });
        }
    }

    /// A PUBACK that refuses: no acknowledgement.
    pub fn refused(&mut self) {
        self.refused_acks += u64::from(!self.closed);
    }

    /// A receipt that is not of this publisher, run and phase, or that could not be read.
    pub fn received_unexpected(&mut self) {
        self.unexpected += u64::from(!self.closed);
    }

    /// Every generated message is acknowledged, and every acknowledged one received.
    pub fn is_settled(&self) -> bool {
        self.acked == self.messages.len() && self.acked_and_received == self.acked
    }

    /// Time of the last first acknowledgement or first receipt; 0 before any.
    pub fn last_progress_us(&self) -> u64 {
        self.last_progress_us
    }

    /// End of the drain: whatever still arrives while the connections are taken down is part of no figure.
    pub fn close(&mut self) {
        self.closed = true;
    }

    /// Classifies everything planned; what was never generated is unsent.
    pub fn counts(&self, planned: u64) -> Counts {
        let mut counts = Counts {
            unsent: planned.saturating_sub(self.messages.len() as u64),
            ..Counts::default()
        };
        for (seq, message) in self.messages.iter().enumerate() {
            counts.attempts += u64::from(message.attempts);
            counts.sent += u64::from(message.sent_us.is_some());
            counts.acked += u64::from(message.ack_us.is_some());
            counts.received += u64::from(message.recv_us.is_some());
            match (message.ack_us, message.recv_us, message.sent_us) {
                (Some(_), Some(_), _) => counts.ok += 1,
                (Some(_), None, _) => {
                    counts.lost += 1;
                    if counts.lost_seqs.len() < LOST_SEQS_SHOWN {
                        counts.lost_seqs.push(seq as u64);
                    }
                }
                (None, Some(_), _) => counts.recovered += 1,
                (None, None, Some(_)) => counts.unconfirmed += 1,
                (None, None, None) => counts.unsent += 1,
            }
        }
        let receipts = counts.received + self.duplicates;
        counts.naive_lost = counts.sent as i64 - receipts as i64;
        counts
    }
}
