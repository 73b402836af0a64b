import time
import unittest

from lane import Lane, Lanes
from message import Message
from recorder import Recorder


class FakeConnection:
    def __init__(self, session_present: bool, receive_maximum: int = 65_535) -> None:
        self.session_present, self.receive_maximum = session_present, receive_maximum
        self.published: list[tuple[str, int]] = []

    def publish(self, message: Message) -> None:
        self.published.append((message.topic, message.seq))


class LaneTest(unittest.TestCase):
    def lanes(self, *qoses: int, window: int = 20) -> Lanes:
        self.messages: dict[tuple[str, int], Message] = {}
        lanes = Lanes([Lane(Recorder("r", "p"), qos, window) for qos in qoses])
        lanes.subscription_known(True)
        lanes.start()
        return lanes

    def offer(self, lanes: Lanes, qos: int, *seqs: int) -> None:
        for seq in seqs:
            message = self.messages[f"q{qos}", seq] = Message(f"q{qos}", seq, qos, False, b"", 0)
            lanes.offer(message)

    def settled(self, lanes: Lanes, qos: int, seq: int, step: str, code: int = 0) -> None:
        lanes.settled(self.messages[f"q{qos}", seq], step, code)

    def published(self, connection: FakeConnection, *expected: tuple[int, int]) -> None:
        names = [(f"q{qos}", seq) for qos, seq in expected]
        until = time.monotonic() + 2
        while sorted(connection.published) != sorted(names) and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(0.02)
        self.assertEqual(sorted(connection.published), sorted(names))

    def test_no_qos_waits_for_another_one(self) -> None:
        lanes, connection = self.lanes(0, 1, 2, window=1), FakeConnection(False)
        lanes.attach(connection)
        for qos in (0, 1, 2):
            self.offer(lanes, qos, 0, 1)
        self.published(connection, (0, 0), (0, 1), (1, 0), (2, 0))
        self.settled(lanes, 2, 0, "pubcomp")
        self.published(connection, (0, 0), (0, 1), (1, 0), (2, 0), (2, 1))

    def test_all_together_keep_to_what_the_broker_takes(self) -> None:
        lanes, connection = self.lanes(1, 2), FakeConnection(False, receive_maximum=5)
        lanes.attach(connection)
        self.offer(lanes, 1, 0, 1, 2)
        self.offer(lanes, 2, 0, 1, 2)
        self.published(connection, (1, 0), (1, 1), (2, 0), (2, 1))

    def test_what_is_in_flight_is_the_resumed_session_s(self) -> None:
        lanes, first, second = self.lanes(1, 2), FakeConnection(False), FakeConnection(True)
        lanes.attach(first)
        self.offer(lanes, 1, 0)
        self.offer(lanes, 2, 0)
        self.published(first, (1, 0), (2, 0))
        lanes.detach(first)
        self.offer(lanes, 1, 1)
        lanes.attach(second)
        self.published(second, (1, 1))
        self.assertFalse(lanes.are_settled())

    def test_without_its_session_qos_1_is_handed_over_again_and_qos_2_never(self) -> None:
        lanes, first, second = self.lanes(1, 2), FakeConnection(False), FakeConnection(False)
        lanes.attach(first)
        self.offer(lanes, 1, 0)
        self.offer(lanes, 2, 0, 1)
        self.published(first, (1, 0), (2, 0), (2, 1))
        self.settled(lanes, 2, 1, "pubcomp")
        lanes.detach(first)
        self.offer(lanes, 2, 2)
        lanes.attach(second)
        self.published(second, (1, 0), (2, 2))
        self.assertEqual(lanes.given_up(), 1)

    def test_a_refusal_is_no_end_but_that_of_a_pubcomp_is(self) -> None:
        lanes, connection = self.lanes(1, 2), FakeConnection(False)
        lanes.attach(connection)
        self.offer(lanes, 1, 0)
        self.offer(lanes, 2, 0, 1)
        self.published(connection, (1, 0), (2, 0), (2, 1))
        self.settled(lanes, 1, 0, "puback", 0x97)
        self.settled(lanes, 2, 0, "pubrec", 0x97)
        self.settled(lanes, 2, 1, "pubcomp", 0x92)
        self.published(connection, (1, 0), (2, 0), (2, 1), (1, 0), (2, 0))

    def test_leaves_out_what_the_broker_does_not_offer(self) -> None:
        lanes = self.lanes(0, 1, 2)
        self.assertEqual((lanes.leave_out_above(1), lanes.qoses), ([2], [0, 1]))


if __name__ == "__main__":
    unittest.main()
