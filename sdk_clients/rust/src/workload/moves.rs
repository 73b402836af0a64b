//! The moves from endpoint to endpoint that a workload plans.

use super::base::Base;
use super::role::Role;
use crate::clock::now_us;
use std::sync::atomic::Ordering;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

pub struct Moves<'a> {
    base: &'a Base,
    /// In the order in which they leave.
    roles: Vec<Arc<Role>>,
}

impl<'a> Moves<'a> {
    pub fn new(base: &'a Base, roles: Vec<Arc<Role>>) -> Self {
        Self { base, roles }
    }

    /// Until publishing has ended. All leave in one way before the next way has its turn.
    pub async fn make(self) {
        let config = &self.base.config;
        let every_us = config.move_every_ms * 1_000;
        let t0_us = self.base.t0_us.load(Ordering::Relaxed);
        for number in 0_usize.. {
            let due_us = t0_us + (number as u64 + 1) * every_us;
            sleep(Duration::from_micros(due_us.saturating_sub(now_us()))).await;
            if self.base.stopped() {
                return;
            }
            let (round, turn) = (number / self.roles.len(), number % self.roles.len());
            self.roles[turn].go_on(config.moves[round % config.moves.len()]);
        }
    }
}
