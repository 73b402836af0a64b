"""The publisher's messages of one QoS, and all of them together."""

from collections.abc import Callable

from message import Message
from outbox import Outbox
from recorded import RecordedConnection
from recorder import Recorder


class Lane(Outbox):
    """Its own window, so that no QoS waits for another one. What is in flight when a connection ends is the session's: the library sends
    it again on the next one. Where the session is gone, QoS 1 is handed over again, and QoS 2 never: it may have arrived."""

    def __init__(self, recorder: Recorder, qos: int, window: int) -> None:
        super().__init__(recorder, "")
        self.name = f"lane {qos}"
        self.qos, self.given_up = qos, 0
        self.max_in_flight = window
        self._key_of: dict[tuple[str, int], int] = {}
        self._last_key = -1

    def offer(self, message: Message) -> None:
        self._last_key += 1
        self._key_of[message.topic, message.seq] = self._last_key
        self.add(self._last_key, message)

    def attach(self, connection: RecordedConnection) -> None:
        with self._changed:
            if not connection.session_present:
                if self.qos == 2:
                    self._give_up_in_flight()
                super().attach(connection)
            self._connection = connection
            self._changed.notify()

    def _give_up_in_flight(self) -> None:
        waiting = set(self._waiting)
        for key in [key for key in self._unacked if key not in waiting]:
            del self._unacked[key]
            self.given_up += 1

    def _hand_over(self, seq: int, payload: Message, connection: RecordedConnection) -> None:
        # Not while detach() waits: what is published on a connection that has ended would be in no session.
        with self._changed:
            if self._connection is not connection:
                self._waiting.appendleft(seq)
                return
            connection.publish(payload)
            if self.qos == 0:
                self._unacked.pop(seq, None)

    def settled(self, message: Message, step: str, code: int) -> None:
        with self._changed:
            key = self._key_of[message.topic, message.seq]
            if code >= 0x80 and step != "pubcomp":
                self._try_again_later(key)
            else:
                self._unacked.pop(key, None)
            self._changed.notify()

    def _again(self, seq: int, _connection: RecordedConnection | None) -> None:
        # On whatever connection there is: unlike the outbox, a lane does not hand over everything again on a new one.
        with self._changed:
            if seq in self._unacked and seq not in self._waiting:
                self._waiting.append(seq)
                self._changed.notify()

    def is_settled(self) -> bool:
        # Without the lock: it is asked under the recorder's, which a lane takes while it holds its own.
        return not self._unacked


class Lanes:
    """What Publisher and Subscriber take for their outbox."""

    def __init__(self, lanes: list[Lane]) -> None:
        self._of = {lane.qos: lane for lane in lanes}

    def start(self) -> None:
        self._each(lambda lane: lane.start())

    def leave_out_above(self, maximum_qos: int) -> list[int]:
        """What a broker does not offer (MQTT 5) must not be sent; returns what was left out."""
        out = [qos for qos in self._of if qos > maximum_qos]
        for qos in out:
            del self._of[qos]
        return out

    @property
    def qoses(self) -> list[int]:
        return sorted(self._of)

    def offer(self, message: Message) -> None:
        self._of[message.qos].offer(message)

    def attach(self, connection: RecordedConnection) -> None:
        # MQTT 5: the broker's limit is one for all of them.
        connection.receive_maximum = max(1, connection.receive_maximum // max(1, sum(qos > 0 for qos in self._of)))
        self._each(lambda lane: lane.attach(connection))

    def detach(self, connection: RecordedConnection) -> None:
        self._each(lambda lane: lane.detach(connection))

    def subscription_known(self, known: bool) -> None:
        self._each(lambda lane: lane.subscription_known(known))

    def settled(self, message: Message, step: str, code: int) -> None:
        self._of[message.qos].settled(message, step, code)

    def are_settled(self) -> bool:
        return all(lane.is_settled() for lane in self._of.values())

    def given_up(self) -> int:
        return sum(lane.given_up for lane in self._of.values())

    def _each(self, do: Callable[[Lane], None]) -> None:
        for lane in list(self._of.values()):
            do(lane)
