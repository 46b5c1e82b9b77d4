#!/usr/bin/python3
"""A subscriber whose process is stopped: nobody else is held up, what waits for it is bounded, and
what was kept for it comes in order when it goes on. A server that is stopped: what came meanwhile.

usage: stopped_test.py GATEHOUSE [TESTS]"""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import threading
import unittest

for folder in ("clients", "conformance"):
    sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / folder))

import wire  # noqa: E402
from client_test import ClientTest, wait_until  # noqa: E402
from peer import Closed, Peer  # noqa: E402

# Prints the number of each message that comes.
SUBSCRIBER = """
import socket, sys
folder, port, client_id, qos = sys.argv[1:]
sys.path.insert(0, folder)
import wire
from peer import Peer
peer = Peer(int(port), wire.V5)
peer.stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
assert peer.connect(client_id, clean=False, props={"session_expiry": 600}).code == 0
assert peer.subscribe("load", qos=int(qos)) == [int(qos)]
print("subscribed", flush=True)
while True:
    print(int(peer.message().payload[:8]), flush=True)
"""

MIB = 1 << 20
PAYLOAD_BYTES = 64 * 1024
MESSAGES = 64 * MIB // PAYLOAD_BYTES
QUEUE_BYTES_MAX = 4 * MIB
MEMORY_MAX = 24 * MIB  # that queue, the connection's output, what waits for the disk
IN_FLIGHT = 8


