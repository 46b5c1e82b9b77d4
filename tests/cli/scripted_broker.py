"""A broker of MQTT 3.1.1 that loses, repeats and reorders messages by a script."""

import socket
import threading

CONNECT, PUBLISH, SUBSCRIBE = 1, 3, 8


def read_packet(stream) -> tuple[int, bytes, bytes]:
    """Its type, its body, and all of it. Raises EOFError at the end."""
    first = stream.read(1)
    length, shift, head = 0, 0, b""
    while True:
        byte = stream.read(1)
        if not byte:
            raise EOFError
        head += byte
        length |= (byte[0] & 0x7F) << shift
        shift += 7
        if byte[0] < 0x80:
            break
    body = stream.read(length)
    return first[0] >> 4, body, first + head + body


class ScriptedBroker:
    """Waits for as many messages of QoS 0 as the script knows, then sends them to the subscriber
    in the script's order."""

    def __init__(self, messages: int, script: list[int]):
        self._messages, self._script = messages, script
        self._published: list[bytes] = []
        self._subscriber = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            try:
                while True:
                    self._answer(connection, *read_packet(stream))
            except (EOFError, OSError):
                return

    def _answer(self, connection: socket.socket, kind: int, body: bytes, packet: bytes) -> None:
        if kind == CONNECT:
            connection.sendall(b"\x20\x02\x00\x00")
        elif kind == SUBSCRIBE:
            self._subscriber = connection
            connection.sendall(b"\x90\x03" + body[:2] + b"\x00")
        elif kind == PUBLISH:
            self._published.append(packet)
            if len(self._published) == self._messages:
                for index in self._script:
                    self._subscriber.sendall(self._published[index])

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
