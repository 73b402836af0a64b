import threading
import time
import types
import unittest

from connection import ConnectionFailed
from lane import Lane, Lanes
from members import RecordedPublisher
from moves import Moves, planned
from recorder import Recorder
from wire import MqttSession
from workload_config import read_workload_config
from workloads.failover import Failover


class FakeConnection:
    session_present, receive_maximum, maximum_qos = True, 65_535, 2
    lost_reason, lost_code = "", None

    def __init__(self, refuses: bool = False) -> None:
        self.lost, self.ends, self._refuses = threading.Event(), [], refuses

    def open(self, endpoint) -> None:
        self.endpoint = str(endpoint)
        if self._refuses:
            raise ConnectionFailed("dead")

    def end(self, how: str) -> None:
        self.ends.append(how)
        self.lost.set()

    def disconnect(self, _limit_s: float) -> None:
        self.end("leave")

    def cut(self) -> None:
        self.end("cut")


class FakePublisher(RecordedPublisher):
    def _new_connection(self) -> FakeConnection:
        made = FakeConnection(refuses=len(self.made) in self.dead)
        self.made.append(made)
        return made


class PlannedMoves(unittest.TestCase):
    def setUp(self) -> None:
        env = {"CLUSTER_ENDPOINT": "a:1", "CLUSTER_ENDPOINTS": "a:1,b:2", "MOVE_EVERY_MS": "100"}
        self.config = read_workload_config(env, Failover)
        self.recorder = Recorder("r", "p")

    def publisher(self, *dead: int) -> FakePublisher:
        lanes = Lanes([Lane(self.recorder, 1, 20)])
        role = FakePublisher(self.config, self.recorder, MqttSession("c-pub", False, 5, 60), lanes)
        role.made, role.dead, role.lanes = [], dead, lanes
        role.start()
        self.addCleanup(role.close, 1)
        self.eventually(lambda: role._connection)
        return role

    def eventually(self, holds) -> None:
        until = time.monotonic() + 3
        while not holds() and time.monotonic() < until:
            time.sleep(0.002)
        self.assertTrue(holds())

    def test_all_move_in_one_way_before_all_move_in_the_next(self) -> None:
        plan = [planned(["pub", "sub"], ("leave", "cut"), number) for number in range(6)]
        self.assertEqual(plan, [(who, way) for way in ("leave", "cut", "leave") for who in ("pub", "sub")])
        self.assertEqual([planned(["last"], ("leave", "cut"), number)[1] for number in range(3)], ["leave", "cut", "leave"])

    def test_who_moves_is_at_the_next_endpoint_and_no_error_says_so(self) -> None:
        role = self.publisher()
        for move, way in enumerate(("leave", "cut"), 1):
            role.move(lambda connection: connection.end(way))
            self.eventually(lambda: role.moves == move and role._connection)
        self.assertEqual([(made.endpoint, made.ends) for made in role.made], [("a:1", ["leave"]), ("b:2", ["cut"]), ("a:1", [])])
        self.assertEqual((self.recorder.connections, self.recorder.error_texts()), (3, []))

    def test_a_move_to_a_dead_endpoint_is_one_move(self) -> None:
        role = self.publisher(1)
        role.move(FakeConnection.cut)
        self.eventually(lambda: role.moves == 1 and role._connection)
        self.assertEqual([made.endpoint for made in role.made], ["a:1", "b:2", "a:1"])

    def test_what_ends_by_itself_is_no_move(self) -> None:
        role = self.publisher()
        role.made[0].lost.set()
        self.eventually(lambda: len(role.made) == 2 and role._connection)
        self.assertEqual((role.moves, len(self.recorder.error_texts())), (0, 1))

    def test_who_is_on_the_way_does_not_move(self) -> None:
        role = self.publisher()
        role._connection = None
        role.move(lambda connection: self.fail(connection))

    def test_nothing_is_handed_over_behind_a_disconnect(self) -> None:
        role, attached = self.publisher(), []
        role.move(lambda connection: (attached.append(role.lanes._of[1]._connection), connection.end("leave")))
        self.assertEqual(attached, [None])

    def test_moves_end_with_the_publishing(self) -> None:
        made = threading.Semaphore(0)
        role = types.SimpleNamespace(move=lambda end: made.release(), moves=0)
        moves = Moves(self.config, [role])
        moves.begin(int(time.monotonic() * 1e6))
        self.assertTrue(made.acquire(timeout=3) and made.acquire(timeout=3))
        moves.end()
        self.assertFalse(moves.is_alive())
        nobody = Moves(self.config, [])
        nobody.begin(0)
        nobody.end()
        self.assertFalse(nobody.is_alive())


if __name__ == "__main__":
    unittest.main()
