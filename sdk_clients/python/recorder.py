"""Every event of a workload, as the ledger of version 2 has them: written by every thread."""

import json
from collections.abc import Iterator

from clock import now_us
from message import Message, Will
from notes import Notes
from payload import decode_any
from tally import Tally

# 300 MB. A ledger that leaves something out would accuse a broker, so beyond this there is none.
MAX_EVENTS = 1_000_000

# The fields of each event after `event`, `client`, `connection` and `at_us`, in the order of a row.
FIELDS = {
    "connect": ("endpoint", "clean", "keep_alive_s", "expiry_s", "will"),
    "connack": ("code", "session_present", "maximum_qos", "retain_available", "shared_available"),
    "close": ("by", "reason_code"),
    "subscribe": ("filter", "qos"),
    "suback": ("filter", "granted"),
    "send": ("topic", "seq", "qos", "retain", "clears"),
    "ack": ("topic", "seq", "step", "code"),
    "receive": ("topic", "publisher", "seq", "qos", "retain", "dup"),
}


class Recorder(Notes):
    def __init__(self, run: str, phase: str) -> None:
        super().__init__()
        self.run, self.phase = run, phase
        self.tally = Tally()
        self.overflowed = False
        self._rows: list[tuple] = []

    @property
    def events(self) -> int:
        return len(self._rows)

    def event(self, event: str, client: str, connection: int, *values: object, at_us: int | None = None) -> None:
        with self.changed:
            if not self._frozen:
                self._add((event, client, connection, now_us() if at_us is None else at_us, *values))

    def _add(self, row: tuple) -> None:
        if len(self._rows) < MAX_EVENTS:
            self._rows.append(row)
        elif not self.overflowed:
            self.overflowed = True
            self.error(f"ledger: more than {MAX_EVENTS} events: none is written")

    def connect(
        self, client: str, connection: int, endpoint: str, clean: bool, keep_alive_s: int, expiry_s: int | None, will: Will | None
    ) -> None:
        named = will and {"topic": will.topic, "seq": will.seq, "qos": will.qos, "delay_s": will.delay_s}
        self.event("connect", client, connection, endpoint, clean, keep_alive_s, expiry_s, named)

    def keeps_alive(self, client: str, connection: int, keep_alive_s: int) -> None:
        """The broker has set another keep-alive than the client asked for."""
        place = 4 + FIELDS["connect"].index("keep_alive_s")
        with self.changed:
            if self._frozen:
                return
            i = next((i for i in reversed(range(len(self._rows))) if self._rows[i][:3] == ("connect", client, connection)), None)
            if i is not None:
                row = self._rows[i]
                self._rows[i] = (*row[:place], keep_alive_s, *row[place + 1 :])

    def entrusted(self, client: str, will: Will) -> None:
        with self.changed:
            if not self._frozen:
                self.tally.entrust(client, will)

    def sent(self, client: str, connection: int, message: Message) -> None:
        with self.changed:
            if not self._frozen:
                row = (message.topic, message.seq, message.qos, message.retain, message.clears)
                self._add(("send", client, connection, now_us(), *row))
                self.tally.send(client, message)

    def acknowledged(self, client: str, connection: int, message: Message | None, step: str, code: int) -> None:
        at_us = now_us()
        with self.changed:
            if self._frozen:
                return
            if message is None:
                self.error(f"{client}: {step.upper()} for a packet id that is not in use", transient=True)
                return
            self._add(("ack", client, connection, at_us, message.topic, message.seq, step, code))
            if code >= 0x80:
                self.error(f"{client}: {step.upper()} refused: 0x{code:02x}", transient=True)
            if self.tally.acknowledge(client, message, step, code):
                self._progressed(at_us)

    def received(
        self, client: str, connection: int, topic: str, payload: bytes, qos: int, retain: bool, dup: bool
    ) -> tuple[str, str, int] | None:
        """Whose message it is: publisher, topic, seq; None where it is nobody's of this run and phase."""
        at_us = now_us()
        named = decode_any(self.run, self.phase, payload)
        with self.changed:
            identity = (named[0], topic, named[1]) if named else None if payload else self.tally.cleared_by(topic)
            if self._frozen:
                return identity
            if identity is None:
                self.tally.unexpected += 1
                return None
            publisher, _, seq = identity
            self._add(("receive", client, connection, at_us, topic, publisher, seq, qos, retain, dup))
            if self.tally.receive(identity, at_us):
                self._progressed(at_us)
            return identity

    def _progressed(self, at_us: int) -> None:
        self.progress_us = max(self.progress_us, at_us)
        # Waking the main thread at every message would cost the interpreter's lock just when bursts arrive.
        if self._draining:
            self.changed.notify_all()

    # What a Role tells its journal; its connections record themselves.

    def connected(self, _role: str, _endpoint: str, _session_present: bool) -> None:
        with self.changed:
            self.connections += 1

    def disconnected(self, _role: str, _endpoint: str, _reason: str, _reason_code: int | None) -> None:
        pass

    def lines(self, header: dict) -> Iterator[str]:
        """The ledger. Rows are sorted: each has the time at which it happened, and threads enter them in any order."""
        compact = json.JSONEncoder(separators=(",", ":")).encode
        with self.changed:
            rows = sorted(self._rows, key=lambda row: row[3])
        yield compact({"ledger": 2, "run": self.run, "phase": self.phase, "sdk": "python", **header})
        for event, client, connection, at_us, *values in rows:
            head = {"event": event, "client": client, "connection": connection, "at_us": at_us}
            yield compact({**head, **dict(zip(FIELDS[event], values, strict=True))})
