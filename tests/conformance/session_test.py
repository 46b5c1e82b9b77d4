#!/usr/bin/python3
"""Sessions and their end: sections 3.1.2.4, 3.1.2.11.2, 3.14 and 4.1.

usage: session_test.py GATEHOUSE [TESTS]"""

import unittest

import wire
from conformance_test_case import matrix, open_only, states
from peer import Peer

MALFORMED, PROTOCOL_ERROR = 0x81, 0x82


class Sessions:
    def again(self, part: str = "", **how) -> tuple:
        """A new connection of a client, and whether its session was present."""
        peer = self.peer()
        connack = peer.connect(self.name(part), **(how or self.lasting()))
        self.assertEqual(connack.code, 0)
        return peer, connack.session_present

    def pass_time(self, seconds: int) -> None:
        """Waits for a keep-alive to end, a second and a half for each."""
        for _ in range(seconds):
            self.client("clock", keep_alive=1).expect_closed()

    @states(v311="3.1.2-4 3.2.2-2 3.2.2-3 4.1.0-1 4.1.0-2", v5="3.1.2-5 3.1.2-6 3.2.2-3 3.1.2-23 4.1.0-1")
    def test_it_lasts(self):
        first, present = self.again()
        self.assertFalse(present)
        first.subscribe(self.name("/x"))
        first.goodbye()
        self.client("writer").publish(self.name("/x"), b"while away", qos=1)
        second, present = self.again()
        self.assertTrue(present)
        second.expect_messages(b"while away")
        self.client("writer").publish(self.name("/x"), b"now", qos=1)
        second.expect_messages(b"now")

    @open_only(v311="3.1.2-4", v5="3.1.2-5")
    def test_the_other_version_goes_on_with_it(self):
        first, _ = self.again()
        first.subscribe(self.name("/x"))
        first.goodbye()
        self.client("writer").publish(self.name("/x"), b"while away", qos=1)
        other = Peer(self.server.ready["mqtt"], wire.V311 if self.is_v5 else wire.V5)
        self.addCleanup(other.close)
        lasting = {} if self.is_v5 else {"props": {"session_expiry": 600}}
        self.assertTrue(other.connect(self.name(), clean=False, **lasting).session_present)
        other.expect_messages(b"while away")

    @states(v311="3.1.2-6 3.2.2-1 3.1.4-3", v5="3.1.2-4 3.2.2-2 3.1.4-4")
    def test_a_clean_start_forgets(self):
        first, _ = self.again()
        first.subscribe(self.name("/x"))
        first.goodbye()
        second = self.peer()
        self.assertFalse(second.connect(self.name(), clean=True).session_present)
        self.client("writer").publish(self.name("/x"), b"x", qos=1)
        second.expect_quiet()
        second.goodbye()
        _, present = self.again()
        self.assertFalse(present)

    @states(v311="3.1.2-6", v5="4.1.0-2 3.1.2-23")
    def test_a_clean_session_ends_with_its_connection(self):
        first = self.client()
        first.subscribe(self.name("/x"))
        first.drop()
        self.assertFalse(self.again()[1])

    @states(v5="3.1.2-4")
    def test_a_clean_start_that_lasts(self):
        self.client(props={"session_expiry": 600}).drop()
        self.assertTrue(self.again()[1])

    @states(v5="4.1.0-2")
    def test_it_expires(self):
        first, _ = self.again(**self.lasting(1))
        first.drop()
        if self.flags[-1] == "open":
            self.pass_time(1)
        else:  # keep-alives last longer there; a will with a delay tells the time
            watcher = self.client("watcher")
            watcher.subscribe(self.name("/clock"))
            self.client("will", will=wire.Will(self.name("/clock"), props={"will_delay": 2}),
                        props={"session_expiry": 600}).drop()
            watcher.message()
        self.assertFalse(self.again()[1])

    @open_only(v5="4.1.0-2")
    def test_it_does_not_expire_while_connected(self):
        first, _ = self.again(**self.lasting(1))
        self.pass_time(1)
        first.drop()
        self.assertTrue(self.again()[1])

    @states(v5="3.14.2-2 3.1.2-23")
    def test_disconnect_changes_the_expiry(self):
        first, _ = self.again()
        first.goodbye(props={"session_expiry": 0})
        self.assertFalse(self.again()[1])

    @states(v5="3.14.2-1")
    def test_disconnect_cannot_make_it_last(self):
        peer = self.client()
        peer.send(wire.disconnect(self.version, 0, {"session_expiry": 60}))
        peer.expect_closed(PROTOCOL_ERROR)

    @states(v311="4.5.0-1 3.1.2-5", v5="4.5.0-1")
    def test_messages_wait_in_order(self):
        sleeper, _ = self.again()
        sleeper.subscribe(self.name("/#"))
        sleeper.goodbye()
        writer = self.client("writer")
        payloads = [b"%d" % number for number in range(50)]
        for number, payload in enumerate(payloads):
            writer.publish(self.name(f"/{number % 3}"), payload, qos=1)
        sleeper, _ = self.again()
        sleeper.expect_messages(*payloads)
        sleeper.expect_quiet()

    @states(v311="3.10.4-2", v5="3.10.4-2")
    def test_unsubscribing_lasts(self):
        first, _ = self.again()
        first.subscribe(self.name("/a"), self.name("/b"))
        first.unsubscribe(self.name("/a"))
        first.drop()
        writer = self.client("writer")
        writer.publish(self.name("/a"), b"a", qos=1)
        writer.publish(self.name("/b"), b"b", qos=1)
        second, _ = self.again()
        second.expect_messages(b"b")
        second.expect_quiet()

    @states(v311="3.1.2-4 3.1.4-2", v5="3.1.2-5 3.1.4-3 3.2.2-3")
    def test_a_takeover_keeps_the_session(self):
        first, _ = self.again()
        first.subscribe(self.name("/x"))
        writer = self.client("writer")
        writer.publish(self.name("/x"), b"1", qos=1)
        first.message(acknowledge=False)
        second, present = self.again()
        self.assertTrue(present)
        first.expect_closed(self.code(0x8E))
        self.assertEqual(second.message().payload, b"1")
        writer.publish(self.name("/x"), b"2", qos=1)
        second.expect_messages(b"2")

    @states(v311="3.1.2-7", v5="-")
    def test_retained_messages_outlive_it(self):
        writer = self.client()
        writer.publish(self.name("/kept"), b"kept", qos=1, retain=True)
        writer.goodbye()
        reader, _ = self.again(clean=True)
        reader.subscribe(self.name("/kept"))
        reader.expect_messages(b"kept")

    @states(v311="3.14.4-1 3.14.4-2", v5="3.14.4-1 3.14.4-2")
    def test_disconnect_closes(self):
        peer = self.client()
        peer.send(wire.disconnect(self.version)
                  + wire.publish(self.version, self.name("/ghost"), retain=True, payload=b"ghost"))
        peer.expect_end()
        reader = self.client("reader")
        reader.subscribe(self.name("/ghost"))
        reader.expect_quiet()

    @states(v311="3.14.1-1 2.2.2-2", v5="3.14.1-1 4.13.2-1")
    def test_reserved_flags_of_disconnect(self):
        for flags in (1, 2, 8):
            peer = self.client()
            peer.send(wire.packet(wire.DISCONNECT, flags=flags))
            peer.expect_closed(self.code(MALFORMED))

    @states(v311="2.2.2-1 2.2.2-2", v5="2.1.3-1")
    def test_reserved_flags_of_ping(self):
        peer = self.client()
        peer.send(wire.packet(wire.PINGREQ, flags=1))
        peer.expect_closed(self.code(MALFORMED))

    @states(v311="4.8.0-1", v5="4.13.1-1")
    def test_packets_that_no_client_sends(self):
        for kind in (0, wire.CONNACK, wire.SUBACK, wire.UNSUBACK, wire.PINGRESP):
            peer = self.client()
            peer.send(wire.packet(kind, b"\0\0"))
            peer.expect_closed()

    @states(v311="-", v5="1.5.5-1 4.13.1-1")
    def test_lengths_that_are_wrong(self):
        for data in (b"\xC0\xFF\xFF\xFF\xFF\x01", b"\xC0\x01\x00", b"\x30\x01\x00"):
            peer = self.client()
            peer.send(data)
            peer.expect_closed(self.code(MALFORMED))

    @states(v5="1.5.5-1")
    def test_lengths_in_more_bytes_than_needed(self):
        peer = self.client()
        peer.send(b"\x30\x85\x00\x00\x01a\x00x")
        peer.expect_closed(MALFORMED)

    @states(v311="-", v5="4.2.0-1")
    def test_packets_byte_by_byte(self):
        peer = self.peer()
        sent = (wire.connect(self.version, self.name())
                + wire.subscribe(self.version, 1, [(self.name("/x"), 1)])
                + wire.publish(self.version, self.name("/x"), b"slowly", qos=1, packet_id=2)
                + wire.packet(wire.PINGREQ))
        for at in range(len(sent)):
            peer.send(sent[at:at + 1])
        peer.expect(wire.CONNACK)
        peer.expect(wire.SUBACK)
        peer.expect(wire.PUBACK)
        peer.expect(wire.PINGRESP)
        self.assertEqual(peer.message().payload, b"slowly")


matrix(globals(), Sessions)
if __name__ == "__main__":
    unittest.main(verbosity=1)
