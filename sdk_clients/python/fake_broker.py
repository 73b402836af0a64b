"""For tests: a broker of a few packets, in this process, on a port of its own. It answers as a test tells it."""

import socket
import struct
import threading
from collections.abc import Callable

CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP = 1, 2, 3, 4, 5, 6, 7
SUBSCRIBE, SUBACK, PINGREQ, DISCONNECT = 8, 9, 12, 14
LIMIT_S = 5.0


def packet(kind: int, body: bytes = b"", flags: int = 0) -> bytes:
    return bytes([kind << 4 | flags, len(body)]) + body


def connack(present: bool = False, code: int = 0) -> bytes:
    return packet(CONNACK, bytes([present, code]))


def ack(kind: int, mid: int, code: int | None = None) -> bytes:
    body = struct.pack("!H", mid) + (b"" if code is None else bytes([code]))
    return packet(kind, body, 2 if kind == PUBREL else 0)


def publish(topic: str, payload: bytes, qos: int = 0, mid: int = 0, dup: bool = False, is_5: bool = False) -> bytes:
    name = topic.encode()
    body = struct.pack("!H", len(name)) + name + (struct.pack("!H", mid) if qos else b"") + (b"\0" if is_5 else b"")
    return packet(PUBLISH, body + payload, dup << 3 | qos << 1)


class Peer:
    """One connection of a client: what it sent, and what it is told."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        sock.settimeout(LIMIT_S)

    def read(self) -> tuple[int, int, bytes]:
        """Kind, flags and body of the next packet that is no PINGREQ; of fewer than 128 bytes."""
        while True:
            first, length = self._exactly(2)
            body = self._exactly(length)
            if first >> 4 != PINGREQ:
                return first >> 4, first & 15, body

    def expect(self, kind: int) -> tuple[int, bytes]:
        """Flags and body of the next packet, which is to be of this kind."""
        got, flags, body = self.read()
        if got != kind:
            raise AssertionError(f"expected packet {kind}, got {got}: {body!r}")
        return flags, body

    def expect_publish(self) -> tuple[int, bool]:
        """Packet id and DUP of a PUBLISH of QoS 1 or 2, MQTT 3.1.1 or 5."""
        flags, body = self.expect(PUBLISH)
        (length,) = struct.unpack("!H", body[:2])
        return struct.unpack("!H", body[2 + length : 4 + length])[0], bool(flags & 8)

    def ended(self) -> bool:
        """Has the client closed the connection, without a further packet?"""
        return self._sock.recv(1) == b""

    def is_silent(self, seconds: float) -> bool:
        self._sock.settimeout(seconds)
        try:
            self._sock.recv(1)
        except TimeoutError:
            return True
        return False

    def send(self, data: bytes) -> None:
        self._sock.sendall(data)

    def close(self) -> None:
        self._sock.close()

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = self._sock.recv(count - len(data))
            if not more:
                raise AssertionError("the client has closed its connection")
            data += more
        return data


class FakeBroker:
    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(LIMIT_S)
        self.endpoint = f"127.0.0.1:{self._server.getsockname()[1]}"

    def accept(self, answer: bytes | None = connack()) -> Peer:
        """The next client, after its CONNECT and this answer."""
        peer = Peer(self._server.accept()[0])
        peer.expect(CONNECT)
        if answer is not None:
            peer.send(answer)
        return peer

    def meanwhile(self, work: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread

    def close(self) -> None:
        self._server.close()
