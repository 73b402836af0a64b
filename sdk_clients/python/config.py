"""The environment, read once and checked; CONTRACT.md has the table."""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from payload import Identity

MQTT_311, MQTT_5 = "3.1.1", "5"
PERSISTENT, CLEAN = "persistent", "clean"


class ConfigError(Exception):
    """Input that cannot be used; `problems` has every one of them."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Endpoint:
    host: str
    port: int
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Config:
    endpoints: tuple[Endpoint, ...]
    username: str | None
    password: str | None
    mqtt_version: str
    subscriber_session: str
    run: str
    phase: str
    client_id: str
    topic: str
    message_count: int
    message_rate: float
    payload_bytes: int
    ack_wait_ms: int
    drain_max_ms: int
    setup_limit_ms: int
    time_limit_ms: int
    start_file: str | None
    ledger_path: str | None

    @property
    def identity(self) -> Identity:
        return Identity(self.run, self.phase, f"{self.client_id}-pub")


class Reader:
    """Takes values out of the environment; an empty value counts as unset, a bad one is noted and replaced by the default."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self.problems: list[str] = []

    def text(self, name: str, default: str) -> str:
        return self._env.get(name) or default

    def optional(self, name: str) -> str | None:
        return self._env.get(name) or None

    def refuse(self, name: str, expected: str, got: str) -> None:
        self.problems.append(f"{name}: expected {expected}, got {got}")

    def number(self, name: str, default: str, low: float, high: float, decimals: bool = False) -> float:
        raw = self.text(name, default)
        pattern = r"\d+(\.\d+)?" if decimals else r"\d+"
        # Python's own int() would take "1_000", " 7" and digits of other scripts, which no other client takes.
        if re.fullmatch(pattern, raw, re.ASCII) and len(raw) <= 20 and low <= float(raw) <= high:
            return float(raw)
        kind = "a number" if decimals else "a whole number"
        self.refuse(name, f"{kind} from {low} to {high}", json.dumps(raw))
        return float(default)

    def whole(self, name: str, default: str, low: int, high: int) -> int:
        return int(self.number(name, default, low, high))

    def endpoints(self, name: str, raw: str) -> tuple[Endpoint, ...]:
        found = []
        for text in (part.strip() for part in raw.split(",")):
            match = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^\s:\[\],]+):(\d{1,5})", text, re.ASCII)
            if match and 1 <= int(match[2]) <= 65535:
                found.append(Endpoint(match[1].strip("[]"), int(match[2]), text))
            else:
                self.refuse(name, "host:port", json.dumps(text))
        return tuple(found)


def read_config(env: Mapping[str, str]) -> Config:
    """Raises ConfigError with all problems at once."""
    read = Reader(env)
    config = Config(**fields_of(read))
    check(config, read)
    if read.problems:
        raise ConfigError(read.problems)
    return config


def fields_of(read: Reader) -> dict:
    """Every field of Config; what is wrong with one of them is noted in `read`."""
    single = read.endpoints("CLUSTER_ENDPOINT", read.text("CLUSTER_ENDPOINT", ""))
    several = read.optional("CLUSTER_ENDPOINTS")
    client_id = read.text("CLIENT_ID", f"python-{secrets.token_hex(4)}")
    return dict(
        endpoints=single if several is None else read.endpoints("CLUSTER_ENDPOINTS", several),
        username=read.optional("MQTT_USERNAME"),
        password=read.optional("MQTT_PASSWORD"),
        mqtt_version=read.text("MQTT_VERSION", MQTT_311),
        subscriber_session=read.text("SUBSCRIBER_SESSION", PERSISTENT),
        run=read.text("RUN_ID", "manual"),
        phase=read.text("PHASE", "manual"),
        client_id=client_id,
        topic=read.text("TOPIC", f"chaos/{client_id}"),
        message_count=read.whole("MESSAGE_COUNT", "1000", 1, 1_000_000),
        message_rate=read.number("MESSAGE_RATE", "50", 0.001, 100_000, decimals=True),
        payload_bytes=read.whole("PAYLOAD_BYTES", "256", 1, 1_000_000),
        ack_wait_ms=read.whole("ACK_WAIT_MS", "5000", 1, 3_600_000),
        drain_max_ms=read.whole("DRAIN_MAX_MS", "30000", 0, 3_600_000),
        setup_limit_ms=read.whole("SETUP_LIMIT_MS", "20000", 1, 3_600_000),
        time_limit_ms=read.whole("TIME_LIMIT_MS", "180000", 1, 86_400_000),
        start_file=read.optional("START_FILE"),
        ledger_path=read.optional("LEDGER_PATH"),
    )


def check(config: Config, read: Reader) -> None:
    """What a reader of single values cannot see."""
    if config.mqtt_version not in (MQTT_311, MQTT_5):
        read.refuse("MQTT_VERSION", f"{MQTT_311} or {MQTT_5}", json.dumps(config.mqtt_version))
    if config.subscriber_session not in (PERSISTENT, CLEAN):
        read.refuse("SUBSCRIBER_SESSION", f"{PERSISTENT} or {CLEAN}", json.dumps(config.subscriber_session))
    if re.search(r"[+#\0]", config.topic) or len(config.topic.encode("utf-8", "replace")) > 65535:
        read.refuse("TOPIC", "a topic name without wildcards, at most 65535 bytes", json.dumps(config.topic[:80]))
    if config.password is not None and config.username is None:
        read.refuse("MQTT_PASSWORD", "MQTT_USERNAME beside it, as MQTT 3.1.1 demands", "a password alone")
