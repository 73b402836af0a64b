import unittest

from message import Message
from summary import Facts, summarize
from tally import Tally


def tally_of(count: int, acked: set[int], received: set[int]) -> Tally:
    """Each message due at its seq in ms, and received 2 ms later."""
    tally = Tally()
    for seq in range(count):
        message = Message("t", seq, 1, False, b"", seq * 1000)
        tally.send("c", message)
        if seq in acked:
            tally.acknowledge("c", message, "puback", 0)
        if seq in received:
            tally.receive(("c", "t", seq), seq * 1000 + 2000)
    return tally


def facts(**changes) -> Facts:
    return Facts(**{"workload": "w", "started_us": 0, "now_us": 2_000_000, "end_us": 1_000_000, "planned": 6, **changes})


class Summary(unittest.TestCase):
    def test_everything_that_was_sent_is_received_lost_or_unconfirmed(self) -> None:
        line = summarize(tally_of(5, acked={0, 1, 2}, received={0, 1, 3}), facts())
        counts = {"planned": 6, "sent": 5, "acked": 3, "received": 3, "lost": 1, "unconfirmed": 1, "unsent": 1}
        self.assertEqual({name: line[name] for name in counts}, counts)

    def test_nothing_is_lost_that_nobody_had_to_get(self) -> None:
        line = summarize(tally_of(5, acked={0, 1, 2}, received={0}), facts(is_for_all=False))
        self.assertEqual((line["lost"], line["unconfirmed"]), (0, 4))

    def test_a_loss_does_not_make_the_latency_look_better(self) -> None:
        line = summarize(tally_of(100, acked=set(range(100)), received=set(range(98))), facts(planned=100))
        self.assertAlmostEqual(line["p50_ms"], 2, delta=0.01)
        self.assertAlmostEqual(line["p99_ms"], 902, delta=1)

    def test_a_latency_that_is_not_measured_is_null(self) -> None:
        full = tally_of(1, {0}, {0})
        self.assertIsNone(summarize(full, facts(measures_latency=False))["p99_ms"])
        self.assertIsNone(summarize(Tally(), facts())["p99_ms"])

    def test_what_came_from_nowhere_makes_nothing_confirmed(self) -> None:
        tally = tally_of(2, acked=set(), received={0})
        tally.receive(("other", "t", 0), 5)
        line = summarize(tally, facts())
        self.assertEqual((line["received"], line["unconfirmed"]), (2, 1))


if __name__ == "__main__":
    unittest.main()
