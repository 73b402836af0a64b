"""The messages that are not yet acknowledged, and the thread that hands them to the library."""

import threading
from collections import deque

from connection import Connection
from journal import Journal

# MQTT has 65 535 packet ids; far below that no library runs out of them.
MAX_IN_FLIGHT = 10_000
AGAIN_AFTER_REFUSAL_S = 0.2


class Outbox(threading.Thread):
    """Keeps each message until its PUBACK, and hands over every one that it keeps again on each new connection."""

    max_in_flight = MAX_IN_FLIGHT

    def __init__(self, journal: Journal, topic: str) -> None:
        super().__init__(name="outbox", daemon=True)
        self._journal, self._topic = journal, topic
        self._changed = threading.Condition()
        self._unacked: dict[int, bytes] = {}
        self._waiting: deque[int] = deque()
        self._connection: Connection | None = None
        self._subscription_known = False

    def add(self, seq: int, payload: bytes) -> None:
        with self._changed:
            self._unacked[seq] = payload
            self._waiting.append(seq)
            self._changed.notify()

    def acknowledged(self, seq: int, at_us: int) -> None:
        self._journal.acknowledged(seq, at_us)
        with self._changed:
            self._unacked.pop(seq, None)
            if self._waiting:
                self._changed.notify()

    def refused(self, seq: int, reason: str) -> None:
        """A PUBACK that is none: the broker did not take the message, which is handed over again after a pause."""
        self._journal.refused(reason)
        self._try_again_later(seq)

    def _try_again_later(self, seq: int) -> None:
        again = threading.Timer(AGAIN_AFTER_REFUSAL_S, self._again, (seq, self._connection))
        again.daemon = True
        again.start()

    def _again(self, seq: int, connection: Connection | None) -> None:
        with self._changed:
            # Another connection was given it again anyway.
            if seq in self._unacked and self._connection is connection:
                self._waiting.append(seq)
                self._changed.notify()

    def attach(self, connection: Connection) -> None:
        """A new connection knows nothing of what the last one left unacknowledged."""
        with self._changed:
            self._waiting = deque(self._unacked)
            self._connection = connection
            self._changed.notify()

    def detach(self, connection: Connection) -> None:
        """Nothing more is handed to it; unless there is another one by now."""
        with self._changed:
            if self._connection is connection:
                self._connection = None

    def subscription_known(self, known: bool) -> None:
        """While it is known that nobody is subscribed, a broker acknowledges and rightly drops what is published."""
        with self._changed:
            self._subscription_known = known
            self._changed.notify()

    def run(self) -> None:
        while True:
            seq, payload, connection = self._next()
            try:
                self._hand_over(seq, payload, connection)
            except Exception as error:
                # Nothing ends this thread; the message stays here and is handed over on the next connection.
                self._journal.error(f"publish: {error!r}", transient=True)
                connection.abort("publish failed")

    def _hand_over(self, seq: int, payload: bytes, connection: Connection) -> None:
        self._journal.handed_over(seq)
        connection.publish(seq, self._topic, payload)

    def _next(self) -> tuple[int, bytes, Connection]:
        with self._changed:
            while True:
                self._changed.wait_for(self._may_hand_over)
                seq = self._waiting.popleft()
                if self._connection is not None and seq in self._unacked:
                    return seq, self._unacked[seq], self._connection

    def _may_hand_over(self) -> bool:
        in_flight = len(self._unacked) - len(self._waiting)
        if not self._waiting or self._connection is None or not self._subscription_known:
            return False
        return in_flight < min(self.max_in_flight, self._connection.receive_maximum)
