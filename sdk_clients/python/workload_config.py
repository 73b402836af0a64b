"""What the workloads of contract version 2 read beyond the environment of CONTRACT.md's first table."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config import MQTT_5, Config, ConfigError, Reader, check, fields_of

MAX_DEATHS = 200
# Kind and QoS of the will; each of them in every version of MQTT.
USUAL_DEATHS = ("clean:1", "cut:1", "mute:1", "cut:0", "takeover:1")
KINDS = ("clean", "cut", "mute", "takeover", "disconnect04")
DEATH = "at_ms:endpoint:clean|cut|mute|takeover|disconnect04:qos:delay_s"


@dataclass(frozen=True)
class Death:
    """How one client is to end: when, at which endpoint (its place among all), and with which will."""

    at_ms: int
    endpoint: int
    kind: str
    qos: int
    delay_s: int


@dataclass(frozen=True)
class WorkloadConfig(Config):
    qos: tuple[int, ...]
    in_flight: int
    topics: int
    keep_alive_s: int
    session_expiry_s: int
    new_topic_every_ms: int
    offline_at_ms: int
    offline_file: str | None
    resume_at_ms: int
    resume_file: str | None
    # Its place among all endpoints; None: the one after the one that was left.
    resume_endpoint: int | None
    reader_interval_ms: int
    reader_endpoints: tuple[int, ...]
    move_every_ms: int
    # How they leave their endpoints, in turn.
    moves: tuple[str, ...]
    # Of a shared subscription.
    members: int
    deaths: tuple[Death, ...]


def read_workload_config(env: Mapping[str, str], workload: type) -> WorkloadConfig:
    """Raises ConfigError with all problems at once. `workload` has the defaults that are its own, and what it demands."""
    read = Reader(env)
    base = fields_of(read)
    # With one more where none could be read: what is wrong with the endpoints is said once.
    count = max(1, len(base["endpoints"]))
    config = WorkloadConfig(
        **base,
        qos=_list(read, "QOS", workload.default_qos, r"[012]", "0, 1 or 2, each once, comma-separated"),
        in_flight=read.whole("IN_FLIGHT", str(workload.default_in_flight), 1, 10_000),
        topics=read.whole("TOPICS", "3", 1, 1000),
        keep_alive_s=read.whole("KEEP_ALIVE_S", "5", 1, 65_535),
        session_expiry_s=read.whole("SESSION_EXPIRY_S", "1800", 0, 86_400),
        new_topic_every_ms=read.whole("NEW_TOPIC_EVERY_MS", "1000", 10, 3_600_000),
        offline_at_ms=read.whole("OFFLINE_AT_MS", "2000", 0, 86_400_000),
        offline_file=read.optional("OFFLINE_FILE"),
        resume_at_ms=read.whole("RESUME_AT_MS", "5000", 0, 86_400_000),
        resume_file=read.optional("RESUME_FILE"),
        resume_endpoint=_place(read, "RESUME_ENDPOINT", count),
        reader_interval_ms=read.whole("READER_INTERVAL_MS", "200", 10, 3_600_000),
        reader_endpoints=_places(read, "READER_ENDPOINTS", count),
        move_every_ms=read.whole("MOVE_EVERY_MS", str(workload.default_move_every_ms), 100, 3_600_000),
        moves=_words(read, "MOVES", workload.default_moves, "leave|cut", "leave or cut, each once, comma-separated"),
        members=read.whole("MEMBERS", "3", 1, 100),
        deaths=_deaths(read, count, base) if workload.has_deaths else (),
    )
    check(config, read)
    if config.resume_at_ms < config.offline_at_ms and config.resume_file is None and config.offline_file is None:
        read.refuse("RESUME_AT_MS", f"at least OFFLINE_AT_MS={config.offline_at_ms}", str(config.resume_at_ms))
    if read.problems:
        raise ConfigError(read.problems)
    return config


def _words(read: Reader, name: str, default: str, each: str, expected: str) -> tuple[str, ...]:
    raw = read.text(name, default)
    parts = [part.strip() for part in raw.split(",")]
    if all(re.fullmatch(each, part, re.ASCII) for part in parts) and len(set(parts)) == len(parts):
        return tuple(parts)
    read.refuse(name, expected, json.dumps(raw))
    return ()


def _list(read: Reader, name: str, default: str, each: str, expected: str) -> tuple[int, ...]:
    return tuple(sorted(int(part) for part in _words(read, name, default, each, expected)))


def _place(read: Reader, name: str, count: int) -> int | None:
    return None if read.optional(name) is None else read.whole(name, "0", 0, count - 1)


def _places(read: Reader, name: str, count: int) -> tuple[int, ...]:
    every = ",".join(str(place) for place in range(count))
    expected = f"places of endpoints from 0 to {count - 1}, each once, comma-separated"
    places = _list(read, name, every, r"\d{1,3}", expected)
    if any(place >= count for place in places):
        read.refuse(name, expected, json.dumps(read.text(name, every)))
        return ()
    return places


def _usual_deaths(count: int, base: Mapping[str, Any]) -> str:
    """One a second, for as long as the messages of the usual workload would take, over all endpoints."""
    seconds = int(base["message_count"] / base["message_rate"])
    times = range(1, min(MAX_DEATHS, max(len(USUAL_DEATHS), seconds)) + 1)
    return ",".join(f"{1000 * i}:{i % count}:{USUAL_DEATHS[i % len(USUAL_DEATHS)]}:0" for i in times)


def _deaths(read: Reader, count: int, base: Mapping[str, Any]) -> tuple[Death, ...]:
    is_5 = base["mqtt_version"] == MQTT_5
    raw = read.text("DEATHS", "") or _usual_deaths(count, base)
    parts = [part.strip() for part in raw.split(",") if part.strip()]
    if not 1 <= len(parts) <= MAX_DEATHS:
        read.refuse("DEATHS", f"1 to {MAX_DEATHS} of {DEATH}, comma-separated", f"{len(parts)} of them")
        return ()
    found = []
    for part in parts:
        match = re.fullmatch(rf"(\d{{1,8}}):(\d{{1,3}}):({'|'.join(KINDS)}):([012]):(\d{{1,5}})", part, re.ASCII)
        if match is None or int(match[2]) >= count:
            read.refuse("DEATHS", f"{DEATH} with an endpoint from 0 to {count - 1}", json.dumps(part))
        elif not is_5 and (match[3] == "disconnect04" or int(match[5]) > 0):
            read.refuse("DEATHS", f"{DEATH} without disconnect04 and delay, which MQTT 3.1.1 does not have", json.dumps(part))
        else:
            found.append(Death(int(match[1]), int(match[2]), match[3], int(match[4]), int(match[5])))
    return tuple(found)
