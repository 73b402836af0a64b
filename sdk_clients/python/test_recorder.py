import json
import unittest
from unittest import mock

import recorder
from message import Message
from payload import Identity, encode
from recorder import Recorder


def message(seq: int, qos: int = 1, retain: bool = False, empty: bool = False) -> Message:
    return Message("t", seq, qos, retain, b"" if empty else body(seq), 7)


def body(seq: int) -> bytes:
    return encode(Identity("r", "p", "c"), seq, 7, 0)


def rows_of(recorder: Recorder) -> list[dict]:
    return [json.loads(line) for line in recorder.lines({"workload": "w"})]


class Rows(unittest.TestCase):
    def test_are_in_the_order_of_their_times_under_a_header(self) -> None:
        recorder = Recorder("r", "p")
        recorder.event("suback", "c", 1, "f", 1, at_us=20)
        recorder.event("subscribe", "c", 1, "f", 1, at_us=10)
        head, *rows = rows_of(recorder)
        self.assertEqual(head, {"ledger": 2, "run": "r", "phase": "p", "sdk": "python", "workload": "w"})
        self.assertEqual(
            rows,
            [
                {"event": "subscribe", "client": "c", "connection": 1, "at_us": 10, "filter": "f", "qos": 1},
                {"event": "suback", "client": "c", "connection": 1, "at_us": 20, "filter": "f", "granted": 1},
            ],
        )

    def test_have_every_occurrence(self) -> None:
        recorder = Recorder("r", "p")
        for _ in range(2):
            recorder.sent("c", 1, message(0))
            recorder.acknowledged("c", 1, message(0), "puback", 0)
            recorder.received("s", 1, "t", body(0), 1, False, True)
        self.assertEqual([row["event"] for row in rows_of(recorder)[1:]], ["send", "ack", "receive"] * 2)
        tally = recorder.tally
        self.assertEqual((len(tally.sent), tally.attempts, len(tally.received), tally.duplicates), (1, 2, 1, 1))

    def test_end_with_the_drain(self) -> None:
        recorder = Recorder("r", "p")
        recorder.freeze()
        recorder.sent("c", 1, message(0))
        recorder.received("s", 1, "t", body(0), 1, False, True)
        recorder.event("close", "c", 1, "peer", None)
        self.assertEqual((recorder.events, recorder.tally.sent, recorder.tally.received), (0, {}, {}))

    def test_are_never_a_part_of_what_happened(self) -> None:
        recorder_ = Recorder("r", "p")
        with mock.patch.object(recorder, "MAX_EVENTS", 1):
            for seq in range(3):
                recorder_.sent("c", 1, message(seq))
        self.assertTrue(recorder_.overflowed)
        self.assertEqual(recorder_.error_texts(), ["ledger: more than 1 events: none is written"])

    def test_an_empty_payload_is_known_by_its_topic_while_one_message_of_it_was_empty(self) -> None:
        recorder = Recorder("r", "p")
        self.assertIsNone(recorder.received("s", 1, "t", b"", 1, False, False))
        recorder.sent("c", 1, message(4, retain=True, empty=True))
        self.assertEqual(recorder.received("s", 1, "t", b"", 1, False, False), ("c", "t", 4))
        recorder.sent("c", 1, message(5, retain=True, empty=True))
        self.assertIsNone(recorder.received("s", 1, "t", b"", 1, False, False))


class Counts(unittest.TestCase):
    def awaited(self, qos: int, *acks: tuple[str, int]) -> int:
        recorder = Recorder("r", "p")
        recorder.sent("c", 1, message(0, qos))
        for step, code in acks:
            recorder.acknowledged("c", 1, message(0, qos), step, code)
        return len(recorder.tally.awaited)

    def test_only_a_last_step_that_takes_a_message_over_acknowledges_it(self) -> None:
        self.assertEqual(self.awaited(1, ("puback", 0)), 1)
        self.assertEqual(self.awaited(1, ("puback", 0x10)), 1)
        self.assertEqual(self.awaited(1, ("puback", 0x80)), 0)
        self.assertEqual(self.awaited(2, ("pubrec", 0)), 0)
        self.assertEqual(self.awaited(2, ("pubrec", 0), ("pubcomp", 0)), 1)
        self.assertEqual(self.awaited(2, ("pubrec", 0), ("pubcomp", 0x92)), 0)

    def test_what_arrived_is_not_waited_for_whichever_came_first(self) -> None:
        for acknowledged_first in (True, False):
            recorder = Recorder("r", "p")
            recorder.sent("c", 1, message(0))
            if acknowledged_first:
                recorder.acknowledged("c", 1, message(0), "puback", 0)
            recorder.received("s", 1, "t", body(0), 1, False, False)
            if not acknowledged_first:
                recorder.acknowledged("c", 1, message(0), "puback", 0)
            self.assertEqual(recorder.tally.awaited, set())


if __name__ == "__main__":
    unittest.main()
