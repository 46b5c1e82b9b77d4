"""MQTT 3.1.1 and 5 on the wire, so plain that wrong packets can be made too."""

from dataclasses import dataclass, field

V311, V5 = 4, 5

(CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBSCRIBE, SUBACK, UNSUBSCRIBE,
 UNSUBACK, PINGREQ, PINGRESP, DISCONNECT, AUTH) = range(1, 16)
NAMES = ("", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP", "SUBSCRIBE",
         "SUBACK", "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH")

# Name: identifier and form (section 2.2.2.2).
PROPERTIES = {
    "payload_format": (0x01, "u8"), "message_expiry": (0x02, "u32"), "content_type": (0x03, "text"),
    "response_topic": (0x08, "text"), "correlation": (0x09, "binary"),
    "subscription_id": (0x0B, "varint"), "session_expiry": (0x11, "u32"),
    "assigned_client_id": (0x12, "text"), "server_keep_alive": (0x13, "u16"),
    "auth_method": (0x15, "text"), "auth_data": (0x16, "binary"),
    "request_problem": (0x17, "u8"), "will_delay": (0x18, "u32"), "request_response": (0x19, "u8"),
    "response_information": (0x1A, "text"), "server_reference": (0x1C, "text"),
    "reason": (0x1F, "text"), "receive_maximum": (0x21, "u16"), "alias_maximum": (0x22, "u16"),
    "alias": (0x23, "u16"), "maximum_qos": (0x24, "u8"), "retain_available": (0x25, "u8"),
    "user": (0x26, "pair"), "maximum_packet": (0x27, "u32"), "wildcards": (0x28, "u8"),
    "subscription_ids": (0x29, "u8"), "sharing": (0x2A, "u8"),
}
BY_ID = {number: (name, form) for name, (number, form) in PROPERTIES.items()}
REPEATED = ("user", "subscription_id")  # their values are lists
WIDTHS = {"u8": 1, "u16": 2, "u32": 4}


def u16(value: int) -> bytes:
    return value.to_bytes(2, "big")


def varint(value: int) -> bytes:
    made = bytearray()
    while True:
        value, low = divmod(value, 128)
        made.append(low | (0x80 if value else 0))
        if not value:
            return bytes(made)


def binary(value: bytes) -> bytes:
    return u16(len(value)) + value


def text(value: str | bytes) -> bytes:
    """Bytes go as they are, well-formed or not."""
    return binary(value if isinstance(value, bytes) else value.encode())


def one_property(name: str, value) -> bytes:
    number, form = PROPERTIES[name]
    if form == "pair":
        body = text(value[0]) + text(value[1])
    elif form in WIDTHS:
        body = value.to_bytes(WIDTHS[form], "big")
    else:
        body = {"text": text, "binary": binary, "varint": varint}[form](value)
    return bytes([number]) + body


def properties(values: dict | None) -> bytes:
    """With their length. A list repeats a property."""
    body = b""
    for name, value in (values or {}).items():
        for one in value if isinstance(value, list) else [value]:
            body += one_property(name, one)
    return varint(len(body)) + body


def packet(kind: int, body: bytes = b"", flags: int = 0) -> bytes:
    return bytes([kind << 4 | flags]) + varint(len(body)) + body


@dataclass
class Will:
    topic: str | bytes
    payload: bytes = b"gone"
    qos: int = 0
    retain: bool = False
    props: dict = field(default_factory=dict)


def connect(version: int, client_id: str | bytes, *, clean: bool = True, keep_alive: int = 0,
            will: Will | None = None, user: str | bytes | None = None,
            password: bytes | None = None, props: dict | None = None, name: str = "MQTT",
            level: int | None = None, flags: int | None = None) -> bytes:
    """`flags`: instead of those that follow from the rest."""
    if flags is None:
        flags = clean << 1
        if will:
            flags |= 0x04 | will.qos << 3 | will.retain << 5
        flags |= (user is not None) << 7 | (password is not None) << 6
    body = text(name) + bytes([version if level is None else level, flags]) + u16(keep_alive)
    if version == V5:
        body += properties(props)
    body += text(client_id)
    if will:
        if version == V5:
            body += properties(will.props)
        body += text(will.topic) + binary(will.payload)
    if user is not None:
        body += text(user)
    if password is not None:
        body += binary(password)
    return packet(CONNECT, body)


def publish(version: int, topic: str | bytes, payload: bytes = b"", *, qos: int = 0,
            packet_id: int = 0, retain: bool = False, dup: bool = False,
            props: dict | None = None) -> bytes:
    body = text(topic)
    if qos:
        body += u16(packet_id)
    if version == V5:
        body += properties(props)
    return packet(PUBLISH, body + payload, dup << 3 | qos << 1 | retain)


