"""The JSON payload by which a receipt is known to be one of ours."""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Identity:
    """Whose messages these are; a receipt that differs in any of the three is unexpected."""

    run: str
    phase: str
    publisher: str


def encode(identity: Identity, seq: int, intended_us: int, size: int) -> bytes:
    """At least `size` bytes: padded up to it, never cut down to it."""
    head = json.dumps(
        {
            "run": identity.run,
            "phase": identity.phase,
            "publisher": identity.publisher,
            "seq": seq,
            "intended_us": intended_us,
        },
        separators=(",", ":"),
    )[:-1]
    pad = size - len(head) - len(',"pad":""}')
    return f'{head},"pad":"{"x" * max(pad, 0)}"}}'.encode("ascii")


def decode(identity: Identity, payload: bytes) -> tuple[int, int] | None:
    """The seq and when it was due, or None where the payload does not name this publisher, run and phase."""
    named = decode_any(identity.run, identity.phase, payload)
    if named is None or named[0] != identity.publisher:
        return None
    return named[1:]


def decode_any(run: str, phase: str, payload: bytes) -> tuple[str, int, int] | None:
    """The publisher, the seq and when it was due, or None where the payload is not of this run and phase."""
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict):
        return None
    if (body.get("run"), body.get("phase")) != (run, phase):
        return None
    publisher, seq, intended_us = body.get("publisher"), body.get("seq"), body.get("intended_us")
    # bool is a kind of int in Python; `true` is no sequence number.
    if type(publisher) is not str or type(seq) is not int or type(intended_us) is not int:
        return None
    return publisher, seq, intended_us
