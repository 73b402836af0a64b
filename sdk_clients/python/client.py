"""The entry. It does what must come before the slow imports of everything else."""

import signal
import sys

from clock import now_us

STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT}


def start() -> None:
    started_us = now_us()
    # Blocked before any thread exists, so that all of them inherit it: a signal waits until the signal thread takes it.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    from main import main

    main(started_us, STOP_SIGNALS, sys.argv[1] if len(sys.argv) > 1 else "basic-pubsub")


if __name__ == "__main__":
    start()
