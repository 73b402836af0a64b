//! The set-up of a run: everybody connects, is announced, and waits for START_FILE.

use super::Engine;
use crate::clock::now_us;
use crate::run::{NAP, TICK};
use crate::workload::recorded::unpoisoned;
use crate::workload::role::Standing;
use std::io::Write;
use std::path::Path;

impl Engine {
    pub(super) async fn begin(&self) -> Result<(), String> {
        // In this order: what is published before anybody has subscribed is rightly dropped.
        let subscribers = self.workload.subscribers();
        for (place, role) in (1..).zip(&subscribers) {
            tokio::spawn(role.clone().keep_up(place));
        }
        for role in &subscribers {
            self.await_standing(|| role.seen().standing(role.name)).await?;
        }
        if let Some(role) = &self.workload.base().publisher {
            tokio::spawn(role.clone().keep_up(0));
            self.await_standing(|| role.seen().standing(role.name)).await?;
        }
        self.workload.clone().gather();
        self.await_standing(|| self.workload.gathered()).await?;
        self.workload.base().prepare();
        self.announce();
        self.wait_for_start_file().await
    }

    async fn await_standing(&self, standing: impl Fn() -> Standing) -> Result<(), String> {
        let setup_us = self.config.base.setup_limit.as_micros() as u64;
        let started_us = unpoisoned(&self.facts).started_us;
        let limit_us = self.deadline_us.min(started_us + setup_us);
        loop {
            self.not_signalled()?;
            match standing() {
                Standing::Ready => return Ok(()),
                Standing::LoginRefused(text) => return Err(format!("login refused: {text}")),
                Standing::Missing(who) if now_us() >= limit_us => {
                    let ms = (limit_us - started_us) / 1_000;
                    return Err(format!(
                        "setup_error: expected {who} connected and subscribed within {ms} ms, got none"
                    ));
                }
                Standing::Missing(_) => tokio::time::sleep(TICK).await,
            }
        }
    }

    fn not_signalled(&self) -> Result<(), String> {
        if self.signals() == 0 {
            return Ok(());
        }
        self.note(|facts| facts.planned = 0);
        Err("stopped by a signal during the set-up".to_owned())
    }

    fn announce(&self) {
        let ends = self.workload.named().map(|seen| {
            let seen = seen.unwrap_or_default();
            [seen.first_endpoint, seen.endpoint].map(|endpoint| endpoint.map(|endpoint| endpoint.to_string()))
        });
        let [[publisher_first, publisher], [subscriber_first, subscriber]] = ends;
        self.note(|facts| {
            facts.publisher_endpoint = publisher_first;
            facts.subscriber_endpoint = subscriber_first;
        });
        let line = serde_json::json!({ "event": "ready", "publisher": publisher, "subscriber": subscriber });
        let mut stdout = std::io::stdout();
        // Nobody may be reading; the run does not depend on it.
        let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
    }

    async fn wait_for_start_file(&self) -> Result<(), String> {
        let Some(path) = &self.config.base.start_file else {
            return Ok(());
        };
        while !Path::new(path).exists() {
            self.not_signalled()?;
            if now_us() >= self.deadline_us {
                let ms = self.config.base.time_limit.as_millis();
                return Err(format!(
                    "START_FILE: expected {path} before TIME_LIMIT_MS={ms}, found none"
                ));
            }
            tokio::time::sleep(NAP).await;
        }
        Ok(())
    }
}
