import unittest

from ledger import LOST_SEQS_LIMIT, Ledger


def ledger_of(count: int) -> Ledger:
    ledger = Ledger()
    for i in range(count):
        ledger.generate(intended_us=i * 1000, queued_us=i * 1000 + 1)
    return ledger


class Classes(unittest.TestCase):
    def test_puts_every_planned_message_into_exactly_one_class(self) -> None:
        ledger = ledger_of(5)
        for seq in range(4):
            ledger.hand_over(seq, 10)
        ledger.acknowledge(0, 20)
        ledger.receive(0, 20, False)
        ledger.acknowledge(1, 20)
        ledger.receive(2, 20, False)
        counts = ledger.counts(planned=6)
        self.assertEqual((counts.ok, counts.lost, counts.recovered, counts.unconfirmed, counts.unsent), (1, 1, 1, 1, 2))
        self.assertEqual((counts.sent, counts.acked, counts.received), (4, 2, 2))
        self.assertEqual(counts.lost_seqs, [1])

    def test_lists_only_the_first_lost_messages_but_counts_all(self) -> None:
        ledger = ledger_of(LOST_SEQS_LIMIT + 50)
        for seq in reversed(range(LOST_SEQS_LIMIT + 50)):
            ledger.hand_over(seq, 10)
            ledger.acknowledge(seq, 20)
        counts = ledger.counts(LOST_SEQS_LIMIT + 50)
        self.assertEqual(counts.lost, LOST_SEQS_LIMIT + 50)
        self.assertEqual(counts.lost_seqs, list(range(LOST_SEQS_LIMIT)))

    def test_a_message_acknowledged_late_is_no_longer_recovered_but_ok(self) -> None:
        ledger = ledger_of(1)
        ledger.hand_over(0, 10)
        ledger.receive(0, 20, False)
        self.assertFalse(ledger.all_ok())
        ledger.acknowledge(0, 30)
        self.assertTrue(ledger.all_ok())
        self.assertEqual(ledger.counts(1).recovered, 0)

    def test_an_empty_ledger_is_all_ok_and_counts_nothing(self) -> None:
        self.assertTrue(Ledger().all_ok())
        self.assertEqual(Ledger().counts(0).sent, 0)


class Repetition(unittest.TestCase):
    def test_counts_by_identity_however_often_a_message_is_received(self) -> None:
        ledger = ledger_of(1)
        firsts = [ledger.receive(0, at, dup_flag=at > 2) for at in range(1, 6)]
        self.assertEqual(firsts, [True, False, False, False, False])
        self.assertEqual((ledger.counts(1).received, ledger.counts(1).duplicates, ledger.duplicates_flagged), (1, 4, 3))
        self.assertEqual(ledger.messages[0].recv_us, 1)

    def test_keeps_the_first_hand_over_and_the_first_acknowledgement(self) -> None:
        ledger = ledger_of(1)
        ledger.hand_over(0, 10)
        ledger.hand_over(0, 30)
        self.assertTrue(ledger.acknowledge(0, 40))
        self.assertFalse(ledger.acknowledge(0, 50))
        message = ledger.messages[0]
        self.assertEqual((message.sent_us, message.attempts, message.ack_us), (10, 2, 40))

    def test_a_repeated_receipt_makes_nothing_ok_twice(self) -> None:
        ledger = ledger_of(2)
        ledger.acknowledge(0, 10)
        ledger.receive(0, 20, False)
        ledger.receive(0, 30, True)
        self.assertFalse(ledger.all_ok())


class Strangers(unittest.TestCase):
    def test_a_seq_that_was_not_generated_is_unexpected(self) -> None:
        ledger = ledger_of(2)
        for seq in (-1, 2, 10**12):
            self.assertFalse(ledger.receive(seq, 10, False))
        ledger.receive_unexpected()
        self.assertEqual((ledger.unexpected, ledger.counts(len(ledger.messages)).received), (4, 0))


    def test_a_receipt_of_another_copy_of_this_client_is_not_ours_and_is_shown(self) -> None:
        ledger = ledger_of(3)
        due = [message.intended_us for message in ledger.messages]
        self.assertTrue(ledger.receive_named(1, due[1], 10, False))
        for _ in range(30):
            self.assertFalse(ledger.receive_named(2, due[2] + 777, 20, False))
        self.assertFalse(ledger.receive_named(3, due[2], 30, False))
        self.assertEqual((ledger.unexpected, len(ledger.impostors), ledger.counts(3).received), (31, 20, 1))
        first = {"unexpected": {"seq": 2, "intended_us": due[2] + 777}, "at_us": 20}
        self.assertEqual(ledger.impostors[0], first)


class Order(unittest.TestCase):
    def test_an_inversion_is_a_first_receipt_below_one_received_before(self) -> None:
        ledger = ledger_of(5)
        for seq in (0, 3, 1, 2, 4):
            ledger.receive(seq, 10, False)
        self.assertEqual(ledger.inversions, 2)

    def test_a_repeated_receipt_is_no_inversion(self) -> None:
        ledger = ledger_of(3)
        for seq in (0, 1, 2, 0, 1):
            ledger.receive(seq, 10, True)
        self.assertEqual(ledger.inversions, 0)


if __name__ == "__main__":
    unittest.main()
