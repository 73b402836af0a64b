"""paho's client with every packet shown. The one module that touches what paho-mqtt keeps to itself; its version is pinned by hash.

The library's callbacks do not show what a ledger of version 2 needs: it has none for PUBREC, calls on_publish once for whatever
ends a QoS 2 message, ignores the reason code of a PUBREC, tells the packet id of a message only when its answer may have come,
and shows a received QoS 2 message at its PUBREL. So the two places are overridden through which every packet goes:
`_packet_handle`, which is called with each complete packet that came in, and `_send_publish`, which makes each PUBLISH that goes out.
"""

import threading
import time
from typing import Protocol

import paho.mqtt.client as mqtt
from paho.mqtt import _packet

from message import Message

CONNACK, PUBLISH, PUBACK, PUBREC, PUBCOMP = 0x20, 0x30, 0x40, 0x50, 0x70
STEPS = {PUBACK: "puback", PUBREC: "pubrec", PUBCOMP: "pubcomp"}
REFUSED_FROM = 0x80
MUTE_TICK_S = 0.02
MUTE_LIMIT_S = 2.0
OLD_THREAD_LIMIT_S = 2.0


class Observer(Protocol):
    """Called on paho's network thread, but `sent`, which is called on the thread that publishes."""

    def connack(self, code: int, session_present: bool, properties: object | None) -> None: ...

    def connack_done(self) -> None:
        """The library has sent again what the last connection left open."""

    def sent(self, message: Message) -> None:
        """Handed over to the library. What that sends again by itself, with DUP, is no other message."""

    def acknowledged(self, message: Message | None, step: str, code: int) -> None:
        """None: for a packet id that is not in use."""

    def settled(self, message: Message, step: str, code: int) -> None:
        """The library will do nothing more about it."""

    def received(self, topic: str, payload: bytes, qos: int, retain: bool, dup: bool) -> None: ...


class MqttSession:
    """What an MQTT client keeps between its connections, with paho's own state of it."""

    def __init__(self, client_id: str, clean: bool, keep_alive_s: int, expiry_s: int) -> None:
        """`expiry_s`: MQTT 5; a clean session of 3.1.1 ends with its connection, any other one never does."""
        self.client_id, self.clean, self.keep_alive_s, self.expiry_s = client_id, clean, keep_alive_s, expiry_s
        self.connections = 0
        self.message_of_mid: dict[int, Message] = {}
        self.last: "Wire | None" = None


class Wire(mqtt.Client):
    """`observe` comes before `connect`."""

    def observe(self, observer: Observer, session: MqttSession) -> None:
        self._observer, self._kept = observer, session
        # Of the thread that publishes: paho makes the packet id and the packet in one call, and gives no place between them.
        self._handed = threading.local()
        self._muted = False
        self._silent = threading.Event()
        if session.last is not None and not session.clean:
            self._take_over(session.last)
        session.last = self

    def _take_over(self, last: "Wire") -> None:
        """A connection that ends is not revived, but its session is: open packet ids must keep their meaning (MQTT-4.4.0-1)."""
        if (thread := last._thread) is not None:
            thread.join(OLD_THREAD_LIMIT_S)
        self._out_messages, self._in_messages, self._last_mid = last._out_messages, last._in_messages, last._last_mid

    def publish_message(self, message: Message) -> None:
        self._handed.message = message
        self._observer.sent(message)
        self.publish(message.topic, message.payload, message.qos, message.retain)

    def mute(self) -> None:
        """When it returns, nothing more is read, written or closed."""
        self._muted = True
        # Wakes the thread out of its select, as paho itself does for each packet that it queues.
        self._sockpairW.send(b"0")
        self._silent.wait(MUTE_LIMIT_S)

    def _loop(self, timeout: float = 1.0) -> mqtt.MQTTErrorCode:
        if not self._muted:
            return super()._loop(timeout)
        self._silent.set()
        time.sleep(MUTE_TICK_S)
        # Ends by close_muted(), which takes the socket.
        return mqtt.MQTT_ERR_NO_CONN if self._sock is None else mqtt.MQTT_ERR_SUCCESS

    def last_packet_us(self) -> int:
        """When the last one was sent. paho's clock is the client's own: CLOCK_MONOTONIC."""
        with self._msgtime_mutex:
            return int(self._last_msg_out * 1_000_000)

    def close_muted(self) -> None:
        sock, self._sock = self._sock, None
        if sock is not None:
            sock.close()

    def _send_publish(self, mid, topic, payload=b"", qos=0, retain=False, dup=False, info=None, properties=None):
        # Before the packet leaves, so that no answer can come first. One that is known is sent again, under its own packet id.
        if qos > 0 and mid not in self._kept.message_of_mid:
            self._kept.message_of_mid[mid] = self._handed.message
        return super()._send_publish(mid, topic, payload, qos, retain, dup, info, properties)

    def _packet_handle(self) -> mqtt.MQTTErrorCode:
        kind = self._in_packet["command"] & 0xF0
        if kind == PUBLISH:
            self._publish_came()
        elif kind == CONNACK:
            return self._connack_came()
        elif kind in STEPS:
            return self._ack_came(STEPS[kind])
        return super()._packet_handle()

    def _publish_came(self) -> None:
        packet = _packet.decode_publish(self._in_packet["command"], self._in_packet["packet"], self._protocol)
        if packet.qos == 2:
            held = self._in_messages.get(packet.mid)
            if held is not None and (held.topic.encode(), held.payload) == (packet.topic, packet.payload):
                # The same packet once more before its PUBREL: the protocol's repetition, of which nobody is told.
                return
        topic = packet.topic.decode("utf-8", "replace")
        self._observer.received(topic, bytes(packet.payload), packet.qos, packet.retain, packet.dup)

    def _connack_came(self) -> mqtt.MQTTErrorCode:
        packet = _packet.decode_connack(self._in_packet["command"], self._in_packet["packet"], self._protocol)
        present = bool(packet.flags & 1)
        self._observer.connack(int(packet.rc), present, packet.properties)
        # A refused CONNECT says nothing of the session.
        if not present and int(packet.rc) == 0:
            self._forget()
        done = super()._packet_handle()
        self._observer.connack_done()
        return done

    def _forget(self) -> None:
        """The session is gone, and with it the meaning of its packet ids. paho would send a PUBREL that completes nothing."""
        with self._out_message_mutex, self._in_message_mutex:
            self._out_messages.clear()
            self._in_messages.clear()
            self._inflight_messages = 0
        self._kept.message_of_mid.clear()

    def _ack_came(self, step: str) -> mqtt.MQTTErrorCode:
        body = self._in_packet["packet"]
        mid = int.from_bytes(body[:2], "big")
        code = body[2] if self._protocol == mqtt.MQTTv5 and len(body) > 2 else 0
        message = self._kept.message_of_mid.get(mid)
        self._observer.acknowledged(message, step, code)
        is_refused = step == "pubrec" and code >= REFUSED_FROM
        if is_refused:
            # It ends the message (MQTT 5, 4.3.3). paho would go on with a PUBREL.
            with self._out_message_mutex:
                self._inflight_messages -= self._out_messages.pop(mid, None) is not None
            done = mqtt.MQTT_ERR_SUCCESS
        else:
            done = super()._packet_handle()
        if message is not None and (is_refused or step != "pubrec"):
            self._kept.message_of_mid.pop(mid, None)
            self._observer.settled(message, step, code)
        return done
