//! One role's connection, kept up: a fresh library client for every attempt, endpoint after endpoint.

use crate::clock::now_us;
use crate::config::{Config, Endpoint};
use crate::dial::{dial_of, open};
use crate::journal::{Reason, Role};
use crate::link::{Client, Driver, End, Happening};
use crate::state::{Shared, State};
use std::sync::Arc;
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(200);

/// What a role does on its connection. Called with the state locked.
pub trait Session {
    const ROLE: Role;

    fn connected(&mut self, state: &mut State, link: NewLink, at_us: u64);
    fn happened(&mut self, state: &mut State, what: Happening, at_us: u64);
    fn disconnected(&mut self, state: &mut State);
}

pub struct NewLink {
    pub client: Client,
    pub endpoint: Endpoint,
    pub session_present: bool,
}

/// Stays connected until the state is closing or the login was refused. The publisher starts at the first endpoint, the
/// subscriber at the second.
pub async fn keep_connected<S: Session>(mut session: S, config: Arc<Config>, shared: Arc<Shared>) {
    let first = match S::ROLE {
        Role::Publisher => 0,
        Role::Subscriber => 1,
    };
    for endpoint in config.endpoints.iter().cycle().skip(first) {
        let (client, driver) = open(&dial_of(&config, S::ROLE, endpoint));
        serve(&mut session, &shared, endpoint, client, driver).await;
        {
            let state = shared.lock();
            if state.closing || state.login_refused {
                return;
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Runs one client until its connection ends.
async fn serve<S: Session>(session: &mut S, shared: &Shared, endpoint: &Endpoint, client: Client, mut driver: Driver) {
    let mut is_connected = false;
    loop {
        let polled = driver.poll().await;
        let at_us = now_us();
        let mut state = shared.lock();
        match polled {
            Ok(None) => {}
            Ok(Some(Happening::Connected { session_present })) => {
                is_connected = true;
                state.journal.connected(S::ROLE, endpoint, session_present, at_us);
                let link = NewLink {
                    client: client.clone(),
                    endpoint: endpoint.clone(),
                    session_present,
                };
                session.connected(&mut state, link, at_us);
            }
            Ok(Some(Happening::SaidGoodbye)) => return,
            Ok(Some(what)) => session.happened(&mut state, what, at_us),
            Err(mut end) => {
                for what in std::mem::take(&mut end.untold) {
                    session.happened(&mut state, what, at_us);
                }
                session.disconnected(&mut state);
                record_end(&mut state, S::ROLE, endpoint, is_connected, &end, at_us);
                return;
            }
        }
    }
}

fn record_end(state: &mut State, role: Role, endpoint: &Endpoint, was_connected: bool, end: &End, at_us: u64) {
    if state.closing {
        return;
    }
    let who = format!("{role:?}").to_lowercase();
    if was_connected {
        let reason = Reason {
            text: &end.text,
            code: end.code,
        };
        state.journal.disconnected(role, endpoint, reason, at_us);
        let text = reason.text;
        state
            .journal
            .error(format!("{who} at {endpoint}: connection lost: {text}"));
        return;
    }
    let text = format!("{who} at {endpoint}: expected CONNACK 0, got: {}", end.text);
    if end.is_refused_login && !state.is_started() {
        state.login_refused = true;
        state.journal.fatal(format!("login refused: {text}"));
    } else {
        state.journal.error(text);
    }
}