def acknowledge(version: int, kind: int, packet_id: int, code: int = 0,
                props: dict | None = None) -> bytes:
    """PUBACK, PUBREC, PUBREL or PUBCOMP."""
    body = u16(packet_id)
    if version == V5 and (code or props):
        body += bytes([code])
        if props:
            body += properties(props)
    return packet(kind, body, 2 if kind == PUBREL else 0)


def subscribe(version: int, packet_id: int, filters, *, props: dict | None = None,
              flags: int = 2) -> bytes:
    """`filters`: pairs of a topic filter and its options byte, the QoS in 3.1.1."""
    body = u16(packet_id)
    if version == V5:
        body += properties(props)
    return packet(SUBSCRIBE, body + b"".join(text(one) + bytes([how]) for one, how in filters),
                  flags)


def unsubscribe(version: int, packet_id: int, filters, *, props: dict | None = None,
                flags: int = 2) -> bytes:
    body = u16(packet_id)
    if version == V5:
        body += properties(props)
    return packet(UNSUBSCRIBE, body + b"".join(text(one) for one in filters), flags)


def disconnect(version: int, code: int = 0, props: dict | None = None) -> bytes:
    if version != V5 or not (code or props):
        return packet(DISCONNECT)
    return packet(DISCONNECT, bytes([code]) + (properties(props) if props else b""))


@dataclass
class Packet:
    """What came from the server, taken apart strictly."""
    kind: int
    flags: int
    size: int
    packet_id: int = 0
    code: int = 0                # of a CONNACK, an acknowledgement or a DISCONNECT
    codes: list[int] = field(default_factory=list)
    session_present: bool = False
    topic: str = ""
    payload: bytes = b""
    props: dict = field(default_factory=dict)

    @property
    def qos(self) -> int:
        return self.flags >> 1 & 3

    @property
    def dup(self) -> bool:
        return bool(self.flags & 8)

    @property
    def retain(self) -> bool:
        return bool(self.flags & 1)


class Reader:
    def __init__(self, data: bytes):
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        piece = self.data[self.at:self.at + count]
        assert len(piece) == count, f"{count} bytes expected at {self.at} of {self.data!r}"
        self.at += count
        return piece

    def number(self, width: int) -> int:
        return int.from_bytes(self.take(width), "big")

    def varint(self) -> int:
        value, shift = 0, 0
        while True:
            byte = self.number(1)
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                assert len(varint(value)) * 7 == shift, "more bytes than needed [MQTT-1.5.5-1]"
                return value

    def binary(self) -> bytes:
        return self.take(self.number(2))

    def text(self) -> str:
        value = self.binary().decode()  # strict UTF-8
        assert "\0" not in value
        return value

    def rest(self) -> bytes:
        return self.take(len(self.data) - self.at)

    def done(self) -> bool:
        return self.at == len(self.data)

    def properties(self) -> dict:
        size = self.varint()
        inner, found = Reader(self.take(size)), {}
        while not inner.done():
            name, form = BY_ID[inner.varint()]
            if form == "pair":
                value = (inner.text(), inner.text())
            elif form in WIDTHS:
                value = inner.number(WIDTHS[form])
            else:
                value = getattr(inner, form)()
            if name in REPEATED:
                found.setdefault(name, []).append(value)
            else:
                assert name not in found, f"{name} twice"
                found[name] = value
        return found


def parse(version: int, first: int, body: bytes) -> Packet:
    kind, flags = first >> 4, first & 0x0F
    made = Packet(kind, flags, 1 + len(varint(len(body))) + len(body))
    reader, is_v5 = Reader(body), version == V5
    assert kind == PUBLISH or flags == (2 if kind == PUBREL else 0), "reserved flags"
    if kind == CONNACK:
        acknowledged = reader.number(1)
        assert acknowledged in (0, 1), "bits 7-1 are reserved"
        made.session_present = bool(acknowledged)
        made.code = reader.number(1)
        made.props = reader.properties() if is_v5 else {}
    elif kind == PUBLISH:
        made.topic = reader.text()
        made.packet_id = reader.number(2) if made.qos else 0
        made.props = reader.properties() if is_v5 else {}
        made.payload = reader.rest()
    elif kind in (PUBACK, PUBREC, PUBREL, PUBCOMP):
        made.packet_id = reader.number(2)
        if is_v5 and not reader.done():
            made.code = reader.number(1)
            made.props = {} if reader.done() else reader.properties()
    elif kind in (SUBACK, UNSUBACK):
        made.packet_id = reader.number(2)
        made.props = reader.properties() if is_v5 else {}
        made.codes = list(reader.rest())
    elif kind in (DISCONNECT, AUTH):
        assert is_v5, f"a server sends no {NAMES[kind]} in 3.1.1"
        if not reader.done():
            made.code = reader.number(1)
            made.props = {} if reader.done() else reader.properties()
    else:
        assert kind == PINGRESP, f"a server sends no {NAMES[kind]}"
    assert reader.done(), f"more bytes than the packet has: {body!r}"
    return made
