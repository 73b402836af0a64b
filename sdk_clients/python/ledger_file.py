"""The ledger as newline-delimited JSON, so that others can judge a run again from its raw times."""

import json
from collections.abc import Iterator
from dataclasses import asdict

from ledger import Ledger


def _lines(header: dict, events: list[dict], ledger: Ledger) -> Iterator[str]:
    compact = json.JSONEncoder(separators=(",", ":")).encode
    yield compact({"ledger": 1, **header, "unexpected": ledger.unexpected})
    for event in events:
        yield compact(event)
    for impostor in ledger.impostors:
        yield compact(impostor)
    for seq, message in enumerate(ledger.messages):
        yield compact({"seq": seq, **asdict(message)})


def write_ledger(path: str, header: dict, events: list[dict], ledger: Ledger) -> None:
    """Raises OSError. Writes in place: LEDGER_PATH may be a device, next to which no temporary file belongs."""
    with open(path, "w", encoding="utf-8") as file:
        for line in _lines(header, events, ledger):
            file.write(line + "\n")
