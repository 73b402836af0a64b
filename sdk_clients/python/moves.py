"""Roles that go from endpoint to endpoint, by a plan, while messages are published."""

import itertools
import threading
from collections.abc import Callable

from clock import now_us
from recorded import RecordedConnection
from roles import Role
from workload_config import WorkloadConfig

LEAVING_LIMIT_S = 1.0
ENDS: dict[str, Callable[[RecordedConnection], None]] = {
    "leave": lambda connection: connection.disconnect(LEAVING_LIMIT_S),
    "cut": lambda connection: connection.cut(),
}


def planned(roles: list[Role], ways: tuple[str, ...], number: int) -> tuple[Role, str]:
    """Who makes this move, from 0, and how: all of them in one way, then all in the next one."""
    return roles[number % len(roles)], ways[number // len(roles) % len(ways)]


class Moves(threading.Thread):
    """One move every MOVE_EVERY_MS, until publishing ends."""

    def __init__(self, config: WorkloadConfig, roles: list[Role]) -> None:
        super().__init__(name="moves", daemon=True)
        self._config, self._roles = config, roles
        self._t0_us = 0
        self._over = threading.Event()

    def begin(self, t0_us: int) -> None:
        self._t0_us = t0_us
        if self._roles:
            self.start()

    def run(self) -> None:
        for number in itertools.count():
            due_us = self._t0_us + (number + 1) * self._config.move_every_ms * 1000
            if self._over.wait(max(due_us - now_us(), 0) / 1e6):
                return
            role, way = planned(self._roles, self._config.moves, number)
            role.move(ENDS[way])

    def end(self) -> None:
        """When it returns, nobody moves any more."""
        self._over.set()
        if self.ident is not None:
            self.join()

    def made(self) -> int:
        return sum(role.moves for role in self._roles)
