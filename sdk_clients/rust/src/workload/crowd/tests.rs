//! With the real library and a real socket, against a broker of a few packets, in both versions of MQTT.

use super::{Crowd, Hall, Member, SPEC};
use crate::config::MqttVersion;
use crate::payload::PayloadFormat;
use crate::workload::base::{Base, QOS_0_ARRIVES_WITHIN_US};
use crate::workload::packet;
use crate::workload::publication::MessageId;
use crate::workload::recorded::fake_broker::{Bench, Peer, PATIENCE};
use crate::workload::recorded::unpoisoned;
use crate::workload::tally::PUBACK;
use crate::workload::Workload;
use serde_json::json;
use std::sync::atomic::Ordering;
use std::sync::Arc;
use std::time::Duration;

const VERSIONS: [MqttVersion; 2] = [MqttVersion::V311, MqttVersion::V5];

/// The first one has no session, the second one has.
fn member(bench: &Bench, number: usize) -> Arc<Member> {
    let base = Base::new(&SPEC, bench.recording.config.clone(), bench.recorder.clone());
    let member = Arc::new(Member::new(&base, number, Arc::new(Hall::default())));
    tokio::spawn(member.clone().live(Duration::ZERO));
    member
}

async fn accept(bench: &Bench, session_present: bool) -> Peer {
    bench.accept(&bench.connack(session_present, &[])).await
}

async fn until(is_so: impl Fn() -> bool) {
    let wait = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("in time");
}

#[tokio::test]
async fn a_session_sends_again_what_was_open_and_subscribes_only_where_it_is_gone() {
    for version in VERSIONS {
        let bench = Bench::new(version, 5).await;
        let member = member(&bench, 1);
        let mut peer = accept(&bench, false).await;
        member.offer("t".to_owned(), 7);
        member.offer("t".to_owned(), 8);
        peer.suback(0x80).await;
        assert_eq!(member.hall.there.load(Ordering::Relaxed), 0);
        peer.suback(1).await;
        let (id, _) = peer.expect_publish().await;
        // One at a time.
        assert!(peer.is_silent_for(Duration::from_millis(50)).await);
        drop(peer);

        let mut peer = accept(&bench, true).await;
        assert_eq!(peer.expect_publish().await, (id, true));
        peer.ack(packet::PUBACK, id).await;
        let (second, dup) = peer.expect_publish().await;
        assert!(second != id && !dup);
        drop(peer);

        let mut peer = accept(&bench, false).await;
        peer.suback(1).await;
        let (again, dup) = peer.expect_publish().await;
        peer.ack(packet::PUBACK, again).await;
        until(|| member.lanes.are_settled()).await;
        assert!(!dup);
        let columns = ["connection", "topic", "seq"];
        assert_eq!(
            bench.rows("send", &columns),
            json!([[1, "t", 0], [2, "t", 1], [3, "t", 1]])
        );
        assert_eq!(
            bench.rows("ack", &["connection", "seq", "step", "code"]),
            json!([[2, 0, "puback", 0], [3, 1, "puback", 0]])
        );
        assert_eq!(bench.rows("subscribe", &["connection"]), json!([[1], [1], [3]]));
        assert_eq!(
            bench.rows("suback", &["connection", "granted"]),
            json!([[1, 128], [1, 1], [3, 1]])
        );
        assert_eq!(
            bench.rows("connack", &["connection", "session_present"]),
            json!([[1, false], [2, true], [3, false]])
        );
        assert_eq!(
            bench.rows("close", &["connection", "by"]),
            json!([[1, "peer"], [2, "peer"]])
        );
    }
}

#[tokio::test]
async fn what_comes_is_recorded_with_its_flags() {
    for version in VERSIONS {
        let bench = Bench::new(version, 5).await;
        let _member = member(&bench, 0);
        let mut peer = accept(&bench, false).await;
        peer.suback(1).await;
        let payload = PayloadFormat::new("r", "p", "c", 0).build(3, 7);
        peer.publish_at(1, payload.as_bytes(), true).await;
        peer.expect(packet::PUBACK).await;
        until(|| bench.rows("receive", &["seq"]) != json!([])).await;
        let columns = ["publisher", "topic", "seq", "qos", "retain", "dup"];
        assert_eq!(bench.rows("receive", &columns), json!([["c", "t", 3, 1, false, true]]));
        assert_eq!(bench.rows("connect", &["clean", "keep_alive_s"]), json!([[true, 5]]));
    }
}

