"""Wires one run together and sees to it that its result line is printed, whatever happens."""

import json
import os
import signal
import sys
import threading
import time
import traceback
from typing import NoReturn

from clock import now_us
from config import Config, ConfigError, read_config
from errors import ErrorList
from journal import Journal
from ledger import Ledger
from result import RunFacts, build_result
from runner import Runner

UNUSABLE_INPUT = 2

_emitting = threading.Lock()


def emit(result: dict, status: int) -> NoReturn:
    """Prints the line and ends the process with all its threads; the lock is never given back, so there is one line only."""
    line = json.dumps(result, separators=(",", ":"))
    _emitting.acquire()
    try:
        print(line, flush=True)
    except OSError:
        status = status or 1
    sys.stderr.flush()
    os._exit(status)


def refuse_input(error: ConfigError, started_us: int) -> NoReturn:
    errors = ErrorList()
    for problem in error.problems:
        errors.add(problem)
    now = now_us()
    result, _ = build_result(Ledger(), RunFacts(started_us=started_us, now_us=now, end_us=now, errors=errors.texts()))
    emit(result, UNUSABLE_INPUT)


def take_signals(journal: Journal, stop_signals: set[signal.Signals]) -> None:
    """A thread instead of handlers: a handler could interrupt the main thread while that holds the journal's lock."""
    while True:
        signal.sigwait(stop_signals)
        journal.signalled()


def end_at_time_limit(config: Config, journal: Journal, runner: Runner, started_us: int) -> None:
    """For a run that hangs where no limit of its own applies, such as a ledger on a dead file system."""
    until_us = started_us + config.time_limit_ms * 1000
    time.sleep(max(until_us - now_us(), 0) / 1e6)
    journal.freeze()
    unwritten = "" if runner.ledger_ok else ", and no ledger was written"
    journal.error(f"TIME_LIMIT_MS={config.time_limit_ms} came before the run had ended by itself{unwritten}")
    result, _ = runner.result()
    emit(result, 1)


def main(started_us: int, stop_signals: set[signal.Signals]) -> NoReturn:
    try:
        config = read_config(os.environ)
    except ConfigError as error:
        refuse_input(error, started_us)
    journal = Journal(config.identity)
    threading.excepthook = lambda args: note_crash(journal, args.exc_value)
    runner = Runner(config, journal, started_us)
    threading.Thread(target=take_signals, args=(journal, stop_signals), name="signals", daemon=True).start()
    limit = (config, journal, runner, started_us)
    threading.Thread(target=end_at_time_limit, args=limit, name="watchdog", daemon=True).start()
    try:
        runner.run()
        crashed = False
    except Exception as error:
        note_crash(journal, error)
        crashed = True
    result, status = runner.result()
    emit(result, 1 if crashed else status)


def note_crash(journal: Journal, error: BaseException | None) -> None:
    traceback.print_exception(error)
    journal.error(f"internal error: {error!r}")
