"""One message of a workload."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """Its identity is its publisher, its topic and its seq, dense from 0 in each topic."""

    topic: str
    seq: int
    qos: int
    retain: bool
    payload: bytes
    # Microseconds of CLOCK_MONOTONIC.
    intended_us: int

    @property
    def clears(self) -> bool:
        """Deletes the retained value of its topic."""
        return self.retain and not self.payload


@dataclass(frozen=True, slots=True)
class Will:
    topic: str
    seq: int
    qos: int
    delay_s: int
    payload: bytes
    # When its client is to die.
    intended_us: int
