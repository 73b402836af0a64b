"""The one clock of a run."""

import time


def now_us() -> int:
    """Microseconds of CLOCK_MONOTONIC, which every process of one host shares."""
    return time.monotonic_ns() // 1000
