"""Which workload a script of this folder runs. A workload is imported only if it is run: what imports takes, the start takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from config import Config
from notes import Notes
from steps import Steps

BASIC = "basic-pubsub"


@dataclass(frozen=True)
class Program:
    # Raises ConfigError with all problems at once.
    read: Callable[[Mapping[str, str]], Config]
    # With the time at which the process started.
    begin: Callable[[Config, int], tuple[Notes, Steps]]
    # The result line of a run that never began: when it started, when it ended, what was wrong.
    refused: Callable[[int, int, list[str]], dict]


def program_named(name: str) -> Program:
    return _basic() if name == BASIC else _workload(name)


def _basic() -> Program:
    from config import read_config
    from journal import Journal
    from ledger import Ledger
    from result import RunFacts, build_result
    from runner import Runner

    def begin(config: Config, started_us: int) -> tuple[Notes, Steps]:
        journal = Journal(config.identity)
        return journal, Runner(config, journal, started_us)

    def refused(started_us: int, now_us: int, errors: list[str]) -> dict:
        return build_result(Ledger(), RunFacts(started_us=started_us, now_us=now_us, end_us=now_us, errors=errors))[0]

    return Program(read_config, begin, refused)


def _workload(name: str) -> Program:
    from engine import Engine
    from recorder import Recorder
    from summary import Facts, summarize
    from tally import Tally
    from workload_config import read_workload_config
    from workloads import WORKLOADS

    workload = WORKLOADS[name]

    def begin(config: Config, started_us: int) -> tuple[Notes, Steps]:
        recorder = Recorder(config.run, config.phase)
        return recorder, Engine(config, recorder, workload(config, recorder), started_us)

    def refused(started_us: int, now_us: int, errors: list[str]) -> dict:
        return summarize(Tally(), Facts(workload=name, started_us=started_us, now_us=now_us, end_us=now_us, errors=errors))

    return Program(lambda env: read_workload_config(env, workload), begin, refused)
