//! With the real library and a real socket, against a broker of a few packets, in both versions of MQTT.

use super::fake_broker::{Bench, PATIENCE};
use crate::config::MqttVersion;
use crate::workload::lane::Taker;
use crate::workload::packet::{self, Frame};
use crate::workload::publication::Will;
use serde_json::json;
use std::time::Duration;

async fn in_both() -> [Bench; 2] {
    [
        Bench::new(MqttVersion::V311, 5).await,
        Bench::new(MqttVersion::V5, 5).await,
    ]
}

#[tokio::test]
async fn every_step_of_a_qos_2_message_is_recorded_when_its_packet_comes() {
    for bench in in_both().await {
        let (connection, mut peer) = bench.connected(false).await;
        connection.hand(&bench.message(0, 2));
        let (id, dup) = peer.expect_publish().await;
        assert!(!dup);
        assert_eq!(bench.rows("ack", &["step"]), json!([]));
        peer.ack(packet::PUBREC, id).await;
        peer.expect(packet::PUBREL).await;
        assert_eq!(
            bench.rows("ack", &["connection", "seq", "step", "code"]),
            json!([[1, 0, "pubrec", 0]])
        );
        peer.ack(packet::PUBCOMP, id).await;
        bench.expect_settled(&[(0, "pubcomp", 0)]).await;
        assert_eq!(bench.rows("ack", &["step"]), json!([["pubrec"], ["pubcomp"]]));
    }
}