#[tokio::test]
async fn a_refusal_and_a_disconnect_keep_the_numbers_of_their_codes() {
    for (version, code) in [(MqttVersion::V311, 5), (MqttVersion::V5, 0x87)] {
        let bench = Bench::new(version, 5).await;
        let member = member(&bench, 0);
        let body = if bench.v5 { vec![0, code, 0] } else { vec![0, code] };
        let _refused = bench
            .accept(&[vec![packet::CONNACK << 4, body.len() as u8], body].concat())
            .await;
        until(|| unpoisoned(&member.hall.login_refused).is_some()).await;
        assert_eq!(bench.rows("connack", &["connection", "code"])[0], json!([1, code]));
        assert_eq!(bench.rows("close", &["by", "reason_code"])[0], json!(["peer", null]));
    }
    let bench = Bench::new(MqttVersion::V5, 5).await;
    let _member = member(&bench, 0);
    let mut peer = accept(&bench, false).await;
    peer.suback(1).await;
    peer.send(&[packet::DISCONNECT << 4, 2, 0x8b, 0]).await;
    until(|| bench.rows("close", &["by"]) != json!([])).await;
    assert_eq!(bench.rows("close", &["by", "reason_code"])[0], json!(["peer", 0x8b]));
}

#[tokio::test]
async fn who_is_not_answered_gives_up_and_tries_again() {
    let mut bench = Bench::new(MqttVersion::V311, 5).await;
    let config = Arc::get_mut(&mut bench.recording.config).expect("nobody else has it");
    config.crowd.connack_limit = Duration::from_millis(50);
    let _member = member(&bench, 0);
    let _mute = bench.accept(&[]).await;
    accept(&bench, false).await.suback(1).await;
    assert_eq!(bench.rows("close", &["connection", "by"]), json!([[1, "timeout"]]));
}

#[tokio::test]
async fn what_came_while_its_receiver_was_away_is_waited_for_no_longer_than_qos_0() {
    for (qos, subscribed_us, waits) in [("1", 1000, true), ("1", 1001, false), ("0", 0, false)] {
        let mut bench = Bench::new(MqttVersion::V311, 5).await;
        let config = Arc::get_mut(&mut bench.recording.config).expect("nobody else has it");
        config.crowd.subscribe_qos = qos.parse().expect("a number");
        let base = Base::new(&SPEC, bench.recording.config.clone(), bench.recorder.clone());
        let hall = Arc::new(Hall::default());
        let members: Vec<_> = (0..2).map(|n| Arc::new(Member::new(&base, n, hall.clone()))).collect();
        members[1].subscribed_us.store(subscribed_us, Ordering::Relaxed);
        let id = MessageId {
            publisher: "p".into(),
            topic: "t/1".into(),
            seq: 0,
        };
        {
            let mut recorded = bench.recorder.lock();
            recorded.tally.sent.insert(id.clone(), 1000);
            recorded.tally.acknowledge(id, PUBACK, 0);
        }
        let crowd = Crowd { base, hall, members };
        crowd.base.generated.store(1, Ordering::Relaxed);
        crowd.hall.there.store(2, Ordering::Relaxed);
        let arrived = |since_us| crowd.has_arrived(since_us);
        assert!(!arrived(QOS_0_ARRIVES_WITHIN_US - 1), "{qos}");
        assert_eq!(arrived(QOS_0_ARRIVES_WITHIN_US), !waits, "{qos}, {subscribed_us}");
        crowd.hall.there.store(1, Ordering::Relaxed);
        assert!(!arrived(QOS_0_ARRIVES_WITHIN_US), "one is away");
    }
}
