"""Publisher and subscriber go from endpoint to endpoint, each with its session, while messages are published."""

from moves import Moves
from workload import Workload


class Failover(Workload):
    name = "failover"
    default_qos = "1,2"

    def __init__(self, config, recorder) -> None:
        super().__init__(config, recorder)
        self._moves = Moves(config, [self.publisher, self.subscriber])

    def filters(self) -> list[tuple[str, int]]:
        return [(f"{self.config.topic}/+", max(self.config.qos, default=1))]

    def place_of(self, i: int, _intended_us: int) -> tuple[str, int]:
        return self._in_turn(i, self.config.topics)

    def begin(self, t0_us: int) -> None:
        super().begin(t0_us)
        self._moves.begin(t0_us)

    def stop(self) -> None:
        self._moves.end()

    def planned_connections(self) -> int:
        return super().planned_connections() + self._moves.made()
