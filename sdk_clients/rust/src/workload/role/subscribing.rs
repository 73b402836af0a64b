//! How a subscriber gets its subscriptions: it asks until all are granted.

use super::{Role, SUBACK_LIMIT, SUBSCRIBE_AGAIN_AFTER};
use crate::config::Endpoint;
use crate::workload::packet::REFUSED_FROM;
use crate::workload::recorded::{unpoisoned, Connection};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;

/// What all subscriptions of a role came to.
enum Answer {
    Granted,
    Refused,
    None,
}

impl Role {
    /// Until every filter is granted: brokers acknowledge what nobody is subscribed to.
    pub(super) async fn subscribe(&self, endpoint: &Endpoint, connection: &Connection) {
        let client = &self.recording.session.client_id;
        let mut granted = self.granted.load(Ordering::Relaxed) && connection.offers.session_present;
        self.lanes.subscription_known(client, granted);
        let mut refused_since = None;
        while !granted && !connection.is_lost() {
            granted = match self.subscribe_all(endpoint, connection).await {
                Answer::Granted => true,
                Answer::None => false,
                Answer::Refused => {
                    let since = refused_since.get_or_insert_with(Instant::now);
                    self.does_without(endpoint, since.elapsed())
                }
            };
        }
        self.granted.store(granted, Ordering::Relaxed);
        if granted {
            self.lanes.subscription_known(client, true);
            unpoisoned(&self.seen).is_ready = true;
        }
    }

    fn does_without(&self, endpoint: &Endpoint, refused_for: Duration) -> bool {
        let gives_up = self.gives_up_after.is_some_and(|limit| refused_for >= limit);
        if gives_up {
            self.note(
                endpoint,
                &format!("goes on without a subscription that was refused for {refused_for:.0?}"),
            );
        }
        gives_up
    }

    async fn subscribe_all(&self, endpoint: &Endpoint, connection: &Connection) -> Answer {
        for (filter, qos) in &self.filters {
            match connection.subscribe(filter, *qos, SUBACK_LIMIT).await {
                Some(code) if code < REFUSED_FROM => {}
                Some(code) => {
                    let text = format!("SUBACK of {filter}: expected a granted QoS, got 0x{code:02x}");
                    self.note(endpoint, &text);
                    connection.lost_within(SUBSCRIBE_AGAIN_AFTER).await;
                    return Answer::Refused;
                }
                None => {
                    if !connection.is_lost() {
                        self.note(endpoint, &format!("no SUBACK within {SUBACK_LIMIT:?}"));
                        connection.give_up().await;
                    }
                    return Answer::None;
                }
            }
        }
        Answer::Granted
    }
}
