"""The library against a broker of a few packets: what it does is what is recorded, and nothing of it is hidden."""

import json
import time
import unittest

from connection import ConnectionFailed
from fake_broker import (
    DISCONNECT, PUBACK, PUBCOMP, PUBREC, PUBREL, FakeBroker, Peer, ack, connack, publish,
)  # fmt: skip
from message import Message, Will
from payload import Identity, encode
from recorded import RecordedConnection
from recorder import Recorder
from wire import MqttSession
from workload_config import read_workload_config
from workloads.qos_mix import QosMix

CONNACK_5 = bytes([0x20, 3, 0, 0, 0])
# Maximum QoS 1, Shared Subscription Available 0.
LIMITED_5 = bytes([0x20, 7, 0, 0, 4, 0x24, 1, 0x2A, 0])


class Wire(unittest.TestCase):
    version = "3.1.1"

    def setUp(self) -> None:
        self.broker = FakeBroker()
        self.addCleanup(self.broker.close)
        self.config = read_workload_config(
            {"CLUSTER_ENDPOINT": self.broker.endpoint, "RUN_ID": "r", "PHASE": "p", "MQTT_VERSION": self.version}, QosMix
        )
        self.recorder = Recorder("r", "p")
        self.session = MqttSession("c-pub", clean=False, keep_alive_s=5, expiry_s=60)
        self.settled: list[tuple[int, str, int]] = []

    def connect(self, answer: bytes = connack(), will: Will | None = None) -> tuple[RecordedConnection, Peer]:
        connection = RecordedConnection(
            self.config, self.session, self.recorder, will, lambda message, step, code: self.settled.append((message.seq, step, code))
        )
        peers: list[Peer] = []
        thread = self.broker.meanwhile(lambda: peers.append(self.broker.accept(answer)))
        connection.open(self.config.endpoints[0])
        thread.join()
        self.addCleanup(peers[0].close)
        self.addCleanup(connection.cut)
        return connection, peers[0]

    def message(self, seq: int, qos: int) -> Message:
        return Message("t", seq, qos, False, self.payload(seq), 7)

    def payload(self, seq: int) -> bytes:
        return encode(Identity("r", "p", "c-pub"), seq, 7, 0)

    def rows(self, *events: str) -> list[dict]:
        rows = [json.loads(line) for line in self.recorder.lines({})][1:]
        return [row for row in rows if row["event"] in events]

    def eventually(self, expected, read) -> None:
        until = time.monotonic() + 3
        while read() != expected and time.monotonic() < until:
            time.sleep(0.005)
        self.assertEqual(read(), expected)

    def acks(self) -> list[tuple]:
        return [(row["connection"], row["seq"], row["step"], row["code"]) for row in self.rows("ack")]

    def receipts(self) -> list[tuple]:
        return [(row["connection"], row["seq"], row["qos"], row["dup"]) for row in self.rows("receive")]

    def closes(self) -> list[tuple]:
        return [(row["connection"], row["by"], row["reason_code"]) for row in self.rows("close")]


