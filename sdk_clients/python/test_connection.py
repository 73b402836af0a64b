import types
import unittest

from config import read_config
from connection import Connection


SUCCESS, REFUSED = types.SimpleNamespace(value=0), types.SimpleNamespace(value=0x80)


class FakePaho:
    """Its publish() is overtaken by the PUBACK, as happens when the network thread is the quicker one."""

    def __init__(self, connection: Connection, early: bool) -> None:
        self._connection, self._early, self._mid = connection, early, 0

    def publish(self, _topic, _payload, qos):
        self._mid += 1
        if self._early:
            self._connection._puback(None, None, self._mid, SUCCESS, None)
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
        connection._puback(None, None, 1, SUCCESS, None)
        connection._puback(None, None, 1, SUCCESS, None)
        self.assertEqual(acked, [7])

    def test_is_none_where_its_reason_code_says_so(self) -> None:
        connection, acked = self.connection(early=False)
        refused: list[int] = []
        connection._on_refused = lambda seq, _reason: refused.append(seq)
        connection.publish(7, "t", b"")
        connection._puback(None, None, 1, REFUSED, None)
        self.assertEqual((acked, refused), ([], [7]))


if __name__ == "__main__":
    unittest.main()
