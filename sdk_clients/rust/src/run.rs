//! The run: set-up, open loop, drain, goodbye. What it measures stays in the shared state.

use crate::clock::now_us;
use crate::config::Config;
use crate::connection::keep_connected;
use crate::publisher::Publisher;
use crate::state::{Shared, State};
use crate::subscriber::Subscriber;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

pub const LEAD_US: u64 = 50_000;
/// How often a wait looks again.
pub const TICK: Duration = Duration::from_millis(2);
/// How soon a signal is seen between two messages, and START_FILE before the first.
pub const NAP: Duration = Duration::from_millis(20);
pub const SHORTEST_QUIET_US: u64 = 10_000_000;
pub const GOODBYE_MAX_US: u64 = 2_000_000;
/// What the goodbye gets even where the time limit ended the run: a session left behind keeps messages at the broker.
pub const GOODBYE_MIN_US: u64 = 200_000;

pub struct Run {
    pub config: Arc<Config>,
    pub shared: Arc<Shared>,
    /// How many SIGTERM and SIGINT came: the first stops the publishing, the second ends the drain.
    pub signals: Arc<AtomicU32>,
    pub started_us: u64,
    /// Publishing and drain end here at the latest, which leaves time for the report.
    pub deadline_us: u64,
}

impl Run {
    pub async fn execute(&self) {
        let subscriber = Subscriber {
            topic: self.config.topic.clone(),
        };
        let mut connections = vec![tokio::spawn(keep_connected(
            subscriber,
            self.config.clone(),
            self.shared.clone(),
        ))];
        if self
            .set_up(|state| state.subscription.granted_endpoint().is_some())
            .await
        {
            let publisher = keep_connected(Publisher, self.config.clone(), self.shared.clone());
            connections.push(tokio::spawn(publisher));
            if self.set_up(|state| state.ready_endpoints().is_some()).await && self.announce() && self.start().await {
                // tokio's timers round up to the next millisecond, which would be part of every latency: a thread sleeps exactly.
                tokio::task::block_in_place(|| self.publish());
                self.drain().await;
            }
        }
        self.close();
        self.say_goodbye(connections).await;
    }

    fn signals(&self) -> u32 {
        self.signals.load(Ordering::Relaxed)
    }

    /// Waits for `is_done`; false where the set-up has failed or was stopped.
    async fn set_up(&self, is_done: impl Fn(&State) -> bool) -> bool {
        let limit_us = self
            .deadline_us
            .min(self.started_us + self.config.setup_limit.as_micros() as u64);
        loop {
            {
                let mut state = self.shared.lock();
                if is_done(&state) {
                    return true;
                }
                if state.login_refused {
                    return false;
                }
                if self.signals() > 0 {
                    self.stopped_in_set_up(&mut state);
                    return false;
                }
                if now_us() >= limit_us {
                    let missing = match state.subscription.granted_endpoint() {
                        None => "subscriber connected and subscribed at QoS 1",
                        Some(_) => "publisher connected",
                    };
                    let limit_ms = (limit_us - self.started_us) / 1_000;
                    state.journal.fatal(format!(
                        "setup_error: expected {missing} within {limit_ms} ms, got none"
                    ));
                    return false;
                }
            }
            tokio::time::sleep(TICK).await;
        }
    }

    /// Prints the ready line. False if a connection broke since the set-up saw both; then there is no run.
    fn announce(&self) -> bool {
        let mut state = self.shared.lock();
        let Some((publisher, subscriber)) = state.ready_endpoints() else {
            state
                .journal
                .fatal("setup_error: expected both connections to stay up until ready, got a lost one");
            return false;
        };
        let line = serde_json::json!({
            "event": "ready",
            "publisher": publisher.to_string(),
            "subscriber": subscriber.to_string(),
        });
        let mut stdout = std::io::stdout();
        // Nobody may be reading; the run does not depend on it.
        let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
        true
    }

