#!/usr/bin/python3
"""Peers that say nothing, speak slowly or come in a flood.

usage: peers_test.py GATEHOUSE [TESTS]"""

import contextlib
import os
import pathlib
import socket
import ssl
import sys
import threading
import time
import unittest

for folder in ("clients", "conformance"):
    sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / folder))

import wire  # noqa: E402
from client_test import ClientTest, wait_until  # noqa: E402
from peer import Peer  # noqa: E402

CONNECT = b"\x10\x12\x00\x04MQTT\x04\x02\x00\x3c\x00\x06flood1"
WAIT_SECONDS = 60


class Peers(ClientTest):
    flags = ("--allow-anonymous",)

    def plain(self, door: str) -> socket.socket:
        stream = socket.create_connection(("127.0.0.1", self.server.ready[door]))
        stream.settimeout(WAIT_SECONDS)
        self.addCleanup(stream.close)
        return stream

    def over_tls(self) -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=self.server.ready["ca"])
        context.set_alpn_protocols(["mqtt"])
        stream = context.wrap_socket(self.plain("https"), server_hostname="localhost")
        self.addCleanup(stream.close)
        return stream

    def assert_closed(self, stream: socket.socket) -> None:
        try:
            while stream.recv(4096):
                pass
        except (ConnectionError, ssl.SSLError) as error:
            self.assertNotIsInstance(error, TimeoutError)

    def test_silent_and_slow_peers_are_closed(self):
        # All at once: they wait for the same deadlines.
        no_handshake, no_connect, over_tls = self.plain("https"), self.plain("mqtt"), None
        half_handshake, half_connect = self.plain("mqtts"), self.plain("mqtt")
        half_handshake.sendall(b"\x16\x03\x01\x02\x00\x01")
        half_connect.sendall(CONNECT[:9])
        over_tls = self.over_tls()
        over_tls.sendall(CONNECT[:9])
        for stream in (no_handshake, half_handshake, no_connect, half_connect, over_tls):
            self.assert_closed(stream)
        self.server.wait_for_record(eventType="Connection.Refused", door="mqtt")

    def test_first_packet_that_is_no_connect(self):
        stream = self.plain("mqtt")
        stream.sendall(b"\xc0\x00")
        self.assert_closed(stream)
        stream = self.plain("mqtt")
        stream.sendall(b"GET / HTTP/1.1\r\n\r\n")
        self.assert_closed(stream)


class Flood(ClientTest):
    flags = ("--allow-anonymous", "--connections-per-address-max", "8")

    def test_connections_of_one_address_are_bounded(self):
        streams = []
        for _ in range(40):
            stream = socket.create_connection(("127.0.0.1", self.server.ready["mqtt"]))
            self.addCleanup(stream.close)
            stream.settimeout(WAIT_SECONDS)
            streams.append(stream)
        answers = []
        for number, stream in enumerate(streams):
            try:
                stream.sendall(CONNECT[:-2] + b"%02d" % number)
                answers.append(stream.recv(4))
            except ConnectionError:
                answers.append(b"")
        accepted = sum(answer == b"\x20\x02\x00\x00" for answer in answers)
        self.assertEqual(accepted, 8)
        for stream in streams:
            stream.close()
        wait_until(self.gets_in, "the room that the flood took comes back")

    def gets_in(self) -> bool:
        with socket.create_connection(("127.0.0.1", self.server.ready["mqtt"])) as stream:
            stream.settimeout(WAIT_SECONDS)
            try:
                stream.sendall(CONNECT)
                return stream.recv(4) == b"\x20\x02\x00\x00"
            except ConnectionError:
                return False


class HalfClosed(ClientTest):
    """Subscribers that do not read, and say that they are done."""
    flags = ("--allow-anonymous", "--profile", "open")

    def peer(self, name: str) -> Peer:
        peer = Peer(self.server.ready["mqtt"], wire.V5)
        self.addCleanup(peer.close)
        self.assertEqual(peer.connect(name).code, 0)
        return peer

    def cpu_seconds(self) -> float:
        fields = pathlib.Path(f"/proc/{self.server.process.pid}/stat").read_text().split()
        return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")

    def is_unread(self, peer: Peer) -> bool:
        """Whether the server's socket has bytes of the peer that were not read."""
        ends = (self.server.ready["mqtt"], peer.stream.getsockname()[1])
        rows = [row.split() for table in ("tcp", "tcp6")
                for row in pathlib.Path(f"/proc/net/{table}").read_text().splitlines()[1:]]
        return any(int(row[4].split(":")[1], 16) > 0 for row in rows
                   if tuple(int(row[end].split(":")[1], 16) for end in (1, 2)) == ends)

    def test_while_messages_come(self):
        stop = threading.Event()

        def pump(number: int) -> None:
            peer = self.peer(f"pump{number}")
            packets = wire.publish(wire.V5, "flood", bytes(600)) * 40
            with contextlib.suppress(OSError):
                while not stop.is_set():
                    peer.send(packets)
        pumps = [threading.Thread(target=pump, args=(number,)) for number in range(2)]
        for thread in pumps:
            thread.start()
        for number in range(150):
            victim = Peer(self.server.ready["mqtt"], wire.V5)
            victim.stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            victim.send(wire.connect(wire.V5, f"victim{number}")
                        + wire.subscribe(wire.V5, 1, [("flood", 0)]))
            stop.wait((0.002, 0.01, 0.03)[number % 3])
            victim.stream.shutdown(socket.SHUT_WR)
            stop.wait((0, 0.01)[number % 2])
            victim.close()
        stop.set()
        for thread in pumps:
            thread.join()
        self.assertIsNone(self.server.process.poll(), "the server is there")
        self.peer("after").publish("after", b"x", qos=1)

    def test_costs_nothing_while_it_is_not_read_from(self):
        peer = self.peer("deaf")
        peer.stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        unread = 0

        def stays_unread() -> bool:
            # Little at a time: the end has to find room behind it.
            nonlocal unread
            unread = unread + 1 if self.is_unread(peer) else 0
            if unread == 0:
                for _ in range(8):
                    peer.send(wire.packet(wire.PINGREQ) * 16000)
            return unread > 4
        wait_until(stays_unread, "the server stops reading")
        peer.stream.shutdown(socket.SHUT_WR)
        before, began = self.cpu_seconds(), time.monotonic()
        wait_until(lambda: time.monotonic() - began > 2, "two seconds")
        self.assertLess(self.cpu_seconds() - before, 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
