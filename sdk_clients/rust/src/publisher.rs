//! The publisher's side of a connection: what its packets mean for the outbox and the ledger.

use crate::connection::{NewLink, Session};
use crate::journal::Role;
use crate::link::Happening;
use crate::state::State;

pub struct Publisher;

impl Session for Publisher {
    const ROLE: Role = Role::Publisher;

    fn connected(&mut self, state: &mut State, link: NewLink, at_us: u64) {
        state.outbox.connected(link.client, link.endpoint);
        state.flush_outbox(at_us);
    }

    fn happened(&mut self, state: &mut State, what: Happening, at_us: u64) {
        match what {
            Happening::WentOut(packet_id) => state.outbox.went_out(packet_id),
            Happening::Acknowledged(packet_id) => {
                if let Some(seq) = state.outbox.acknowledged(packet_id) {
                    state.ledger.acked(seq, at_us);
                }
            }
            Happening::Refused(packet_id, reason) => {
                state.ledger.refused();
                state.journal.error(format!("publisher: PUBACK refused: {reason}"));
                state.outbox.refused(packet_id, at_us);
            }
            _ => {}
        }
    }

    fn disconnected(&mut self, state: &mut State) {
        state.outbox.disconnected();
    }
}
