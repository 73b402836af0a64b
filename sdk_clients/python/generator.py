"""The open loop: message i is due at t0 + i / rate, whatever the broker does."""

import threading
from collections.abc import Callable

from clock import now_us
from config import Config
from notes import Notes


class Generator(threading.Thread):
    """A thread of its own, which touches no socket: nothing that the library does can hold it up."""

    def __init__(self, config: Config, notes: Notes, t0_us: int, generate: Callable[[int, int], bool]) -> None:
        """`generate(i, intended_us)` makes message i; false where no more is taken."""
        super().__init__(name="generator", daemon=True)
        self._config, self._notes, self._generate = config, notes, generate
        self._t0_us = t0_us
        self._stop_requested = threading.Event()
        self.done = False

    def stop(self) -> None:
        """Returns when no further message will be generated."""
        self._stop_requested.set()
        self.join()

    def run(self) -> None:
        for i in range(self._config.message_count):
            intended_us = self._t0_us + int(i * 1e6 / self._config.message_rate)
            if not self._sleep_until(intended_us) or not self._generate(i, intended_us):
                break
        self.done = True
        self._notes.wake()

    def _sleep_until(self, due_us: int) -> bool:
        """False where publishing was stopped."""
        while (remaining_us := due_us - now_us()) > 0:
            if self._stop_requested.wait(remaining_us / 1e6):
                return False
        return not self._stop_requested.is_set()
