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
from config import Config, ConfigError
from errors import ErrorList
from notes import Notes
from programs import Program, program_named
from steps import Steps

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


def refuse_input(program: Program, error: ConfigError, started_us: int) -> NoReturn:
    errors = ErrorList()
    for problem in error.problems:
        errors.add(problem)
    emit(program.refused(started_us, now_us(), errors.texts()), UNUSABLE_INPUT)


def take_signals(notes: Notes, stop_signals: set[signal.Signals]) -> None:
    """A thread instead of handlers: a handler could interrupt the main thread while that holds the lock of the notes."""
    while True:
        signal.sigwait(stop_signals)
        notes.signalled()


def end_at_time_limit(config: Config, notes: Notes, run: Steps, started_us: int) -> None:
    """For a run that hangs where no limit of its own applies, such as a ledger on a dead file system."""
    until_us = started_us + config.time_limit_ms * 1000
    time.sleep(max(until_us - now_us(), 0) / 1e6)
    notes.freeze()
    unwritten = "" if run.ledger_ok else ", and no ledger was written"
    notes.error(f"TIME_LIMIT_MS={config.time_limit_ms} came before the run had ended by itself{unwritten}")
    result, _ = run.result()
    emit(result, 1)


def main(started_us: int, stop_signals: set[signal.Signals], workload: str) -> NoReturn:
    program = program_named(workload)
    try:
        config = program.read(os.environ)
    except ConfigError as error:
        refuse_input(program, error, started_us)
    notes, run = program.begin(config, started_us)
    threading.excepthook = lambda args: note_crash(notes, args.exc_value)
    threading.Thread(target=take_signals, args=(notes, stop_signals), name="signals", daemon=True).start()
    limit = (config, notes, run, started_us)
    threading.Thread(target=end_at_time_limit, args=limit, name="watchdog", daemon=True).start()
    try:
        run.run()
        crashed = False
    except Exception as error:
        note_crash(notes, error)
        crashed = True
    result, status = run.result()
    emit(result, 1 if crashed else status)


def note_crash(notes: Notes, error: BaseException | None) -> None:
    traceback.print_exception(error)
    notes.error(f"internal error: {error!r}")
