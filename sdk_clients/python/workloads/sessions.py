"""A persistent subscriber leaves and comes back on another endpoint, while messages are published and new topics appear."""

import os
import threading

from clock import now_us
from connection import CONNECT_LIMIT_S
from recorded import CONNECT_LIMIT_S as OPENING_LIMIT_S
from roles import Role
from workload import Workload

TICK_S = 0.01
LEAVING_LIMIT_S = CONNECT_LIMIT_S
MAX_TOPICS = 1000


class Sessions(Workload):
    name = "sessions"

    def filters(self) -> list[tuple[str, int]]:
        # By a wildcard, so that its session must take up topics that appear while it is away.
        return [(f"{self.config.topic}/+", max(self.config.qos, default=1))]

    def place_of(self, i: int, intended_us: int) -> tuple[str, int]:
        new = (intended_us - self.t0_us) // (self.config.new_topic_every_ms * 1000)
        return self._in_turn(i, min(self.config.topics + new, MAX_TOPICS))

    def begin(self, t0_us: int) -> None:
        super().begin(t0_us)
        self._over = threading.Event()
        self._absence = threading.Thread(target=self._go_and_come_back, name="absence", daemon=True)
        self._absence.start()

    def _go_and_come_back(self) -> None:
        config = self.config
        if not self._wait_for(config.offline_file, config.offline_at_ms):
            self.recorder.error("sessions: publishing was over before the subscriber was to leave")
            return
        present = self.subscriber
        left = config.endpoints.index(present.endpoint)
        present.leave(LEAVING_LIMIT_S)
        # It may have been just connecting, and two of one id would throw each other out.
        present.join(OPENING_LIMIT_S + LEAVING_LIMIT_S)
        if not self._wait_for(config.resume_file, config.resume_at_ms):
            self.recorder.error("sessions: publishing was over before the subscriber was to come back, so it came then")
        place = left + 1 if config.resume_endpoint is None else config.resume_endpoint
        self.subscriber = present.returned(place)
        self.subscriber.start()

    def _wait_for(self, path: str | None, at_ms: int) -> bool:
        """For the file, if there is to be one, else for the time; false where publishing is over before."""
        while not (os.path.exists(path) if path else now_us() >= self.t0_us + at_ms * 1000):
            if self._over.wait(TICK_S):
                return False
        return True

    def stop(self) -> None:
        self._over.set()

    def has_arrived(self, since_published_us: int) -> bool:
        return not self._absence.is_alive() and super().has_arrived(since_published_us)

    def planned_connections(self) -> int:
        return 3
