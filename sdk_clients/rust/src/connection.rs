//! One role's connection, kept up: a fresh library client for every attempt, endpoint after endpoint.

use crate::clock::now_us;
use crate::config::{Config, Endpoint};
use crate::journal::Role;
use crate::state::{Shared, State};
use rumqttc::{AsyncClient, ConnectReturnCode, ConnectionError, Event, EventLoop, MqttOptions, Outgoing, Packet};
use std::sync::Arc;
use std::time::Duration;

/// Publishes on the wire without a PUBACK. Far below the 65 535 packet ids, and high enough that a slow network does not make the
/// library hold back what was handed to it.
const IN_FLIGHT: u16 = 10_000;
const KEEP_ALIVE: Duration = Duration::from_secs(5);
const CONNECT_LIMIT_SECONDS: u64 = 3;
const PAUSE: Duration = Duration::from_millis(200);
/// Room for the fixed header, the topic and the packet id of the largest publish.
const PACKET_OVERHEAD_BYTES: usize = 70_000;
/// Room in the library's queue for what is not a publish.
const CONTROL_REQUESTS: usize = 16;

/// What a role does on its connection. Called with the state locked.
pub trait Session {
    const ROLE: Role;

    fn connected(&mut self, state: &mut State, link: NewLink, at_us: u64);
    fn event(&mut self, state: &mut State, event: Event, at_us: u64);
    fn disconnected(&mut self, state: &mut State);
}

pub struct NewLink {
    pub client: AsyncClient,
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
        let (client, eventloop) = open(&config, S::ROLE, endpoint);
        serve(&mut session, &shared, endpoint, client, eventloop).await;
        {
            let state = shared.lock();
            if state.closing || state.login_refused {
                return;
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// A client whose queue takes every message at once. None is used twice: on a reconnect, the library would drop publishes
/// whose packet ids collide, and all of them if the session is not present.
fn open(config: &Config, role: Role, endpoint: &Endpoint) -> (AsyncClient, EventLoop) {
    let id = match role {
        Role::Publisher => config.publisher_id(),
        Role::Subscriber => config.subscriber_id(),
    };
    let mut options = MqttOptions::new(id, endpoint.host.clone(), endpoint.port);
    let packet_bytes = config.payload_bytes + PACKET_OVERHEAD_BYTES;
    options
        // The outbox is the publisher's session. A clean one is what permits to send again under new packet ids (MQTT-4.4.0-1).
        .set_clean_session(role == Role::Publisher)
        .set_keep_alive(KEEP_ALIVE)
        .set_inflight(IN_FLIGHT)
        .set_max_packet_size(packet_bytes, packet_bytes);
    if !config.username.is_empty() {
        options.set_credentials(config.username.clone(), config.password.clone());
    }
    let capacity = config.message_count as usize + CONTROL_REQUESTS;
    let (client, mut eventloop) = AsyncClient::new(options, capacity);
    // Covers the dial, the CONNECT and the wait for the CONNACK.
    eventloop.network_options.set_connection_timeout(CONNECT_LIMIT_SECONDS);
    (client, eventloop)
}

/// Runs one client until its connection ends.
async fn serve<S: Session>(
    session: &mut S,
    shared: &Shared,
    endpoint: &Endpoint,
    client: AsyncClient,
    mut eventloop: EventLoop,
) {
    let mut is_connected = false;
    loop {
        let polled = eventloop.poll().await;
        let at_us = now_us();
        let mut state = shared.lock();
        match polled {
            Ok(Event::Incoming(Packet::ConnAck(ack))) => {
                is_connected = true;
                let session_present = ack.session_present;
                state.journal.connected(S::ROLE, endpoint, session_present, at_us);
                let link = NewLink {
                    client: client.clone(),
                    endpoint: endpoint.clone(),
                    session_present,
                };
                session.connected(&mut state, link, at_us);
            }
            Ok(Event::Outgoing(Outgoing::Disconnect)) => return,
            Ok(event) => session.event(&mut state, event, at_us),
            Err(error) => {
                // Packets that came in the same read as the error are handled by the library, and acknowledged by it, but
                // not yet given to us. They would be lost with this event loop.
                for event in std::mem::take(&mut eventloop.state.events) {
                    session.event(&mut state, event, at_us);
                }
                session.disconnected(&mut state);
                record_end(&mut state, S::ROLE, endpoint, is_connected, &error, at_us);
                return;
            }
        }
    }
}

fn record_end(
    state: &mut State,
    role: Role,
    endpoint: &Endpoint,
    was_connected: bool,
    error: &ConnectionError,
    at_us: u64,
) {
    if state.closing {
        return;
    }
    let who = format!("{role:?}").to_lowercase();
    if was_connected {
        let reason = error.to_string();
        state.journal.disconnected(role, endpoint, &reason, at_us);
        state
            .journal
            .error(format!("{who} at {endpoint}: connection lost: {reason}"));
        return;
    }
    let text = format!("{who} at {endpoint}: expected CONNACK 0, got: {error}");
    let is_refusal = matches!(
        error,
        ConnectionError::ConnectionRefused(ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized)
    );
    if is_refusal && !state.is_started() {
        state.login_refused = true;
        state.journal.fatal(format!("login refused: {text}"));
    } else {
        state.journal.error(text);
    }
}
