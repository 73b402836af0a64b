"""Clients with a will die as it is planned, and a watcher is subscribed to their wills."""

import threading
from collections.abc import Callable

import payload
from clock import now_us
from connection import ConnectionFailed
from members import RecordedPublisher, RecordedSubscriber
from message import Will
from payload import Identity
from recorded import RecordedConnection
from roles import PAUSE_BETWEEN_ATTEMPTS_S
from steps import MIN_QUIET_US
from wire import MqttSession
from workload import Workload
from workload_config import Death

# A client connects so long before it dies: it shall not be thrown out with a node that is not meant.
LIFE_US = 2_000_000
LEAVING_LIMIT_S = 1.0
# So long the second one of a takeover waits for the end of the first.
TAKEOVER_LIMIT_S = 5.0
# The end of a mute client is noticed after one and a half keep-alives.
MUTE_FACTOR = 1.5


class Wills(Workload):
    name = "wills"
    has_deaths = True
    # A clean end has no will that anybody could get.
    is_for_all = False

    def __init__(self, config, recorder) -> None:
        super().__init__(config, recorder)
        # Each connection has a will, and a takeover has two connections.
        self.planned = len(config.deaths) + sum(death.kind == "takeover" for death in config.deaths)
        self.silence_us = int((MUTE_FACTOR * config.keep_alive_s + max((d.delay_s for d in config.deaths), default=0)) * 1e6)
        self._over = threading.Event()
        self._mortals = [Mortal(self, number, death, self._over) for number, death in enumerate(config.deaths)]

    def new_publisher(self) -> RecordedPublisher | None:
        return None

    def new_subscriber(self) -> RecordedSubscriber | None:
        return RecordedSubscriber(self.config, self.recorder, self.session("watch"), self.filters(), self.lanes)

    def filters(self) -> list[tuple[str, int]]:
        return [(f"{self.config.topic}/+", max((death.qos for death in self.config.deaths), default=0))]

    def begin(self, t0_us: int) -> None:
        super().begin(t0_us)
        for mortal in self._mortals:
            mortal.due_us = t0_us + mortal.death.at_ms * 1000
            mortal.start()

    def happened(self) -> int:
        return len(self.recorder.tally.sent)

    def has_happened(self) -> bool:
        return not any(mortal.is_alive() for mortal in self._mortals)

    def stop(self) -> None:
        self._over.set()

    def has_arrived(self, since_published_us: int) -> bool:
        return since_published_us >= self.silence_us + max(2 * self.config.ack_wait_ms * 1000, MIN_QUIET_US)

    def after_drain(self, _must_end: Callable[[], bool]) -> bool:
        return all(mortal.has_died for mortal in self._mortals)

    def planned_connections(self) -> int:
        return 1

    def close(self) -> None:
        for mortal in self._mortals:
            mortal.close()


class Mortal(threading.Thread):
    """One client, from its CONNECT to its planned end."""

    def __init__(self, workload: Workload, number: int, death: Death, over: threading.Event) -> None:
        super().__init__(name=f"w{number}", daemon=True)
        self._workload, self.death, self._over = workload, death, over
        config = workload.config
        self._topic = f"{config.topic}/{self.name}"
        # A will is delayed no longer than its session lives.
        expiry_s = config.session_expiry_s if death.delay_s > 0 else 0
        self._session = MqttSession(f"{config.client_id}-{self.name}", True, config.keep_alive_s, expiry_s)
        self.due_us = 0
        self.has_died = False
        self._mute: RecordedConnection | None = None

    def run(self) -> None:
        self._sleep_until(self.due_us - LIFE_US)
        connection = self._connect(self.death.endpoint)
        if connection is None:
            return
        self._sleep_until(self.due_us, connection)
        if connection.lost.is_set():
            self._note(f"died before its time: {connection.lost_reason}")
            self.has_died = True
        elif self._over.is_set():
            connection.disconnect(LEAVING_LIMIT_S)
        else:
            self._die(connection)

    def _die(self, connection: RecordedConnection) -> None:
        match self.death.kind:
            case "clean":
                connection.disconnect(LEAVING_LIMIT_S)
            case "disconnect04":
                connection.disconnect_with_will(LEAVING_LIMIT_S)
            case "cut":
                connection.cut()
            case "mute":
                self._mute = connection
                connection.mute()
            case "takeover":
                second = self._connect(self.death.endpoint + 1)
                if second is None:
                    return connection.disconnect(LEAVING_LIMIT_S)
                if not connection.lost.wait(TAKEOVER_LIMIT_S):
                    self._note(f"still connected {TAKEOVER_LIMIT_S:g} s after a takeover")
                    connection.disconnect(LEAVING_LIMIT_S)
                second.disconnect(LEAVING_LIMIT_S)
        self.has_died = True

    def _connect(self, place: int) -> RecordedConnection | None:
        """Tries until it should be dead, and once at least. Each connection has a will of its own, so that it can be told apart."""
        config, recorder = self._workload.config, self._workload.recorder
        endpoint = config.endpoints[place % len(config.endpoints)]
        while not self._over.is_set():
            connection = RecordedConnection(config, self._session, recorder, self._will())
            try:
                connection.open(endpoint)
                return connection
            except ConnectionFailed as error:
                self._note(f"{endpoint}: {error}")
            if now_us() >= self.due_us:
                break
            self._over.wait(PAUSE_BETWEEN_ATTEMPTS_S)
        self._note(f"{endpoint}: not connected by the time of its death")
        return None

    def _will(self) -> Will:
        config, seq = self._workload.config, self._session.connections
        identity = Identity(config.run, config.phase, self._session.client_id)
        body = payload.encode(identity, seq, self.due_us, config.payload_bytes)
        return Will(self._topic, seq, self.death.qos, self.death.delay_s, body, self.due_us)

    def _sleep_until(self, until_us: int, connection: RecordedConnection | None = None) -> None:
        """Not beyond the end of the run, nor that of the connection."""
        while (left_us := until_us - now_us()) > 0 and not (connection and connection.lost.is_set()):
            if self._over.wait(min(left_us / 1e6, PAUSE_BETWEEN_ATTEMPTS_S)):
                return

    def _note(self, text: str) -> None:
        self._workload.recorder.error(f"{self.name} ({self.death.kind}): {text}", transient=True)

    def close(self) -> None:
        if self._mute is not None:
            self._mute.release()
