#!/usr/bin/python3
"""QoS 1 and 2, their order, redelivery and flow control: sections 3.4 to 3.7, 4.3, 4.4, 4.6, 4.9.

usage: flow_test.py GATEHOUSE [TESTS]"""

import unittest

import wire
from conformance_test_case import ConformanceTest, matrix, open_only, states
from peer import Peer

MALFORMED, PACKET_ID_NOT_FOUND = 0x81, 0x92
NO_MATCHING_SUBSCRIBERS = 0x10
RECEIVE_MAXIMUM_EXCEEDED, QOS_NOT_SUPPORTED = 0x93, 0x9B


class Flow:
    def pair(self, qos: int = 1, **how):
        """A reader of this test's topics, and a writer."""
        reader = self.client("reader", **how)
        reader.subscribe(self.name("/#"), qos=qos)
        return reader, self.client()

    def again(self, part: str = "reader"):
        peer = self.peer()
        connack = peer.connect(self.name(part), **self.lasting())
        self.assertTrue(connack.session_present)
        return peer

    def acknowledge(self, peer, kind: int, packet_id: int, code: int = 0) -> None:
        peer.send(wire.acknowledge(self.version, kind, packet_id, code))

    @states(v311="4.3.2-2 3.3.4-1 2.3.1-6", v5="4.3.2-4 3.3.4-1 2.2.1-5 3.4.2-1")
    def test_puback(self):
        peer = self.client()
        for packet_id in (1, 77, 65535):
            peer.send(wire.publish(self.version, self.name("/x"), qos=1, packet_id=packet_id))
            got = peer.expect(wire.PUBACK)
            self.assertEqual(got.packet_id, packet_id)
            self.assertIn(got.code, (0, NO_MATCHING_SUBSCRIBERS))

    @states(v311="4.3.2-2", v5="4.3.2-5")
    def test_the_same_packet_id_after_puback_is_a_new_message(self):
        reader, writer = self.pair()
        for payload, dup in ((b"1", False), (b"2", False), (b"3", True)):
            writer.send(wire.publish(self.version, self.name("/x"), payload, qos=1, packet_id=5,
                                     dup=dup))
            writer.expect(wire.PUBACK)
        reader.expect_messages(b"1", b"2", b"3")

    @states(v311="4.3.1-1 4.3.2-1 2.3.1-4 2.3.1-5", v5="4.3.1-1 4.3.2-1 4.3.2-2 2.2.1-4 2.2.1-2")
    def test_what_the_server_sends(self):
        reader, writer = self.pair()
        for number in range(10):
            writer.publish(self.name("/x"), b"%d" % number, qos=number % 2)
        messages = [reader.message(acknowledge=False) for _ in range(10)]
        self.assertFalse(any(one.dup for one in messages))
        ids = [one.packet_id for one in messages if one.qos == 1]
        self.assertEqual(len(set(ids)), 5)
        self.assertNotIn(0, ids)

    @states(v311="4.6.0-2 4.6.0-5 4.6.0-6", v5="4.6.0-5 4.6.0-6")
    def test_order(self):
        reader, writer = self.pair()
        payloads = [b"%d" % number for number in range(90)]
        writer.send(b"".join(
            wire.publish(self.version, self.name("/x"), one, qos=1, packet_id=number)
            for number, one in enumerate(payloads, 1)))
        acknowledged = [writer.expect(wire.PUBACK).packet_id for _ in payloads]
        self.assertEqual(acknowledged, list(range(1, 91)))  # in the order that they came
        reader.expect_messages(*payloads)

    @states(v311="4.4.0-1 3.3.1-1 4.6.0-1 4.5.0-1 3.1.2-4 3.2.2-2",
            v5="4.4.0-1 3.3.1-1 4.3.2-3 4.5.0-1 3.1.2-5 3.2.2-3")
    def test_unacknowledged_messages_come_again(self):
        reader, writer = self.pair(**self.lasting())
        for payload in (b"1", b"2", b"3"):
            writer.publish(self.name("/x"), payload, qos=1)
        first = [reader.message(acknowledge=False) for _ in range(3)]
        self.acknowledge(reader, wire.PUBACK, first[1].packet_id)
        reader.expect_quiet()  # and the acknowledgement has arrived
        reader.drop()
        writer.publish(self.name("/x"), b"4", qos=1)
        reader = self.again()
        again = [reader.message() for _ in range(3)]
        self.assertEqual([one.payload for one in again], [b"1", b"3", b"4"])
        self.assertEqual([one.dup for one in again], [True, True, False])
        self.assertEqual([one.packet_id for one in again[:2]],
                         [first[0].packet_id, first[2].packet_id])
        reader.expect_quiet()

    @states(v5="4.4.0-2")
    def test_a_refused_message_does_not_come_again(self):
        reader, writer = self.pair(**self.lasting())
        writer.publish(self.name("/x"), b"1", qos=1)
        self.acknowledge(reader, wire.PUBACK, reader.message(False).packet_id, 0x80)
        reader.expect_quiet()
        reader.drop()
        self.again().expect_quiet()

    @open_only(v311="4.4.0-1", v5="4.4.0-1")
    def test_nothing_comes_again_on_the_same_connection(self):
        reader, writer = self.pair()
        writer.publish(self.name("/x"), b"1", qos=1)
        reader.message(acknowledge=False)
        clock = self.client("clock", keep_alive=1)
        clock.expect_closed()  # a second and a half later
        reader.expect_quiet()

    @states(v5="3.3.4-9 4.9.0-1 4.9.0-2 3.3.4-10 4.9.0-3")
    def test_the_receive_maximum_of_a_client(self):
        reader, writer = self.pair(props={"receive_maximum": 2})
        for number in range(5):
            writer.publish(self.name("/x"), b"%d" % number, qos=1)
        first, second = (reader.message(acknowledge=False) for _ in range(2))
        reader.expect_quiet()  # answered all the same
        self.acknowledge(reader, wire.PUBACK, second.packet_id)
        third = reader.message(acknowledge=False)
        reader.expect_quiet()
        for one in (first, third):
            self.acknowledge(reader, wire.PUBACK, one.packet_id)
        self.assertEqual([one.payload for one in (first, second, third)], [b"0", b"1", b"2"])
        reader.expect_messages(b"3", b"4")

    @states(v311="-", v5="-")
    def test_acknowledgements_of_nothing(self):
        peer = self.client()
        self.acknowledge(peer, wire.PUBACK, 99)
        peer.expect_quiet()

    @open_only(v311="-", v5="3.5.2-1 3.6.2-1")
    def test_acknowledgements_of_nothing_with_qos_2(self):
        peer = self.client()
        self.acknowledge(peer, wire.PUBREC, 99)
        got = peer.expect(wire.PUBREL)
        self.assertEqual(got.packet_id, 99)
        self.assertIn(got.code, (PACKET_ID_NOT_FOUND, 0))
        self.acknowledge(peer, wire.PUBCOMP, 99)
        self.acknowledge(peer, wire.PUBREL, 98)
        got = peer.expect(wire.PUBCOMP)
        self.assertEqual((got.packet_id, got.code), (98, self.code(PACKET_ID_NOT_FOUND) or 0))

    @states(v311="-", v5="-", profiles=("Aws",))
    def test_acknowledgements_of_qos_2_where_there_is_none(self):
        for kind in (wire.PUBREC, wire.PUBREL, wire.PUBCOMP):
            peer = self.client()
            self.acknowledge(peer, kind, 1)
            peer.expect_closed(self.code(QOS_NOT_SUPPORTED))

    @states(v311="3.6.1-1 2.2.2-1 2.2.2-2", v5="3.6.1-1 2.1.3-1")
    def test_reserved_flags(self):
        for kind, flags in ((wire.PUBREL, 0), (wire.PUBREL, 3), (wire.PUBACK, 1),
                            (wire.PUBREC, 2), (wire.PUBCOMP, 2)):
            peer = self.client()
            peer.send(wire.packet(kind, wire.u16(1), flags=flags))
            peer.expect_closed(self.code(MALFORMED))

    @open_only(v311="4.3.3-2 2.3.1-6", v5="4.3.3-8 4.3.3-11 3.5.2-1 3.7.2-1 2.2.1-5")
    def test_receiving_exactly_once(self):
        reader, writer = self.pair(qos=2)
        publish = wire.publish(self.version, self.name("/x"), b"once", qos=2, packet_id=9)
        writer.send(publish)
        self.assertEqual(writer.expect(wire.PUBREC).packet_id, 9)
        for dup in (True, False, True):  # until it is released, the same message
            writer.send(wire.publish(self.version, self.name("/x"), b"once", qos=2, packet_id=9,
                                     dup=dup))
            self.assertEqual(writer.expect(wire.PUBREC).packet_id, 9)
        for _ in range(2):
            self.acknowledge(writer, wire.PUBREL, 9)
            self.assertEqual(writer.expect(wire.PUBCOMP).packet_id, 9)
        reader.expect_messages(b"once")
        reader.expect_quiet()

    @open_only(v311="4.3.3-2", v5="4.3.3-10 4.3.3-12")
    def test_the_same_packet_id_after_pubcomp_is_a_new_message(self):
        reader, writer = self.pair(qos=2)
        for payload in (b"1", b"2"):
            writer.ids = 8
            writer.publish(self.name("/x"), payload, qos=2)
        reader.expect_messages(b"1", b"2")

    @open_only(v311="4.3.3-2", v5="4.3.3-10")
    def test_exactly_once_over_two_connections(self):
        reader, _ = self.pair(qos=2)
        writer = self.client("writer", **self.lasting())
        publish = wire.publish(self.version, self.name("/x"), b"once", qos=2, packet_id=9)
        writer.send(publish)
        writer.expect(wire.PUBREC)
        writer.drop()
        writer = self.again("writer")
        writer.send(wire.publish(self.version, self.name("/x"), b"once", qos=2, packet_id=9,
                                 dup=True))
        writer.expect(wire.PUBREC)
        self.acknowledge(writer, wire.PUBREL, 9)
        writer.expect(wire.PUBCOMP)
        reader.expect_messages(b"once")
        reader.expect_quiet()

    @open_only(v311="4.3.3-1", v5="4.3.3-1 4.3.3-2 4.3.3-4")
    def test_sending_exactly_once(self):
        reader, writer = self.pair(qos=2)
        writer.publish(self.name("/x"), b"once", qos=2)
        got = reader.message(acknowledge=False)
        self.assertEqual((got.qos, got.dup), (2, False))
        for _ in range(2):  # PUBREC may be repeated
            self.acknowledge(reader, wire.PUBREC, got.packet_id)
            self.assertEqual(reader.expect(wire.PUBREL).packet_id, got.packet_id)
        self.acknowledge(reader, wire.PUBCOMP, got.packet_id)
        reader.expect_quiet()

    @open_only(v5="4.3.3-4 4.3.3-9")
    def test_a_refused_pubrec(self):
        reader, writer = self.pair(qos=2, props={"receive_maximum": 1})
        for payload in (b"1", b"2"):
            writer.publish(self.name("/x"), payload, qos=2)
        self.acknowledge(reader, wire.PUBREC, reader.message(False).packet_id, 0x80)
        self.assertEqual(reader.message().payload, b"2")  # no PUBREL came before
        reader.expect_quiet()

    @open_only(v311="4.4.0-1 4.3.3-1", v5="4.4.0-1 4.3.3-3 4.3.3-5 4.3.3-6")
    def test_each_step_comes_again(self):
        reader, writer = self.pair(qos=2, **self.lasting())
        writer.publish(self.name("/x"), b"1", qos=2)
        writer.publish(self.name("/x"), b"2", qos=2)
        first, second = (reader.message(acknowledge=False) for _ in range(2))
        self.acknowledge(reader, wire.PUBREC, first.packet_id)
        reader.expect(wire.PUBREL)
        reader.drop()
        reader = self.again()
        seen = [reader.receive() for _ in range(2)]
        self.assertEqual(sorted((one.kind, one.packet_id) for one in seen),
                         [(wire.PUBLISH, second.packet_id), (wire.PUBREL, first.packet_id)])
        publish = next(one for one in seen if one.kind == wire.PUBLISH)
        self.assertEqual((publish.payload, publish.dup), (b"2", True))
        self.acknowledge(reader, wire.PUBCOMP, first.packet_id)
        self.acknowledge(reader, wire.PUBREC, second.packet_id)
        self.assertEqual(reader.expect(wire.PUBREL).packet_id, second.packet_id)
        self.acknowledge(reader, wire.PUBCOMP, second.packet_id)
        reader.expect_quiet()
        reader.drop()
        self.again().expect_quiet()

    @open_only(v311="4.6.0-4 4.6.0-6", v5="4.6.0-5")
    def test_order_with_qos_2(self):
        reader, writer = self.pair(qos=2)
        payloads = [b"%d" % number for number in range(20)]
        for payload in payloads:
            writer.publish(self.name("/x"), payload, qos=2)
        got = [reader.message(acknowledge=False) for _ in payloads]
        self.assertEqual([one.payload for one in got], payloads)
        for one in got:
            self.acknowledge(reader, wire.PUBREC, one.packet_id)
        released = [reader.expect(wire.PUBREL).packet_id for _ in got]
        self.assertEqual(released, [one.packet_id for one in got])

    @open_only(v311="4.6.0-3", v5="-")
    def test_order_of_pubrec(self):
        writer = self.client()
        writer.send(b"".join(wire.publish(self.version, self.name("/x"), qos=2, packet_id=number)
                             for number in (7, 3, 9, 1)))
        self.assertEqual([writer.expect(wire.PUBREC).packet_id for _ in range(4)], [7, 3, 9, 1])

    @open_only(v5="4.3.3-7 4.3.3-13")
    def test_expiry_does_not_break_exactly_once(self):
        reader, writer = self.pair(qos=2, **self.lasting())
        writer.publish(self.name("/x"), b"1", qos=2, props={"message_expiry": 1})
        got = reader.message(acknowledge=False)
        self.client("clock", keep_alive=1).expect_closed()  # a second and a half later
        self.acknowledge(reader, wire.PUBREC, got.packet_id)
        self.assertEqual(reader.expect(wire.PUBREL).packet_id, got.packet_id)
        self.acknowledge(reader, wire.PUBCOMP, got.packet_id)
        reader.expect_quiet()

    @states(v5="3.4.2-1")
    def test_a_wrong_reason_code(self):
        reader, writer = self.pair()
        writer.publish(self.name("/x"), b"1", qos=1)
        got = reader.message(acknowledge=False)
        reader.send(wire.acknowledge(self.version, wire.PUBACK, got.packet_id, 0x01))
        reader.expect_closed()


