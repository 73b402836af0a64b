use super::{Facts, Summary};
use crate::workload::publication::{MessageId, Publication};
use crate::workload::recorder::Recorder;
use crate::workload::tally::PUBACK;
use std::sync::atomic::AtomicBool;

/// Messages that are due at their seq in ms, and are received 2 ms later.
fn recorder_of(count: u64, acked: impl Fn(u64) -> bool, received: impl Fn(u64) -> bool) -> Recorder {
    let recorder = Recorder::new("r", "p");
    for seq in 0..count {
        let message = Publication {
            topic: "t".into(),
            seq,
            qos: 1,
            retain: false,
            payload: b"x".to_vec(),
            intended_us: seq * 1_000,
            key: seq,
            went_out: AtomicBool::new(true),
        };
        let publisher = "c".into();
        let tally = &mut recorder.lock().tally;
        tally.send(&publisher, &message);
        if acked(seq) {
            tally.acknowledge(message.id(&publisher), PUBACK, 0);
        }
        if received(seq) {
            tally.receive(&message.id(&publisher), message.intended_us + 2_000);
        }
    }
    recorder
}

fn facts(planned: usize) -> Facts {
    Facts {
        workload: "w",
        now_us: 2_000_000,
        end_us: 1_000_000,
        planned,
        is_for_all: true,
        measures_latency: true,
        ..Facts::default()
    }
}

#[test]
fn everything_that_was_sent_is_received_lost_or_unconfirmed() {
    let recorder = recorder_of(5, |seq| seq < 3, |seq| seq < 2 || seq == 3);
    let s = Summary::of(&recorder.lock(), facts(6));
    let counted = [s.planned, s.sent, s.acked, s.received, s.lost, s.unconfirmed, s.unsent];
    assert_eq!(counted, [6, 5, 3, 3, 1, 1, 1]);
    assert!(!s.is_success(true) && s.is_success(false));
}

#[test]
fn nothing_is_lost_that_nobody_had_to_get() {
    let recorder = recorder_of(5, |seq| seq < 3, |seq| seq < 1);
    let facts = Facts {
        is_for_all: false,
        ..facts(5)
    };
    let summary = Summary::of(&recorder.lock(), facts);
    assert_eq!((summary.lost, summary.unconfirmed), (0, 4));
}

#[test]
fn a_loss_does_not_make_the_latency_look_better() {
    let recorder = recorder_of(100, |_| true, |seq| seq < 98);
    let summary = Summary::of(&recorder.lock(), facts(100));
    let (p50, p99) = (summary.p50_ms.expect("a time"), summary.p99_ms.expect("a time"));
    assert!(
        (1.9..2.1).contains(&p50) && (901.0..903.0).contains(&p99),
        "{p50}, {p99}"
    );
}

#[test]
fn a_latency_that_is_not_measured_is_null() {
    let unmeasured = Facts {
        measures_latency: false,
        ..facts(1)
    };
    for (count, facts) in [(1, unmeasured), (0, facts(1))] {
        let recorder = recorder_of(count, |_| true, |_| true);
        let summary = Summary::of(&recorder.lock(), facts);
        assert_eq!((summary.p50_ms, summary.p99_ms, summary.max_ms), (None, None, None));
    }
}

#[test]
fn what_came_from_nowhere_makes_nothing_confirmed() {
    let recorder = recorder_of(2, |_| false, |seq| seq < 1);
    let stranger = MessageId {
        publisher: "other".into(),
        topic: "t".into(),
        seq: 0,
    };
    recorder.lock().tally.receive(&stranger, 5);
    let summary = Summary::of(&recorder.lock(), facts(2));
    assert_eq!((summary.received, summary.unconfirmed), (2, 1));
}
