"""One MQTT connection of which everything is recorded."""

from collections.abc import Callable

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from clock import now_us
from config import MQTT_5, Config, Endpoint
from connection import Connection, ConnectionFailed
from message import Message, Will
from recorder import Recorder
from wire import MqttSession, Wire

# A NATS node answers a CONNECT that waits for a leader after 5 s.
CONNECT_LIMIT_S = 6.0
DISCONNECT_WITH_WILL = 0x04


class RecordedConnection(Connection):
    """`on_settled(message, step, code)`: the library will do nothing more about a message. `on_received(identity, retain)`: every receipt."""

    paho_class = Wire
    connect_limit_s = CONNECT_LIMIT_S

    def __init__(
        self,
        config: Config,
        session: MqttSession,
        recorder: Recorder,
        will: Will | None = None,
        on_settled: Callable[[Message, str, int], None] | None = None,
        on_received: Callable[[tuple[str, str, int], bool], None] | None = None,
    ) -> None:
        self._session, self._recorder, self._will = session, recorder, will
        self._on_settled, self._on_received = on_settled, on_received
        self._is_5 = config.mqtt_version == MQTT_5
        self.keep_alive_s, self.expiry_s = session.keep_alive_s, session.expiry_s
        self.maximum_qos = 2
        session.connections += 1
        self._who = (session.client_id, session.connections)
        self._is_closed = False
        # What this side has begun to do, and when; it is what ended the connection if the library says that it did.
        self._leaving: tuple[str, int] | None = None
        self._filter = ""
        super().__init__(config, session.client_id, session.clean)
        self._client.observe(self, session)
        self._client.on_connect = lambda _client, _userdata, *answer: self._read_connack(*answer)
        # What they say is seen on the wire.
        self._client.on_publish = self._client.on_message = None
        if will is not None:
            self._set_will(will)

    def _set_will(self, will: Will) -> None:
        properties = None
        if self._is_5:
            properties = Properties(PacketTypes.WILLMESSAGE)
            properties.WillDelayInterval = will.delay_s
        self._client.will_set(will.topic, will.payload, will.qos, False, properties)

    def _options_of_5(self, clean_session: bool) -> dict:
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = self.expiry_s
        return {"clean_start": clean_session, "properties": properties}

    def open(self, endpoint: Endpoint) -> None:
        session = self._session
        expiry_s = session.expiry_s if self._is_5 else 0 if session.clean else None
        self._recorder.connect(*self._who, str(endpoint), session.clean, session.keep_alive_s, expiry_s, self._will)
        try:
            super().open(endpoint)
        except ConnectionFailed as error:
            self._closed("timeout" if isinstance(error.__cause__, TimeoutError) else "peer")
            raise

    def subscribe(self, topic: str, limit_s: float, qos: int = 1) -> int | None:
        self._filter = topic
        self._recorder.event("subscribe", *self._who, topic, qos)
        return super().subscribe(topic, limit_s, qos)

    def publish(self, message: Message) -> None:
        self._client.publish_message(message)

    def disconnect(self, limit_s: float) -> None:
        self._leave("own-disconnect", limit_s)

    def disconnect_with_will(self, limit_s: float) -> None:
        self._leave("own-disconnect-with-will", limit_s, ReasonCode(PacketTypes.DISCONNECT, identifier=DISCONNECT_WITH_WILL))

    def _leave(self, by: str, limit_s: float, reason: ReasonCode | None = None) -> None:
        self._leaving = (by, now_us())
        self._client.disconnect(reason)
        if not self.lost.wait(limit_s):
            self.cut("DISCONNECT not sent in time")

    def cut(self, reason: str = "cut") -> None:
        """Ends the connection without a DISCONNECT."""
        self._closed("own-cut")
        super().abort(reason)

    def mute(self) -> None:
        """Says nothing more, and keeps the socket open until release()."""
        self._client.mute()
        self._closed("own-mute", self._client.last_packet_us())

    def release(self) -> None:
        """The end of a mute connection: after the run, or the end of the process would do it anyway."""
        self._client.close_muted()

    def abort(self, reason: str) -> None:
        """What was waited for did not come in time, or came with a refusal."""
        self._closed("peer" if self._connack_reason not in (None, "Success") else "timeout")
        super().abort(reason)

    def _closed(self, by: str, at_us: int | None = None, reason_code: int | None = None) -> None:
        with self._lock:
            is_first, self._is_closed = not self._is_closed, True
        if is_first:
            self._recorder.event("close", *self._who, by, reason_code, at_us=at_us)

    # paho's callbacks, and what is seen on the wire.

    def _disconnected(self, client, userdata, flags, reason_code, properties) -> None:
        if flags.is_disconnect_packet_from_server:
            self._closed("peer", reason_code=reason_code.value)
        elif self._leaving is not None and not reason_code.is_failure:
            self._closed(*self._leaving)
        else:
            self._closed("timeout" if str(reason_code) == "Keep alive timeout" else "peer")
        super()._disconnected(client, userdata, flags, reason_code, properties)

    def _subscribed(self, client, userdata, mid, reason_codes, properties) -> None:
        for code in reason_codes:
            self._recorder.event("suback", *self._who, self._filter, code.value)
        super()._subscribed(client, userdata, mid, reason_codes, properties)

    def connack(self, code: int, session_present: bool, properties: object | None) -> None:
        offers = (None, None, None)
        if self._is_5 and code == 0:
            if (keep_alive_s := getattr(properties, "ServerKeepAlive", None)) is not None:
                self._recorder.keeps_alive(*self._who, keep_alive_s)
            # What is left out is there.
            self.maximum_qos = getattr(properties, "MaximumQoS", 2)
            retain, shared = getattr(properties, "RetainAvailable", 1), getattr(properties, "SharedSubscriptionAvailable", 1)
            offers = (self.maximum_qos, bool(retain), bool(shared))
        self._recorder.event("connack", *self._who, code, session_present, *offers)
        if code == 0 and self._will is not None:
            self._recorder.entrusted(self._session.client_id, self._will)

    def connack_done(self) -> None:
        self._connack.set()

    def sent(self, message: Message) -> None:
        self._recorder.sent(*self._who, message)

    def acknowledged(self, message: Message | None, step: str, code: int) -> None:
        self._recorder.acknowledged(*self._who, message, step, code)

    def settled(self, message: Message, step: str, code: int) -> None:
        if self._on_settled is not None:
            self._on_settled(message, step, code)

    def received(self, topic: str, payload: bytes, qos: int, retain: bool, dup: bool) -> None:
        identity = self._recorder.received(*self._who, topic, payload, qos, retain, dup)
        if identity is not None and self._on_received is not None:
            self._on_received(identity, retain)
