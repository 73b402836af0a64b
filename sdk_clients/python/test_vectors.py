"""The cases that all clients share: what must be counted and measured after a history of events."""

import json
import os
import unittest
from pathlib import Path

from ledger import Ledger
from result import RunFacts, build_result

VECTORS = os.environ.get("LEDGER_VECTORS") or Path(__file__).parent.parent / "ledger-vectors.ndjson"
PERCENTILES = {
    "latency_ms": ["p50_ms", "p90_ms", "p99_ms", "p999_ms", "max_ms"],
    "ack_ms": ["ack_p50_ms", None, "ack_p99_ms", None, "ack_max_ms"],
    "lateness_ms": [None, None, "lateness_p99_ms", None, "lateness_max_ms"],
}


def ledger_after(events: list) -> Ledger:
    ledger = Ledger()
    for kind, *values in events:
        if kind == "generate":
            ledger.generate(*values)
        elif kind == "hand_over":
            ledger.hand_over(*values)
        elif kind == "acknowledge":
            ledger.acknowledge(*values)
        elif kind == "receive":
            ledger.receive(*values)
        elif kind == "stranger":
            ledger.receive_unexpected()
        else:
            raise ValueError(kind)
    return ledger


class Vectors(unittest.TestCase):
    def test_counts_and_measures_every_history_as_the_contract_says(self) -> None:
        cases = [json.loads(line) for line in Path(VECTORS).read_text().splitlines()]
        self.assertGreater(len(cases), 0)
        for number, case in enumerate(cases):
            with self.subTest(line=number + 1):
                self._check(case, case["expect"])

    def _check(self, case: dict, expected: dict) -> None:
        ledger = ledger_after(case["events"])
        facts = RunFacts(started_us=0, now_us=case["end_us"], end_us=case["end_us"], planned=case["planned"])
        result, _ = build_result(ledger, facts)
        ok = ledger.counts(case["planned"]).ok
        counted = {name: {**result, "ok": ok}[name] for name in expected["counts"]}
        self.assertEqual(counted, expected["counts"])
        self.assertEqual(result["lost_seqs"], expected["lost_seqs"])
        self.assertEqual(ledger.all_ok(), expected["settled"])
        messages = [[m.sent_us, m.attempts, m.ack_us, m.recv_us, m.dups] for m in ledger.messages]
        self.assertEqual(messages, expected["messages"])
        for group, names in PERCENTILES.items():
            for i, name in enumerate(names):
                if name is not None:
                    self._same_time(result[name], expected[group] and expected[group][i], name)

    def _same_time(self, got: float | None, expected: float | None, name: str) -> None:
        if got is None or expected is None:
            self.assertEqual(got, expected, name)
        else:
            # Three significant digits.
            self.assertLessEqual(abs(got - expected), expected / 500 + 0.002, name)


if __name__ == "__main__":
    unittest.main()