class Publishing(Wire):
    def test_every_step_of_a_qos_2_message_is_recorded_when_its_packet_comes(self) -> None:
        connection, peer = self.connect()
        connection.publish(self.message(0, 2))
        mid, dup = peer.expect_publish()
        self.assertFalse(dup)
        self.assertEqual(self.acks(), [])
        peer.send(ack(PUBREC, mid))
        peer.expect(PUBREL)
        self.assertEqual(self.acks(), [(1, 0, "pubrec", 0)])
        self.assertEqual(self.settled, [])
        peer.send(ack(PUBCOMP, mid))
        self.eventually([(0, "pubcomp", 0)], lambda: self.settled)
        self.assertEqual(self.acks(), [(1, 0, "pubrec", 0), (1, 0, "pubcomp", 0)])

    def test_an_answer_to_a_packet_id_that_is_not_in_use_is_of_no_message(self) -> None:
        connection, peer = self.connect()
        connection.publish(self.message(0, 1))
        mid, _ = peer.expect_publish()
        peer.send(ack(PUBACK, mid + 1) + ack(PUBACK, mid) + ack(PUBACK, mid))
        self.eventually(["c-pub: PUBACK for a packet id that is not in use (×2)"], self.recorder.error_texts)
        self.assertEqual(self.acks(), [(1, 0, "puback", 0)])

    def test_a_resumed_session_sends_again_what_is_open_and_that_is_no_new_hand_over(self) -> None:
        first, peer = self.connect()
        for seq, qos in ((0, 1), (1, 2), (2, 2)):
            first.publish(self.message(seq, qos))
        mids = [peer.expect_publish()[0] for _ in range(3)]
        peer.send(ack(PUBREC, mids[2]))
        peer.expect(PUBREL)
        peer.close()
        first.lost.wait(3)
        second, peer = self.connect(connack(present=True))
        self.assertEqual([peer.expect_publish(), peer.expect_publish()], [(mids[0], True), (mids[1], True)])
        self.assertEqual(int.from_bytes(peer.expect(PUBREL)[1], "big"), mids[2])
        peer.send(ack(PUBACK, mids[0]) + ack(PUBCOMP, mids[2]))
        self.eventually([(0, "puback", 0), (2, "pubcomp", 0)], lambda: self.settled)
        self.assertEqual([(row["connection"], row["seq"]) for row in self.rows("send")], [(1, 0), (1, 1), (1, 2)])
        second.publish(self.message(3, 1))
        self.assertNotIn(peer.expect_publish()[0], mids)

    def test_a_lost_session_leaves_nothing_to_send_again(self) -> None:
        first, peer = self.connect()
        first.publish(self.message(0, 2))
        peer.send(ack(PUBREC, peer.expect_publish()[0]))
        peer.expect(PUBREL)
        peer.close()
        first.lost.wait(3)
        second, peer = self.connect(connack(present=False))
        second.publish(self.message(1, 1))
        # The next packet is the new message, and no PUBREL.
        peer.expect_publish()

    def test_a_refused_connect_ends_no_session(self) -> None:
        first, peer = self.connect()
        first.publish(self.message(0, 1))
        mid, _ = peer.expect_publish()
        peer.close()
        first.lost.wait(3)
        with self.assertRaises(ConnectionFailed):
            self.connect(connack(code=3))
        _, peer = self.connect(connack(present=True))
        self.assertEqual(peer.expect_publish(), (mid, True))

    def test_messages_of_qos_0_have_no_answer(self) -> None:
        connection, peer = self.connect()
        connection.publish(self.message(0, 0))
        peer.read()
        self.assertEqual([(row["seq"], row["qos"]) for row in self.rows("send")], [(0, 0)])


class Receiving(Wire):
    def test_a_qos_2_message_is_received_when_its_publish_comes_and_once_until_its_pubrel(self) -> None:
        connection, peer = self.connect()
        peer.send(publish("t", self.payload(5), 2, 9))
        peer.expect(PUBREC)
        self.assertEqual(self.receipts(), [(1, 5, 2, False)])
        peer.close()
        connection.lost.wait(3)
        _, peer = self.connect(connack(present=True))
        peer.send(publish("t", self.payload(5), 2, 9, dup=True))
        peer.expect(PUBREC)
        peer.send(ack(PUBREL, 9))
        peer.expect(PUBCOMP)
        self.assertEqual(self.receipts(), [(1, 5, 2, False)])
        peer.send(publish("t", self.payload(5), 2, 9, dup=True))
        peer.expect(PUBREC)
        self.assertEqual(self.receipts(), [(1, 5, 2, False), (2, 5, 2, True)])

    def test_another_message_under_a_packet_id_that_is_in_use_is_a_receipt(self) -> None:
        _, peer = self.connect()
        peer.send(publish("t", self.payload(5), 2, 9))
        peer.expect(PUBREC)
        peer.send(publish("t", self.payload(6), 2, 9))
        peer.expect(PUBREC)
        self.assertEqual([seq for _, seq, _, _ in self.receipts()], [5, 6])

    def test_what_is_of_another_run_is_counted_and_no_receipt(self) -> None:
        _, peer = self.connect()
        stranger = encode(Identity("other", "p", "c-pub"), 0, 7, 0)
        peer.send(publish("t", stranger) + publish("t", b"") + publish("t", b"{") + publish("t", self.payload(1), 1, 3))
        peer.expect(PUBACK)
        self.assertEqual((self.recorder.tally.unexpected, [seq for _, seq, _, _ in self.receipts()]), (3, [1]))


