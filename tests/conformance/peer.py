"""One connection of a client that does exactly what a test says, and no more."""

import socket
import time

import wire

WAIT_SECONDS = 30


class Closed(Exception):
    pass


class Peer:
    def __init__(self, port: int, version: int, source: str = "127.0.0.1"):
        self.version = version
        self.stream = socket.create_connection(("127.0.0.1", port), timeout=WAIT_SECONDS,
                                               source_address=(source, 0))
        self.stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.ids = 0
        self.waiting: list[wire.Packet] = []  # messages that came before an acknowledgement

    def send(self, data: bytes) -> None:
        self.stream.sendall(data)

    def _read(self, count: int) -> bytes:
        got = b""
        while len(got) < count:
            try:
                piece = self.stream.recv(count - len(got))
            except ConnectionResetError:
                piece = b""
            if not piece:
                raise Closed
            got += piece
        return got

    def receive(self) -> wire.Packet:
        """The next packet; Closed where there is none any more."""
        first = self._read(1)[0]
        size, shift = 0, 0
        while True:
            byte = self._read(1)[0]
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        return wire.parse(self.version, first, self._read(size))

    def expect(self, kind: int) -> wire.Packet:
        """The next packet, which must be of a kind; messages that come before it are kept."""
        if kind == wire.PUBLISH and self.waiting:
            return self.waiting.pop(0)
        while True:
            try:
                got = self.receive()
            except (Closed, TimeoutError) as error:
                raise AssertionError(
                    f"{wire.NAMES[kind]} expected: {type(error).__name__}") from None
            if got.kind == kind:
                return got
            assert got.kind == wire.PUBLISH, f"{wire.NAMES[kind]} expected: {got}"
            self.waiting.append(got)

    def expect_closed(self, code: int | None = None) -> None:
        """The server closes; in MQTT 5 a DISCONNECT may come before, with the code if one is given."""
        try:
            got = self.receive()
        except Closed:
            assert code is None or self.version != wire.V5, f"closed without DISCONNECT {code:#x}"
            return
        assert got.kind == wire.DISCONNECT, f"DISCONNECT expected: {got}"
        assert code is None or got.code == code, f"{code:#x} expected: {got}"
        assert got.code >= 0x80 or code is not None
        try:
            after = self.receive()
        except Closed:
            return
        raise AssertionError(f"after DISCONNECT: {after}")

    def expect_quiet(self) -> None:
        """Nothing is on its way to this client."""
        self.send(wire.packet(wire.PINGREQ))
        self.expect(wire.PINGRESP)
        assert not self.waiting, self.waiting

    def next_id(self) -> int:
        self.ids = self.ids % 65535 + 1
        return self.ids

    def connect(self, client_id: str | bytes, **how) -> wire.Packet:
        self.send(wire.connect(self.version, client_id, **how))
        return self.expect(wire.CONNACK)

    def publish(self, topic: str, payload: bytes = b"", *, qos: int = 0, **how) -> int:
        """Acknowledged whole; the code of the last acknowledgement."""
        packet_id = self.next_id() if qos else 0
        self.send(wire.publish(self.version, topic, payload, qos=qos, packet_id=packet_id, **how))
        if qos == 0:
            return 0
        got = self.expect(wire.PUBACK if qos == 1 else wire.PUBREC)
        assert got.packet_id == packet_id, got
        if qos == 2 and got.code < 0x80:
            self.send(wire.acknowledge(self.version, wire.PUBREL, packet_id))
            got = self.expect(wire.PUBCOMP)
            assert got.packet_id == packet_id, got
        return got.code

    def subscribe(self, *filters, qos: int = 1, options: int = 0, **how) -> list[int]:
        """The codes of the SUBACK."""
        packet_id = self.next_id()
        pairs = [(one, qos | options) for one in filters]
        self.send(wire.subscribe(self.version, packet_id, pairs, **how))
        got = self.expect(wire.SUBACK)
        assert got.packet_id == packet_id, got
        return got.codes

    def unsubscribe(self, *filters, **how) -> list[int]:
        packet_id = self.next_id()
        self.send(wire.unsubscribe(self.version, packet_id, filters, **how))
        got = self.expect(wire.UNSUBACK)
        assert got.packet_id == packet_id, got
        return got.codes

    def message(self, acknowledge: bool = True) -> wire.Packet:
        """The next PUBLISH; QoS 1 and 2 are acknowledged whole."""
        got = self.expect(wire.PUBLISH)
        if acknowledge and got.qos == 1:
            self.send(wire.acknowledge(self.version, wire.PUBACK, got.packet_id))
        if acknowledge and got.qos == 2:
            self.send(wire.acknowledge(self.version, wire.PUBREC, got.packet_id))
            released = self.expect(wire.PUBREL)
            assert released.packet_id == got.packet_id, released
            self.send(wire.acknowledge(self.version, wire.PUBCOMP, got.packet_id))
        return got

    def expect_messages(self, *payloads: bytes) -> None:
        got = [self.message().payload for _ in payloads]
        assert got == list(payloads), f"{payloads} expected: {got}"

    def goodbye(self, code: int = 0, **how) -> None:
        """DISCONNECT, and the end of the connection at both sides."""
        self.send(wire.disconnect(self.version, code, **how))
        self.expect_end()
        self.close()

    def expect_end(self) -> None:
        """Nothing but the end of the stream."""
        try:
            got = self.receive()
        except Closed:
            return
        raise AssertionError(f"the end expected: {got}")

    def drop(self) -> None:
        """As by a cut cable, and known to the server."""
        self.stream.shutdown(socket.SHUT_WR)
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end:
            try:
                self.receive()
            except (Closed, AssertionError):
                break
        self.close()

    def close(self) -> None:
        self.stream.close()
