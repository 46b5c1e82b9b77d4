#!/usr/bin/python3
"""Packets that come in parts: what a server holds of them is bounded over all connections, those
that wait for room go on, and who holds it for too long has to go.

usage: partial_packet_test.py GATEHOUSE [TESTS]"""

import sys
import threading
import unittest

from client_test import HERE, ClientTest, wait_until

sys.path.insert(0, str(HERE.parent / "conformance"))

import wire  # noqa: E402
from peer import Peer  # noqa: E402

KIB = 1024
BOUND = 1024 * KIB
QUOTA_EXCEEDED = 0x97


class PartialPackets(ClientTest):
    flags = ("--profile", "open", "--allow-anonymous", "--loops", "1", "--metrics-port", "0",
             "--clock", "manual", "--partial-packet-bytes-max", str(BOUND))

    def peer(self, name: str, version: int = wire.V5) -> Peer:
        peer = Peer(self.server.ready["mqtt"], version)
        self.addCleanup(peer.stream.close)
        self.assertEqual(peer.connect(name).code, 0)
        return peer

    def waits(self) -> int:
        return self.server.metric("gatehouse_partial_packet_waits_total")

    def resident(self) -> int:
        with open(f"/proc/{self.server.process.pid}/status", encoding="utf-8") as status:
            [line] = [line for line in status if line.startswith("VmRSS:")]
        return int(line.split()[1]) * KIB

    def test_those_that_wait_go_on(self):
        packet = wire.publish(wire.V5, "large", b"x" * (600 * KIB), qos=1, packet_id=1)
        before, waits = self.resident(), self.waits()
        peers = [self.peer(f"many-{number}") for number in range(16)]
        may_end = threading.Event()

        def send(peer: Peer) -> None:
            peer.send(packet[:-1])
            may_end.wait(30)
            peer.send(packet[-1:])

        for peer in peers:
            threading.Thread(target=send, args=[peer], daemon=True).start()
        # One is whole but for its last byte, and what is left of the bound is another's.
        wait_until(lambda: self.waits() >= waits + 15, "the waiting of those without room")
        self.assertLess(self.resident() - before, 6 * BOUND)
        may_end.set()
        for peer in peers:
            self.assertEqual(peer.expect(wire.PUBACK).packet_id, 1)
            self.assertEqual(peer.publish("small", b"x", qos=1), 0)

    def test_a_packet_larger_than_the_bound_passes(self):
        listener = self.peer("large-listener")
        listener.subscribe("larger")
        peer = self.peer("large")
        self.assertEqual(peer.publish("larger", b"x" * (3 * BOUND), qos=1), 0)
        self.assertEqual(len(listener.message().payload), 3 * BOUND)

    def test_who_holds_the_room_for_too_long_has_to_go(self):
        packet = wire.publish(wire.V5, "slow", b"x" * (2 * BOUND), qos=1, packet_id=1)
        for version in (wire.V311, wire.V5):
            with self.subTest(version=version):
                slow = self.peer(f"slow-{version}", version)
                waits = self.waits()
                slow.send(packet[:BOUND + 64 * KIB])
                other = self.peer(f"other-{version}")
                other.send(packet[:100 * KIB])
                wait_until(lambda: self.waits() > waits, "one that waits")  # noqa: B023
                for _ in range(12):
                    self.server.advance("1s")
                slow.expect_closed(QUOTA_EXCEEDED if version == wire.V5 else None)
                record = self.server.wait_for_record(clientId=f"slow-{version}",
                                                     eventType="Disconnect")
                self.assertEqual(record["disconnectReason"], "THROTTLED")
                self.assertIn("took too long", record["details"])
                other.send(packet[100 * KIB:])
                self.assertEqual(other.expect(wire.PUBACK).packet_id, 1)
        self.assertEqual(self.server.metric("gatehouse_partial_packets_cut_total"), 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