class StoppedSubscriber:
    """A process of its own that subscribes to `load`."""

    def __init__(self, port: int, client_id: str, qos: int):
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUBSCRIBER,
             str(pathlib.Path(__file__).parent.parent / "conformance"), str(port), client_id,
             str(qos)], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "subscribed\n"

    def stop(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)
        wait_until(self.is_stopped, "the subscriber's process is stopped")

    def is_stopped(self) -> bool:
        status = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8")
        return status.rpartition(") ")[2].startswith("T")

    def go_on(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    def next_number(self) -> int:
        return int(self.process.stdout.readline())

    def end(self) -> None:
        self.process.kill()  # takes the stopped ones, too
        self.process.wait()
        self.process.stdout.close()


class Stopped(ClientTest):
    flags = ("--allow-anonymous", "--profile", "open", "--metrics-port", "0",
             "--limits-session-queue-bytes-max", str(QUEUE_BYTES_MAX))
    log_level = "info"

    def peer(self, name: str) -> Peer:
        peer = Peer(self.server.ready["mqtt"], wire.V5)
        self.addCleanup(peer.close)
        self.assertEqual(peer.connect(name).code, 0)
        return peer

    def dropped(self, cause: str) -> int:
        return self.server.metric(f'gatehouse_messages_dropped_total{{cause="{cause}"}}')

    def publish_and_read(self, numbers: range) -> None:
        """Every message is acknowledged to its publisher, and at the other subscriber, in turn."""
        filling = bytes(PAYLOAD_BYTES - 8)
        for first in numbers[::IN_FLIGHT]:
            some = range(first, min(first + IN_FLIGHT, numbers.stop))
            ids = [self.publisher.next_id() for _ in some]
            for packet_id, number in zip(ids, some):
                self.publisher.send(wire.publish(wire.V5, "load", b"%08d" % number + filling,
                                                 qos=1, packet_id=packet_id))
            for packet_id in ids:
                got = self.publisher.expect(wire.PUBACK)
                self.assertEqual((got.packet_id, got.code), (packet_id, 0))
            self.assertEqual([int(self.other.message().payload[:8]) for _ in some], list(some))

    def check(self, qos: int, cause: str) -> None:
        stopped = StoppedSubscriber(self.server.ready["mqtt"], f"stopped-{qos}", qos)
        self.addCleanup(stopped.end)
        self.publisher, self.other = self.peer("publisher"), self.peer("other")
        self.assertEqual(self.other.subscribe("load"), [1])
        already_dropped = self.dropped(cause)
        before = 4 * IN_FLIGHT
        self.publish_and_read(range(before))
        self.assertEqual([stopped.next_number() for _ in range(before)], list(range(before)))
        memory = self.server.metric("process_resident_memory_bytes")
        stopped.stop()
        self.publish_and_read(range(before, MESSAGES))
        self.assertTrue(stopped.is_stopped(), "all that went on while it was stopped")
        self.assertLess(self.server.metric("process_resident_memory_bytes") - memory, MEMORY_MAX)
        self.assertLessEqual(self.server.metric("gatehouse_queued_bytes"), QUEUE_BYTES_MAX)
        dropped = self.dropped(cause) - already_dropped
        self.assertGreater(dropped, MESSAGES // 4)
        self.server.wait_for_record(clientId=f"stopped-{qos}", status="Failure", topicName="load")
        stopped.go_on()
        kept = [stopped.next_number() for _ in range(MESSAGES - before - dropped)]
        self.assertEqual(kept, sorted(set(kept)), "in order")
        self.assertEqual(kept[0], before, "from the first one that came while it was stopped")
        self.publish_and_read(range(MESSAGES, MESSAGES + 1))
        self.assertEqual(stopped.next_number(), MESSAGES, "nothing else was kept")

    def test_qos_0(self):
        self.check(0, "outbound-full")

    def test_qos_1(self):
        self.check(1, "queue-full")


class Silent(ClientTest):
    """A subscriber that reads all it is sent and acknowledges nothing; a retainer without end."""
    SESSION_BYTES_MAX = MIB
    ALL_BYTES_MAX = 2 * MIB
    RETAINED_BYTES_MAX = 3 * MIB
    flags = ("--allow-anonymous", "--profile", "open", "--metrics-port", "0",
             "--limits-session-queue-bytes-max", str(SESSION_BYTES_MAX),
             "--limits-queues-bytes-max", str(ALL_BYTES_MAX),
             "--limits-retained-bytes-max", str(RETAINED_BYTES_MAX))
    log_level = "info"

    def peer(self, name: str, **how) -> Peer:
        peer = Peer(self.server.ready["mqtt"], wire.V5)
        self.addCleanup(peer.close)
        self.assertEqual(peer.connect(name, **how).code, 0)
        return peer

    @staticmethod
    def only_read(peer: Peer) -> None:
        with contextlib.suppress(Closed, OSError):
            while True:
                peer.receive()

    def publish_all(self, publisher: Peer, count: int, **how) -> list[int]:
        return [publisher.publish("load", bytes(PAYLOAD_BYTES), qos=1, **how) for _ in range(count)]

    def test_what_is_in_flight_is_bounded_and_told(self):
        silent = [self.peer(f"silent-{number}", clean=False, props={"session_expiry": 600})
                  for number in range(4)]
        for peer in silent:
            self.assertEqual(peer.subscribe("load", qos=1), [1])
            threading.Thread(target=self.only_read, args=(peer,), daemon=True).start()
        publisher = self.peer("publisher")
        memory = self.server.metric("process_resident_memory_bytes")
        self.assertEqual(set(self.publish_all(publisher, 600)), {0})
        in_flight = self.server.metric("gatehouse_in_flight_bytes")
        self.assertGreater(in_flight, self.ALL_BYTES_MAX // 2)
        # Beside the bound, one message each.
        self.assertLess(in_flight + self.server.metric("gatehouse_queued_bytes"),
                        self.ALL_BYTES_MAX + 4 * (PAYLOAD_BYTES + 200))
        self.assertGreater(
            self.server.metric('gatehouse_messages_dropped_total{cause="queue-full"}'), 4 * 500)
        self.server.wait_for_record(clientId="silent-0", status="Failure", topicName="load")
        self.assertLess(self.server.metric("process_resident_memory_bytes") - memory, MEMORY_MAX)
        for number, peer in enumerate(silent):
            self.peer(f"silent-{number}", clean=True)  # takes it over, and keeps nothing
        wait_until(lambda: self.server.metric("gatehouse_in_flight_bytes") == 0, "all are given up")

    def test_retained_bytes_are_bounded_and_told(self):
        publisher = self.peer("retainer")
        codes = [publisher.publish(f"kept/{number}", bytes(PAYLOAD_BYTES), qos=1, retain=True)
                 for number in range(60)]
        taken = codes.count(0)
        self.assertEqual(codes, [0] * taken + [0x97] * (60 - taken))
        self.assertGreater(taken, 40)
        retained = self.server.metric("gatehouse_retained_bytes")
        self.assertLessEqual(retained, self.RETAINED_BYTES_MAX)
        self.assertGreater(retained, taken * PAYLOAD_BYTES)
        self.server.wait_for_record(clientId="retainer", eventType="Publish-In",
                                    reason="RETAINED_LIMIT")


class Burst(ClientTest):
    """Much for one client is there when the server goes on, all of it in one turn of its loop."""
    flags = ("--allow-anonymous", "--profile", "open", "--loops", "1")

    def peer(self, name: str) -> Peer:
        peer = Peer(self.server.ready["mqtt"], wire.V5)
        self.addCleanup(peer.close)
        self.assertEqual(peer.connect(name).code, 0)
        return peer

    def test_more_than_a_connection_may_have_waiting_reaches_one_whose_socket_takes_it(self):
        subscriber = self.peer("reader")
        self.assertEqual(subscriber.subscribe("load", qos=0), [0])
        publishers = [self.peer(f"writer-{number}") for number in range(40)]
        payload = bytes(32 * 1024)  # 1.25 MiB together, and 1 MiB may wait
        os.kill(self.server.process.pid, signal.SIGSTOP)
        try:
            for publisher in publishers:
                publisher.publish("load", payload)
        finally:
            os.kill(self.server.process.pid, signal.SIGCONT)
        for _ in publishers:
            self.assertEqual(len(subscriber.message().payload), len(payload))


if __name__ == "__main__":
    unittest.main(verbosity=2)