#[tokio::test]
async fn an_answer_to_a_packet_id_that_is_not_in_use_is_of_no_message_and_ends_nothing() {
    for bench in in_both().await {
        let (connection, mut peer) = bench.connected(false).await;
        connection.hand(&bench.message(0, 1));
        connection.hand(&bench.message(1, 2));
        let [(first, _), (second, _)] = [peer.expect_publish().await, peer.expect_publish().await];
        // The last ones come in pieces.
        for id in [first, first, 77] {
            peer.ack(packet::PUBACK, id).await;
        }
        peer.ack(packet::PUBREC, second).await;
        peer.expect(packet::PUBREL).await;
        for id in [second, second] {
            peer.ack(packet::PUBCOMP, id).await;
        }
        for byte in [packet::PUBCOMP << 4, 2, 0, 99] {
            peer.send(&[byte]).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        connection.hand(&bench.message(2, 1));
        let (third, _) = peer.expect_publish().await;
        peer.ack(packet::PUBACK, third).await;
        bench
            .expect_settled(&[(0, "puback", 0), (1, "pubcomp", 0), (2, "puback", 0)])
            .await;
        // The library reads a packet after it was recorded.
        assert_eq!(connection.lost_within(Duration::from_millis(50)).await, None);
        assert_eq!(
            bench.rows("ack", &["connection", "seq", "step"]),
            json!([[1, 0, "puback"], [1, 1, "pubrec"], [1, 1, "pubcomp"], [1, 2, "puback"]])
        );
        let errors = bench.recorder.lock().journal.errors();
        let [puback, pubcomp] =
            ["PUBACK", "PUBCOMP"].map(|name| format!("c-pub: {name} for a packet id that is not in use (×2)"));
        assert_eq!(errors, [puback, pubcomp]);
    }
}

#[tokio::test]
async fn a_resumed_session_sends_again_what_is_open_and_that_is_no_new_hand_over() {
    for bench in in_both().await {
        let (connection, mut peer) = bench.connected(false).await;
        let mut ids = Vec::new();
        for (seq, qos) in [(0, 1), (1, 2), (2, 2)] {
            connection.hand(&bench.message(seq, qos));
            ids.push(peer.expect_publish().await.0);
        }
        peer.ack(packet::PUBREC, ids[2]).await;
        peer.expect(packet::PUBREL).await;
        drop(peer);
        connection.lost().await;

        let (connection, mut peer) = bench.connected(true).await;
        for id in &ids[..2] {
            assert_eq!(peer.expect_publish().await, (*id, true));
        }
        assert_eq!(peer.expect_id(packet::PUBREL).await, ids[2]);
        connection.hand(&bench.message(3, 1));
        let (fourth, _) = peer.expect_publish().await;
        assert!(
            !ids.contains(&fourth),
            "a packet id that is in use is given to another message"
        );
        peer.ack(packet::PUBACK, ids[0]).await;
        peer.ack(packet::PUBCOMP, ids[2]).await;
        bench.expect_settled(&[(0, "puback", 0), (2, "pubcomp", 0)]).await;
        drop(peer);
        connection.lost().await;

        let (_connection, mut peer) = bench.connected(true).await;
        for open in [ids[1], fourth] {
            assert_eq!(peer.expect_publish().await, (open, true));
        }
        let sent = bench.rows("send", &["connection", "seq"]);
        assert_eq!(sent, json!([[1, 0], [1, 1], [1, 2], [2, 3]]));
    }
}

#[tokio::test]
async fn a_lost_session_leaves_nothing_to_send_again() {
    for bench in in_both().await {
        let (connection, mut peer) = bench.connected(false).await;
        connection.hand(&bench.message(0, 2));
        let (id, _) = peer.expect_publish().await;
        peer.ack(packet::PUBREC, id).await;
        peer.expect(packet::PUBREL).await;
        connection.hand(&bench.message(1, 2));
        peer.expect_publish().await;
        drop(peer);
        connection.lost().await;
        let (connection, mut peer) = bench.connected(false).await;
        connection.hand(&bench.message(2, 1));
        // The next packet is the new message.
        assert!(!peer.expect_publish().await.1);
    }
}

#[tokio::test]
async fn a_refused_connack_ends_no_session() {
    for bench in in_both().await {
        let (connection, mut peer) = bench.connected(false).await;
        connection.hand(&bench.message(0, 1));
        let (id, _) = peer.expect_publish().await;
        drop(peer);
        connection.lost().await;
        let refusal: &[u8] = if bench.v5 {
            &[0x20, 3, 0, 0x88, 0]
        } else {
            &[0x20, 2, 0, 3]
        };
        assert!(bench.connect(refusal, None).await.0.is_none());
        let (_connection, mut peer) = bench.connected(true).await;
        assert_eq!(peer.expect_publish().await, (id, true));
        assert_eq!(
            bench.rows("close", &["connection", "by"]),
            json!([[1, "peer"], [2, "peer"]])
        );
        assert_eq!(bench.recorder.lock().connections, 2);
    }
}

#[tokio::test]
async fn a_qos_2_message_is_received_when_its_publish_comes_and_once_until_its_pubrel() {
    for bench in in_both().await {
        let (connection, mut peer) = bench.connected(false).await;
        peer.publish(&bench.payload(5), false).await;
        peer.expect(packet::PUBREC).await;
        drop(peer);
        connection.lost().await;

        let (connection, mut peer) = bench.connected(true).await;
        peer.publish(&bench.payload(5), true).await;
        peer.expect(packet::PUBREC).await;
        peer.ack(packet::PUBREL, 9).await;
        peer.expect(packet::PUBCOMP).await;
        let received = bench.rows("receive", &["connection", "seq", "qos", "dup"]);
        assert_eq!(received, json!([[1, 5, 2, false]]));
        peer.publish(&bench.payload(5), true).await;
        peer.expect(packet::PUBREC).await;
        assert_eq!(
            bench.rows("receive", &["connection", "dup"]),
            json!([[1, false], [2, true]])
        );
        peer.publish(&bench.payload(6), false).await;
        peer.expect(packet::PUBREC).await;
        assert_eq!(bench.rows("receive", &["seq"]), json!([[5], [5], [6]]));
        drop(peer);
        connection.lost().await;
    }
}

#[tokio::test]
async fn a_pubrel_of_an_earlier_connection_is_answered_and_so_is_its_repetition() {
    for bench in in_both().await {
        let (connection, mut peer) = bench.connected(false).await;
        peer.publish(&bench.payload(5), false).await;
        peer.expect(packet::PUBREC).await;
        drop(peer);
        connection.lost().await;
        for _ in 0..2 {
            let (connection, mut peer) = bench.connected(true).await;
            peer.ack(packet::PUBREL, 9).await;
            assert_eq!(peer.expect_id(packet::PUBCOMP).await, 9);
            drop(peer);
            connection.lost().await;
        }
    }
}

#[tokio::test]
async fn a_refused_pubrec_ends_the_message_and_no_pubrel_follows() {
    let bench = Bench::new(MqttVersion::V5, 5).await;
    let (connection, mut peer) = bench.connected(false).await;
    connection.hand(&bench.message(0, 2));
    let [high, low] = peer.expect_publish().await.0.to_be_bytes();
    peer.send(&[packet::PUBREC << 4, 3, high, low, 0x97]).await;
    bench.expect_settled(&[(0, "pubrec", 0x97)]).await;
    connection.hand(&bench.message(1, 1));
    peer.expect_publish().await;
    assert_eq!(bench.rows("ack", &["seq", "step", "code"]), json!([[0, "pubrec", 151]]));
}

#[tokio::test]
async fn a_packet_id_is_not_given_twice_where_the_broker_takes_few_at_a_time() {
    let bench = Bench::new(MqttVersion::V5, 5).await;
    let connack = bench.connack(false, &[0x21, 0, 2]);
    let (connection, mut peer) = bench.connect(&connack, None).await;
    let connection = connection.expect("a connection");
    connection.hand(&bench.message(0, 2));
    let (released, _) = peer.expect_publish().await;
    peer.ack(packet::PUBREC, released).await;
    peer.expect(packet::PUBREL).await;
    for seq in 1..5 {
        connection.hand(&bench.message(seq, 1));
        let (id, _) = peer.expect_publish().await;
        assert_ne!(id, released);
        peer.ack(packet::PUBACK, id).await;
    }
}

#[tokio::test]
async fn each_end_of_a_connection_is_called_by_its_name() {
    for bench in in_both().await {
        let (connection, mut peer) = bench.connected(false).await;
        let (_, goodbye) = tokio::join!(connection.disconnect(PATIENCE), async move {
            peer.expect(packet::DISCONNECT).await
        });
        assert_eq!(Frame::new(&goodbye).disconnect(), 0);
        let (connection, mut peer) = bench.connected(false).await;
        connection.cut().await;
        assert_eq!(peer.read(PATIENCE).await, None);
        let (connection, peer) = bench.connected(false).await;
        drop(peer);
        connection.lost().await;
        let closes = bench.rows("close", &["connection", "by", "reason_code"]);
        let expected = json!([[1, "own-disconnect", null], [2, "own-cut", null], [3, "peer", null]]);
        assert_eq!(closes, expected);
    }
}

#[tokio::test]
async fn a_mute_connection_says_nothing_and_stays_open() {
    let bench = Bench::new(MqttVersion::V311, 1).await;
    let (connection, mut peer) = bench.connected(false).await;
    connection.mute();
    while bench.rows("close", &["by"]) == json!([]) {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    // Longer than the library waits for the answer to its PINGREQ.
    assert!(peer.is_silent_for(Duration::from_millis(2_500)).await);
    connection.release();
    assert_eq!(peer.read(PATIENCE).await, None);
    assert_eq!(bench.rows("close", &["connection", "by"]), json!([[1, "own-mute"]]));
}

#[tokio::test]
async fn a_broker_that_answers_no_ping_has_timed_out() {
    let bench = Bench::new(MqttVersion::V311, 1).await;
    let (connection, _peer) = bench.connected(false).await;
    connection.lost().await;
    assert_eq!(bench.rows("close", &["connection", "by"]), json!([[1, "timeout"]]));
}

#[tokio::test]
async fn it_leaves_with_its_will_where_it_is_told_to() {
    let bench = Bench::new(MqttVersion::V5, 5).await;
    let (connection, mut peer) = bench.connected(false).await;
    let (_, goodbye) = tokio::join!(connection.disconnect_with_will(PATIENCE), async move {
        peer.expect(packet::DISCONNECT).await
    });
    assert_eq!(Frame::new(&goodbye).disconnect(), packet::DISCONNECT_WITH_WILL);
    assert_eq!(bench.rows("close", &["by"]), json!([["own-disconnect-with-will"]]));
}

#[tokio::test]
async fn it_says_what_the_broker_offers_and_why_it_ends_a_connection() {
    let bench = Bench::new(MqttVersion::V5, 5).await;
    // Maximum QoS 1, Shared Subscription Available 0, Server Keep Alive 30.
    let connack = bench.connack(false, &[0x24, 1, 0x2a, 0, 0x13, 0, 30]);
    let (connection, mut peer) = bench.connect(&connack, None).await;
    let connection = connection.expect("a connection");
    assert_eq!(connection.offers.maximum_qos, 1);
    peer.send(&[0xe0, 2, 0x8e, 0]).await;
    connection.lost().await;
    let offered = bench.rows("connack", &["maximum_qos", "retain_available", "shared_available"]);
    assert_eq!(offered, json!([[1, true, false]]));
    assert_eq!(bench.rows("connect", &["keep_alive_s"]), json!([[30]]));
    assert_eq!(bench.rows("close", &["by", "reason_code"]), json!([["peer", 142]]));
}

#[tokio::test]
async fn a_will_is_named_by_its_connect() {
    for bench in in_both().await {
        let will = Will {
            topic: "t/w".into(),
            seq: 4,
            qos: 1,
            delay_s: 0,
            payload: bench.payload(4),
            intended_us: 7,
        };
        bench.connect(&bench.connack(false, &[]), Some(will)).await;
        let will = json!({ "topic": "t/w", "seq": 4, "qos": 1, "delay_s": 0 });
        assert_eq!(
            bench.rows("connect", &["clean", "keep_alive_s", "will"]),
            json!([[false, 5, will]])
        );
        let recorded = bench.recorder.lock();
        let sent: Vec<_> = recorded
            .tally
            .sent
            .keys()
            .map(|id| (id.topic.as_ref(), id.seq))
            .collect();
        assert_eq!(sent, [("t/w", 4)]);
    }
}
