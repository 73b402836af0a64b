import time
import unittest

from journal import Journal
from outbox import Outbox
from payload import Identity


class FakeConnection:
    def __init__(self, receive_maximum: int = 65_535) -> None:
        self.published: list[int] = []
        self.receive_maximum = receive_maximum

    def publish(self, seq: int, _topic: str, _payload: bytes) -> None:
        self.published.append(seq)


class OutboxTest(unittest.TestCase):
    def setUp(self) -> None:
        self.journal = Journal(Identity("r", "p", "c-pub"))
        self.outbox = Outbox(self.journal, "t")
        self.outbox.start()

    def add(self, count: int) -> None:
        for _ in range(count):
            self.outbox.add(self.journal.generated(0), b"")

    def settled(self, connection: FakeConnection, expected: list[int]) -> None:
        until = time.monotonic() + 2
        while connection.published != expected and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(0.02)
        self.assertEqual(connection.published, expected)

    def test_hands_nothing_over_before_the_subscription_is_known(self) -> None:
        connection = FakeConnection()
        self.outbox.attach(connection)
        self.add(2)
        self.settled(connection, [])
        self.outbox.subscription_known(True)
        self.settled(connection, [0, 1])

    def test_hands_over_no_more_than_the_broker_takes_before_an_acknowledgement(self) -> None:
        connection = FakeConnection(receive_maximum=2)
        self.outbox.subscription_known(True)
        self.outbox.attach(connection)
        self.add(4)
        self.settled(connection, [0, 1])
        self.outbox.acknowledged(0, 1)
        self.settled(connection, [0, 1, 2])

    def test_hands_over_again_on_a_new_connection_what_is_not_acknowledged(self) -> None:
        first, second = FakeConnection(), FakeConnection()
        self.outbox.subscription_known(True)
        self.outbox.attach(first)
        self.add(3)
        self.settled(first, [0, 1, 2])
        self.outbox.acknowledged(1, 1)
        self.outbox.detach(first)
        self.add(1)
        self.outbox.attach(second)
        self.settled(second, [0, 2, 3])
        self.assertEqual([m.attempts for m in self.journal.ledger.messages], [2, 1, 2, 1])

    def test_what_was_acknowledged_while_it_waited_is_not_handed_over_again(self) -> None:
        first, second = FakeConnection(), FakeConnection()
        self.outbox.subscription_known(True)
        self.outbox.attach(first)
        self.add(1)
        self.settled(first, [0])
        self.outbox.subscription_known(False)
        self.outbox.attach(second)
        self.outbox.acknowledged(0, 1)
        self.outbox.subscription_known(True)
        self.settled(second, [])

    def test_gives_up_no_other_connection_than_the_one_that_ends(self) -> None:
        first, second = FakeConnection(), FakeConnection()
        self.outbox.subscription_known(True)
        self.outbox.attach(first)
        self.outbox.attach(second)
        self.outbox.detach(first)
        self.add(1)
        self.settled(second, [0])


if __name__ == "__main__":
    unittest.main()
