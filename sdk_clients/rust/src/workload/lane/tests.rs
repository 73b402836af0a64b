use super::{Lanes, Taker};
use crate::workload::publication::Publication;
use crate::workload::recorded::unpoisoned;
use crate::workload::tally::{PUBACK, PUBCOMP, PUBREC};
use crate::workload::watcher::{Listener, Offers};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// Of QoS and seq.
type Sent = (u8, u64);

#[derive(Default)]
struct FakeTaker {
    taken: Mutex<Vec<Sent>>,
    refuses: bool,
    /// What it takes goes out at once.
    sends: bool,
}

impl Taker for FakeTaker {
    fn hand(&self, message: &Arc<Publication>) -> bool {
        if !self.refuses {
            unpoisoned(&self.taken).push((message.qos, message.seq));
            message.went_out.store(self.sends, Ordering::Relaxed);
        }
        !self.refuses
    }
}

impl FakeTaker {
    fn taken(&self) -> Vec<Sent> {
        let mut taken = unpoisoned(&self.taken).clone();
        taken.sort_unstable();
        taken
    }
}

struct Bench {
    lanes: Arc<Lanes>,
    messages: Vec<Arc<Publication>>,
}

impl Bench {
    fn new(window: usize, qoses: &[u8]) -> Self {
        let lanes = Lanes::new(qoses, window);
        Self {
            lanes,
            messages: Vec::new(),
        }
    }

    fn offer(&mut self, qos: u8, seqs: &[u64]) {
        for seq in seqs {
            let message = Arc::new(Publication {
                topic: "t".into(),
                seq: *seq,
                qos,
                retain: false,
                payload: b"x".to_vec(),
                intended_us: 0,
                key: self.messages.len() as u64,
                went_out: AtomicBool::new(false),
            });
            self.messages.push(message.clone());
            self.lanes.offer(message);
        }
    }

    fn message(&self, of: Sent) -> &Arc<Publication> {
        let found = self.messages.iter().find(|message| (message.qos, message.seq) == of);
        found.expect("it was offered")
    }

    fn settle(&self, of: Sent, step: &'static str, code: u8) {
        self.lanes.settled(self.message(of), step, code);
    }

    fn attach(&self, session_present: bool) -> Arc<FakeTaker> {
        self.attach_to(
            FakeTaker {
                sends: true,
                ..FakeTaker::default()
            },
            session_present,
            u16::MAX,
        )
    }

    fn attach_to(&self, taker: FakeTaker, session_present: bool, receive_maximum: u16) -> Arc<FakeTaker> {
        let taker = Arc::new(taker);
        let offers = Offers {
            session_present,
            maximum_qos: 2,
            receive_maximum,
        };
        self.lanes.attach(taker.clone(), offers);
        taker
    }
}

#[test]
fn no_qos_waits_for_another_one() {
    let mut bench = Bench::new(1, &[0, 1, 2]);
    let taker = bench.attach(false);
    for qos in 0..3 {
        bench.offer(qos, &[0, 1]);
    }
    assert_eq!(taker.taken(), [(0, 0), (1, 0), (2, 0)]);
    bench.lanes.went_out(bench.message((0, 0)));
    bench.settle((2, 0), PUBCOMP, 0);
    assert_eq!(taker.taken(), [(0, 0), (0, 1), (1, 0), (2, 0), (2, 1)]);
}

#[test]
fn all_together_keep_to_what_the_broker_takes() {
    let mut bench = Bench::new(20, &[0, 1, 2]);
    let taker = bench.attach_to(FakeTaker::default(), false, 5);
    for qos in 0..3 {
        bench.offer(qos, &[0, 1, 2]);
    }
    assert_eq!(taker.taken(), [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 0), (2, 1)]);
}

#[test]
fn what_went_out_is_the_resumed_sessions() {
    let mut bench = Bench::new(20, &[1, 2]);
    bench.attach(false);
    bench.offer(1, &[0]);
    bench.offer(2, &[0]);
    bench.lanes.detach();
    bench.offer(1, &[1]);
    assert_eq!(bench.attach(true).taken(), [(1, 1)]);
    assert!(!bench.lanes.are_settled());
}

#[test]
fn without_its_session_qos_1_is_handed_over_again_and_qos_2_never() {
    let mut bench = Bench::new(20, &[1, 2]);
    bench.attach(false);
    bench.offer(1, &[0]);
    bench.offer(2, &[0, 1]);
    bench.settle((2, 1), PUBCOMP, 0);
    bench.lanes.detach();
    bench.offer(2, &[2]);
    assert_eq!(bench.attach(false).taken(), [(1, 0), (2, 2)]);
    assert_eq!(bench.lanes.given_up(), 1);
}

#[test]
fn what_never_went_out_is_for_the_next_connection() {
    for session_present in [true, false] {
        for refuses in [true, false] {
            let mut bench = Bench::new(20, &[0, 2]);
            let silent = FakeTaker {
                refuses,
                ..FakeTaker::default()
            };
            bench.attach_to(silent, false, u16::MAX);
            bench.offer(0, &[0]);
            bench.offer(2, &[0]);
            bench.lanes.detach();
            assert_eq!(bench.attach(session_present).taken(), [(0, 0), (2, 0)]);
            assert_eq!(bench.lanes.given_up(), 0);
        }
    }
}

#[tokio::test]
async fn a_refusal_is_no_end_but_that_of_a_pubcomp_is() {
    let mut bench = Bench::new(20, &[1, 2]);
    let taker = bench.attach(false);
    bench.offer(1, &[0]);
    bench.offer(2, &[0, 1]);
    bench.settle((1, 0), PUBACK, 0x97);
    bench.settle((2, 0), PUBREC, 0x97);
    bench.settle((2, 1), PUBCOMP, 0x92);
    tokio::time::sleep(2 * super::AGAIN_AFTER_REFUSAL).await;
    assert_eq!(taker.taken(), [(1, 0), (1, 0), (2, 0), (2, 0), (2, 1)]);
}

#[test]
fn what_the_broker_does_not_offer_is_left_out() {
    let mut bench = Bench::new(20, &[0, 1, 2]);
    assert_eq!(bench.lanes.leave_out_above(1), [2]);
    assert_eq!(bench.lanes.qoses(), [0, 1]);
    // What is offered all the same goes nowhere.
    bench.offer(2, &[0]);
    assert!(bench.lanes.are_settled());
}

#[test]
fn nothing_is_handed_over_while_nobody_is_subscribed() {
    let mut bench = Bench::new(20, &[1]);
    let [one, other] = ["one", "other"].map(Arc::from);
    bench.lanes.subscription_known(&one, false);
    bench.lanes.subscription_known(&other, false);
    let taker = bench.attach(false);
    bench.offer(1, &[0]);
    assert_eq!(taker.taken(), []);
    // Of those who share what comes, one is enough.
    bench.lanes.subscription_known(&one, true);
    assert_eq!(taker.taken(), [(1, 0)]);
}
