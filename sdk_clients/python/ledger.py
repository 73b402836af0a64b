"""The two ledgers of a run, acknowledged and received, and what is counted from them.

Pure: times come in as values, nothing is read or written. Not safe for threads; journal.py locks around it.
"""

from dataclasses import dataclass, field

LOST_SEQS_LIMIT = 200
IMPOSTORS_LIMIT = 20


@dataclass(slots=True)
class Message:
    """What happened to one message. Times are microseconds, None where it has not happened."""

    intended_us: int
    queued_us: int
    sent_us: int | None = None
    attempts: int = 0
    ack_us: int | None = None
    recv_us: int | None = None
    dups: int = 0


@dataclass(slots=True)
class Counts:
    """The classes of CONTRACT.md; every planned message is in exactly one of ok, lost, recovered, unconfirmed, unsent."""

    sent: int = 0
    acked: int = 0
    received: int = 0
    ok: int = 0
    lost: int = 0
    recovered: int = 0
    unconfirmed: int = 0
    unsent: int = 0
    attempts: int = 0
    duplicates: int = 0
    lost_seqs: list[int] = field(default_factory=list)


class Ledger:
    """Messages by `seq`, dense from 0; a message is what its seq says it is, however often it is acknowledged or received."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.unexpected = 0
        # Receipts that name this publisher, and are none of its messages: the first ones.
        self.impostors: list[dict] = []
        self.inversions = 0
        self.duplicates_flagged = 0
        self._ok = 0
        self._highest_received = -1

    def generate(self, intended_us: int, queued_us: int) -> int:
        """Enters the next message and returns its seq."""
        self.messages.append(Message(intended_us, queued_us))
        return len(self.messages) - 1

    def hand_over(self, seq: int, at_us: int) -> None:
        """The library was given the message, for the first time or again."""
        message = self.messages[seq]
        message.attempts += 1
        if message.sent_us is None:
            message.sent_us = at_us

    def acknowledge(self, seq: int, at_us: int) -> bool:
        """A PUBACK came; true where it is the first one."""
        message = self.messages[seq]
        if message.ack_us is not None:
            return False
        message.ack_us = at_us
        self._ok += message.recv_us is not None
        return True

    def receive(self, seq: int, at_us: int, dup_flag: bool) -> bool:
        """The subscriber got the message; true where it is the first receipt."""
        if not 0 <= seq < len(self.messages):
            self.unexpected += 1
            return False
        message = self.messages[seq]
        if message.recv_us is not None:
            message.dups += 1
            self.duplicates_flagged += dup_flag
            return False
        message.recv_us = at_us
        self._ok += message.ack_us is not None
        if seq < self._highest_received:
            self.inversions += 1
        else:
            self._highest_received = seq
        return True

    def receive_named(self, seq: int, intended_us: int, at_us: int, dup_flag: bool) -> bool:
        """A receipt that names this publisher: ours only if that message was due then. Another copy of this client has another schedule."""
        if 0 <= seq < len(self.messages) and self.messages[seq].intended_us == intended_us:
            return self.receive(seq, at_us, dup_flag)
        self.unexpected += 1
        if seq >= 0 and intended_us >= 0 and len(self.impostors) < IMPOSTORS_LIMIT:
            self.impostors.append({"unexpected": {"seq": seq, "intended_us": intended_us}, "at_us": at_us})
        return False

    def receive_unexpected(self) -> None:
        """A receipt that this publisher did not generate, or that nobody can read."""
        self.unexpected += 1

    def all_ok(self) -> bool:
        """Every message generated so far is both acknowledged and received."""
        return self._ok == len(self.messages)

    def counts(self, planned: int) -> Counts:
        """Puts every planned message into its class; one that was never generated is unsent."""
        counts = Counts(unsent=max(planned - len(self.messages), 0))
        for seq, message in enumerate(self.messages):
            acked, received = message.ack_us is not None, message.recv_us is not None
            counts.sent += message.attempts > 0
            counts.acked += acked
            counts.received += received
            counts.attempts += message.attempts
            counts.duplicates += message.dups
            if acked and received:
                counts.ok += 1
            elif acked:
                counts.lost += 1
                if len(counts.lost_seqs) < LOST_SEQS_LIMIT:
                    counts.lost_seqs.append(seq)
            elif received:
                counts.recovered += 1
            elif message.attempts > 0:
                counts.unconfirmed += 1
            else:
                counts.unsent += 1
        return counts
