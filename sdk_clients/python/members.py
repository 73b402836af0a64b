"""The publisher and a subscriber of a workload: those of roles.py, recorded."""

from collections.abc import Callable

from config import Config
from connection import Connection
from lane import Lanes
from recorded import RecordedConnection
from recorder import Recorder
from roles import SUBACK_LIMIT_S, SUBSCRIBE_AGAIN_S, Publisher, Subscriber
from wire import MqttSession

REFUSED_FROM = 0x80
Receipt = Callable[[tuple[str, str, int], bool], None]


class RecordedPublisher(Publisher):
    """With a session: QoS 2 keeps its promise only across connections that have one."""

    def __init__(self, config: Config, recorder: Recorder, session: MqttSession, lanes: Lanes) -> None:
        super().__init__(config, recorder, lanes)
        self._session, self._lanes = session, lanes
        self.maximum_qos = 2

    def _new_connection(self) -> Connection:
        return RecordedConnection(self._config, self._session, self._journal, on_settled=self._lanes.settled)

    def _serve(self, connection: RecordedConnection) -> None:
        self.maximum_qos = connection.maximum_qos
        super()._serve(connection)

    def _before_move(self, connection: RecordedConnection) -> None:
        # What is handed over behind a DISCONNECT is sent only by the next connection.
        self._lanes.detach(connection)


class RecordedSubscriber(Subscriber):
    """Ready once every filter was granted. `leave` keeps the session and its subscriptions, and `returned` comes back to them."""

    def __init__(
        self,
        config: Config,
        recorder: Recorder,
        session: MqttSession,
        filters: list[tuple[str, int]],
        lanes: Lanes,
        first_endpoint: int = 1,
        on_received: Receipt | None = None,
    ) -> None:
        super().__init__(config, recorder, lanes)
        self._session, self._filters, self._lanes, self._on_received = session, filters, lanes, on_received
        self._next_endpoint = first_endpoint
        self._keeps_session = False

    def _new_connection(self) -> Connection:
        return RecordedConnection(self._config, self._session, self._journal, on_received=self._on_received)

    def _serve(self, connection: Connection) -> None:
        # Told to leave while it was connecting.
        if self._closing.is_set():
            connection.disconnect(SUBSCRIBE_AGAIN_S)
        else:
            super()._serve(connection)

    def _subscribe(self, connection: Connection) -> None:
        for name, qos in self._filters:
            code = connection.subscribe(name, SUBACK_LIMIT_S, qos)
            if code is None:
                if not connection.lost.is_set():
                    connection.abort(f"no SUBACK within {SUBACK_LIMIT_S:g} s")
                return
            if code >= REFUSED_FROM:
                self._was_refused(connection, name, code)
                return
        self._settle()

    def _was_refused(self, connection: Connection, name: str, code: int) -> None:
        self._note(self.endpoint, f"SUBACK of {name}: expected a granted QoS, got 0x{code:02x}")
        connection.lost.wait(SUBSCRIBE_AGAIN_S)

    def _settle(self) -> None:
        """Does not ask again while its session is there."""
        self._granted = True
        self._subscription_known(True)
        self._became_ready()

    def _farewell(self, connection: Connection, limit_s: float) -> None:
        if not self._keeps_session:
            for name, _ in self._filters:
                connection.unsubscribe(name, limit_s / len(self._filters))

    def leave(self, limit_s: float) -> None:
        self._keeps_session = True
        self.close(limit_s)

    def returned(self, first_endpoint: int) -> "RecordedSubscriber":
        """The same MQTT client, not yet started, when this one has gone. It subscribes again only if its session is not there."""
        args = (self._config, self._journal, self._session, self._filters, self._lanes, first_endpoint, self._on_received)
        again = RecordedSubscriber(*args)
        again._granted = self._granted
        return again