class InboundWindow(ConformanceTest):
    """PUBACKs wait for the disk here, since a session that is away is to have the messages."""
    flags = ("--allow-anonymous", "--limits-in-flight-inbound-max", "4")

    def burst(self, version: int, qos: int = 1) -> Peer:
        """Has sent 20 messages at once, which it hears itself, too."""
        self.version = version
        sleeper = self.client("sleeper", **self.lasting())
        sleeper.subscribe(self.name("/x"))
        sleeper.goodbye()
        peer = self.client()
        peer.subscribe(self.name("/x"), qos=0)
        peer.send(b"".join(wire.publish(version, self.name("/x"), b"%d" % number, qos=qos,
                                        packet_id=number) for number in range(1, 21)))
        return peer

    def test_more_than_the_receive_maximum(self):
        peer = self.burst(wire.V5)
        kinds = []
        while not kinds or kinds[-1].kind != wire.DISCONNECT:
            kinds.append(peer.receive())
        self.assertEqual(kinds[-1].code, RECEIVE_MAXIMUM_EXCEEDED)
        self.assertEqual([one.payload for one in kinds if one.kind == wire.PUBLISH],
                         [b"1", b"2", b"3", b"4"])
        peer.expect_end()

    def test_3_1_1_is_read_no_further_until_it_was_answered(self):
        peer = self.burst(wire.V311)
        unanswered, answered = 0, []
        while len(answered) < 20:
            got = peer.receive()
            if got.kind == wire.PUBACK:
                answered.append(got.packet_id)
            unanswered += 1 if got.kind == wire.PUBLISH else -1
            self.assertLessEqual(unanswered, 4)
        self.assertEqual(answered, list(range(1, 21)))
        peer.expect_quiet()

    def test_one_after_the_other_is_within_it(self):
        self.version = wire.V5
        peer = self.client()
        for _ in range(10):
            self.assertLess(peer.publish(self.name("/x"), b"", qos=1), 0x80)


class WindowOfAConnection(ConformanceTest):
    """A client may have forgotten its packet ids, and the Receive Maximum is the connection's."""
    flags = ("--allow-anonymous", "--profile", "open", "--limits-in-flight-inbound-max", "3")

    def test_ids_of_earlier_connections_do_not_count(self):
        self.version = wire.V5
        peer = self.client(**self.lasting())
        for connection in range(3):
            for number in range(3):
                peer.send(wire.publish(self.version, self.name("/x"), qos=2,
                                       packet_id=10 * connection + number + 1))
                self.assertLess(peer.expect(wire.PUBREC).code, 0x80)
            if connection < 2:
                peer.drop()
                peer = self.client(**self.lasting())
        peer.send(wire.publish(self.version, self.name("/x"), qos=2, packet_id=40))
        peer.expect_closed(RECEIVE_MAXIMUM_EXCEEDED)


matrix(globals(), Flow)
if __name__ == "__main__":
    unittest.main(verbosity=1)
