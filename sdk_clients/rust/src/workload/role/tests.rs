use super::{Leaving, Role};
use crate::config::MqttVersion;
use crate::workload::lane::Lanes;
use crate::workload::recorded::fake_broker::{Bench, Peer, PATIENCE};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// A subscriber that does without what was refused for longer than the first pause.
async fn subscriber(bench: &Bench) -> (Arc<Role>, Peer) {
    let limit = Some(Duration::from_millis(700));
    let filters = vec![("f".to_owned(), 1)];
    let role = Role::new(bench.recording.clone(), Lanes::new(&[1], 1), filters, limit);
    tokio::spawn(role.clone().keep_up(0));
    let peer = bench.accept(&bench.connack(false, &[])).await;
    (role, peer)
}

#[tokio::test]
async fn a_subscription_that_is_refused_for_long_is_given_up_as_long_as_its_session_lives() {
    let bench = Bench::new(MqttVersion::V5, 5).await;
    let (role, mut peer) = subscriber(&bench).await;
    for asked in 1..=3 {
        assert!(!role.seen().is_ready, "asked {asked} times");
        peer.suback(0x9e).await;
    }
    assert!(peer.read(Duration::from_millis(800)).await.is_none() && role.seen().is_ready);
    drop(peer);
    let mut peer = bench.accept(&bench.connack(true, &[])).await;
    assert!(peer.is_silent_for(Duration::from_millis(200)).await);
    drop(peer);
    bench.accept(&bench.connack(false, &[])).await.suback(1).await;
    assert_eq!(bench.rows("subscribe", &["connection"]), json!([[1], [1], [1], [3]]));
}

#[tokio::test]
async fn who_moves_goes_on_at_once_and_is_counted_once_there() {
    for (leaving, by) in [(Leaving::Disconnect, "own-disconnect"), (Leaving::Cut, "own-cut")] {
        let bench = Bench::new(MqttVersion::V311, 5).await;
        let (role, mut peer) = subscriber(&bench).await;
        peer.suback(1).await;
        while !role.seen().is_ready {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        role.go_on(leaving);
        // Who is on its way already stays on it.
        role.go_on(leaving);
        let said_goodbye = peer.read(PATIENCE).await.is_some();
        assert_eq!((said_goodbye, role.moves()), (leaving == Leaving::Disconnect, 0));
        drop(peer);
        bench.accept(&bench.connack(false, &[])).await.suback(1).await;
        let at_us = |event: &str, nth: usize| bench.rows(event, &["at_us"])[nth][0].as_u64().expect("a time");
        let pause_us = at_us("connect", 1) - at_us("close", 0);
        assert!(pause_us < super::PAUSE.as_micros() as u64, "{pause_us}");
        assert_eq!(
            (bench.rows("close", &["by"])[0][0].as_str(), role.moves()),
            (Some(by), 1)
        );
    }
}
