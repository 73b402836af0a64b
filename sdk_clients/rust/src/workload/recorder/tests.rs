use super::Recorder;
use crate::payload::PayloadFormat;
use crate::workload::packet::PublishFrame;
use crate::workload::publication::{MessageId, Publication};
use crate::workload::rows::{What, Who};
use crate::workload::tally::{PUBACK, PUBCOMP, PUBREC};
use std::sync::atomic::AtomicBool;

fn who(client: &str) -> Who {
    Who {
        client: client.into(),
        connection: 1,
    }
}

fn message(seq: u64, qos: u8, clears: bool) -> Publication {
    let payload = PayloadFormat::new("r", "p", "c", 0).build(seq, 7).into_bytes();
    Publication {
        topic: "t".into(),
        seq,
        qos,
        retain: clears,
        payload: if clears { Vec::new() } else { payload },
        intended_us: 7,
        key: seq,
        went_out: AtomicBool::new(false),
    }
}

fn receipt(payload: Vec<u8>) -> PublishFrame {
    PublishFrame {
        topic: "t".to_owned(),
        id: 1,
        qos: 1,
        dup: true,
        retain: false,
        payload,
    }
}

fn lines(recorder: &Recorder, name: &str) -> Vec<String> {
    let path = std::env::temp_dir().join(format!("rust-recorder-{}-{name}", std::process::id()));
    let path = path.to_str().expect("a path of text");
    recorder.write(path, "w", None, 99).expect("a ledger");
    let text = std::fs::read_to_string(path).expect("a ledger");
    std::fs::remove_file(path).expect("it is there");
    text.lines().map(str::to_owned).collect()
}

#[test]
fn rows_are_in_the_order_of_their_times_under_a_header() {
    let recorder = Recorder::new("r", "p");
    let filter = || "f".into();
    let suback = What::Suback {
        filter: filter(),
        granted: 1,
    };
    recorder.add(&who("c"), 20, suback);
    recorder.add(
        &who("c"),
        10,
        What::Subscribe {
            filter: filter(),
            qos: 1,
        },
    );
    let expected = [
        r#"{"ledger":2,"run":"r","phase":"p","sdk":"rust","workload":"w","t0_us":null,"end_us":99}"#,
        r#"{"event":"subscribe","client":"c","connection":1,"at_us":10,"filter":"f","qos":1}"#,
        r#"{"event":"suback","client":"c","connection":1,"at_us":20,"filter":"f","granted":1}"#,
    ];
    assert_eq!(lines(&recorder, "order"), expected);
}

#[test]
fn rows_have_every_occurrence() {
    let recorder = Recorder::new("r", "p");
    for at_us in [0, 10] {
        recorder.sent(&who("c"), at_us, &message(0, 1, false));
        recorder.acknowledged(&who("c"), at_us + 1, Some(&message(0, 1, false)), (PUBACK, 0));
        recorder.received(&who("s"), at_us + 2, &receipt(message(0, 1, false).payload));
    }
    let expected = [
        r#"{"event":"send","client":"c","connection":1,"at_us":0,"topic":"t","seq":0,"qos":1,"retain":false,"clears":false}"#,
        r#"{"event":"ack","client":"c","connection":1,"at_us":1,"topic":"t","seq":0,"step":"puback","code":0}"#,
        r#"{"event":"receive","client":"s","connection":1,"at_us":2,"topic":"t","publisher":"c","seq":0,"qos":1,"retain":false,"dup":true}"#,
    ];
    let got = lines(&recorder, "occurrence");
    assert_eq!((got.len(), &got[1..4]), (7, &expected.map(str::to_owned)[..]));
    let recorded = recorder.lock();
    let tally = &recorded.tally;
    let counted = (tally.sent.len(), tally.attempts, tally.received.len(), tally.duplicates);
    assert_eq!(counted, (1, 2, 1, 1));
    assert_eq!(recorded.progress_us, 2);
}

#[test]
fn rows_end_with_the_drain() {
    let recorder = Recorder::new("r", "p");
    recorder.freeze();
    recorder.sent(&who("c"), 1, &message(0, 1, false));
    recorder.received(&who("s"), 2, &receipt(message(0, 1, false).payload));
    let close = What::Close {
        by: "peer",
        reason_code: None,
    };
    recorder.add(&who("c"), 3, close);
    assert!(recorder.rows().is_empty() && recorder.lock().tally.sent.is_empty());
}

#[test]
fn too_many_rows_are_no_ledger() {
    let recorder = Recorder::with_limit(1);
    for seq in 0..3 {
        recorder.sent(&who("c"), 1, &message(seq, 1, false));
    }
    assert!(recorder.lock().overflowed);
    let errors = recorder.lock().journal.errors();
    assert_eq!(errors, ["ledger: more than 1 events: none is written"]);
}

#[test]
fn an_empty_payload_is_known_by_its_topic_while_one_message_of_it_was_empty() {
    let recorder = Recorder::new("r", "p");
    for (deleted, expected) in [
        (None, None),
        (Some(4), Some(4)),
        (Some(4), Some(4)),
        (Some(5), None),
        (Some(5), None),
    ] {
        if let Some(seq) = deleted {
            recorder.sent(&who("c"), 1, &message(seq, 1, true));
        }
        let id = recorder.received(&who("s"), 2, &receipt(Vec::new()));
        assert_eq!(id.map(|MessageId { seq, .. }| seq), expected, "{deleted:?}");
    }
}

#[test]
fn only_a_last_step_that_takes_a_message_over_acknowledges_it() {
    for (qos, acks, awaited) in [
        (1, vec![(PUBACK, 0)], 1),
        (1, vec![(PUBACK, 0x10)], 1),
        (1, vec![(PUBACK, 0x80)], 0),
        (2, vec![(PUBREC, 0)], 0),
        (2, vec![(PUBREC, 0), (PUBCOMP, 0)], 1),
        (2, vec![(PUBREC, 0), (PUBCOMP, 0x92)], 0),
    ] {
        let recorder = Recorder::new("r", "p");
        recorder.sent(&who("c"), 1, &message(0, qos, false));
        for ack in &acks {
            recorder.acknowledged(&who("c"), 2, Some(&message(0, qos, false)), *ack);
        }
        assert_eq!(recorder.lock().tally.awaited.len(), awaited, "{acks:?}");
    }
}

#[test]
fn what_arrived_is_not_waited_for_whichever_came_first() {
    for acknowledged_first in [true, false] {
        let recorder = Recorder::new("r", "p");
        let message = message(0, 1, false);
        let acknowledge = || recorder.acknowledged(&who("c"), 2, Some(&message), (PUBACK, 0));
        recorder.sent(&who("c"), 1, &message);
        if acknowledged_first {
            acknowledge();
        }
        recorder.received(&who("s"), 3, &receipt(message.payload.clone()));
        if !acknowledged_first {
            acknowledge();
        }
        assert!(recorder.lock().tally.awaited.is_empty());
    }
}

#[test]
fn what_is_of_another_run_is_counted_and_no_receipt() {
    let recorder = Recorder::new("r", "p");
    let other = PayloadFormat::new("other", "p", "c", 0).build(0, 7).into_bytes();
    for payload in [other, b"{".to_vec(), Vec::new()] {
        assert_eq!(recorder.received(&who("s"), 1, &receipt(payload)), None);
    }
    assert_eq!(recorder.lock().tally.unexpected, 3);
    assert!(recorder.rows().is_empty());
}