    /// Waits for START_FILE, and fixes t0. False where it never came, or a signal did.
    async fn start(&self) -> bool {
        if let Some(path) = &self.config.start_file {
            while !Path::new(path).exists() {
                if self.signals() > 0 {
                    self.stopped_in_set_up(&mut self.shared.lock());
                    return false;
                }
                if now_us() >= self.deadline_us {
                    let limit_ms = self.config.time_limit.as_millis();
                    self.shared.lock().journal.fatal(format!(
                        "START_FILE: expected {path} before TIME_LIMIT_MS={limit_ms}, found none"
                    ));
                    return false;
                }
                tokio::time::sleep(NAP).await;
            }
        }
        self.shared.lock().timeline.t0_us = Some(now_us() + LEAD_US);
        true
    }

    fn stopped_in_set_up(&self, state: &mut State) {
        state.timeline.stopped_by_signal = true;
        state.journal.fatal("stopped by a signal during the set-up");
    }

    /// The open loop: every message has its time, whatever the broker does.
    fn publish(&self) {
        let t0_us = self.shared.lock().timeline.t0_us.unwrap_or_default();
        for seq in 0..self.config.message_count {
            let due_us = t0_us + (seq as f64 * 1e6 / self.config.message_rate) as u64;
            if !self.sleep_until(due_us) {
                break;
            }
            let mut state = self.shared.lock();
            let queued_us = now_us();
            state.ledger.generated(due_us, queued_us);
            state.flush_outbox(queued_us);
        }
        let mut state = self.shared.lock();
        let is_complete = state.ledger.messages().len() as u64 == self.config.message_count;
        state.timeline.published_us = Some(now_us());
        state.timeline.stopped_by_signal = !is_complete && self.signals() > 0;
    }

    /// False where the publishing is to stop before that time.
    fn sleep_until(&self, due_us: u64) -> bool {
        loop {
            let now = now_us();
            if self.signals() > 0 || now >= self.deadline_us {
                return false;
            }
            if now >= due_us {
                return true;
            }
            std::thread::sleep(Duration::from_micros(due_us - now).min(NAP));
        }
    }

    /// Until nothing is owed any more, or nothing comes any more, or a limit is reached.
    async fn drain(&self) {
        let started_us = now_us();
        let quiet_us = SHORTEST_QUIET_US.max(2 * self.config.ack_wait.as_micros() as u64);
        let limit_us = started_us + self.config.drain_max.as_micros() as u64;
        loop {
            let now = now_us();
            let last_us = {
                let mut state = self.shared.lock();
                // What the broker refused is due again at its own time.
                state.flush_outbox(now);
                let last_us = state.ledger.last_progress_us().max(started_us);
                if state.ledger.is_settled() {
                    return;
                }
                last_us
            };
            let reason = if self.signals() > 1 {
                "by a second signal".to_owned()
            } else if now >= self.deadline_us {
                return; // Said by `close`.
            } else if now >= limit_us {
                format!("by DRAIN_MAX_MS={}", self.config.drain_max.as_millis())
            } else if now >= last_us + quiet_us {
                format!(
                    "after {} ms without an acknowledgement or a first receipt",
                    quiet_us / 1_000
                )
            } else {
                tokio::time::sleep(TICK).await;
                continue;
            };
            self.shared.lock().journal.fatal(format!("drain ended {reason}"));
            return;
        }
    }

    fn close(&self) {
        let now = now_us();
        let mut state = self.shared.lock();
        state.ledger.close();
        state.closing = true;
        state.timeline.end_us = Some(now);
        if now >= self.deadline_us {
            let limit_ms = self.config.time_limit.as_millis();
            state
                .journal
                .fatal(format!("TIME_LIMIT_MS: ended by the limit of {limit_ms} ms"));
        }
        state.subscription.unsubscribe(&self.config.topic);
        state.outbox.disconnect();
    }

    /// Leaves the broker in order if it answers; part of no figure.
    async fn say_goodbye(&self, connections: Vec<JoinHandle<()>>) {
        let left_us = self.deadline_us.saturating_sub(now_us());
        let limit = tokio::time::sleep(Duration::from_micros(left_us.clamp(GOODBYE_MIN_US, GOODBYE_MAX_US)));
        tokio::pin!(limit);
        for mut connection in connections {
            tokio::select! {
                _ = &mut connection => {}
                () = &mut limit => connection.abort(),
            }
        }
    }
}
