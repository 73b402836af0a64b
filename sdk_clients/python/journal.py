"""What has happened so far in this run: written by every thread, read by the main one."""

from clock import now_us
from ledger import Ledger
from notes import Notes
from payload import Identity, decode


class Journal(Notes):
    """The ledger and the connection events, behind the lock of the notes."""

    def __init__(self, identity: Identity) -> None:
        super().__init__()
        self.ledger = Ledger()
        self.events: list[dict] = []
        self.refused_acks = 0
        self._identity = identity

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
