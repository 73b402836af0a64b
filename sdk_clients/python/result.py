"""The result line: every field of CONTRACT.md, computed from the ledger. Pure, like the ledger."""

import math
from dataclasses import dataclass, field
from importlib.metadata import version

from hdrh.histogram import HdrHistogram

from config import MQTT_311
from ledger import Counts, Ledger

LOWEST_US, HIGHEST_US, SIGNIFICANT_DIGITS = 1, 600_000_000, 3


@dataclass
class RunFacts:
    """What the result says about a run beyond its messages. Times are microseconds of CLOCK_MONOTONIC."""

    started_us: int
    now_us: int
    end_us: int
    planned: int = 0
    rate: float = 1.0
    published_us: int | None = None
    mqtt_version: str = MQTT_311
    refused_acks: int = 0
    reconnects: int = 0
    publisher_endpoint: str | None = None
    subscriber_endpoint: str | None = None
    ledger_ok: bool = True
    errors: list[str] = field(default_factory=list)


def histogram(values_us: list[int]) -> HdrHistogram:
    """Values beyond the histogram's range enter at its edge, so that none is dropped."""
    hdr = HdrHistogram(LOWEST_US, HIGHEST_US, SIGNIFICANT_DIGITS)
    for value in values_us:
        hdr.record_value(min(max(value, LOWEST_US), HIGHEST_US))
    return hdr


def _milliseconds(hdr: HdrHistogram, percentile: float) -> float:
    # The nearest rank, counted up as in the contract: the library alone would round it, and leave the worst of 60 values out of their p99.
    rank = math.ceil(percentile / 100 * hdr.total_count - 1e-9)
    return round(hdr.get_value_at_percentile(100 * rank / hdr.total_count) / 1000, 3)


def percentiles(values_us: list[int], measured: bool, names: dict[str, float]) -> dict[str, float | None]:
    if not measured or not values_us:
        return dict.fromkeys(names)
    hdr = histogram(values_us)
    return {name: _milliseconds(hdr, percentile) for name, percentile in names.items()}


def _timings(ledger: Ledger, counts: Counts, end_us: int) -> dict[str, float | None]:
    """A message that never arrived enters at the drain's end: a loss must not make the latency look better."""
    sent = [m for m in ledger.messages if m.attempts > 0]
    latency = [(end_us if m.recv_us is None else m.recv_us) - m.intended_us for m in sent]
    ack = [(end_us if m.ack_us is None else m.ack_us) - m.intended_us for m in sent]
    lateness = [m.queued_us - m.intended_us for m in ledger.messages]
    return {
        **percentiles(
            latency,
            counts.received > 0,
            {"p50_ms": 50, "p90_ms": 90, "p99_ms": 99, "p999_ms": 99.9, "max_ms": 100},
        ),
        **percentiles(ack, counts.acked > 0, {"ack_p50_ms": 50, "ack_p99_ms": 99, "ack_max_ms": 100}),
        **percentiles(lateness, True, {"lateness_p99_ms": 99, "lateness_max_ms": 100}),
    }


def _achieved_rate_ratio(ledger: Ledger, planned: int, rate: float) -> float:
    """The planned span is stretched by the lateness of the last message: a generator that fell behind did not keep its rate."""
    if not ledger.messages or planned == 0:
        return 0
    last = ledger.messages[-1]
    span_us = planned / rate * 1e6
    stretched_us = span_us + max(last.queued_us - last.intended_us, 0)
    return min(1, round(len(ledger.messages) / planned * span_us / stretched_us, 6))


def build_result(ledger: Ledger, facts: RunFacts) -> tuple[dict, int]:
    """The result line's object and the exit status that belongs to it (0 or 1)."""
    counts = ledger.counts(facts.planned)
    drain_us = 0 if facts.published_us is None else facts.end_us - facts.published_us
    result = {
        "sdk": "python",
        "library": f"paho-mqtt {version('paho-mqtt')}",
        "mqtt_version": facts.mqtt_version,
        "planned": facts.planned,
        "sent": counts.sent,
        "acked": counts.acked,
        "received": counts.received,
        "lost": counts.lost,
        "recovered": counts.recovered,
        "unconfirmed": counts.unconfirmed,
        "unsent": counts.unsent,
        "lost_seqs": counts.lost_seqs,
        "naive_lost": counts.sent - counts.received - counts.duplicates,
        "duplicates": counts.duplicates,
        "duplicates_flagged": ledger.duplicates_flagged,
        "unexpected": ledger.unexpected,
        "inversions": ledger.inversions,
        "attempts": counts.attempts,
        "refused_acks": facts.refused_acks,
        "reconnects": facts.reconnects,
        **_timings(ledger, counts, facts.end_us),
        "achieved_rate_ratio": _achieved_rate_ratio(ledger, facts.planned, facts.rate),
        "duration_seconds": round((facts.now_us - facts.started_us) / 1e6, 3),
        "drain_ms": round(drain_us / 1000, 3),
        "publisher_endpoint": facts.publisher_endpoint,
        "subscriber_endpoint": facts.subscriber_endpoint,
        "errors": facts.errors,
    }
    complete = facts.planned > 0 and counts.ok == facts.planned and facts.ledger_ok
    return result, 0 if complete else 1
