"""What a workload came to, counted by identity. Pure, and not safe for threads; recorder.py locks around it."""

from message import Message, Will

# Publisher, topic, seq.
Identity = tuple[str, str, int]


class Tally:
    def __init__(self) -> None:
        # What was handed over at least once, and when it was due.
        self.sent: dict[Identity, int] = {}
        # By a PUBACK or a PUBCOMP that takes the message over.
        self.acked: set[Identity] = set()
        # By its first receipt.
        self.received: dict[Identity, int] = {}
        # Acknowledged, and not received yet.
        self.awaited: set[Identity] = set()
        self.attempts = 0
        self.duplicates = 0
        self.unexpected = 0
        self.refused_acks = 0
        # An empty payload names nobody: its topic does, as long as one message of it was empty.
        self._clears: dict[str, Identity | None] = {}

    def send(self, publisher: str, message: Message) -> None:
        identity = (publisher, message.topic, message.seq)
        self.attempts += 1
        self.sent.setdefault(identity, message.intended_us)
        if message.clears and self._clears.setdefault(message.topic, identity) != identity:
            self._clears[message.topic] = None

    def entrust(self, publisher: str, will: Will) -> None:
        """A broker took it over with a CONNECT."""
        self.attempts += 1
        self.sent.setdefault((publisher, will.topic, will.seq), will.intended_us)

    def acknowledge(self, publisher: str, message: Message, step: str, code: int) -> bool:
        """True where the message is thereby taken over for the first time."""
        identity = (publisher, message.topic, message.seq)
        if code >= 0x80:
            self.refused_acks += 1
            return False
        if step == "pubrec" or identity in self.acked:
            return False
        self.acked.add(identity)
        if identity not in self.received:
            self.awaited.add(identity)
        return True

    def receive(self, identity: Identity, at_us: int) -> bool:
        """True for its first receipt by anybody."""
        if identity in self.received:
            self.duplicates += 1
            return False
        self.received[identity] = at_us
        self.awaited.discard(identity)
        return True

    def cleared_by(self, topic: str) -> Identity | None:
        return self._clears.get(topic)

    def latencies_us(self, end_us: int) -> list[int]:
        """A message that never arrived enters at the drain's end: a loss must not make the latency look better."""
        return [self.received.get(identity, end_us) - due_us for identity, due_us in self.sent.items()]
