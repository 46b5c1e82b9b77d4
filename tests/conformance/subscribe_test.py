#!/usr/bin/python3
"""SUBSCRIBE, UNSUBSCRIBE and their answers: sections 3.8 to 3.11; shared subscriptions, 4.8.2.

usage: subscribe_test.py GATEHOUSE [TESTS]"""

import unittest

import wire
from conformance_test_case import matrix, open_only, states

MALFORMED, PROTOCOL_ERROR = 0x81, 0x82
NO_SUBSCRIPTION_EXISTED, TOPIC_FILTER_INVALID = 0x11, 0x8F
NO_LOCAL = 0x04


class Subscribe:
    def assert_closed_after(self, data: bytes, *codes: int) -> None:
        peer = self.client()
        peer.send(data)
        if self.is_v5:
            self.assertIn(peer.expect(wire.DISCONNECT).code, codes)
        peer.expect_end()

    @states(v311="3.8.4-1 3.8.4-2 3.8.4-5 3.9.3-1 3.9.3-2 3.8.4-4 2.3.1-7",
            v5="3.8.4-1 3.8.4-2 3.8.4-5 3.8.4-6 3.8.4-7 3.9.3-1 3.9.3-2 2.2.1-6")
    def test_one_code_for_each_filter(self):
        peer = self.client()
        filters = [(self.name("/a"), 0), (self.name("/b"), 1), (self.name("/c/#"), 0)]
        peer.send(wire.subscribe(self.version, 1234, filters))
        got = peer.expect(wire.SUBACK)
        self.assertEqual((got.packet_id, got.codes), (1234, [0, 1, 0]))

    @states(v311="3.8.4-4", v5="3.8.4-5")
    def test_the_same_filter_twice_in_one_packet(self):
        """As in two packets: the retained message comes for each."""
        writer, reader = self.client(), self.client("reader")
        writer.publish(self.name("/x"), b"kept", qos=1, retain=True)
        self.assertEqual(reader.subscribe(self.name("/x"), self.name("/x")), [1, 1])
        reader.expect_messages(b"kept", b"kept")
        writer.publish(self.name("/x"), b"once", qos=1)
        reader.expect_messages(b"once")
        reader.expect_quiet()

    @open_only(v311="3.8.4-6 3.8.4-5", v5="3.8.4-7 3.8.4-8 4.8.2-3")
    def test_the_lower_qos_of_both_sides(self):
        writer = self.client()
        for granted in (0, 1, 2):
            reader = self.client(f"reader{granted}")
            self.assertEqual(reader.subscribe(self.name("/x"), qos=granted), [granted])
            for sent in (0, 1, 2):
                writer.publish(self.name("/x"), b"x", qos=sent)
                self.assertEqual(reader.message().qos, min(granted, sent))
            reader.goodbye()

    @states(v311="3.8.4-3", v5="3.8.4-3 3.8.4-4")
    def test_the_same_filter_again_replaces(self):
        topic = self.name("/x")
        writer, reader = self.client(), self.client("reader")
        writer.publish(topic, b"kept", qos=1, retain=True)
        for qos in (1, 0, 1):
            reader.subscribe(topic, qos=qos)
            self.assertEqual(reader.message().payload, b"kept")  # sent again each time
            writer.publish(topic, b"live", qos=1)
            self.assertEqual(reader.message().qos, qos)
        reader.expect_quiet()

    @states(v311="3.8.3-4 3.8.1-1", v5="3.8.1-1 2.1.3-1")
    def test_reserved_flags(self):
        for flags in (0, 1, 3, 0x0A):
            self.assert_closed_after(wire.subscribe(self.version, 1, [("a", 0)], flags=flags),
                                     MALFORMED)
            self.assert_closed_after(wire.unsubscribe(self.version, 1, ["a"], flags=flags),
                                     MALFORMED)

    @states(v311="3.10.1-1", v5="3.10.1-1")
    def test_reserved_flags_of_unsubscribe(self):
        self.assert_closed_after(wire.unsubscribe(self.version, 1, ["a"], flags=0), MALFORMED)

    @states(v311="3.8.3-3 3.10.3-2", v5="3.8.3-2 3.10.3-2")
    def test_no_filters(self):
        self.assert_closed_after(wire.subscribe(self.version, 1, []), PROTOCOL_ERROR, MALFORMED)
        self.assert_closed_after(wire.unsubscribe(self.version, 1, []), PROTOCOL_ERROR, MALFORMED)

    @states(v311="2.3.1-1", v5="2.2.1-3")
    def test_packet_id_zero(self):
        self.assert_closed_after(wire.subscribe(self.version, 0, [("a", 0)]), PROTOCOL_ERROR,
                                 MALFORMED)
        self.assert_closed_after(wire.unsubscribe(self.version, 0, ["a"]), PROTOCOL_ERROR,
                                 MALFORMED)

    @states(v311="3.8.3-4", v5="3.8.3-5")
    def test_reserved_bits_of_the_options(self):
        wrong = (0x40, 0x80, 0x03, 0x30) if self.is_v5 else (0x03, 0x04, 0x08, 0x80)
        for options in wrong:
            self.assert_closed_after(wire.subscribe(self.version, 1, [("a", options)]), MALFORMED,
                                     PROTOCOL_ERROR)

    @states(v311="3.8.3-1 3.10.3-1 1.5.3-1 1.5.3-2", v5="3.8.3-1 3.10.3-1 1.5.4-1 1.5.4-2")
    def test_filters_that_are_no_text(self):
        for wrong in (b"\xff", b"a\0", b"\xed\xa0\x80"):
            self.assert_closed_after(wire.subscribe(self.version, 1, [(wrong, 0)]), MALFORMED,
                                     TOPIC_FILTER_INVALID)
            self.assert_closed_after(wire.unsubscribe(self.version, 1, [wrong]), MALFORMED,
                                     TOPIC_FILTER_INVALID)

    @states(v311="4.7.1-2 4.7.1-3 4.7.3-1", v5="4.7.1-1 4.7.1-2 4.7.3-1")
    def test_filters_that_are_wrong(self):
        for wrong in ("a/#/b", "a#", "#a", "a/b#", "+a", "a+/b", "a/b+", ""):
            peer = self.client()
            peer.send(wire.subscribe(self.version, 1, [(wrong, 0)]))
            if not self.is_v5:
                peer.expect_end()
                continue
            got = peer.receive()
            if got.kind == wire.SUBACK:
                self.assertEqual(got.codes, [TOPIC_FILTER_INVALID])
            else:
                self.assertIn(got.code, (TOPIC_FILTER_INVALID, MALFORMED, PROTOCOL_ERROR))

    @states(v311="3.8.3-2 4.7.1-3", v5="4.7.1-2 4.7.1-1")
    def test_what_wildcards_match(self):
        here = self.name()
        filters = {"/+": ["/", "/b", "/a"], "/+/+": ["/a/b", "//", "/a/", "//b"],
                   "/a/+/c": ["/a/b/c"], "/a/#": ["/a/b", "/a/b/c", "/a/"],
                   "/+/b/#": ["/a/b/c", "/x/b/c"], "//b": ["//b"]}
        parents = {"/a/#": ["/a"], "/+/b/#": ["/a/b", "//b"]}  # they have a test of their own
        topics = sorted({one for matching in filters.values() for one in matching})
        writer = self.client()
        for number, (one, matching) in enumerate(filters.items()):
            reader = self.client(f"reader{number}")
            reader.subscribe(here + one, here + "/last/x")
            for topic in topics:
                writer.publish(here + topic, b"x", qos=1)
            writer.publish(here + "/last/x", b"last", qos=1)
            got = []
            while "/last/x" not in got:
                got.append(reader.message().topic.removeprefix(here))
            apart = parents.get(one, []) + ["/last/x"]
            self.assertEqual([topic for topic in got if topic not in apart], sorted(matching), one)
            reader.goodbye()

    @open_only(v311="4.7.1-2", v5="4.7.1-1")
    def test_the_parent_of_a_multi_level_wildcard(self):
        reader, writer = self.client("reader"), self.client()
        reader.subscribe(self.name("/a/#"))
        writer.publish(self.name("/a"), b"parent", qos=1)
        self.assertEqual(reader.message().payload, b"parent")

    @states(v311="3.3.5-1", v5="3.3.4-2")
    def test_overlapping_subscriptions(self):
        reader, writer = self.client("reader"), self.client()
        reader.subscribe(self.name("/#"), qos=0)
        reader.subscribe(self.name("/x"), qos=1)
        writer.publish(self.name("/x"), b"x", qos=1)
        writer.publish(self.name("/y"), b"y", qos=1)
        got = []
        while not got or got[-1].payload != b"y":
            got.append(reader.message())
        self.assertIn(1, [message.qos for message in got[:-1]])
        self.assertLessEqual(len(got), 3)

    @states(v311="3.10.4-1 3.10.4-2 3.10.4-4 3.10.4-5 3.10.4-6 3.10.4-3",
            v5="3.10.4-1 3.10.4-2 3.10.4-4 3.10.4-5 3.10.4-6 3.11.3-1 3.11.3-2")
    def test_unsubscribe(self):
        reader, writer = self.client("reader"), self.client()
        reader.subscribe(self.name("/a"), self.name("/b"), self.name("/+"))
        codes = reader.unsubscribe(self.name("/a"), self.name("/none"), self.name("/+"))
        self.assertEqual(codes, [0, NO_SUBSCRIPTION_EXISTED, 0] if self.is_v5 else [])
        for part in ("/a", "/c", "/b"):
            writer.publish(self.name(part), part.encode(), qos=1)
        self.assertEqual(reader.message().payload, b"/b")
        reader.expect_quiet()

    @states(v311="3.10.4-5", v5="3.10.4-5")
    def test_unsubscribe_from_nothing(self):
        self.assertEqual(self.client().unsubscribe(self.name("/none")),
                         [NO_SUBSCRIPTION_EXISTED] if self.is_v5 else [])

    @states(v311="3.10.4-3", v5="3.10.4-3")
    def test_delivery_that_began_is_completed(self):
        reader, writer = self.client("reader"), self.client()
        reader.subscribe(self.name("/x"))
        writer.publish(self.name("/x"), b"x", qos=1)
        got = reader.message(acknowledge=False)
        reader.unsubscribe(self.name("/x"))
        reader.send(wire.acknowledge(self.version, wire.PUBACK, got.packet_id))
        reader.expect_quiet()

    @states(v5="3.8.3-3")
    def test_no_local(self):
        peer, other = self.client(), self.client("other")
        peer.subscribe(self.name("/x"), options=NO_LOCAL)
        peer.publish(self.name("/x"), b"mine", qos=1)
        other.publish(self.name("/x"), b"other", qos=1)
        self.assertEqual(peer.message().payload, b"other")
        peer.expect_quiet()

    @states(v5="3.8.3-3")
    def test_no_local_of_the_clients_own_will(self):
        watcher = self.client("watcher")
        watcher.subscribe(self.name("/will"))
        first = self.client(**self.lasting(), will=wire.Will(self.name("/will"), b"gone", 1))
        first.subscribe(self.name("/will"), options=NO_LOCAL)
        first.drop()
        watcher.expect_messages(b"gone")
        again = self.client(**self.lasting())
        watcher.publish(self.name("/will"), b"others'", qos=1)
        again.expect_messages(b"others'")

    @states(v5="3.8.3-4")
    def test_no_local_of_a_shared_subscription(self):
        self.assert_closed_after(
            wire.subscribe(self.version, 1, [("$share/group/a", NO_LOCAL)]), PROTOCOL_ERROR)

    @states(v5="4.8.2-1 4.8.2-2")
    def test_shared_filters_that_are_wrong(self):
        for wrong in ("$share/", "$share/a", "$share//a", "$share/a+/b", "$share/#/b", "$share/a/",
                      "$share/+/b"):
            with self.subTest(wrong):
                peer = self.client()
                peer.send(wire.subscribe(self.version, 1, [(wrong, 0)]))
                got = peer.receive()
                if got.kind == wire.SUBACK:
                    self.assertEqual(got.codes, [TOPIC_FILTER_INVALID])
                else:
                    self.assertIn(got.code, (TOPIC_FILTER_INVALID, MALFORMED, PROTOCOL_ERROR))

    @states(v311="-", v5="4.8.2-3")
    def test_a_shared_subscription(self):
        topic, group = self.name("/x"), "$share/" + self.name() + "/"
        members = [self.client(f"member{number}") for number in range(3)]
        for qos, member in enumerate(members):
            member.subscribe(group + topic, qos=min(qos, 1))
        writer = self.client()
        for number in range(9):
            writer.publish(topic, b"%d" % number, qos=1)
        writer.publish(topic, b"kept", qos=1, retain=True)
        late = self.client("late")
        late.subscribe(group + topic)  # retained messages are not sent to it
        late.expect_quiet()
        got = []
        for qos, member in enumerate(members):
            for _ in range(3):
                message = member.message()
                self.assertEqual(message.qos, min(qos, 1))
                got.append(message.payload)
        self.assertEqual(sorted(got), [b"%d" % number for number in range(9)])

    @states(v5="4.8.2-6")
    def test_a_member_that_refuses_a_message(self):
        topic, group = self.name("/x"), "$share/" + self.name() + "/"
        members = [self.client(f"member{number}") for number in range(2)]
        for member in members:
            member.subscribe(group + topic)
        writer = self.client()
        writer.publish(topic, b"first", qos=1)
        writer.publish(topic, b"second", qos=1)
        for member in members:
            got = member.message(acknowledge=False)
            member.send(wire.acknowledge(self.version, wire.PUBACK, got.packet_id, 0x80))
        for member in members:
            member.expect_quiet()

    def member_that_is_lost(self, **how):
        """Between PUBREL and PUBCOMP: its message, the other member, which has its own, and who
        publishes."""
        topic, group = self.name("/x"), "$share/" + self.name() + "/"
        member, other = self.client("member", **how), self.client("other")
        for one in (member, other):
            one.subscribe(group + topic, qos=2)
        writer = self.client()
        for payload in (b"1", b"2"):
            writer.publish(topic, payload, qos=2)
        got = member.message(acknowledge=False)
        member.send(wire.acknowledge(self.version, wire.PUBREC, got.packet_id))
        member.expect(wire.PUBREL)
        member.drop()
        other.message()
        return got, other, writer

    @open_only(v5="4.8.2-4")
    def test_a_member_that_comes_back(self):
        got, other, _ = self.member_that_is_lost(**self.lasting())
        other.expect_quiet()
        member = self.peer()
        self.assertTrue(member.connect(self.name("member"), **self.lasting()).session_present)
        self.assertEqual(member.expect(wire.PUBREL).packet_id, got.packet_id)

    @open_only(v5="4.8.2-5")
    def test_a_member_whose_session_ends(self):
        _, other, writer = self.member_that_is_lost()
        writer.publish(self.name("/x"), b"3", qos=2)
        other.expect_messages(b"3")
        other.expect_quiet()

    @open_only(v5="3.3.4-3 3.3.4-4 3.3.4-5")
    def test_subscription_identifiers(self):
        reader, writer = self.client("reader"), self.client()
        reader.subscribe(self.name("/#"), props={"subscription_id": 1})
        reader.subscribe(self.name("/x"), props={"subscription_id": 268_435_455})
        reader.subscribe(self.name("/+"))
        writer.publish(self.name("/x"), b"x", qos=1)
        writer.publish(self.name("/last"), b"last", qos=1)
        found = []
        while (got := reader.message()).payload != b"last":
            found += got.props.get("subscription_id", [])
        self.assertEqual(sorted(found), [1, 268_435_455])
        reader.subscribe(self.name("/x"))  # replaced by one without
        writer.publish(self.name("/x"), b"x", qos=1)
        self.assertEqual(reader.message().props["subscription_id"], [1])

    @open_only(v5="-")
    def test_subscription_identifiers_that_are_wrong(self):
        for wrong in (0, [1, 2]):
            self.assert_closed_after(
                wire.subscribe(self.version, 1, [("a", 0)], props={"subscription_id": wrong}),
                PROTOCOL_ERROR, MALFORMED)

    @open_only(v5="3.3.4-3")
    def test_a_subscription_identifier_of_a_retained_message(self):
        self.client().publish(self.name("/kept"), b"x", qos=1, retain=True)
        reader = self.client("reader")
        reader.subscribe(self.name("/#"), props={"subscription_id": 77})
        self.assertEqual(reader.message().props["subscription_id"], [77])


matrix(globals(), Subscribe)
if __name__ == "__main__":
    unittest.main(verbosity=1)
