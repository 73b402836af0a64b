import unittest

from ledger import Ledger
from result import RunFacts, build_result

END_US = 20_000_000


def facts(**changes) -> RunFacts:
    return RunFacts(**{"started_us": 0, "now_us": 21_000_000, "end_us": END_US, "planned": 100, "rate": 50.0, **changes})


def run_of(count: int, lost: frozenset[int] = frozenset()) -> Ledger:
    """Every message 1 ms late, acknowledged after 2 ms and received after 3 ms."""
    ledger = Ledger()
    for seq in range(count):
        due = seq * 20_000
        ledger.generate(due, due + 1000)
        ledger.hand_over(seq, due + 1000)
        ledger.acknowledge(seq, due + 2000)
        if seq not in lost:
            ledger.receive(seq, due + 3000, False)
    return ledger


class Result(unittest.TestCase):
    def test_a_complete_run_ends_with_0(self) -> None:
        result, status = build_result(run_of(100), facts())
        self.assertEqual(status, 0)
        self.assertAlmostEqual(result["p50_ms"], 3, delta=0.01)
        self.assertAlmostEqual(result["ack_p99_ms"], 2, delta=0.01)
        self.assertAlmostEqual(result["lateness_max_ms"], 1, delta=0.01)

    def test_a_loss_cannot_make_the_latency_look_better(self) -> None:
        result, status = build_result(run_of(100, lost=frozenset({50})), facts())
        self.assertEqual((status, result["lost"], result["lost_seqs"], result["naive_lost"]), (1, 1, [50], 1))
        self.assertAlmostEqual(result["max_ms"], 19_000, delta=20)

    def test_duplicates_do_not_hide_a_loss_as_they_do_from_naive_counting(self) -> None:
        ledger = run_of(100, lost=frozenset({50}))
        ledger.receive(51, END_US, True)
        result, status = build_result(ledger, facts())
        self.assertEqual((result["naive_lost"], result["lost"], status), (0, 1, 1))

    def test_what_nobody_generated_is_no_part_of_naive_counting(self) -> None:
        ledger = run_of(100, lost=frozenset({50}))
        ledger.receive_unexpected()
        self.assertEqual(build_result(ledger, facts())[0]["naive_lost"], 1)

    def test_the_worst_of_60_messages_is_their_99th_percentile(self) -> None:
        result, _ = build_result(run_of(60, lost=frozenset({59})), facts(planned=60))
        self.assertEqual(result["p99_ms"], result["max_ms"])
        self.assertLess(result["p90_ms"], 4)

    def test_is_null_where_nothing_was_measured(self) -> None:
        result, status = build_result(Ledger(), facts())
        for name in ("p50_ms", "p999_ms", "max_ms", "ack_p50_ms", "ack_max_ms", "lateness_p99_ms"):
            self.assertIsNone(result[name])
        self.assertEqual((result["achieved_rate_ratio"], status), (0, 1))

    def test_what_was_planned_and_not_generated_is_no_success(self) -> None:
        result, status = build_result(run_of(99), facts())
        self.assertEqual((result["unsent"], status), (1, 1))

    def test_nothing_planned_is_no_success(self) -> None:
        self.assertEqual(build_result(Ledger(), facts(planned=0))[1], 1)

    def test_a_ledger_that_was_not_written_is_no_success(self) -> None:
        self.assertEqual(build_result(run_of(100), facts(ledger_ok=False))[1], 1)

    def test_a_generator_that_fell_behind_did_not_achieve_its_rate(self) -> None:
        ledger = run_of(99)
        ledger.generate(99 * 20_000, 99 * 20_000 + 500_000)
        result, _ = build_result(ledger, facts())
        self.assertAlmostEqual(result["achieved_rate_ratio"], 0.8)


if __name__ == "__main__":
    unittest.main()
