"""A shared subscription: each message goes to one of its members. The last one goes from endpoint to endpoint."""

import threading

from clock import now_us
from config import CLEAN
from connection import Connection
from lane import Lanes
from members import RecordedSubscriber
from moves import Moves
from roles import Role
from workload import Workload

# A broker that has no shared subscriptions refuses them for ever, and one whose leader is away for a while.
ASKS_FOR_US = 3_000_000


class Shared(Workload):
    name = "shared"
    default_move_every_ms = 5000
    default_moves = "cut"
    # A broker may lack shared subscriptions, and grant them all the same (MQTT 3.1.1).
    is_for_all = False

    def __init__(self, config, recorder) -> None:
        super().__init__(config, recorder)
        self._others = [self._member(f"sub-{number}", number) for number in range(2, config.members + 1)]
        # One of two or more: a single one would move to where nobody is.
        self._moves = Moves(config, self._others[-1:])

    def new_subscriber(self) -> RecordedSubscriber:
        # The first member is the subscriber, which the ready line names.
        self._group = Group(self.lanes)
        return self._member("sub", 1)

    def _member(self, role: str, first_endpoint: int) -> "Member":
        session = self.session(role, clean=self.config.subscriber_session == CLEAN)
        return Member(self.config, self.recorder, session, self.filters(), self._group, first_endpoint)

    def filters(self) -> list[tuple[str, int]]:
        return [(f"$share/members/{self.config.topic}/+", max(self.config.qos, default=1))]

    def place_of(self, i: int, _intended_us: int) -> tuple[str, int]:
        return self._in_turn(i, self.config.topics)

    @property
    def roles(self) -> list[Role]:
        return [*self.readers(), self.publisher]

    def readers(self) -> list[Role]:
        return [*super().readers(), *self._others]

    def begin(self, t0_us: int) -> None:
        super().begin(t0_us)
        self._moves.begin(t0_us)

    def stop(self) -> None:
        self._moves.end()

    def planned_connections(self) -> int:
        return super().planned_connections() + self._moves.made()


class Group:
    """What the members know together: as long as one of them is subscribed, what is published is for somebody."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes, self._lock = lanes, threading.Lock()
        self._subscribed: set[Role] = set()

    def subscription_known(self, member: Role, known: bool) -> None:
        with self._lock:
            if known:
                self._subscribed.add(member)
            else:
                self._subscribed.discard(member)
            self._lanes.subscription_known(bool(self._subscribed))


class Member(RecordedSubscriber):
    """Takes a refusal that lasts for an answer, for as long as its session is there."""

    def __init__(self, config, recorder, session, filters, group: Group, first_endpoint: int) -> None:
        super().__init__(config, recorder, session, filters, group, first_endpoint)
        self._asked_us: int | None = None

    def _serve(self, connection: Connection) -> None:
        if not connection.session_present:
            self._asked_us = None
        super()._serve(connection)

    def _subscribe(self, connection: Connection) -> None:
        self._asked_us = self._asked_us or now_us()
        super()._subscribe(connection)

    def _was_refused(self, connection: Connection, name: str, code: int) -> None:
        super()._was_refused(connection, name, code)
        if now_us() - self._asked_us >= ASKS_FOR_US:
            self._settle()

    def _subscription_known(self, known: bool) -> None:
        self._outbox.subscription_known(self, known)
