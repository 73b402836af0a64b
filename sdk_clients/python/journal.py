"""What has happened so far in this run: written by every thread, read by the main one."""

import threading
from collections.abc import Callable

from clock import now_us
from errors import ErrorList
from ledger import Ledger
from payload import Identity, decode


class Journal:
    """The ledger, the connection events and the errors behind one lock; waiters are woken when something they wait for may have come."""

    def __init__(self, identity: Identity) -> None:
        self.changed = threading.Condition()
        self.ledger = Ledger()
        self.events: list[dict] = []
        self.signals = 0
        self.connections = 0
        self.refused_acks = 0
        self.progress_us = 0
        self._identity = identity
        self._errors = ErrorList()
        self._frozen = False
        self._draining = False

    def generated(self, intended_us: int) -> int | None:
        """The seq of the message queued now, or None where the journal is closed."""
        with self.changed:
            return None if self._frozen else self.ledger.generate(intended_us, now_us())

    def handed_over(self, seq: int) -> None:
        with self.changed:
            if not self._frozen:
                self.ledger.hand_over(seq, now_us())

    def acknowledged(self, seq: int, at_us: int) -> None:
        with self.changed:
            if not self._frozen and self.ledger.acknowledge(seq, at_us):
                self._progressed(at_us)

    def refused(self, reason: str) -> None:
        with self.changed:
            if not self._frozen:
                self.refused_acks += 1
                self._errors.add(f"publisher: PUBACK refused: {reason}", True)

    def received(self, payload: bytes, dup_flag: bool, at_us: int) -> None:
        named = decode(self._identity, payload)
        with self.changed:
            if self._frozen:
                return
            if named is None:
                self.ledger.receive_unexpected()
            elif self.ledger.receive_named(*named, at_us, dup_flag):
                self._progressed(at_us)

    def _progressed(self, at_us: int) -> None:
        self.progress_us = max(self.progress_us, at_us)
        # Waking the main thread at every message would cost the interpreter's lock just when bursts arrive.
        if self._draining and self.ledger.all_ok():
            self.changed.notify_all()

    def connected(self, role: str, endpoint: str, session_present: bool) -> None:
        with self.changed:
            if not self._frozen:
                self.connections += 1
                self._event("connected", role, endpoint, session_present, "", None)

    def disconnected(self, role: str, endpoint: str, reason: str, reason_code: int | None) -> None:
        with self.changed:
            if not self._frozen:
                self._event("disconnected", role, endpoint, None, reason, reason_code)

    def _event(
        self, event: str, role: str, endpoint: str, session_present: bool | None, reason: str, reason_code: int | None
    ) -> None:
        self.events.append(
            {
                "event": event,
                "role": role,
                "endpoint": endpoint,
                "at_us": now_us(),
                "session_present": session_present,
                "reason": reason,
                "reason_code": reason_code,
            }
        )

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
