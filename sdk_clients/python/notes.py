"""What every thread of a run may write and the main one waits for: errors, signals, progress."""

import threading
from collections.abc import Callable

from clock import now_us
from errors import ErrorList


class Notes:
    """One lock for all of it; waiters are woken when something they wait for may have come."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.signals = 0
        self.connections = 0
        self.progress_us = 0
        self._errors = ErrorList()
        self._frozen = False
        self._draining = False

    def error(self, text: str, transient: bool = False) -> None:
        with self.changed:
            self._errors.add(text, transient)

    def error_texts(self) -> list[str]:
        with self.changed:
            return self._errors.texts()

    def signalled(self) -> None:
        with self.changed:
            self.signals += 1
            self.changed.notify_all()

    def wake(self) -> None:
        with self.changed:
            self.changed.notify_all()

    def wait_until(self, predicate: Callable[[], bool], deadline_us: int) -> bool:
        """False where the deadline came first."""
        with self.changed:
            return self.changed.wait_for(predicate, max(deadline_us - now_us(), 0) / 1e6)

    def start_draining(self) -> None:
        with self.changed:
            self._draining = True

    def freeze(self) -> int:
        """From now on nothing is counted; returns the time of it. Without this the farewell would enter the figures."""
        with self.changed:
            self._frozen = True
            return now_us()
