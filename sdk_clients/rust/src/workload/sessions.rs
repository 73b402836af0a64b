//! sessions: a persistent subscriber leaves and comes back on another endpoint, while messages are published and new topics appear.

use super::base::Base;
use super::recorded::unpoisoned;
use super::role::Role;
use super::{Spec, Workload};
use crate::clock::now_us;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const TICK: Duration = Duration::from_millis(10);
const LEAVING_LIMIT: Duration = Duration::from_secs(3);
const MAX_TOPICS: usize = 1_000;

pub const SPEC: Spec = Spec {
    is_for_all: true,
    ..Spec::usual("sessions", |base| {
        let base = base.with_publisher();
        // By a wildcard, so that its session must take up topics that appear while it is away.
        let filters = vec![(format!("{}/+", base.config.base.topic), base.highest_qos())];
        let subscriber = base.new_subscriber("sub", base.config.base.clean_subscriber, filters);
        Arc::new(Sessions {
            base,
            subscriber: Mutex::new(subscriber),
            is_back: AtomicBool::new(false),
        })
    })
};

struct Sessions {
    base: Base,
    subscriber: Mutex<Arc<Role>>,
    is_back: AtomicBool,
}

impl Sessions {
    fn role(&self) -> Arc<Role> {
        unpoisoned(&self.subscriber).clone()
    }

    async fn go_and_come_back(&self) {
        let (config, recorder) = (&self.base.config, &self.base.recorder);
        if !self
            .wait_for(config.offline_file.as_deref(), config.offline_at_ms)
            .await
        {
            recorder.error("sessions: publishing was over before the subscriber was to leave");
            return;
        }
        let role = self.role();
        let left = role.seen().endpoint;
        role.leave(LEAVING_LIMIT).await;
        if !self.wait_for(config.resume_file.as_deref(), config.resume_at_ms).await {
            recorder.error("sessions: publishing was over before the subscriber was to come back, so it came then");
        }
        let endpoints = &config.base.endpoints;
        let place = endpoints.iter().position(|endpoint| Some(endpoint) == left.as_ref());
        let next = config.resume_endpoint.unwrap_or(place.map_or(0, |place| place + 1));
        let again = role.returned();
        *unpoisoned(&self.subscriber) = again.clone();
        tokio::spawn(again.keep_up(next));
    }

    /// Waits for the file, if there is to be one, else for the time; false where publishing is over before.
    async fn wait_for(&self, path: Option<&str>, at_ms: u64) -> bool {
        let at_us = self.base.t0_us.load(Ordering::Relaxed) + at_ms * 1_000;
        loop {
            let has_come = match path {
                Some(path) => Path::new(path).exists(),
                None => now_us() >= at_us,
            };
            if has_come || self.base.stopped() {
                return has_come;
            }
            tokio::time::sleep(TICK).await;
        }
    }
}

impl Workload for Sessions {
    fn base(&self) -> &Base {
        &self.base
    }

    fn place(&self, i: usize, intended_us: u64) -> (String, u8) {
        let (qos, round) = self.base.turn(i);
        let config = &self.base.config;
        let since_us = intended_us.saturating_sub(self.base.t0_us.load(Ordering::Relaxed));
        let appeared = since_us / (config.new_topic_every_ms * 1_000);
        let topics = (config.topics + appeared as usize).min(MAX_TOPICS);
        (format!("{}/{}", config.base.topic, round % topics), qos)
    }

    fn subscribers(&self) -> Vec<Arc<Role>> {
        vec![self.role()]
    }

    fn started(self: Arc<Self>) {
        tokio::spawn(async move {
            self.go_and_come_back().await;
            self.is_back.store(true, Ordering::Relaxed);
        });
    }

    fn has_arrived(&self, since_published_us: u64) -> bool {
        self.is_back.load(Ordering::Relaxed) && self.base.has_arrived(since_published_us)
    }

    fn planned_connections(&self) -> usize {
        3
    }
}
