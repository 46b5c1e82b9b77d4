"""A device on paho-mqtt 1.6 whose callbacks become events to wait for."""

import queue
import ssl
import time

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

V311, V5 = paho.MQTTv311, paho.MQTTv5
WAIT_SECONDS = 30
PASSWORD = "open sesame"


class NamedContext:
    """Asks for a host name of its own, which the name service need not know."""

    def __init__(self, context: ssl.SSLContext, host: str):
        self.context, self.host = context, host

    def wrap_socket(self, *words, **more):
        return self.context.wrap_socket(*words, **(more | {"server_hostname": self.host}))

    def __getattr__(self, name: str):
        return getattr(self.context, name)


class Device:
    """One connection; it never reconnects by itself."""

    def __init__(self, server, client_id: str, *, protocol=V311, door: str = "https",
                 user: str | None = "alice", authorizer: str | None = "AutoCustom",
                 query: str = "", password: str | None = PASSWORD, alpn: str | None = "mqtt",
                 clean: bool = True, will: tuple | None = None, keep_alive: int = 60,
                 session_expiry: int = 0, host: str = "localhost", websocket: str | None = None,
                 headers: dict | None = None, certificate: tuple[str, str] | None = None,
                 ca: str | None = None):
        """`websocket`: the path of a WebSocket that carries MQTT. `certificate`: files of a
        certificate and its key. `ca`: whom to trust, unless the server's own."""
        self.protocol = protocol
        self.events: queue.Queue = queue.Queue()
        self.seen: list = []  # for failure messages and "never came"
        self.waiting: list = []
        first = {} if protocol == V5 else {"clean_session": clean}
        if websocket:
            first["transport"] = "websockets"
        self.client = paho.Client(client_id, protocol=protocol, **first)
        if websocket:
            self.client.ws_set_options(websocket, headers)
        if user is not None:
            name = f"{user}?x-amz-customauthorizer-name={authorizer}" if authorizer else user
            self.client.username_pw_set(name + query, password)
        if will:
            self.client.will_set(*will)
        self._watch()
        address, port = "127.0.0.1", server.ready[door]
        if door not in ("mqtt", "api"):
            context = ssl.create_default_context(cafile=ca or server.ready["ca"])
            if alpn:
                context.set_alpn_protocols([alpn])
            if certificate:
                context.load_cert_chain(*certificate)
            self.client.tls_set_context(NamedContext(context, host))
        more = {}
        if protocol == V5:
            properties = Properties(PacketTypes.CONNECT)
            properties.SessionExpiryInterval = session_expiry
            more = {"clean_start": clean, "properties": properties}
        self.client.connect(address, port, keep_alive, **more)
        self.client.loop_start()

    def _watch(self) -> None:
        client, put = self.client, self.events.put
        if self.protocol == V5:
            client.on_connect = lambda _c, _u, flags, reason, properties: put(
                ("connect", reason.value, flags["session present"],
                 getattr(properties, "ReasonString", None)))
            client.on_subscribe = lambda _c, _u, mid, reasons, _p: put(
                ("subscribe", mid, [reason.value for reason in reasons]))
            client.on_disconnect = lambda c, _u, reason, properties=None: (
                put(("disconnect", getattr(reason, "value", reason),
                     getattr(properties, "ReasonString", None))), c.disconnect())
        else:
            client.on_connect = lambda _c, _u, flags, code: put(
                ("connect", code, flags["session present"], None))
            client.on_subscribe = lambda _c, _u, mid, codes: put(("subscribe", mid, list(codes)))
            client.on_disconnect = lambda c, _u, code: (put(("disconnect", code, None)),
                                                        c.disconnect())
        client.on_publish = lambda _c, _u, mid: put(("publish", mid))
        client.on_message = lambda _c, _u, message: put(
            ("message", message.topic, message.payload, message.retain))

    def expect(self, kind: str, seconds: float = WAIT_SECONDS) -> tuple:
        """The next event of a kind; others stay for later calls."""
        end = time.monotonic() + seconds
        while True:
            for event in self.waiting:
                if event[0] == kind:
                    self.waiting.remove(event)
                    return event
            try:
                event = self.events.get(timeout=max(end - time.monotonic(), 0))
            except queue.Empty:
                raise AssertionError(f"no {kind} within {seconds} s; seen: {self.seen}") from None
            self.seen.append(event)
            self.waiting.append(event)

    def has_come(self, kind: str) -> bool:
        """Leaves it for expect()."""
        return any(event[0] == kind for event in self.waiting + list(self.events.queue))

    def connected(self) -> "Device":
        answer = self.expect("connect")
        if answer[1] != 0:
            raise AssertionError(f"not connected: {answer}")
        return self

    def subscribed(self, topic: str, qos: int = 1) -> list[int]:
        _, mid = self.client.subscribe(topic, qos)
        event = self.expect("subscribe")
        assert event[1] == mid, event
        return event[2]

    def published(self, topic: str, payload: bytes = b"hello", qos: int = 1,
                  retain: bool = False) -> None:
        """QoS 1: acknowledged, whatever the acknowledgement says."""
        mid = self.client.publish(topic, payload, qos, retain).mid
        while self.expect("publish")[1] != mid:
            pass

    def drop(self) -> None:
        """The connection ends without DISCONNECT, as by a cut cable."""
        self.client.socket().shutdown(2)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
