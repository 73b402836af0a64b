use super::{Counts, Ledger, Named};

fn ledger_of(generated: usize) -> Ledger {
    let mut ledger = Ledger::default();
    for seq in 0..generated as u64 {
        ledger.generated(seq * 100, seq * 100 + 1);
    }
    ledger
}

#[test]
fn each_message_is_in_exactly_one_class() {
    let mut ledger = ledger_of(5);
    for seq in 0..4 {
        ledger.handed_over(seq, 1_000);
    }
    ledger.acked(0, 2_000);
    ledger.received(0, false, 2_100);
    ledger.acked(1, 2_200);
    ledger.received(2, false, 2_300);

    let expected = Counts {
        sent: 4,
        acked: 2,
        received: 2,
        ok: 1,
        lost: 1,
        recovered: 1,
        unconfirmed: 1,
        unsent: 2,
        lost_seqs: vec![1],
        naive_lost: 2,
        attempts: 4,
    };
    assert_eq!(ledger.counts(6), expected);
}

#[test]
fn a_message_received_five_times_is_one_receipt_and_four_duplicates() {
    let mut ledger = ledger_of(1);
    ledger.handed_over(0, 10);
    for receipt in 0..5 {
        ledger.received(0, receipt >= 3, 20 + receipt);
    }

    let counts = ledger.counts(1);
    assert_eq!((counts.received, counts.naive_lost), (1, -4));
    assert_eq!((ledger.duplicates, ledger.duplicates_flagged), (4, 2));
    assert_eq!((ledger.messages()[0].recv_us, ledger.messages()[0].dups), (Some(20), 4));
}

#[test]
fn the_first_hand_over_and_the_first_acknowledgement_are_kept() {
    let mut ledger = ledger_of(1);
    ledger.handed_over(0, 10);
    ledger.handed_over(0, 20);
    ledger.acked(0, 30);
    ledger.acked(0, 40);

    let message = &ledger.messages()[0];
    assert_eq!(
        (message.sent_us, message.attempts, message.ack_us),
        (Some(10), 2, Some(30))
    );
    assert_eq!(ledger.last_progress_us(), 30);
}

#[test]
fn a_receipt_nobody_generated_is_unexpected() {
    let mut ledger = ledger_of(2);
    ledger.received(2, false, 10);
    ledger.received(u64::MAX, false, 10);
    ledger.received_unexpected();

    assert_eq!(ledger.unexpected, 3);
    assert_eq!(ledger.counts(2).received, 0);
}

#[test]
fn inversions_count_first_receipts_only() {
    let mut ledger = ledger_of(4);
    for seq in [1, 3, 2, 1, 0] {
        ledger.received(seq, false, 10);
    }

    assert_eq!((ledger.inversions, ledger.duplicates), (2, 1));
}

#[test]
fn it_is_settled_when_all_is_acknowledged_and_received() {
    let mut ledger = ledger_of(1);
    ledger.handed_over(0, 10);
    assert!(!ledger.is_settled());
    ledger.received(0, false, 20);
    assert!(!ledger.is_settled());
    ledger.acked(0, 30);
    assert!(ledger.is_settled());
}

#[test]
fn nothing_counts_once_it_is_closed() {
    let mut ledger = ledger_of(1);
    ledger.handed_over(0, 10);
    ledger.close();
    ledger.handed_over(0, 20);
    ledger.acked(0, 20);
    ledger.received(0, false, 20);
    ledger.received_unexpected();

    assert_eq!(ledger.counts(1).unconfirmed, 1);
    assert_eq!((ledger.messages()[0].attempts, ledger.unexpected), (1, 0));
}

#[test]
fn only_the_first_two_hundred_lost_messages_are_named() {
    let mut ledger = ledger_of(250);
    for seq in 0..250 {
        ledger.handed_over(seq, 10);
        ledger.acked(seq, 20);
    }

    let counts = ledger.counts(250);
    assert_eq!((counts.lost, counts.lost_seqs.len()), (250, 200));
    assert_eq!(counts.lost_seqs.last(), Some(&199));
}

#[test]
fn a_receipt_of_another_copy_of_this_client_is_not_ours_and_is_shown() {
    let mut ledger = Ledger::default();
    for seq in 0..3 {
        ledger.generated(seq * 100, 1);
    }
    ledger.received_named((1, 100), false, 10);
    for _ in 0..30 {
        ledger.received_named((2, 777), false, 20);
    }
    ledger.received_named((3, 300), false, 30);

    assert_eq!(ledger.counts(3).received, 1);
    assert_eq!((ledger.unexpected, ledger.impostors.len()), (31, 20));
    assert_eq!(
        ledger.impostors[0].unexpected,
        Named {
            seq: 2,
            intended_us: 777
        }
    );
}
