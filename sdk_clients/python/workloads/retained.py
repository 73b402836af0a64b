"""A writer that waits for each acknowledgement, and ever new readers; at the end the value is deleted, and read once more."""

import threading
import time
from collections.abc import Callable

from clock import now_us
from config import Endpoint
from connection import ConnectionFailed
from members import RecordedSubscriber
from recorded import RecordedConnection
from roles import SUBACK_LIMIT_S
from workload import Workload

# A reader that got no value waits so long for it: longer than a checker allows a busy host.
STAY_S = 6.0
# After the deletion no value is to come. What comes all the same comes soon.
STAY_AFTER_DELETION_S = 2.0
# A cluster may take a second until every node shows a deletion: who reads before that shows nothing.
SPREAD_S = 1.5
# Behind a dead endpoint they would pile up.
MAX_READERS = 16
READERS_AFTER_DELETION = 2
LEAVING_LIMIT_S = 1.0
TICK_S = 0.01


class Retained(Workload):
    name = "retained"
    default_in_flight = 1
    retains = True
    # A value that is replaced before anybody reads it is rightly seen by nobody.
    is_for_all = False

    def __init__(self, config, recorder) -> None:
        super().__init__(config, recorder)
        # Each value, and at last the deletion of each topic.
        self.planned = config.message_count + config.topics
        # No outbox waits for a subscriber: readers come and go.
        self.lanes.subscription_known(True)
        self._over = threading.Event()
        self._reading: list[threading.Thread] = []
        self._started = 0

    def new_subscriber(self) -> RecordedSubscriber | None:
        return None

    def place_of(self, i: int, _intended_us: int) -> tuple[str, int]:
        return self._topics()[i % self.config.topics], self.lanes.qoses[i % len(self.lanes.qoses)]

    def _topics(self) -> list[str]:
        return [f"{self.config.topic}/{n}" for n in range(self.config.topics)]

    def begin(self, t0_us: int) -> None:
        super().begin(t0_us)
        self._turning = threading.Thread(target=self._turn_over_readers, name="readers", daemon=True)
        self._turning.start()

    def _turn_over_readers(self) -> None:
        while not self._over.wait(self.config.reader_interval_ms / 1000):
            self._reading = [reader for reader in self._reading if reader.is_alive()]
            if len(self._reading) < MAX_READERS:
                self._start_reader(STAY_S)

    def _start_reader(self, stay_s: float) -> None:
        places = self.config.reader_endpoints
        endpoint = self.config.endpoints[places[self._started % len(places)]]
        self._started += 1
        name = f"reader-{self._started}"
        reader = threading.Thread(target=self._read, args=(name, endpoint, stay_s), name=name, daemon=True)
        self._reading.append(reader)
        reader.start()

    def _read(self, name: str, endpoint: Endpoint, stay_s: float) -> None:
        """Until there is a retained value of every topic, or the time is over."""
        missing, complete = set(self._topics()), threading.Event()

        def received(identity: tuple[str, str, int], retain: bool) -> None:
            if retain:
                missing.discard(identity[1])
            if not missing:
                complete.set()

        session = self.session(name, clean=True)
        reader = RecordedConnection(self.config, session, self.recorder, on_received=received)
        try:
            reader.open(endpoint)
        except ConnectionFailed as error:
            self.recorder.error(f"reader {endpoint}: {error}", transient=True)
            return
        code = reader.subscribe(f"{self.config.topic}/+", SUBACK_LIMIT_S, max(self.config.qos))
        if code is not None and code < 0x80:
            complete.wait(stay_s)
        reader.disconnect(LEAVING_LIMIT_S)

    def happened(self) -> int:
        return super().happened() + self.config.topics

    def stop(self) -> None:
        for topic in self._topics():
            self.offer(topic, max(self.lanes.qoses), now_us(), clears=True)

    def has_arrived(self, _since_published_us: int) -> bool:
        return self.lanes.are_settled()

    def after_drain(self, must_end: Callable[[], bool]) -> bool:
        done = super().after_drain(must_end)
        self._over.set()
        self._turning.join()
        spread_us = now_us() + int(SPREAD_S * 1e6)
        while done and now_us() < spread_us and not must_end():
            time.sleep(TICK_S)
        for _ in range(READERS_AFTER_DELETION * len(self.config.reader_endpoints) if done else 0):
            self._start_reader(STAY_AFTER_DELETION_S)
        for reader in self._reading:
            while reader.is_alive() and not must_end():
                reader.join(TICK_S)
        return done

    def planned_connections(self) -> int:
        return 1
