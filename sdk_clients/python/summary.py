"""The result line of a workload. Pure. It counts, and judges nothing: whether a guarantee held is in the ledger."""

from dataclasses import dataclass, field
from importlib.metadata import version

from config import MQTT_311
from result import percentiles
from tally import Tally


@dataclass
class Facts:
    """What the line says beyond its messages. Times are microseconds of CLOCK_MONOTONIC."""

    workload: str
    started_us: int
    now_us: int
    end_us: int
    planned: int = 0
    events: int = 0
    # Is every message meant for a subscriber? Else nobody can call one lost.
    is_for_all: bool = True
    measures_latency: bool = True
    published_us: int | None = None
    mqtt_version: str = MQTT_311
    reconnects: int = 0
    publisher_endpoint: str | None = None
    subscriber_endpoint: str | None = None
    errors: list[str] = field(default_factory=list)


def summarize(tally: Tally, facts: Facts) -> dict:
    sent, received = len(tally.sent), len(tally.received)
    arrived = sum(identity in tally.received for identity in tally.sent)
    lost = len(tally.awaited) if facts.is_for_all else 0
    latencies = tally.latencies_us(facts.end_us) if facts.measures_latency and received > 0 else []
    return {
        "sdk": "python",
        "library": f"paho-mqtt {version('paho-mqtt')}",
        "mqtt_version": facts.mqtt_version,
        "workload": facts.workload,
        "planned": facts.planned,
        "sent": sent,
        "acked": len(tally.acked),
        "received": received,
        "lost": lost,
        "unconfirmed": sent - arrived - lost,
        "unsent": max(facts.planned - sent, 0),
        "duplicates": tally.duplicates,
        "unexpected": tally.unexpected,
        "attempts": tally.attempts,
        "refused_acks": tally.refused_acks,
        "reconnects": facts.reconnects,
        **percentiles(latencies, True, {"p50_ms": 50, "p99_ms": 99, "max_ms": 100}),
        "events": facts.events,
        "duration_seconds": round((facts.now_us - facts.started_us) / 1e6, 3),
        "drain_ms": 0 if facts.published_us is None else round((facts.end_us - facts.published_us) / 1000, 3),
        "publisher_endpoint": facts.publisher_endpoint,
        "subscriber_endpoint": facts.subscriber_endpoint,
        "errors": facts.errors,
    }
