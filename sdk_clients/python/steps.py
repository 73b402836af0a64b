"""What the runs of all workloads have in common: the steps that CONTRACT.md numbers, and their limits."""

import json
import os
from collections.abc import Callable

from clock import now_us
from config import Config
from notes import Notes
from roles import Role

LEAD_US = 50_000
# How often START_FILE is looked for.
START_TICK_US = 10_000
FAREWELL_LIMIT_S = 2.0
MIN_QUIET_US = 10_000_000
# Kept back from TIME_LIMIT_MS for farewell, ledger and result.
END_RESERVE_US = 2_000_000


class Stopped(Exception):
    """The run ended before anything was published; the message says why."""


class Steps:
    """Set-up, ready, publishing, drain and end; a workload fills them in."""

    def __init__(self, config: Config, notes: Notes, started_us: int) -> None:
        self._config, self._notes, self._started_us = config, notes, started_us
        limit_us = config.time_limit_ms * 1000
        self._reserve_us = min(END_RESERVE_US, limit_us // 4)
        self._work_until_us = started_us + limit_us - self._reserve_us
        self._published_us: int | None = None
        self._end_us: int | None = None
        self._planned = config.message_count
        self.ledger_ok = config.ledger_path is None

    def run(self) -> None:
        try:
            self._set_up()
            self._wait_for_start()
            self._publish()
            self._drain()
        except Stopped as stop:
            self._notes.error(str(stop))
        self._end_us = self._notes.freeze()
        self._say_goodbye()
        self._write_ledger()

    def _start(self, roles: list[Role]) -> None:
        """One after the other, each ready before the next one starts."""
        deadline_us = min(self._started_us + self._config.setup_limit_ms * 1000, self._work_until_us)
        for role in roles:
            role.start()
            self._wait_for(role, deadline_us)

    def _say_ready(self, publisher: str | None, subscriber: str | None) -> None:
        ready = {"event": "ready", "publisher": publisher, "subscriber": subscriber}
        print(json.dumps(ready, separators=(",", ":")), flush=True)

    def _wait_for(self, role: Role, deadline_us: int) -> None:
        self._notes.wait_until(lambda: role.ready or role.login_refused or self._notes.signals, deadline_us)
        self._heed_signal()
        if role.login_refused:
            raise Stopped(f"set-up: {role.login_refused}")
        if not role.ready:
            limit = f"SETUP_LIMIT_MS={self._config.setup_limit_ms}, TIME_LIMIT_MS={self._config.time_limit_ms}"
            raise Stopped(f"set-up: {role.name} not connected and subscribed in time ({limit})")

    def _wait_for_start(self) -> None:
        path = self._config.start_file
        while path is not None and not os.path.exists(path):
            now = now_us()
            if now >= self._work_until_us:
                raise Stopped(f"START_FILE: expected {path} before TIME_LIMIT_MS={self._config.time_limit_ms}, found none")
            self._notes.wait_until(lambda: self._notes.signals, min(now + START_TICK_US, self._work_until_us))
            self._heed_signal()

    def _heed_signal(self) -> None:
        if self._notes.signals:
            self._planned = 0
            raise Stopped("stopped by a signal during set-up")

    @property
    def _quiet_us(self) -> int:
        """A drain in which nothing came for so long is over."""
        return max(2 * self._config.ack_wait_ms * 1000, MIN_QUIET_US)

    def _drain_until(self, done: Callable[[], bool], tick_us: int = 3_600_000_000) -> None:
        """`done` is asked when something may have changed, and every `tick_us`."""
        quiet_us = self._quiet_us
        drain_until_us = self._published_us + self._config.drain_max_ms * 1000
        self._notes.start_draining()
        while not done():
            now, quiet_until_us = now_us(), max(self._notes.progress_us, self._published_us) + quiet_us
            if self._notes.signals > 1:
                return self._notes.error("drain ended by a second signal")
            if now >= self._work_until_us:
                return self._time_limit_error("draining")
            if now >= drain_until_us:
                return self._notes.error(f"drain ended by DRAIN_MAX_MS={self._config.drain_max_ms}")
            if now >= quiet_until_us:
                return self._notes.error(f"drain ended: no acknowledgement and no first receipt for {quiet_us // 1000} ms")
            self._notes.wait_until(
                lambda: done() or self._notes.signals > 1,
                min(quiet_until_us, drain_until_us, self._work_until_us, now + tick_us),
            )

    def _time_limit_error(self, doing: str) -> None:
        self._notes.error(f"TIME_LIMIT_MS={self._config.time_limit_ms} came while {doing}")

    def _part_from(self, roles: list[Role]) -> None:
        """Takes leave in order, each with its share of what is left."""
        until_us = min(now_us() + int(FAREWELL_LIMIT_S * 1e6), self._work_until_us + self._reserve_us // 2)
        for share, role in zip(range(len(roles), 0, -1), roles):
            role.close(max(until_us - now_us(), 0) / 1e6 / share)

    def _set_up(self) -> None:
        raise NotImplementedError

    def _publish(self) -> None:
        raise NotImplementedError

    def _drain(self) -> None:
        raise NotImplementedError

    def _say_goodbye(self) -> None:
        raise NotImplementedError

    def _write_ledger(self) -> None:
        raise NotImplementedError

    def result(self) -> tuple[dict, int]:
        """The result line's object and the exit status; may be asked for at any time, from any thread."""
        raise NotImplementedError
