//! The cases that all clients share: what must be counted and measured after a history of events.

use crate::latency::Latency;
use crate::ledger::Ledger;
use serde_json::{json, Value};

#[test]
fn every_history_is_counted_and_measured_as_the_contract_says() {
    let path = std::env::var("LEDGER_VECTORS").unwrap_or_else(|_| "../ledger-vectors.ndjson".to_owned());
    let text = std::fs::read_to_string(path).expect("the file of cases");
    assert!(!text.is_empty());
    for (number, line) in text.lines().enumerate() {
        let case: Value = serde_json::from_str(line).expect("a case");
        check(&case, number + 1);
    }
}

fn ledger_after(events: &[Value]) -> Ledger {
    let mut ledger = Ledger::default();
    for event in events {
        let number = |i: usize| event[i].as_u64().expect("a number");
        match event[0].as_str() {
            Some("generate") => drop(ledger.generated(number(1), number(2))),
            Some("hand_over") => ledger.handed_over(number(1) as usize, number(2)),
            Some("acknowledge") => ledger.acked(number(1) as usize, number(2)),
            Some("receive") => ledger.received(number(1), event[3] == true, number(2)),
            Some("stranger") => ledger.received_unexpected(),
            _ => panic!("unknown event {event}"),
        }
    }
    ledger
}

fn check(case: &Value, line: usize) {
    let ledger = ledger_after(case["events"].as_array().expect("events"));
    let expected = &case["expect"];
    let counts = ledger.counts(case["planned"].as_u64().expect("planned"));
    let counted = json!({
        "sent": counts.sent, "acked": counts.acked, "received": counts.received, "ok": counts.ok, "lost": counts.lost,
        "recovered": counts.recovered, "unconfirmed": counts.unconfirmed, "unsent": counts.unsent,
        "attempts": counts.attempts, "naive_lost": counts.naive_lost, "duplicates": ledger.duplicates,
        "duplicates_flagged": ledger.duplicates_flagged, "unexpected": ledger.unexpected,
        "inversions": ledger.inversions,
    });
    assert_eq!(counted, expected["counts"], "line {line}");
    assert_eq!(json!(counts.lost_seqs), expected["lost_seqs"], "line {line}");
    assert_eq!(ledger.is_settled(), expected["settled"] == true, "line {line}");
    let messages: Vec<Value> = ledger
        .messages()
        .iter()
        .map(|m| json!([m.sent_us, m.attempts, m.ack_us, m.recv_us, m.dups]))
        .collect();
    assert_eq!(json!(messages), expected["messages"], "line {line}");

    let end_us = case["end_us"].as_u64().expect("end_us");
    let (latency, ack) = (
        Latency::of_receipts(ledger.messages(), end_us),
        Latency::of_acks(ledger.messages(), end_us),
    );
    same_times(&latency, &expected["latency_ms"], line);
    same_times(&ack, &expected["ack_ms"], line);
    same_times(
        &Latency::of_generator(ledger.messages()),
        &expected["lateness_ms"],
        line,
    );
}

/// Within three significant digits; null where the result line has nothing to say.
fn same_times(latency: &Latency, expected: &Value, line: usize) {
    if expected.is_null() {
        return;
    }
    for (i, quantile) in [0.5, 0.9, 0.99, 0.999, 1.0].into_iter().enumerate() {
        let want = expected[i].as_f64().expect("milliseconds");
        let got = if quantile == 1.0 {
            latency.max_ms()
        } else {
            latency.quantile_ms(quantile)
        };
        assert!(
            (got - want).abs() <= want / 500.0 + 0.002,
            "line {line}, {quantile}: expected {want}, got {got}"
        );
    }
}
