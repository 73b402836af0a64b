"""One run of any workload, by the steps that all have in common."""

from clock import now_us
from generator import Generator
from recorder import Recorder
from steps import LEAD_US, Steps
from summary import Facts, summarize
from workload import Workload
from workload_config import WorkloadConfig

# How often a workload is asked whether it is done: of what it waits for, not everything wakes.
TICK_US = 50_000


class Engine(Steps):
    """Owns the threads of a run. `result` can be asked for at any time, from any thread."""

    def __init__(self, config: WorkloadConfig, recorder: Recorder, workload: Workload, started_us: int) -> None:
        super().__init__(config, recorder, started_us)
        self._recorder, self._workload = recorder, workload
        self._planned = workload.planned
        self._is_complete = False
        self._first_endpoints: tuple[str | None, str | None] = (None, None)

    def _set_up(self) -> None:
        workload = self._workload
        self._start(workload.roles)
        workload.prepare()
        self._planned = workload.planned
        workload.lanes.start()
        both = (workload.publisher, workload.subscriber)
        self._first_endpoints = tuple(role and role.first_endpoint for role in both)
        self._say_ready(*(role and str(role.endpoint) for role in both))

    def _publish(self) -> None:
        workload, t0_us = self._workload, now_us() + LEAD_US
        workload.begin(t0_us)
        generator = Generator(self._config, self._recorder, t0_us, workload.generate) if workload.publisher else None
        if generator:
            generator.start()
        while not self._recorder.signals and not (workload.has_happened() and (generator is None or generator.done)):
            now = now_us()
            if now >= self._work_until_us:
                self._time_limit_error(f"publishing, {workload.happened()} of {self._planned} generated")
                break
            self._recorder.wait_until(lambda: self._recorder.signals, min(now + TICK_US, self._work_until_us))
        if generator:
            generator.stop()
        if self._recorder.signals:
            self._planned = workload.happened()
        workload.stop()
        self._published_us = now_us()

    def _drain(self) -> None:
        workload = self._workload
        self._drain_until(lambda: workload.has_arrived(now_us() - self._published_us), TICK_US)
        self._is_complete = workload.after_drain(lambda: self._recorder.signals > 1 or now_us() >= self._work_until_us)

    @property
    def _quiet_us(self) -> int:
        return super()._quiet_us + self._workload.silence_us

    def _say_goodbye(self) -> None:
        self._part_from([role for role in (self._workload.publisher, *self._workload.readers()) if role])
        self._workload.close()

    def _write_ledger(self) -> None:
        path = self._config.ledger_path
        if path is None or self._recorder.overflowed:
            self.ledger_ok = path is None
            return
        header = {"workload": self._workload.name, "t0_us": self._workload.t0_us, "end_us": self._end_us}
        try:
            # In place: LEDGER_PATH may be a device, next to which no temporary file belongs.
            with open(path, "w", encoding="utf-8") as file:
                for line in self._recorder.lines(header):
                    file.write(line + "\n")
            self.ledger_ok = True
        except OSError as error:
            self._recorder.error(f"LEDGER_PATH: cannot be written: {error}")

    def result(self) -> tuple[dict, int]:
        now, workload = now_us(), self._workload
        facts = Facts(
            workload=workload.name,
            started_us=self._started_us,
            now_us=now,
            end_us=self._end_us or now,
            planned=self._planned,
            events=self._recorder.events,
            is_for_all=workload.is_for_all,
            measures_latency=workload.measures_latency,
            published_us=self._published_us,
            mqtt_version=self._config.mqtt_version,
            reconnects=max(self._recorder.connections - workload.planned_connections(), 0),
            publisher_endpoint=self._first_endpoints[0],
            subscriber_endpoint=self._first_endpoints[1],
            errors=self._recorder.error_texts(),
        )
        line = summarize(self._recorder.tally, facts)
        arrived = not workload.is_for_all or (line["unsent"] == line["lost"] == line["unconfirmed"] == 0)
        is_complete = self._is_complete and self._planned > 0 and arrived and self.ledger_ok
        return line, 0 if is_complete else 1
