"""One MQTT connection, from CONNECT to its end, through paho-mqtt.

A connection that ends is never revived: the next one gets a fresh paho client. So the library's own queue, its retries and its
reconnect loop, which cannot go on to another endpoint, have no part in what is counted.
"""

import socket
import threading
from collections.abc import Callable

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from clock import now_us
from config import MQTT_5, Config, Endpoint

CONNECT_LIMIT_S = 3.0
KEEPALIVE_S = 5
LOGIN_REFUSED = ("Bad user name or password", "Not authorized")
GRANTED_QOS_1 = 1
REFUSED_FROM = 0x80
# How long a broker is to keep the subscriber's session: in MQTT 5 it ends with its connection unless it is told.
SESSION_EXPIRY_S = 1800
# Where a broker says no Receive Maximum: MQTT has no more packet ids.
UNLIMITED = 65_535


class ConnectionFailed(Exception):
    """The endpoint could not be used; the message says why."""


class LoginRefused(ConnectionFailed):
    """CONNACK 4 or 5; in MQTT 5 0x86 or 0x87."""


class Connection:
    """`on_ack(seq, at_us)` is called for a real PUBACK only, `on_refused(seq, reason)` for one that says it is none (MQTT 5),
    `on_message(payload, dup, at_us)` for every receipt."""

    paho_class = mqtt.Client
    connect_limit_s = CONNECT_LIMIT_S
    keep_alive_s = KEEPALIVE_S
    # Of a session that is not clean.
    expiry_s = SESSION_EXPIRY_S

    def __init__(
        self,
        config: Config,
        client_id: str,
        clean_session: bool,
        on_ack: Callable[[int, int], None] | None = None,
        on_refused: Callable[[int, str], None] | None = None,
        on_message: Callable[[bytes, bool, int], None] | None = None,
    ) -> None:
        self.lost = threading.Event()
        self.lost_reason = "connection closed by the peer"
        # Of the broker's DISCONNECT (MQTT 5), if there was one.
        self.lost_code: int | None = None
        self.session_present = False
        # How many messages the broker takes at a time before it has acknowledged one; paho does not keep to it.
        self.receive_maximum = UNLIMITED
        self._on_ack, self._on_refused, self._on_message = on_ack, on_refused, on_message
        self._lock = threading.Lock()
        self._seq_of_mid: dict[int, int] = {}
        self._early_ack_of_mid: dict[int, tuple[int, str | None]] = {}
        self._connack, self._suback, self._unsuback = threading.Event(), threading.Event(), threading.Event()
        self._connack_reason: str | None = None
        self._suback_code: int | None = None
        self._client = self._paho_client(config, client_id, clean_session)

    def _paho_client(self, config: Config, client_id: str, clean_session: bool) -> mqtt.Client:
        is_5 = config.mqtt_version == MQTT_5
        client = self.paho_class(
            mqtt.CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=None if is_5 else clean_session,
            protocol=mqtt.MQTTv5 if is_5 else mqtt.MQTTv311,
            reconnect_on_failure=False,
        )
        self._connect_options = self._options_of_5(clean_session) if is_5 else {}
        client.connect_timeout = self.connect_limit_s
        # 0 is no limit: a message counted as handed over is on its way, not in a queue of the library's.
        client.max_inflight_messages_set(0)
        client.username_pw_set(config.username, config.password)
        client.on_socket_open = self._without_nagle
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected
        client.on_subscribe = self._subscribed
        client.on_unsubscribe = lambda *_: self._unsuback.set()
        client.on_publish = self._puback
        client.on_message = self._message
        client.on_log = self._logged
        return client

    def _options_of_5(self, clean_session: bool) -> dict:
        properties = Properties(PacketTypes.CONNECT)
        if not clean_session:
            properties.SessionExpiryInterval = self.expiry_s
        return {"clean_start": clean_session, "properties": properties}

    def open(self, endpoint: Endpoint) -> None:
        """Returns once CONNACK 0 is there; raises ConnectionFailed."""
        deadline_us = now_us() + int(self.connect_limit_s * 1e6)
        try:
            self._client.connect(endpoint.host, endpoint.port, self.keep_alive_s, **self._connect_options)
        except OSError as error:
            raise ConnectionFailed(f"cannot connect: {error}") from error
        self._client.loop_start()
        # paho has no limit for the CONNACK: a mute node would cost a keep-alive.
        self._connack.wait(max(deadline_us - now_us(), 0) / 1e6)
        if self._connack_reason == "Success":
            return
        if self._connack_reason is not None:
            error = f"CONNACK refused: {self._connack_reason}"
        elif self._connack.is_set():
            error = f"{self.lost_reason} before CONNACK"
        else:
            error = f"no CONNACK within {self.connect_limit_s:g} s"
        self.abort(error)
        raise (LoginRefused if self._connack_reason in LOGIN_REFUSED else ConnectionFailed)(error)

    def subscribe(self, topic: str, limit_s: float, qos: int = GRANTED_QOS_1) -> int | None:
        """The SUBACK's return code, or None where none came in time."""
        self._suback.clear()
        self._suback_code = None
        self._client.subscribe(topic, qos=qos)
        self._suback.wait(limit_s)
        return self._suback_code

    def publish(self, seq: int, topic: str, payload: bytes) -> None:
        info = self._client.publish(topic, payload, qos=1)
        # The PUBACK may have come before publish() returned its mid. The lock is not held during publish(): paho calls
        # on_publish under a lock of its own that publish() takes, too, and the two would wait for each other.
        with self._lock:
            early = self._early_ack_of_mid.pop(info.mid, None)
            if early is None:
                self._seq_of_mid[info.mid] = seq
        if early is not None:
            self._answered(seq, *early)

    def unsubscribe(self, topic: str, limit_s: float) -> None:
        self._client.unsubscribe(topic)
        self._unsuback.wait(limit_s)

    def disconnect(self, limit_s: float) -> None:
        self._client.disconnect()
        if not self.lost.wait(limit_s):
            self.abort("DISCONNECT not sent in time")

    def abort(self, reason: str) -> None:
        """Cuts the connection. shutdown() and not close(): paho's thread then sees an end of file and ends in order."""
        self.lost_reason = reason
        sock = self._client.socket()
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.lost.set()

    @staticmethod
    def _without_nagle(_client, _userdata, sock) -> None:
        # paho leaves Nagle's algorithm on, by which a second small packet waits up to 40 ms for the peer's delayed TCP ACK.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    # paho's callbacks, on its own network thread: as little as possible happens here.

    def _connected(self, _client, _userdata, flags, reason_code, properties) -> None:
        self._read_connack(flags, reason_code, properties)
        self._connack.set()

    def _read_connack(self, flags, reason_code, properties) -> None:
        self.receive_maximum = getattr(properties, "ReceiveMaximum", UNLIMITED)
        self.session_present = flags.session_present
        self._connack_reason = str(reason_code)

    def _disconnected(self, _client, _userdata, flags, reason_code, _properties) -> None:
        if not self.lost.is_set() and flags.is_disconnect_packet_from_server:
            self.lost_code = reason_code.value
        # paho says "Unspecified error" for every lost connection; its log has the reason, if there is one.
        if not self.lost.is_set() and str(reason_code) != "Unspecified error":
            self.lost_reason = str(reason_code)
        self.lost.set()
        for waiter in (self._connack, self._suback, self._unsuback):
            waiter.set()

    def _subscribed(self, _client, _userdata, _mid, reason_codes, _properties) -> None:
        self._suback_code = reason_codes[0].value if reason_codes else None
        self._suback.set()

    def _puback(self, _client, _userdata, mid, reason_code, _properties) -> None:
        at_us = now_us()
        refusal = f"0x{reason_code.value:02x} {reason_code}" if reason_code.value >= REFUSED_FROM else None
        with self._lock:
            seq = self._seq_of_mid.pop(mid, None)
            if seq is None:
                self._early_ack_of_mid[mid] = (at_us, refusal)
        if seq is not None:
            self._answered(seq, at_us, refusal)

    def _answered(self, seq: int, at_us: int, refusal: str | None) -> None:
        if refusal is None:
            if self._on_ack:
                self._on_ack(seq, at_us)
        elif self._on_refused:
            self._on_refused(seq, refusal)

    def _message(self, _client, _userdata, message) -> None:
        at_us = now_us()
        if self._on_message:
            self._on_message(message.payload, message.dup, at_us)

    def _logged(self, _client, _userdata, level, text) -> None:
        if level == mqtt.MQTT_LOG_ERR and not self.lost.is_set():
            self.lost_reason = text
