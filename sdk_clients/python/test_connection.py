import types
import unittest

from config import read_config
from connection import Connection


class FakePaho:
    """Its publish() is overtaken by the PUBACK, as happens when the network thread is the quicker one."""

    def __init__(self, connection: Connection, early: bool) -> None:
        self._connection, self._early, self._mid = connection, early, 0

    def publish(self, _topic, _payload, qos):
        self._mid += 1
        if self._early:
            self._connection._puback(None, None, self._mid, None, None)
        return types.SimpleNamespace(mid=self._mid)


class Acknowledgement(unittest.TestCase):
    def connection(self, early: bool) -> tuple[Connection, list[int]]:
        acked: list[int] = []
        connection = Connection(
            read_config({"CLUSTER_ENDPOINT": "127.0.0.1:1"}), "id", True, on_ack=lambda seq, _at_us: acked.append(seq)
        )
        connection._client = FakePaho(connection, early)
        return connection, acked

    def test_counts_when_it_comes_before_publish_returns(self) -> None:
        connection, acked = self.connection(early=True)
        connection.publish(7, "t", b"")
        self.assertEqual(acked, [7])

    def test_counts_when_it_comes_afterwards_and_only_once(self) -> None:
        connection, acked = self.connection(early=False)
        connection.publish(7, "t", b"")
        self.assertEqual(acked, [])
        connection._puback(None, None, 1, None, None)
        connection._puback(None, None, 1, None, None)
        self.assertEqual(acked, [7])


if __name__ == "__main__":
    unittest.main()