class Ending(Wire):
    def test_a_disconnect_is_one_only_if_it_was_written(self) -> None:
        connection, peer = self.connect()
        connection.disconnect(2)
        peer.expect(DISCONNECT)
        self.assertEqual(self.closes(), [(1, "own-disconnect", None)])

    def test_a_cut_sends_no_disconnect(self) -> None:
        connection, peer = self.connect()
        connection.cut()
        self.assertTrue(peer.ended())
        self.assertEqual(self.closes(), [(1, "own-cut", None)])

    def test_a_mute_connection_says_nothing_and_stays_open(self) -> None:
        self.session.keep_alive_s = 1
        connection, peer = self.connect()
        connection.mute()
        self.assertTrue(peer.is_silent(1.5))
        self.assertEqual(self.closes(), [(1, "own-mute", None)])
        connection.release()
        self.assertTrue(peer.ended())

    def test_what_the_peer_ends_is_said_so(self) -> None:
        connection, peer = self.connect()
        peer.close()
        connection.lost.wait(3)
        self.assertEqual(self.closes(), [(1, "peer", None)])

    def test_a_broker_that_answers_no_ping_has_timed_out(self) -> None:
        self.session.keep_alive_s = 1
        connection, _ = self.connect()
        connection.lost.wait(5)
        self.assertEqual(self.closes(), [(1, "timeout", None)])

    def test_a_refused_connect_has_its_code_and_no_session(self) -> None:
        with self.assertRaises(ConnectionFailed):
            self.connect(connack(code=3))
        self.assertEqual([(row["code"], row["maximum_qos"]) for row in self.rows("connack")], [(3, None)])
        self.assertEqual(self.closes(), [(1, "peer", None)])

    def test_a_will_is_named_by_its_connect(self) -> None:
        self.connect(will=Will("t/w", 4, 1, 0, self.payload(4), 7))
        (row,) = self.rows("connect")
        self.assertEqual(row["will"], {"topic": "t/w", "seq": 4, "qos": 1, "delay_s": 0})
        self.assertEqual(list(self.recorder.tally.sent), [("c-pub", "t/w", 4)])


class Version5(Wire):
    version = "5"

    def test_a_refused_pubrec_ends_the_message_and_no_pubrel_follows(self) -> None:
        connection, peer = self.connect(CONNACK_5)
        connection.publish(self.message(0, 2))
        mid, _ = peer.expect_publish()
        peer.send(ack(PUBREC, mid, 0x97))
        self.eventually([(0, "pubrec", 0x97)], lambda: self.settled)
        connection.publish(self.message(1, 1))
        peer.expect_publish()
        self.assertEqual(self.acks(), [(1, 0, "pubrec", 0x97)])

    def test_says_what_the_broker_offers_and_why_it_ends_a_connection(self) -> None:
        connection, peer = self.connect(LIMITED_5)
        peer.send(bytes([0xE0, 2, 0x8E, 0]))
        connection.lost.wait(3)
        (row,) = self.rows("connack")
        self.assertEqual((row["maximum_qos"], row["retain_available"], row["shared_available"]), (1, True, False))
        self.assertEqual(self.closes(), [(1, "peer", 0x8E)])

    def test_leaves_with_its_will_where_it_is_told_to(self) -> None:
        connection, peer = self.connect(CONNACK_5)
        connection.disconnect_with_will(2)
        self.assertEqual(peer.expect(DISCONNECT)[1][:1], b"\x04")
        self.assertEqual(self.closes(), [(1, "own-disconnect-with-will", None)])


if __name__ == "__main__":
    unittest.main()
