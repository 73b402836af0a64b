"""QoS 0, 1 and 2 side by side: one topic and one window for each."""

from workload import Workload


class QosMix(Workload):
    name = "qos-mix"
    default_qos = "0,1,2"
    measures_latency = True

    def filters(self) -> list[tuple[str, int]]:
        return [(self._topic(qos), qos) for qos in self.config.qos]

    def place_of(self, i: int, _intended_us: int) -> tuple[str, int]:
        qoses = self.lanes.qoses
        qos = qoses[i % len(qoses)]
        return self._topic(qos), qos

    def _topic(self, qos: int) -> str:
        return f"{self.config.topic}/q{qos}"
