#!/usr/bin/python3
"""PUBLISH: section 3.3 and the topics of 4.7.

usage: publish_test.py GATEHOUSE [TESTS]"""

import unittest

import wire
from conformance_test_case import matrix, open_only, states

MALFORMED, PROTOCOL_ERROR, TOPIC_NAME_INVALID = 0x81, 0x82, 0x90
TOPIC_FILTER_INVALID = 0x8F
PACKET_TOO_LARGE, TOPIC_ALIAS_INVALID = 0x95, 0x94
RETAIN_AS_PUBLISHED, HANDLING_IF_NEW, HANDLING_NEVER = 0x08, 0x10, 0x20
PAIRS = [("z", "1"), ("a", "2"), ("z", "3"), ("", "")]


class Publish:
    def assert_closed_after(self, data: bytes, *codes: int) -> None:
        peer = self.client()
        peer.send(data)
        if not self.is_v5:
            peer.expect_end()
            return
        got = peer.expect(wire.DISCONNECT)
        self.assertIn(got.code, codes, got)
        peer.expect_end()

    def reader(self, *filters: str, **how):
        made = self.client("reader")
        made.subscribe(*(filters or [self.name("/#")]), **how)
        return made

    @states(v311="3.3.2-1 3.3.2-3 3.3.5-1 4.5.0-1", v5="3.3.2-1 3.3.2-3 3.3.4-2 4.5.0-1")
    def test_reaches_who_subscribed(self):
        topic = self.name("/a/b")
        readers = {one: self.client(str(at)) for at, one in enumerate(
            (topic, self.name("/+/b"), self.name("/#"), self.name("/a/c")))}
        for one, peer in readers.items():
            peer.subscribe(one)
        writer = self.client()
        writer.publish(topic, b"x")
        writer.publish(self.name("/a/c"), b"last")
        for one, peer in readers.items():
            if one != self.name("/a/c") and not one.endswith("b"):
                self.assertEqual((peer.message().topic), topic)
            elif one.endswith("b"):
                self.assertEqual(peer.message().topic, topic)
                continue
            self.assertEqual(peer.message().payload, b"last")

    @states(v311="3.3.1-4", v5="3.3.1-4")
    def test_both_qos_bits(self):
        data = bytearray(wire.publish(self.version, "a/b", qos=1, packet_id=1))
        data[0] |= 0x06
        self.assert_closed_after(bytes(data), MALFORMED)

    @states(v311="2.3.1-1", v5="2.2.1-3")
    def test_packet_id_zero(self):
        self.assert_closed_after(wire.publish(self.version, "a/b", qos=1, packet_id=0), MALFORMED,
                                 PROTOCOL_ERROR)

    @states(v311="3.3.1-2", v5="3.3.1-2")
    def test_dup_of_qos_0(self):
        self.assert_closed_after(wire.publish(self.version, "a/b", dup=True), MALFORMED,
                                 PROTOCOL_ERROR)

    @states(v311="3.3.1-3 3.3.1-1", v5="3.3.1-3")
    def test_dup_is_not_passed_on(self):
        reader, writer = self.reader(), self.client()
        for qos in (0, 1):
            writer.publish(self.name("/x"), b"%d" % qos, qos=qos, dup=qos > 0)
            self.assertFalse(reader.message().dup)

    @states(v311="3.3.2-2 4.7.1-1", v5="3.3.2-2 4.7.0-1")
    def test_wildcards_in_the_topic(self):
        for topic in ("a/#", "a/+/b", "+", "#"):
            self.assert_closed_after(wire.publish(self.version, topic), TOPIC_NAME_INVALID,
                                     MALFORMED)

    @states(v311="4.7.3-1 4.7.3-2 1.5.3-1 1.5.3-2", v5="4.7.3-1 4.7.3-2 1.5.4-1 1.5.4-2")
    def test_topics_that_are_none(self):
        self.assert_closed_after(wire.publish(self.version, ""), PROTOCOL_ERROR, TOPIC_NAME_INVALID)
        for topic in (b"a\0b", b"\xff", b"\xed\xa0\x80"):
            self.assert_closed_after(wire.publish(self.version, topic), MALFORMED,
                                     TOPIC_NAME_INVALID)

    @states(v311="4.7.3-4", v5="4.7.3-4")
    def test_topics_are_not_normalized(self):
        composed, apart = self.name("/\u00e9"), self.name("/e\u0301")
        first, second = self.client("1"), self.client("2")
        first.subscribe(composed)
        second.subscribe(apart, self.name("/A"), self.name("//x"), self.name("/ "))
        writer = self.client()
        for topic in (composed, self.name("/a"), self.name("/x"), apart, self.name("/ ")):
            writer.publish(topic, b"1", qos=1)
        self.assertEqual([second.message().topic for _ in range(2)], [apart, self.name("/ ")])
        self.assertEqual(first.message().topic, composed)
        first.expect_quiet()

    @open_only(v311="4.7.3-3", v5="4.7.3-3")
    def test_the_longest_topic(self):
        topic = self.name("/") + "x" * (65535 - len(self.name("/")))
        reader, writer = self.reader(topic), self.client()
        writer.publish(topic, b"1", qos=1)
        self.assertEqual(reader.message().topic, topic)

    @states(v311="4.7.2-1", v5="4.7.2-1")
    def test_wildcards_do_not_match_dollar_topics(self):
        wild, exact, writer = self.client("wild"), self.client("exact"), self.client()
        wild.subscribe("#", "+/x")
        exact.subscribe("$own/#")
        writer.publish("$own/x", b"own")
        self.client("other").publish(self.name("/last"), b"last")
        while (got := wild.message()).payload != b"last":  # retained ones of other tests come first
            self.assertNotEqual(got.topic, "$own/x")
        if self.flags[-1] == "open":  # AWS IoT keeps topics that begin with $ for itself
            exact.expect_messages(b"own")

    @states(v311="3.3.1-5 3.3.1-6 3.3.1-8 3.3.1-9", v5="3.3.1-5 3.3.1-9 3.3.1-12")
    def test_retained(self):
        writer, topic = self.client(), self.name("/kept")
        live = self.reader()
        for payload in (b"first", b"second"):
            writer.publish(topic, payload, qos=1, retain=True)
            self.assertFalse(live.message().retain)  # to a subscription that was there
        late = self.client("late")
        late.subscribe(topic)
        got = late.message()
        self.assertEqual((got.payload, got.retain), (b"second", True))
        late.expect_quiet()

    @states(v311="3.3.1-10 3.3.1-11", v5="3.3.1-6 3.3.1-7")
    def test_an_empty_retained_message(self):
        writer, topic = self.client(), self.name("/kept")
        live = self.reader()
        for payload in (b"first", b""):
            writer.publish(topic, payload, qos=1, retain=True)
        live.expect_messages(b"first", b"")
        late = self.client("late")
        late.subscribe(topic)
        late.expect_quiet()

    @states(v311="3.3.1-12", v5="3.3.1-8")
    def test_not_retained_leaves_the_retained_one(self):
        writer, topic = self.client(), self.name("/kept")
        writer.publish(topic, b"kept", qos=1, retain=True)
        for payload in (b"live", b""):
            writer.publish(topic, payload, qos=1)
        late = self.client("late")
        late.subscribe(topic)
        self.assertEqual(late.message().payload, b"kept")

    @states(v311="3.3.1-6", v5="3.3.1-9 3.8.4-8")
    def test_the_qos_of_a_retained_message(self):
        writer, topic = self.client(), self.name("/kept")
        writer.publish(topic, b"kept", qos=1, retain=True)
        late = self.client("late")
        for qos in (0, 1):
            late.subscribe(topic, qos=qos)
            self.assertEqual(late.message().qos, qos)

    @states(v311="3.3.1-7", v5="3.3.1-5")
    def test_a_retained_message_with_qos_0(self):
        writer, topic = self.client(), self.name("/kept")
        writer.publish(topic, b"first", qos=1, retain=True)
        writer.publish(topic, b"second", retain=True)
        writer.expect_quiet()
        late = self.client("late")
        late.subscribe(topic)
        late.expect_messages(b"second")

    @open_only(v311="3.3.1-6", v5="3.3.1-9")
    def test_retained_messages_of_a_wildcard(self):
        writer = self.client()
        for part in ("a", "b/c", "d"):
            writer.publish(self.name("/" + part), part.encode(), qos=1, retain=True)
        late = self.client("late")
        late.subscribe(self.name("/#"))
        self.assertEqual(sorted(late.message().payload for _ in range(3)), [b"a", b"b/c", b"d"])
        late.subscribe(self.name("/+"))
        self.assertEqual(sorted(late.message().payload for _ in range(2)), [b"a", b"d"])
        late.expect_quiet()

    @states(v5="3.3.1-9 3.3.1-10 3.3.1-11")
    def test_retain_handling(self):
        topic = self.name("/kept")
        self.client().publish(topic, b"kept", qos=1, retain=True)
        late = self.client("late")
        late.subscribe(topic, options=HANDLING_NEVER)
        late.expect_quiet()
        late.subscribe(topic, options=HANDLING_IF_NEW)  # it is not
        late.expect_quiet()
        late.subscribe(topic)
        late.expect_messages(b"kept")
        late.unsubscribe(topic)
        late.subscribe(topic, options=HANDLING_IF_NEW)
        late.expect_messages(b"kept")

    @states(v5="3.3.1-12 3.3.1-13")
    def test_retain_as_published(self):
        topic = self.name("/x")
        as_published = self.reader(topic, options=RETAIN_AS_PUBLISHED)
        plain = self.client("plain")
        plain.subscribe(topic)
        writer = self.client()
        for retain in (True, False):
            writer.publish(topic, b"x", qos=1, retain=retain)
            self.assertEqual(as_published.message().retain, retain)
            self.assertFalse(plain.message().retain)

    @states(v5="3.3.2-4 3.3.2-15 3.3.2-16 3.3.2-17 3.3.2-18 3.3.2-20")
    def test_properties_are_passed_on(self):
        props = {"payload_format": 1, "content_type": "text/plain", "response_topic": "re/ply",
                 "correlation": bytes(range(64)), "user": PAIRS}
        reader, writer = self.reader(), self.client()
        for qos in (0, 1):
            writer.publish(self.name("/x"), "žluť".encode(), qos=qos, props=props)
            self.assertEqual(reader.message().props, props)
        writer.publish(self.name("/x"), b"", props={"payload_format": 0, "correlation": b""})
        self.assertEqual(reader.message().props, {"payload_format": 0, "correlation": b""})

    @states(v5="3.3.2-4 3.3.2-18")
    def test_properties_of_a_retained_message(self):
        props = {"payload_format": 1, "content_type": "t", "user": PAIRS}
        self.client().publish(self.name("/kept"), b"x", qos=1, retain=True, props=props)
        self.assertEqual(self.reader(self.name("/kept")).message().props, props)

    @states(v5="3.3.2-14 3.3.2-13 3.3.2-19")
    def test_properties_that_are_wrong(self):
        for props in ({"response_topic": "a/#"}, {"response_topic": "a/+"},
                      {"response_topic": b"\xff"}, {"content_type": b"\xff"},
                      {"payload_format": 2}, {"content_type": ["a", "b"]},
                      {"message_expiry": [1, 2]}, {"session_expiry": 1}, {"user": [(b"\xff", "")]}):
            with self.subTest(props=props):
                self.assert_closed_after(wire.publish(self.version, "a/b", props=props), MALFORMED,
                                         PROTOCOL_ERROR, TOPIC_NAME_INVALID)

    @states(v5="3.3.4-6")
    def test_a_subscription_identifier_from_a_client(self):
        self.assert_closed_after(
            wire.publish(self.version, "a/b", props={"subscription_id": 1}), PROTOCOL_ERROR,
            MALFORMED, 0xA1)

    @states(v5="3.3.2-6")
    def test_expiry_that_goes_on(self):
        self.client().publish(self.name("/kept"), b"x", qos=1, retain=True,
                              props={"message_expiry": 100})
        got = self.reader(self.name("/kept")).message()
        self.assertTrue(98 <= got.props["message_expiry"] <= 100, got)

    @open_only(v5="3.3.2-5 3.3.2-6")
    def test_an_expiry_of_zero(self):
        """Who is there gets it as it was sent, and nobody later."""
        sleeper = self.client("sleeper", **self.lasting())
        sleeper.subscribe(self.name("/x"))
        sleeper.goodbye()
        online, writer = self.reader(self.name("/x")), self.client()
        writer.publish(self.name("/x"), b"now", qos=1, props={"message_expiry": 0})
        writer.publish(self.name("/x"), b"later", qos=1)
        got = online.message()
        self.assertEqual((got.payload, got.props["message_expiry"]), (b"now", 0))
        again = self.client("sleeper", **self.lasting())
        again.expect_messages(b"later")

    @states(v5="3.3.2-5")
    def test_what_has_expired(self):
        name = self.name("/x")
        sleeper = self.client("sleeper", **self.lasting())
        sleeper.subscribe(name)
        sleeper.goodbye()
        writer, clock = self.client(), self.client("clock", **self.lasting())
        writer.publish(name, b"late", qos=1, props={"message_expiry": 1})
        writer.publish(name, b"kept", qos=1)
        # What has one second too is gone when a will a second later comes.
        clock.subscribe(self.name("/clock"))
        self.client("will", will=wire.Will(self.name("/clock"), props={"will_delay": 2}),
                    props={"session_expiry": 600}).drop()
        clock.message()
        again = self.peer()
        again.connect(self.name("sleeper"), **self.lasting())
        self.assertEqual(again.message().payload, b"kept")
        again.expect_quiet()

    @states(v5="3.3.2-8 3.3.2-9 3.2.2-17")
    def test_aliases_that_are_none(self):
        most = self.client("most")
        most.close()
        peer = self.peer()
        highest = peer.connect(self.name(), props={}).props["alias_maximum"]
        for alias in (0, highest + 1):
            self.assert_closed_after(wire.publish(self.version, "a/b", props={"alias": alias}),
                                     TOPIC_ALIAS_INVALID)
        self.assert_closed_after(wire.publish(self.version, "", props={"alias": highest}),
                                 PROTOCOL_ERROR, TOPIC_ALIAS_INVALID)  # not known yet

    @states(v5="3.3.2-12")
    def test_every_alias_up_to_the_maximum(self):
        reader, writer = self.reader(), self.peer()
        highest = min(writer.connect(self.name()).props["alias_maximum"], 100)
        for alias in range(1, highest + 1):
            writer.publish(self.name(f"/{alias}"), b"first", props={"alias": alias})
        for alias in range(1, highest + 1):
            writer.publish("", b"again", qos=1, props={"alias": alias})
        topics = [self.name(f"/{alias}") for alias in range(1, highest + 1)]
        self.assertEqual([reader.message().topic for _ in range(2 * highest)], topics * 2)
        writer.publish(self.name("/other"), b"", props={"alias": 1})
        writer.publish("", b"", props={"alias": 1})
        self.assertEqual([reader.message().topic for _ in range(2)], [self.name("/other")] * 2)

    @states(v5="3.3.2-7")
    def test_aliases_end_with_the_connection(self):
        first = self.client(props={"session_expiry": 600})
        first.publish("a/b", props={"alias": 1})
        first.goodbye()
        again = self.peer()
        again.connect(self.name(), **self.lasting())
        again.send(wire.publish(self.version, "", props={"alias": 1}))
        again.expect_closed(PROTOCOL_ERROR)

    @states(v5="3.1.2-26 3.1.2-27 3.3.2-11")
    def test_aliases_of_the_server(self):
        writer = self.client()
        for most in (0, 2):
            reader = self.client(f"reader{most}", props={"alias_maximum": most})
            reader.subscribe(self.name("/#"))
            known = {}
            for number in range(12):
                topic = self.name(f"/{number % 4}")
                writer.publish(topic, b"x", qos=1)
                got = reader.message()
                alias = got.props.get("alias", 0)
                self.assertLessEqual(alias, most)
                if got.topic and alias:
                    known[alias] = got.topic
                self.assertEqual(got.topic or known[alias], topic)
            reader.goodbye()

    @states(v5="3.1.2-24 3.1.2-25")
    def test_the_maximum_packet_size_of_a_client(self):
        reader = self.client("reader", props={"maximum_packet": 200})
        reader.subscribe(self.name("/#"))
        writer = self.client()
        for size in (10, 1000, 20):
            writer.publish(self.name("/x"), bytes(size), qos=1)
        self.assertEqual([len(reader.message().payload) for _ in range(2)], [10, 20])
        reader.expect_quiet()

    @states(v5="3.1.2-24")
    def test_a_connack_over_the_maximum_packet_size(self):
        peer = self.peer()
        self.assertEqual(peer.connect(self.name(), props={"maximum_packet": 5}).code,
                         PACKET_TOO_LARGE)
        peer.expect_end()
        peer = self.peer()
        peer.send(wire.connect(self.version, self.name(), props={"maximum_packet": 4}))
        peer.expect_end()

    @open_only(v5="3.1.2-24")
    def test_answers_over_the_maximum_packet_size(self):
        filters = [self.name(f"/{number}") for number in range(60)]
        for question in (wire.subscribe(self.version, 1, [(one, 0) for one in filters]),
                         wire.unsubscribe(self.version, 1, filters)):
            peer = self.client(props={"maximum_packet": 60})
            peer.send(question)
            self.assertEqual(peer.expect(wire.DISCONNECT).code, PACKET_TOO_LARGE)
            peer.expect_end()

    @states(v311="3.3.5-2", v5="3.4.2-1")
    def test_a_publish_that_is_refused(self):
        peer = self.client()
        peer.send(wire.publish(self.version, "$SYS/x", qos=1, packet_id=1))
        if self.is_v5:
            self.assertEqual(peer.expect(wire.PUBACK).code, TOPIC_NAME_INVALID)
        else:
            peer.expect_end()

    @states(v5="3.4.2-2 3.9.2-1 3.14.2-3")
    def test_reasons_that_are_too_long(self):
        peer = self.peer()
        most = 60
        connack = peer.connect(self.name(), props={"maximum_packet": most})
        self.assertLessEqual(connack.size, most)
        peer.send(wire.publish(self.version, "$SYS/x", qos=1, packet_id=1))
        self.assertLessEqual(peer.expect(wire.PUBACK).size, most)
        if "aws" in self.flags:  # in profile open there is no filter that is refused with words
            peer.send(wire.subscribe(self.version, 1, [("$SYS/x", 1)]))
            self.assertLessEqual(peer.expect(wire.SUBACK).size, most)
        peer.send(wire.publish(self.version, "a/b/#"))
        self.assertLessEqual(peer.expect(wire.DISCONNECT).size, most)

    @open_only(v5="3.5.2-2")
    def test_a_reason_that_is_too_long_for_pubrec(self):
        peer = self.client(props={"maximum_packet": 60})
        peer.send(wire.publish(self.version, "$SYS/x", qos=2, packet_id=1))
        got = peer.expect(wire.PUBREC)
        self.assertEqual(got.code, TOPIC_NAME_INVALID)
        self.assertLessEqual(got.size, 60)

    @states(v5="-")
    def test_reserved_topics_are_the_services(self):
        reader = self.reader("$aws/things/#", "$aws/+/r/#")
        self.assertEqual(reader.subscribe("$aws/rules/#", "$share/g/$aws/rules/r", "$aws/none/#"),
                         [TOPIC_FILTER_INVALID] * 3)
        peer = self.client()
        own = f"$aws/things/{self.name()}"
        for topic in (f"{own}/shadow/update/accepted", f"{own}/jobs/notify", f"{own}/none",
                      "$aws/events/presence/connected/c", "$aws/none"):
            self.assertEqual(peer.publish(topic, b"forged", qos=1), TOPIC_NAME_INVALID, topic)
        self.assertEqual(peer.publish(f"{own}/shadow/get", qos=1, retain=True), TOPIC_NAME_INVALID)
        self.assertLess(peer.publish("$aws/rules/r/x", b"for the rule", qos=1), 0x80)
        self.assertLess(peer.publish(f"{own}/shadow/get", b"asked", qos=1), 0x80)
        self.assertEqual(reader.message().payload, b"asked")

    @states(v5="3.2.2-15", profiles=("Aws",))
    def test_the_maximum_packet_size_of_the_server(self):
        peer = self.peer()
        most = peer.connect(self.name()).props["maximum_packet"]
        peer.send(wire.publish(self.version, "a/b", bytes(most), qos=1, packet_id=1))
        got = peer.expect(wire.DISCONNECT)
        self.assertEqual(got.code, PACKET_TOO_LARGE)


matrix(globals(), Publish)
if __name__ == "__main__":
    unittest.main(verbosity=1)
