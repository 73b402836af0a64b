"""One run from set-up to the end, step by step as CONTRACT.md numbers them."""

import json
import os

from clock import now_us
from config import Config
from generator import Generator
from journal import Journal
from ledger_file import write_ledger
from outbox import Outbox
from result import RunFacts, build_result
from roles import Publisher, Role, Subscriber

LEAD_US = 50_000
# How often START_FILE is looked for.
START_TICK_US = 10_000
FAREWELL_LIMIT_S = 2.0
MIN_QUIET_US = 10_000_000
# Kept back from TIME_LIMIT_MS for farewell, ledger and result.
END_RESERVE_US = 2_000_000


class Stopped(Exception):
    """The run ended before anything was published; the message says why."""


class Runner:
    """Owns the threads of a run. `result` can be asked for at any time, from any thread."""

    def __init__(self, config: Config, journal: Journal, started_us: int) -> None:
        self._config, self._journal, self._started_us = config, journal, started_us
        limit_us = config.time_limit_ms * 1000
        self._reserve_us = min(END_RESERVE_US, limit_us // 4)
        self._work_until_us = started_us + limit_us - self._reserve_us
        self._outbox = Outbox(journal, config.topic)
        self._publisher = Publisher(config, journal, self._outbox)
        self._subscriber = Subscriber(config, journal, self._outbox)
        self._t0_us: int | None = None
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
            self._journal.error(str(stop))
        self._end_us = self._journal.freeze()
        self._say_goodbye()
        self._write_ledger()

    def _set_up(self) -> None:
        deadline_us = min(self._started_us + self._config.setup_limit_ms * 1000, self._work_until_us)
        for role in (self._subscriber, self._publisher):
            role.start()
            self._wait_for(role, deadline_us)
        self._outbox.start()
        ready = {"event": "ready", "publisher": str(self._publisher.endpoint), "subscriber": str(self._subscriber.endpoint)}
        print(json.dumps(ready, separators=(",", ":")), flush=True)

    def _wait_for(self, role: Role, deadline_us: int) -> None:
        self._journal.wait_until(lambda: role.ready or role.login_refused or self._journal.signals, deadline_us)
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
            self._journal.wait_until(lambda: self._journal.signals, min(now + START_TICK_US, self._work_until_us))
            self._heed_signal()

    def _heed_signal(self) -> None:
        if self._journal.signals:
            self._planned = 0
            raise Stopped("stopped by a signal during set-up")

    def _publish(self) -> None:
        self._t0_us = now_us() + LEAD_US
        generator = Generator(self._config, self._journal, self._outbox, self._t0_us)
        generator.start()
        self._journal.wait_until(lambda: generator.done or self._journal.signals, self._work_until_us)
        generator.stop()
        self._published_us = now_us()
        generated = len(self._journal.ledger.messages)
        if self._journal.signals:
            self._planned = generated
        elif generated < self._planned:
            self._time_limit_error(f"publishing, {generated} of {self._planned} generated")

    def _drain(self) -> None:
        quiet_us = max(2 * self._config.ack_wait_ms * 1000, MIN_QUIET_US)
        drain_until_us = self._published_us + self._config.drain_max_ms * 1000
        self._journal.start_draining()
        while not self._journal.ledger.all_ok():
            now, quiet_until_us = now_us(), max(self._journal.progress_us, self._published_us) + quiet_us
            if self._journal.signals > 1:
                return self._journal.error("drain ended by a second signal")
            if now >= self._work_until_us:
                return self._time_limit_error("draining")
            if now >= drain_until_us:
                return self._journal.error(f"drain ended by DRAIN_MAX_MS={self._config.drain_max_ms}")
            if now >= quiet_until_us:
                return self._journal.error(f"drain ended: no acknowledgement and no first receipt for {quiet_us // 1000} ms")
            self._journal.wait_until(
                lambda: self._journal.ledger.all_ok() or self._journal.signals > 1,
                min(quiet_until_us, drain_until_us, self._work_until_us),
            )

    def _time_limit_error(self, doing: str) -> None:
        self._journal.error(f"TIME_LIMIT_MS={self._config.time_limit_ms} came while {doing}")

    def _say_goodbye(self) -> None:
        until_us = min(now_us() + int(FAREWELL_LIMIT_S * 1e6), self._work_until_us + self._reserve_us // 2)
        for role, share in ((self._publisher, 2), (self._subscriber, 1)):
            role.close(max(until_us - now_us(), 0) / 1e6 / share)

    def _write_ledger(self) -> None:
        if self._config.ledger_path is None:
            return
        identity = self._config.identity
        header = {
            "run": identity.run,
            "phase": identity.phase,
            "sdk": "python",
            "publisher": identity.publisher,
            "topic": self._config.topic,
            "t0_us": self._t0_us,
            "rate": self._config.message_rate,
            "end_us": self._end_us,
        }
        try:
            write_ledger(self._config.ledger_path, header, list(self._journal.events), self._journal.ledger)
            self.ledger_ok = True
        except OSError as error:
            self._journal.error(f"LEDGER_PATH: cannot be written: {error}")

    def result(self) -> tuple[dict, int]:
        now = now_us()
        facts = RunFacts(
            started_us=self._started_us,
            now_us=now,
            end_us=self._end_us or now,
            planned=self._planned,
            rate=self._config.message_rate,
            published_us=self._published_us,
            mqtt_version=self._config.mqtt_version,
            refused_acks=self._journal.refused_acks,
            reconnects=max(self._journal.connections - 2, 0),
            publisher_endpoint=self._publisher.first_endpoint,
            subscriber_endpoint=self._subscriber.first_endpoint,
            ledger_ok=self.ledger_ok,
            errors=self._journal.error_texts(),
        )
        return build_result(self._journal.ledger, facts)
