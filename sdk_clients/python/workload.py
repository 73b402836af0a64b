"""What a workload is to the engine: who takes part, what is published, and what happens meanwhile."""

from collections import defaultdict
from collections.abc import Callable

import payload
from config import CLEAN
from lane import Lane, Lanes
from members import RecordedPublisher, RecordedSubscriber
from message import Message
from recorder import Recorder
from roles import Role
from wire import MqttSession
from workload_config import WorkloadConfig

# QoS 0 has no acknowledgement to wait for: what has not come by then is not waited for.
QOS_0_ARRIVES_WITHIN_US = 2_000_000


class Workload:
    """One publisher and one subscriber, unless a workload says otherwise. A workload is a subclass of this, in `workloads/`."""

    name = ""
    # For the environment.
    default_qos = "1"
    default_in_flight = 20
    default_move_every_ms = 2000
    default_moves = "leave,cut"
    has_deaths = False
    # Does every message reach somebody, where nothing goes wrong?
    is_for_all = True
    measures_latency = False
    # For so long nothing may come though everything is right.
    silence_us = 0

    def __init__(self, config: WorkloadConfig, recorder: Recorder) -> None:
        self.config, self.recorder = config, recorder
        self.t0_us: int | None = None
        self.planned = config.message_count
        self.lanes = Lanes([Lane(recorder, qos, config.in_flight) for qos in config.qos])
        self.publisher: RecordedPublisher | None = self.new_publisher()
        self.subscriber: RecordedSubscriber | None = self.new_subscriber()
        self._generated = 0
        self._seqs: defaultdict[str, int] = defaultdict(int)

    def filters(self) -> list[tuple[str, int]]:
        """What the subscriber subscribes to, and at which QoS."""
        raise NotImplementedError

    def place_of(self, i: int, intended_us: int) -> tuple[str, int]:
        """Topic and QoS of message i."""
        raise NotImplementedError

    retains = False

    def session(self, role: str, clean: bool = False) -> MqttSession:
        config = self.config
        return MqttSession(f"{config.client_id}-{role}", clean, config.keep_alive_s, 0 if clean else config.session_expiry_s)

    def new_publisher(self) -> RecordedPublisher | None:
        return RecordedPublisher(self.config, self.recorder, self.session("pub"), self.lanes)

    def new_subscriber(self) -> RecordedSubscriber | None:
        session = self.session("sub", clean=self.config.subscriber_session == CLEAN)
        return RecordedSubscriber(self.config, self.recorder, session, self.filters(), self.lanes)

    @property
    def roles(self) -> list[Role]:
        """In the order in which they are set up: what is published before anybody has subscribed is rightly dropped."""
        return [role for role in (self.subscriber, self.publisher) if role]

    def readers(self) -> list[Role]:
        """Who takes leave at the end, after the publisher."""
        return [self.subscriber] if self.subscriber else []

    def prepare(self) -> None:
        """Connected, and not yet ready."""
        if self.publisher and (out := self.lanes.leave_out_above(self.publisher.maximum_qos)):
            self.recorder.error(f"QOS: the broker's Maximum QoS is {self.publisher.maximum_qos}, so {out} is left out")

    def begin(self, t0_us: int) -> None:
        """The first message is due at t0."""
        self.t0_us = t0_us

    def generate(self, i: int, intended_us: int) -> bool:
        topic, qos = self.place_of(i, intended_us)
        self.offer(topic, qos, intended_us)
        self._generated += 1
        return True

    def _in_turn(self, i: int, topics: int) -> tuple[str, int]:
        """Each QoS on one topic, then on the next one."""
        qoses = self.lanes.qoses
        return f"{self.config.topic}/{i // len(qoses) % topics}", qoses[i % len(qoses)]

    def offer(self, topic: str, qos: int, intended_us: int, clears: bool = False) -> None:
        seq, config = self._seqs[topic], self.config
        self._seqs[topic] += 1
        body = b"" if clears else payload.encode(config.identity, seq, intended_us, config.payload_bytes)
        self.lanes.offer(Message(topic, seq, qos, self.retains, body, intended_us))

    def happened(self) -> int:
        """How much of what was planned."""
        return self._generated

    def has_happened(self) -> bool:
        """Everything that is to happen besides the publishing."""
        return True

    def stop(self) -> None:
        """Publishing is over, by its end, a signal or a limit: nothing new begins."""

    def has_arrived(self, since_published_us: int) -> bool:
        """Nothing more is waited for. Asked under the recorder's lock."""
        tally, lanes = self.recorder.tally, self.lanes
        if not lanes.are_settled() or tally.awaited:
            return False
        is_waiting = 0 in lanes.qoses and len(tally.received) < len(tally.sent)
        return not is_waiting or since_published_us >= QOS_0_ARRIVES_WITHIN_US

    def after_drain(self, _must_end: Callable[[], bool]) -> bool:
        """The last things of a run; false where they, or anything before, could not be done."""
        if given_up := self.lanes.given_up():
            self.recorder.error(f"{given_up} QoS 2 messages were in flight when the publisher's session was lost: not sent again")
        return self.lanes.are_settled() and given_up == 0

    def planned_connections(self) -> int:
        """Any more are reconnects."""
        return len(self.roles)

    def close(self) -> None:
        """Whatever else holds a connection."""
