#!/usr/bin/python3
"""CONNECT and CONNACK: sections 3.1 and 3.2, and enhanced authentication, 4.12.

usage: connect_test.py GATEHOUSE [TESTS]"""

import string
import unittest

import wire
from conformance_test_case import matrix, open_only, states
from wire import Will

MALFORMED, PROTOCOL_ERROR, UNSUPPORTED_VERSION = 0x81, 0x82, 0x84
BAD_AUTHENTICATION_METHOD, SESSION_TAKEN_OVER = 0x8C, 0x8E
IDENTIFIER_NOT_VALID, NOT_AUTHORIZED_5 = 0x85, 0x87
UNACCEPTABLE_VERSION_311, IDENTIFIER_REJECTED_311, NOT_AUTHORIZED_311 = 1, 2, 5


class Connect:
    def assert_rejected(self, data: bytes, *codes: int) -> None:
        """No CONNACK of success; in MQTT 5 one of the codes, if any CONNACK comes."""
        peer = self.peer()
        peer.send(data)
        try:
            got = peer.expect(wire.CONNACK)
        except AssertionError as error:
            self.assertIn("Closed", str(error))
            return
        self.assertNotEqual(got.code, 0, got)
        self.assertFalse(got.session_present)
        if codes:
            self.assertIn(got.code, codes)
        peer.expect_end()

    @states(v311="3.1.0-1 3.2.0-1 3.1.4-4 3.2.2-1", v5="3.1.0-1 3.2.0-1 3.2.0-2 3.1.4-5 3.2.2-1")
    def test_first_a_connack(self):
        peer = self.peer()
        peer.send(wire.connect(self.version, self.name())
                  + wire.subscribe(self.version, 7, [("a/b", 1)]))
        connack = peer.expect(wire.CONNACK)
        self.assertEqual((connack.code, connack.session_present), (0, False))
        self.assertEqual(peer.expect(wire.SUBACK).packet_id, 7)
        peer.expect_quiet()

    @states(v311="3.1.0-1", v5="3.1.0-1 3.14.0-1")
    def test_another_packet_first(self):
        for first in (wire.packet(wire.PINGREQ), wire.publish(self.version, "a/b", b"x"),
                      wire.subscribe(self.version, 1, [("a/b", 0)])):
            peer = self.peer()
            peer.send(first)
            peer.expect_end()

    @states(v311="3.1.0-2", v5="3.1.0-2 4.13.1-1")
    def test_a_second_connect(self):
        peer = self.client()
        peer.send(wire.connect(self.version, self.name()))
        peer.expect_closed(self.code(PROTOCOL_ERROR))

    @states(v311="3.1.2-1", v5="3.1.2-1")
    def test_another_protocol_name(self):
        for name in ("MQTX", "mqtt", "MQTTS", ""):
            self.assert_rejected(wire.connect(self.version, "x", name=name),
                                 *((UNSUPPORTED_VERSION, MALFORMED) if self.is_v5 else ()))

    @states(v311="3.1.2-2", v5="3.1.2-2")
    def test_another_protocol_level(self):
        for level in (0, 6, 127, 255):
            peer = self.peer()
            peer.send(wire.connect(self.version, self.name(), level=level))
            peer.version = wire.V5 if 6 <= level < 128 else wire.V311  # in the nearest one's words
            self.assertEqual(peer.expect(wire.CONNACK).code, UNSUPPORTED_VERSION
                             if peer.version == wire.V5 else UNACCEPTABLE_VERSION_311)
            peer.expect_end()

    @states(v311="3.1.2-3 3.1.4-1 3.2.2-6", v5="3.1.2-3 3.1.4-1")
    def test_the_reserved_flag(self):
        self.assert_rejected(wire.connect(self.version, self.name(), flags=0x03), MALFORMED)

    @states(v311="3.1.2-13 3.1.2-14 3.1.2-15", v5="3.1.2-11 3.1.2-12 3.1.2-13")
    def test_flags_of_a_will(self):
        for flags in (0x08 | 2, 0x10 | 2, 0x20 | 2):  # a QoS or RETAIN of no will
            self.assert_rejected(wire.connect(self.version, self.name(), flags=flags), MALFORMED)
        self.assert_rejected(wire.connect(self.version, self.name(), will=Will("a/b", qos=3)),
                             MALFORMED)

    @states(v311="3.1.2-9 3.1.2-19 3.1.2-21", v5="3.1.2-9 3.1.2-17 3.1.2-19")
    def test_flags_of_what_is_absent(self):
        for flags in (0x06, 0x82, 0xC2):  # a will, a user name, both user name and password
            self.assert_rejected(wire.connect(self.version, self.name(), flags=flags), MALFORMED)

    @states(v311="3.1.2-18 3.1.2-20 3.1.2-11 3.1.4-1", v5="3.1.2-16 3.1.2-18 3.1.4-1")
    def test_more_than_the_flags_say(self):
        for more in ({"user": "u"}, {"will": Will("a/b")}):
            self.assert_rejected(wire.connect(self.version, self.name(), flags=2, **more),
                                 MALFORMED)

    @states(v311="3.1.3-1", v5="3.1.3-1 3.1.4-2")
    def test_all_fields(self):
        peer = self.peer()
        connack = peer.connect(self.name(), will=Will("a/b", qos=1, retain=True), user="nobody",
                               password=b"\0\xff")  # read well, and not let in
        self.assertEqual(connack.code, NOT_AUTHORIZED_5 if self.is_v5 else NOT_AUTHORIZED_311)
        peer.expect_end()

    @states(v5="3.1.3-8", profiles=("Aws",))
    def test_a_client_id_that_is_too_long(self):
        peer = self.peer()
        self.assertEqual(peer.connect("x" * 129).code, IDENTIFIER_NOT_VALID)
        peer.expect_end()

    @states(v5="3.2.2-19")
    def test_a_reason_that_is_too_long_for_connack(self):
        peer = self.peer()
        connack = peer.connect(self.name(), props={"auth_method": "x", "maximum_packet": 8})
        self.assertEqual(connack.code, BAD_AUTHENTICATION_METHOD)
        self.assertLessEqual(connack.size, 8)

    @states(v311="3.1.2-22")
    def test_a_password_without_a_user_name(self):
        self.assert_rejected(wire.connect(self.version, self.name(), password=b"p"))

    @states(v311="3.1.3-5 3.1.3-2 3.1.3-3", v5="3.1.3-5 3.1.3-2 3.1.3-3")
    def test_client_ids_that_every_server_takes(self):
        letters = string.digits + string.ascii_letters
        for start in range(0, len(letters), 23):
            peer = self.peer()
            self.assertEqual(peer.connect(letters[start:start + 23]).code, 0)
            peer.goodbye()

    @states(v311="3.1.3-6 3.1.3-7", v5="3.1.3-6 3.1.3-7 3.2.2-16")
    def test_no_client_id(self):
        assigned = set()
        for _ in range(3):
            peer = self.peer()
            connack = peer.connect("")
            self.assertEqual(connack.code, 0)
            if self.is_v5:
                assigned.add(connack.props["assigned_client_id"])
            peer.subscribe("none/x")
            peer.publish("none/x", b"1", qos=1)
        self.assertEqual(len(assigned), 3 if self.is_v5 else 0)

    @states(v5="3.1.3-7 3.1.3-2")
    def test_an_assigned_client_id_names_the_session(self):
        first = self.peer()
        name = first.connect("", props={"session_expiry": 600}).props["assigned_client_id"]
        first.drop()
        second = self.peer()
        self.assertTrue(second.connect(name, **self.lasting()).session_present)

    @states(v311="3.1.3-8 3.1.3-9 3.2.2-4 3.2.2-5")
    def test_no_client_id_of_a_lasting_session(self):
        peer = self.peer()
        connack = peer.connect("", clean=False)
        self.assertEqual((connack.code, connack.session_present), (IDENTIFIER_REJECTED_311, False))
        peer.expect_end()

    @states(v311="3.1.3-4 3.1.3-10 3.1.3-11 1.5.3-1 1.5.3-2", v5="3.1.3-4 3.1.3-11 3.1.3-12 1.5.4-1 1.5.4-2")
    def test_text_that_is_no_utf_8(self):
        for wrong in (b"\xff", b"a\0b", b"\xed\xa0\x80", b"\xc0\x80", b"\xf5\x80\x80\x80", b"\xc3"):
            for how in ({"client_id": wrong}, {"client_id": "x", "user": wrong},
                        {"client_id": "x", "will": Will(wrong)}):
                self.assert_rejected(wire.connect(self.version, **how), MALFORMED, 0x85)

    @open_only(v311="1.5.3-3", v5="1.5.4-3")
    def test_a_zero_width_space_is_kept(self):
        peer = self.client()
        peer.subscribe(self.name("/#"))
        topic = self.name("/\ufeffx")
        peer.publish(topic, b"1")
        self.assertEqual(peer.message().topic, topic)

    @states(v311="3.1.4-5 3.2.2-5", v5="3.1.4-6 3.2.2-7 3.2.2-6")
    def test_nothing_after_a_refused_connect(self):
        watcher = self.client("watcher")
        watcher.subscribe(self.name("/#"))
        peer = self.peer()
        wrong = {"flags": 0x03} if self.is_v5 else {"clean": False}
        peer.send(wire.connect(self.version, "", **wrong)
                  + wire.publish(self.version, self.name("/ghost"), b"ghost"))
        with self.assertRaises(Exception):
            while True:
                self.assertNotEqual(peer.receive().code, 0)
        watcher.publish(self.name("/after"), b"after")
        watcher.expect_messages(b"after")

    @states(v311="3.1.4-2", v5="3.1.4-3 3.2.2-2")
    def test_a_client_id_in_use(self):
        first = self.client()
        second = self.peer()
        self.assertFalse(second.connect(self.name()).session_present)
        first.expect_closed(self.code(SESSION_TAKEN_OVER))
        second.expect_quiet()

    @open_only(v311="3.1.2-24", v5="3.1.2-22 3.2.2-22")
    def test_keep_alive(self):
        peer = self.client(keep_alive=1)
        peer.expect_closed(self.code(0x8D))

    @open_only(v311="-", v5="-")
    def test_no_keep_alive(self):
        peer, mute = self.client(), self.client("mute", keep_alive=1)
        mute.expect_closed()
        peer.expect_quiet()

    @states(v5="3.1.2-21 3.2.2-21", profiles=("Aws",))
    def test_the_keep_alive_of_the_server(self):
        connack = self.peer().connect(self.name(), keep_alive=5)
        self.assertEqual(connack.props["server_keep_alive"], 30)

    @states(v311="3.12.4-1", v5="3.12.4-1")
    def test_ping(self):
        peer = self.client()
        for _ in range(3):
            peer.expect_quiet()

    @states(v5="3.1.2-28")
    def test_no_response_information_unasked(self):
        for asked in ({}, {"request_response": 0}):
            connack = self.peer().connect(self.name(), props=asked)
            self.assertNotIn("response_information", connack.props)

    @states(v5="3.1.2-29")
    def test_no_problem_information_unwanted(self):
        peer = self.client(props={"request_problem": 0})
        wrong = self.name("/" + "x/" * 9 + "y") if "Aws" in type(self).__name__ else ""
        packet_id = peer.next_id()
        peer.send(wire.subscribe(self.version, packet_id, [("a/#/b" if not wrong else wrong, 1)]))
        got = peer.receive()
        if got.kind == wire.SUBACK:
            self.assertEqual(got.props, {})
        else:
            self.assertEqual(got.kind, wire.DISCONNECT)

    @states(v5="2.2.2-1")
    def test_properties_that_are_wrong(self):
        for props in ({"receive_maximum": 0}, {"maximum_packet": 0}, {"request_problem": 2},
                      {"request_response": 2}, {"receive_maximum": [5, 5]},
                      {"session_expiry": [1, 1]}, {"auth_data": b"x"},
                      {"alias_maximum": [1, 1]}):
            with self.subTest(props=props):
                self.assert_rejected(wire.connect(self.version, self.name(), props=props),
                                     PROTOCOL_ERROR)
        for props in ({"alias": 1}, {"content_type": "x"}, {"server_keep_alive": 1}):
            with self.subTest(props=props):  # of other packets
                self.assert_rejected(wire.connect(self.version, self.name(), props=props),
                                     PROTOCOL_ERROR, MALFORMED)

    @states(v5="4.12.0-1 4.12.0-4 3.2.2-8")
    def test_an_authentication_method(self):
        self.assert_rejected(wire.connect(self.version, self.name(),
                                          props={"auth_method": "SCRAM-SHA-1"}),
                             BAD_AUTHENTICATION_METHOD)

    @states(v5="4.12.0-6 4.12.0-7")
    def test_auth_without_a_method(self):
        peer = self.peer()
        self.assertNotIn("auth_method", peer.connect(self.name()).props)
        peer.send(wire.packet(wire.AUTH, b"\x19" + wire.properties({"auth_method": "x"})))
        peer.expect_closed(PROTOCOL_ERROR)

    @states(v5="3.15.1-1")
    def test_reserved_flags_of_auth(self):
        peer = self.client()
        peer.send(wire.packet(wire.AUTH, b"\x18\0", flags=1))
        peer.expect_closed()

    @open_only(v5="3.2.2-9 3.2.2-10")
    def test_what_the_server_offers(self):
        offers = self.peer().connect(self.name()).props
        self.assertNotIn("maximum_qos", offers)  # all there are
        for name in ("retain_available", "wildcards", "subscription_ids", "sharing"):
            self.assertEqual(offers.get(name, 1), 1, name)

    @states(v5="3.2.2-9 3.2.2-12", profiles=("Aws",))
    def test_no_qos_2(self):
        peer = self.peer()
        self.assertEqual(peer.connect(self.name()).props["maximum_qos"], 1)
        self.assert_rejected(wire.connect(self.version, self.name("will"), will=Will("a/b", qos=2)),
                             0x9B)


matrix(globals(), Connect)
if __name__ == "__main__":
    unittest.main(verbosity=1)
