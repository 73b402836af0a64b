import unittest
from unittest.mock import patch

from recorder import Recorder
from wire import MqttSession
from workload_config import read_workload_config
from workloads.shared import Group, Member, Shared

GRANTED, REFUSED = 1, 0x8F


class Lost:
    """Nobody waits for it."""

    is_over = False

    def is_set(self) -> bool:
        return self.is_over

    def wait(self, _limit_s: float | None = None) -> bool:
        return self.is_over


class FakeConnection:
    """Its broker answers each SUBSCRIBE as told, and is gone after the last answer."""

    def __init__(self, session_present: bool, *answers: int) -> None:
        self.session_present, self._answers = session_present, list(answers)
        self.lost = Lost()
        self.asked = 0

    def subscribe(self, _name: str, _limit_s: float, _qos: int) -> int:
        self.asked += 1
        self.lost.is_over = self.asked == len(self._answers)
        return self._answers[self.asked - 1]


class FakeLanes:
    known = False

    def subscription_known(self, known: bool) -> None:
        self.known = known


class SharedTest(unittest.TestCase):
    def setUp(self) -> None:
        self.config = read_workload_config({"CLUSTER_ENDPOINT": "a:1", "CLUSTER_ENDPOINTS": "a:1,b:2", "MEMBERS": "4"}, Shared)
        self.recorder, self.lanes = Recorder("r", "p"), FakeLanes()
        self.group = Group(self.lanes)
        impatient = patch("workloads.shared.ASKS_FOR_US", 0)
        impatient.start()
        self.addCleanup(impatient.stop)

    def member(self) -> Member:
        return Member(self.config, self.recorder, MqttSession("c", False, 5, 60), [("$share/g/t", 1)], self.group, 0)

    def serve(self, member: Member, session_present: bool, *answers: int) -> FakeConnection:
        connection = FakeConnection(session_present, *answers)
        member._serve(connection)
        return connection

    def test_has_its_members_each_one_endpoint_further(self) -> None:
        workload = Shared(self.config, self.recorder)
        names = [role._session.client_id.removeprefix(self.config.client_id) for role in workload.readers()]
        self.assertEqual(names, ["-sub", "-sub-2", "-sub-3", "-sub-4"])
        self.assertEqual([role._next_endpoint for role in workload.readers()], [1, 2, 3, 4])
        self.assertEqual(workload.roles, [*workload.readers(), workload.publisher])
        self.assertEqual(workload._moves._roles, workload.readers()[-1:])

    def test_a_single_member_stays(self) -> None:
        config = read_workload_config({"CLUSTER_ENDPOINT": "a:1", "MEMBERS": "1"}, Shared)
        self.assertEqual(Shared(config, self.recorder)._moves._roles, [])

    def test_a_refusal_is_asked_about_again(self) -> None:
        with patch("workloads.shared.ASKS_FOR_US", 60_000_000):
            member = self.member()
            self.assertEqual(self.serve(member, False, REFUSED, REFUSED, GRANTED).asked, 3)
        self.assertTrue(member.ready)

    def test_one_that_lasts_is_an_answer_for_as_long_as_the_session_is_there(self) -> None:
        member = self.member()
        self.assertEqual(self.serve(member, False, REFUSED, REFUSED).asked, 1)
        self.assertTrue(member.ready and self.lanes.known)
        self.assertRegex(self.recorder.error_texts()[0], r"SUBACK of \$share/g/t: expected a granted QoS, got 0x8f")
        self.assertEqual(self.serve(member, True).asked, 0)
        self.assertEqual(self.serve(member, False, GRANTED).asked, 1)

    def test_the_time_of_a_refusal_begins_anew_with_a_session(self) -> None:
        member = self.member()
        with patch("workloads.shared.ASKS_FOR_US", 60_000_000):
            self.serve(member, False, REFUSED)
            first = member._asked_us
            self.serve(member, True, REFUSED)
            self.assertEqual(member._asked_us, first)
            self.serve(member, False, REFUSED)
            self.assertGreater(member._asked_us, first)

    def test_is_for_somebody_as_long_as_one_member_is_subscribed(self) -> None:
        first, second = self.member(), self.member()
        seen = []
        for member, known in ((first, True), (second, True), (first, False), (second, False), (first, True)):
            self.group.subscription_known(member, known)
            seen.append(self.lanes.known)
        self.assertEqual(seen, [True, True, True, False, True])


if __name__ == "__main__":
    unittest.main()
