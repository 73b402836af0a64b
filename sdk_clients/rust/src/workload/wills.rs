//! wills: clients with a will die as it is planned, and a watcher is subscribed to their wills. Nothing is published.

use super::base::Base;
use super::mortal::Mortal;
use super::role::Role;
use super::{Spec, Workload};
use crate::config::workload::Kind;
use crate::run::SHORTEST_QUIET_US;
use std::sync::atomic::Ordering;
use std::sync::Arc;

pub const SPEC: Spec = Spec {
    has_deaths: true,
    // A clean end has no will that anybody could get.
    is_for_all: false,
    ..Spec::usual("wills", |mut base| {
        let config = base.config.clone();
        let deaths = &config.deaths;
        // Each connection has a will, and a takeover has two connections.
        base.planned = deaths.len() + deaths.iter().filter(|death| death.kind == Kind::Takeover).count();
        let delay_s = deaths.iter().map(|death| death.delay_s).max().unwrap_or(0);
        // The end of a mute client is noticed after one and a half keep-alives.
        base.silence_us = u64::from(config.keep_alive_s) * 1_500_000 + u64::from(delay_s) * 1_000_000;
        let qos = deaths.iter().map(|death| death.qos).max().unwrap_or(0);
        let filters = vec![(format!("{}/+", config.base.topic), qos)];
        let watcher = base.new_subscriber("watch", false, filters);
        let mortals = (0..deaths.len()).map(|n| Arc::new(Mortal::new(&base, n))).collect();
        Arc::new(Wills { base, watcher, mortals })
    })
};

struct Wills {
    base: Base,
    watcher: Arc<Role>,
    mortals: Vec<Arc<Mortal>>,
}

impl Workload for Wills {
    fn base(&self) -> &Base {
        &self.base
    }

    fn place(&self, _i: usize, _intended_us: u64) -> (String, u8) {
        (String::new(), 0)
    }

    fn subscribers(&self) -> Vec<Arc<Role>> {
        vec![self.watcher.clone()]
    }

    fn started(self: Arc<Self>) {
        let t0_us = self.base.t0_us.load(Ordering::Relaxed);
        for mortal in &self.mortals {
            tokio::spawn(mortal.clone().live(t0_us));
        }
    }

    fn happened(&self) -> usize {
        self.base.recorder.lock().tally.sent.len()
    }

    fn is_over(&self) -> bool {
        self.mortals.iter().all(|mortal| mortal.has_ended())
    }

    fn stop(&self) {
        for mortal in &self.mortals {
            mortal.stop();
        }
    }

    fn has_arrived(&self, since_published_us: u64) -> bool {
        let ack_wait_us = self.base.config.base.ack_wait.as_micros() as u64;
        since_published_us >= self.base.silence_us + SHORTEST_QUIET_US.max(2 * ack_wait_us)
    }

    fn end(self: Arc<Self>) -> bool {
        self.mortals.iter().all(|mortal| mortal.has_died())
    }

    fn close(&self) {
        for mortal in &self.mortals {
            mortal.release();
        }
    }
}
