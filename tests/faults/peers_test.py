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


def tcp_rows() -> list[list[str]]:
    """What the kernel knows of TCP sockets; see proc(5)."""
    return [row.split() for table in ("tcp", "tcp6")
            for row in pathlib.Path(f"/proc/net/{table}").read_text().splitlines()[1:]]


def port_of(address: str) -> int:
    return int(address.split(":")[1], 16)


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


class Drip:
    """One of a flood of peers that send what they have to say a byte at a time."""

    def __init__(self, stream: socket.socket, said: bytes, unsaid: bytes):
        """`said`: at once."""
        stream.sendall(said)
        stream.setblocking(False)
        self.stream, self.unsaid = stream, unsaid
        self.is_closed = False

    def say_more(self) -> None:
        byte, self.unsaid = self.unsaid[:1], self.unsaid[1:]
        assert self.unsaid, "it says everything before its deadline"
        with contextlib.suppress(OSError):
            self.stream.send(byte)

    def look(self) -> bool:
        """Whether the server closed it."""
        try:
            while not self.is_closed and self.stream.recv(4096):
                pass
            self.is_closed = True
        except (BlockingIOError, ssl.SSLWantReadError):
            pass
        except OSError:
            self.is_closed = True
        return self.is_closed


class Flow:
    """A publisher and a subscriber whose session lasts: a message after the other, QoS 1. While time
    stands still the server waits for the subscriber before it writes."""

    GAP_SECONDS_MAX = 5

    def __init__(self, port: int):
        self.publisher, self.subscriber = Peer(port, wire.V5), Peer(port, wire.V5)
        assert self.publisher.connect("flow-source").code == 0
        assert self.subscriber.connect("flow-sink", clean=False,
                                       props={"session_expiry": 600}).code == 0
        assert self.subscriber.subscribe("flow") == [1]
        self.count, self.longest = 0, 0.0
        self.error: Exception | None = None
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        try:
            while not self.stopping.is_set():
                began = time.monotonic()
                payload, packet_id = str(self.count).encode(), self.publisher.next_id()
                self.publisher.send(wire.publish(wire.V5, "flow", payload, qos=1,
                                                 packet_id=packet_id))
                self.subscriber.expect_messages(payload)
                got = self.publisher.expect(wire.PUBACK)
                assert (got.packet_id, got.code) == (packet_id, 0), got
                self.longest = max(self.longest, time.monotonic() - began)
                self.count += 1
        except (AssertionError, OSError) as error:
            self.error = error

    def wait_for_more(self, messages: int = 20) -> None:
        enough = self.count + messages
        wait_until(lambda: self.count >= enough or self.error, "messages go on")
        assert self.error is None, self.error

    def stop(self) -> None:
        self.stopping.set()
        self.thread.join()
        self.publisher.close()
        self.subscriber.close()


