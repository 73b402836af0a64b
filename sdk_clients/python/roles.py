"""The publisher's and the subscriber's connection, each kept up by a thread of its own."""

import threading
from collections.abc import Callable

from config import CLEAN, Config, Endpoint
from connection import GRANTED_QOS_1, Connection, ConnectionFailed, LoginRefused
from journal import Journal
from outbox import Outbox

PAUSE_BETWEEN_ATTEMPTS_S = 0.2
SUBSCRIBE_AGAIN_S = 0.5
# Above the 5 s after which a NATS node itself gives up and answers 0x80.
SUBACK_LIMIT_S = 8.0


class Role(threading.Thread):
    """Connects, serves the connection until it is lost, and goes on to the next endpoint."""

    def __init__(self, name: str, config: Config, journal: Journal, first_endpoint: int) -> None:
        super().__init__(name=name, daemon=True)
        self.ready = False
        self.login_refused: str | None = None
        self.endpoint: Endpoint | None = None
        self.first_endpoint: str | None = None
        self._config, self._journal = config, journal
        self._next_endpoint = first_endpoint
        self._connection: Connection | None = None
        # The last connection that it ended to go on to another endpoint, as planned.
        self._left: Connection | None = None
        self._is_moving = False
        # Connections that it has for this reason.
        self.moves = 0
        self._closing = threading.Event()

    def run(self) -> None:
        while not self._closing.is_set():
            endpoint = self._config.endpoints[self._next_endpoint % len(self._config.endpoints)]
            self._next_endpoint += 1
            try:
                self._attempt(endpoint)
            except LoginRefused as error:
                self._refused(f"{self.name} {endpoint}: {error}")
            except ConnectionFailed as error:
                self._note(endpoint, str(error))
            else:
                if self._is_moving:
                    continue
            self._closing.wait(PAUSE_BETWEEN_ATTEMPTS_S)

    def _attempt(self, endpoint: Endpoint) -> None:
        connection = self._new_connection()
        connection.open(endpoint)
        self.moves += self._is_moving
        self.endpoint, self._connection = endpoint, connection
        self.first_endpoint = self.first_endpoint or str(endpoint)
        self._journal.connected(self.name, str(endpoint), connection.session_present)
        try:
            self._serve(connection)
        finally:
            self._connection = None
            self._journal.disconnected(self.name, str(endpoint), connection.lost_reason, connection.lost_code)
            self._is_moving = self._left is connection
            if not (self._is_moving or self._closing.is_set()):
                self._note(endpoint, connection.lost_reason)

    def _refused(self, text: str) -> None:
        # Fatal during set-up only: a node that restarts may know its users a moment later than its clients.
        if self.ready:
            self._journal.error(text, transient=True)
        else:
            self.login_refused = text
            self._journal.wake()

    def _note(self, endpoint: Endpoint, text: str) -> None:
        self._journal.error(f"{self.name} {endpoint}: {text}", transient=True)

    def _became_ready(self) -> None:
        self.ready = True
        self._journal.wake()

    def move(self, end: Callable[[Connection], None]) -> None:
        """Ends its connection and goes on to the next endpoint at once. Who has none is on its way already."""
        connection = self._connection
        if connection is not None:
            self._left = connection
            self._before_move(connection)
            end(connection)

    def _before_move(self, connection: Connection) -> None:
        """What comes before the end of its connection."""

    def close(self, limit_s: float) -> None:
        """Says goodbye to the broker as far as it listens."""
        self._closing.set()
        connection = self._connection
        if connection is not None:
            self._farewell(connection, limit_s / 2)
            connection.disconnect(limit_s / 2)
            self.join(limit_s / 2)

    def _new_connection(self) -> Connection:
        raise NotImplementedError

    def _serve(self, connection: Connection) -> None:
        raise NotImplementedError

    def _farewell(self, connection: Connection, limit_s: float) -> None:
        """What comes before DISCONNECT."""


class Publisher(Role):
    """Lends its connection to the outbox."""

    def __init__(self, config: Config, journal: Journal, outbox: Outbox) -> None:
        super().__init__("publisher", config, journal, first_endpoint=0)
        self._outbox = outbox

    def _new_connection(self) -> Connection:
        # The outbox is the publisher's session. A clean one is what permits to send again under new packet ids (MQTT-4.4.0-1).
        return Connection(
            self._config,
            self._config.identity.publisher,
            clean_session=True,
            on_ack=self._outbox.acknowledged,
            on_refused=self._outbox.refused,
        )

    def _serve(self, connection: Connection) -> None:
        self._outbox.attach(connection)
        self._became_ready()
        connection.lost.wait()
        self._outbox.detach(connection)


class Subscriber(Role):
    """Ready only once a SUBACK has granted QoS 1, and again after a session was lost: brokers acknowledge what nobody subscribed to."""

    def __init__(self, config: Config, journal: Journal, outbox: Outbox) -> None:
        super().__init__("subscriber", config, journal, first_endpoint=1)
        self._outbox = outbox
        self._granted = False

    def _new_connection(self) -> Connection:
        return Connection(
            self._config,
            f"{self._config.client_id}-sub",
            clean_session=self._config.subscriber_session == CLEAN,
            on_message=self._journal.received,
        )

    def _serve(self, connection: Connection) -> None:
        if not connection.session_present:
            self._granted = False
        self._subscription_known(self._granted)
        while not self._granted and not connection.lost.is_set():
            self._subscribe(connection)
        connection.lost.wait()

    def _subscribe(self, connection: Connection) -> None:
        code = connection.subscribe(self._config.topic, SUBACK_LIMIT_S)
        if code == GRANTED_QOS_1:
            self._granted = True
            self._subscription_known(True)
            self._became_ready()
        elif code is not None:
            self._note(self.endpoint, f"SUBACK: expected granted QoS 1, got 0x{code:02x}")
            connection.lost.wait(SUBSCRIBE_AGAIN_S)
        elif not connection.lost.is_set():
            connection.abort(f"no SUBACK within {SUBACK_LIMIT_S:g} s")

    def _subscription_known(self, known: bool) -> None:
        self._outbox.subscription_known(known)

    def _farewell(self, connection: Connection, limit_s: float) -> None:
        connection.unsubscribe(self._config.topic, limit_s)
