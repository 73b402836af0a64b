"""One run of basic-pubsub from set-up to the end, step by step as CONTRACT.md numbers them."""

import payload
from clock import now_us
from config import Config
from generator import Generator
from journal import Journal
from ledger_file import write_ledger
from outbox import Outbox
from result import RunFacts, build_result
from roles import Publisher, Subscriber
from steps import LEAD_US, Steps


class Runner(Steps):
    """Owns the threads of a run. `result` can be asked for at any time, from any thread."""

    def __init__(self, config: Config, journal: Journal, started_us: int) -> None:
        super().__init__(config, journal, started_us)
        self._journal = journal
        self._outbox = Outbox(journal, config.topic)
        self._publisher = Publisher(config, journal, self._outbox)
        self._subscriber = Subscriber(config, journal, self._outbox)
        self._t0_us: int | None = None

    def _set_up(self) -> None:
        self._start([self._subscriber, self._publisher])
        self._outbox.start()
        self._say_ready(str(self._publisher.endpoint), str(self._subscriber.endpoint))

    def _publish(self) -> None:
        self._t0_us = now_us() + LEAD_US
        generator = Generator(self._config, self._journal, self._t0_us, self._generate)
        generator.start()
        self._journal.wait_until(lambda: generator.done or self._journal.signals, self._work_until_us)
        generator.stop()
        self._published_us = now_us()
        generated = len(self._journal.ledger.messages)
        if self._journal.signals:
            self._planned = generated
        elif generated < self._planned:
            self._time_limit_error(f"publishing, {generated} of {self._planned} generated")

    def _generate(self, _i: int, intended_us: int) -> bool:
        seq = self._journal.generated(intended_us)
        if seq is None:
            return False
        self._outbox.add(seq, payload.encode(self._config.identity, seq, intended_us, self._config.payload_bytes))
        return True

    def _drain(self) -> None:
        self._drain_until(self._journal.ledger.all_ok)

    def _say_goodbye(self) -> None:
        self._part_from([self._publisher, self._subscriber])

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