class SlowFlood(ClientTest):
    """Many peers that never come to their point. Time is moved by command."""
    flags = ("--allow-anonymous", "--profile", "open", "--clock", "manual", "--metrics-port", "0")
    EACH = 40
    DEADLINE_SECONDS, BODY_SECONDS = 10, 60
    LATE_SECONDS = 2  # the server may have begun to wait a turn after time was moved
    LOG_FILES = 1  # open while the log group has a segment that is not full

    def stream(self, door: str) -> socket.socket:
        stream = socket.create_connection(("127.0.0.1", self.server.ready[door]), WAIT_SECONDS)
        self.addCleanup(stream.close)
        return stream

    def over_tls(self, protocol: str) -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=self.server.ready["ca"])
        context.set_alpn_protocols([protocol])
        stream = context.wrap_socket(self.stream("https"), server_hostname="localhost")
        self.addCleanup(stream.close)
        return stream

    def client_hello(self) -> bytes:
        context = ssl.create_default_context()
        to_server = ssl.MemoryBIO()
        handshake = context.wrap_bio(ssl.MemoryBIO(), to_server, server_hostname="localhost")
        with contextlib.suppress(ssl.SSLWantReadError):
            handshake.do_handshake()
        return to_server.read()

    def flood(self) -> tuple[list[Drip], list[Drip]]:
        """Those that have to be done with their handshake, CONNECT or header, and those whose HTTP
        requests lack a part of their body."""
        hello = self.client_hello()
        connect = wire.connect(wire.V5, "flood" + "d" * 200)
        header = b"GET /" + b"x" * 200 + b" HTTP/1.1\r\n\r\n"
        post = b"POST /topics/flow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200\r\n\r\n"
        body = b"b" * 200
        heads, bodies = [], []
        for _ in range(self.EACH):
            heads += [Drip(self.stream("mqtts"), hello[:60], hello[60:]),
                      Drip(self.stream("https"), hello + b"\x17\x03\x03\x00\xff", body),
                      Drip(self.stream("mqtt"), connect[:1], connect[1:]),
                      Drip(self.over_tls("mqtt"), connect[:1], connect[1:]),
                      Drip(self.over_tls("http/1.1"), header[:1], header[1:]),
                      Drip(self.stream("api"), header[:1], header[1:])]
            bodies += [Drip(self.over_tls("http/1.1"), post, body),
                       Drip(self.stream("api"), post, body)]
        return heads, bodies

    def is_api_idle(self) -> bool:
        listening, no_inode = "0A", "0"
        return not any(port_of(row[1]) == self.server.ready["api"] and row[3] != listening
                       and row[9] != no_inode for row in tcp_rows())

    def descriptors(self) -> int:
        # By its own count: the kernel tells nobody else but root.
        return self.server.metric("process_open_fds")

    def open_files(self) -> list[str]:
        """What is open, for who looks why; only root may see it."""
        folder = pathlib.Path(f"/proc/{self.server.process.pid}/fd")
        try:
            return sorted(os.readlink(each) for each in folder.iterdir())
        except OSError as why:
            return [str(why)]

    def pass_time(self, flow: Flow, seconds: int, *drips: Drip) -> None:
        """The peers say a byte a second, or ten of them: nothing that they say moves a deadline."""
        for passed in range(0, seconds, max(1, seconds // 10)):
            self.server.advance(f"{min(max(1, seconds // 10), seconds - passed)}s")
            for drip in drips:
                drip.say_more()
            flow.wait_for_more()

    def assert_closed(self, drips: list[Drip]) -> None:
        wait_until(lambda: all([drip.look() for drip in drips]), "the slow ones are closed")

    def assert_open(self, drips: list[Drip]) -> None:
        self.assertEqual([drip for drip in drips if drip.look()], [])

    def test_goes_by_while_messages_flow(self):
        flow = Flow(self.server.ready["mqtt"])
        self.addCleanup(flow.stop)
        self.server.advance("0s")  # opens what it opens once
        wait_until(self.is_api_idle, "that connection is closed")
        before, files_before = self.descriptors(), self.open_files()
        heads, bodies = self.flood()
        wait_until(lambda: self.descriptors() >= before + len(heads) + len(bodies),
                   "they are all let in")
        flow.wait_for_more()
        self.pass_time(flow, self.DEADLINE_SECONDS - 1, *heads, *bodies)
        self.assert_open(heads + bodies)
        self.pass_time(flow, 1 + self.LATE_SECONDS, *heads, *bodies)
        self.assert_closed(heads)
        self.assert_open(bodies)
        self.pass_time(flow, self.BODY_SECONDS - 1 - self.DEADLINE_SECONDS - self.LATE_SECONDS,
                       *bodies)
        self.assert_open(bodies)
        self.pass_time(flow, 1 + self.LATE_SECONDS, *bodies)
        self.assert_closed(bodies)
        for drip in heads + bodies:
            drip.stream.close()
        try:
            wait_until(lambda: self.descriptors() <= before + self.LOG_FILES,
                       "their descriptors are given back")
        except AssertionError as late:
            self.fail(f"{late}; {self.descriptors()} are open, before {before}, then "
                      f"{files_before} and now {self.open_files()}")
        flow.stop()
        self.assertIsNone(flow.error)
        self.assertLess(flow.longest, flow.GAP_SECONDS_MAX)
        self.assertIsNone(self.server.process.poll())


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
        return any(int(row[4].split(":")[1], 16) > 0 for row in tcp_rows()
                   if (port_of(row[1]), port_of(row[2])) == ends)

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
