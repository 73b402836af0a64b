import unittest

from config import ConfigError
from workload_config import USUAL_DEATHS, Death, read_workload_config
from workloads import WORKLOADS
from workloads.failover import Failover
from workloads.qos_mix import QosMix
from workloads.retained import Retained
from workloads.sessions import Sessions
from workloads.shared import Shared
from workloads.wills import Wills

MINIMUM = {"CLUSTER_ENDPOINT": "a:1", "CLUSTER_ENDPOINTS": "a:1,b:2,c:3"}


def problems_of(workload: type, **env: str) -> list[str]:
    try:
        read_workload_config({**MINIMUM, **env}, workload)
    except ConfigError as error:
        return error.problems
    return []


class WorkloadConfig(unittest.TestCase):
    def test_each_workload_has_its_own_defaults(self) -> None:
        configs = [read_workload_config(MINIMUM, each) for each in (QosMix, Sessions, Retained)]
        self.assertEqual([(c.qos, c.in_flight) for c in configs], [((0, 1, 2), 20), ((1,), 20), ((1,), 1)])
        self.assertEqual(configs[2].reader_endpoints, (0, 1, 2))
        failover, shared = (read_workload_config(MINIMUM, each) for each in (Failover, Shared))
        self.assertEqual((failover.qos, failover.move_every_ms, failover.moves), ((1, 2), 2000, ("leave", "cut")))
        self.assertEqual((shared.qos, shared.move_every_ms, shared.moves, shared.members), ((1,), 5000, ("cut",), 3))

    def test_every_workload_reads_the_environment_of_basic_pubsub_too(self) -> None:
        for workload in WORKLOADS.values():
            self.assertIn("MESSAGE_COUNT: expected", problems_of(workload, MESSAGE_COUNT="no", DEATHS="1:0:cut:1:0")[0])
            self.assertIn("TOPIC: expected", problems_of(workload, TOPIC="a/+", DEATHS="1:0:cut:1:0")[0])

    def test_reads_the_plan_of_deaths(self) -> None:
        config = read_workload_config({**MINIMUM, "MQTT_VERSION": "5", "DEATHS": "10:2:cut:0:3, 20:0:disconnect04:2:0"}, Wills)
        self.assertEqual(config.deaths, (Death(10, 2, "cut", 0, 3), Death(20, 0, "disconnect04", 2, 0)))

    def test_deaths_are_demanded_by_wills_alone(self) -> None:
        self.assertEqual(problems_of(QosMix), [])
        self.assertRegex(problems_of(Wills, DEATHS=",")[0], "DEATHS: expected 1 to 200 of at_ms:.*, got 0 of them")
        self.assertRegex(problems_of(Wills, DEATHS=",".join(["1:0:cut:1:0"] * 201))[0], "got 201 of them")

    def test_one_client_dies_each_second_where_no_deaths_are_given(self) -> None:
        ways = len(USUAL_DEATHS)
        for count, expected in ((1, ways), (1000, 20), (1_000_000, 200)):
            deaths = read_workload_config({**MINIMUM, "MESSAGE_COUNT": str(count), "MESSAGE_RATE": "50"}, Wills).deaths
            self.assertEqual([death.at_ms for death in deaths], [1000 * i for i in range(1, expected + 1)])
            self.assertEqual(len({(death.kind, death.qos) for death in deaths}), ways)

    def test_refuses_deaths_that_cannot_be(self) -> None:
        for death in ("1:3:cut:1:0", "1:0:kill:1:0", "1:0:cut:3:0", "-1:0:cut:1:0", "1:0:cut:1", "1:0:cut:1:0:0", "١:0:cut:1:0"):
            self.assertEqual(len(problems_of(Wills, MQTT_VERSION="5", DEATHS=death)), 1, death)

    def test_refuses_what_mqtt_3_1_1_does_not_have(self) -> None:
        for death in ("1:0:disconnect04:1:0", "1:0:cut:1:5"):
            self.assertIn("MQTT 3.1.1 does not have", problems_of(Wills, DEATHS=death)[0])
            self.assertEqual(problems_of(Wills, DEATHS=death, MQTT_VERSION="5"), [])

    def test_refuses_lists_that_cannot_be(self) -> None:
        for value in ("3", "1,1", "0,,1", "1;2", "-1"):
            self.assertIn("QOS: expected 0, 1 or 2", problems_of(QosMix, QOS=value)[0])
        for value in ("3", "0,0", "a"):
            self.assertIn("READER_ENDPOINTS: expected places", problems_of(Retained, READER_ENDPOINTS=value)[0])
        self.assertIn("RESUME_ENDPOINT: expected a whole number from 0 to 2", problems_of(Sessions, RESUME_ENDPOINT="3")[0])

    def test_moves_have_an_order_of_their_own(self) -> None:
        self.assertEqual(read_workload_config({**MINIMUM, "MOVES": "cut, leave"}, Failover).moves, ("cut", "leave"))
        for value in ("jump", "cut,cut", "cut,,leave", "CUT"):
            self.assertIn("MOVES: expected leave or cut, each once", problems_of(Failover, MOVES=value)[0])
        self.assertIn("MOVE_EVERY_MS: expected a whole number from 100 to 3600000", problems_of(Failover, MOVE_EVERY_MS="99")[0])
        self.assertIn("MEMBERS: expected a whole number from 1 to 100", problems_of(Shared, MEMBERS="101")[0])

    def test_nobody_comes_back_before_leaving(self) -> None:
        times = {"OFFLINE_AT_MS": "3000", "RESUME_AT_MS": "2000"}
        self.assertEqual(problems_of(Sessions, **times), ["RESUME_AT_MS: expected at least OFFLINE_AT_MS=3000, got 2000"])
        self.assertEqual(problems_of(Sessions, **times, RESUME_FILE="/x"), [])

    def test_reports_all_problems_at_once(self) -> None:
        self.assertEqual(len(problems_of(QosMix, QOS="9", IN_FLIGHT="0", KEEP_ALIVE_S="x", CLUSTER_ENDPOINTS="a")), 4)


if __name__ == "__main__":
    unittest.main()
