#!/usr/bin/python3
"""Wills: sections 3.1.2.5 to 3.1.2.7, 3.1.3.2 and 3.14.4.

usage: will_test.py GATEHOUSE [TESTS]"""

import unittest

import wire
from conformance_test_case import matrix, open_only, states
from wire import Will

DISCONNECT_WITH_WILL, MALFORMED = 0x04, 0x81
PAIRS = [("z", "1"), ("a", "2"), ("z", "3")]


class Wills:
    def watcher(self, **how):
        made = self.client("watcher")
        made.subscribe(self.name("/#"), **how)
        return made

    def will(self, **how) -> Will:
        return Will(self.name("/will"), **how)

    @states(v311="3.1.2-8 3.1.2-10 3.1.2-12", v5="3.1.2-7 3.1.2-8 3.1.2-10")
    def test_after_a_lost_connection_once(self):
        watcher = self.watcher()
        self.client(will=self.will()).drop()
        self.assertEqual(watcher.message().payload, b"gone")
        again = self.client()  # it has no will any more
        again.drop()
        watcher.publish(self.name("/next"), b"next")
        watcher.expect_messages(b"next")

    @states(v311="3.1.2-8", v5="3.1.2-8")
    def test_after_a_protocol_error(self):
        watcher = self.watcher()
        self.client(will=self.will()).send(wire.packet(wire.CONNACK, b"\0\0"))
        watcher.expect_messages(b"gone")

    @open_only(v311="3.1.2-8 3.1.2-24", v5="3.1.2-8 3.1.2-22")
    def test_after_the_keep_alive(self):
        watcher = self.watcher()
        self.client(will=self.will(), keep_alive=1)
        watcher.expect_messages(b"gone")

    @states(v311="3.1.2-8", v5="3.1.2-8")
    def test_after_a_takeover(self):
        watcher = self.watcher()
        self.client(will=self.will())
        self.client()
        watcher.expect_messages(b"gone")

    @states(v311="3.1.2-10 3.14.4-3 3.14.4-1 3.14.4-2", v5="3.1.2-10 3.14.4-3")
    def test_none_after_disconnect(self):
        watcher = self.watcher()
        self.client(will=self.will()).goodbye()
        watcher.publish(self.name("/next"), b"next")
        watcher.expect_messages(b"next")

    @open_only(v5="3.1.2-8 3.1.2-10 3.14.4-3")
    def test_after_any_other_disconnect(self):
        watcher = self.watcher()
        for code in (0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99):
            with self.subTest(code=code):
                self.client(will=self.will()).goodbye(code)
                watcher.expect_messages(b"gone")

    @states(v5="-", profiles=("Aws",))
    def test_none_after_disconnect_with_an_error(self):
        watcher = self.watcher()
        self.client(will=self.will()).goodbye(MALFORMED)
        watcher.publish(self.name("/next"), b"next")
        watcher.expect_messages(b"next")

    @states(v5="3.14.4-3")
    def test_disconnect_with_the_will(self):
        watcher = self.watcher()
        self.client(will=self.will()).goodbye(DISCONNECT_WITH_WILL)
        watcher.expect_messages(b"gone")

    @states(v311="3.1.2-16", v5="3.1.2-14")
    def test_not_retained(self):
        watcher = self.watcher()
        self.client(will=self.will()).drop()
        self.assertFalse(watcher.message().retain)
        late = self.client("late")
        late.subscribe(self.name("/will"))
        late.expect_quiet()

    @states(v311="3.1.2-17", v5="3.1.2-15")
    def test_retained(self):
        watcher = self.watcher()
        self.client(will=self.will(retain=True)).drop()
        watcher.expect_messages(b"gone")
        late = self.client("late")
        late.subscribe(self.name("/will"))
        self.assertEqual((late.message().payload), b"gone")

    @states(v311="3.1.2-14", v5="3.1.2-12")
    def test_its_qos(self):
        watcher = self.watcher(qos=1)
        for qos in (0, 1):
            self.client(will=self.will(qos=qos)).drop()
            self.assertEqual(watcher.message().qos, qos)

    @states(v311="3.1.3-10", v5="3.1.3-11 3.1.2-9")
    def test_no_wildcards_in_its_topic(self):
        for topic in (self.name("/#"), self.name("/+"), ""):
            peer = self.peer()
            peer.send(wire.connect(self.version, self.name(), will=Will(topic)))
            try:
                self.assertNotEqual(peer.expect(wire.CONNACK).code, 0)
            except AssertionError as error:
                self.assertIn("Closed", str(error))

    @states(v311="3.1.2-9", v5="3.1.2-9")
    def test_an_empty_payload(self):
        watcher = self.watcher()
        self.client(will=self.will(payload=b"")).drop()
        watcher.expect_messages(b"")

    @states(v5="3.1.3-10 3.3.2-4 3.3.2-15 3.3.2-16 3.3.2-20")
    def test_its_properties(self):
        watcher = self.watcher()
        props = {"payload_format": 1, "content_type": "text/plain", "response_topic": "re/ply",
                 "correlation": b"\0\1", "user": PAIRS}
        self.client(will=self.will(props=props)).drop()
        self.assertEqual(watcher.message().props, props)

    @states(v5="3.1.2-8")
    def test_its_delay_ends_with_the_session(self):
        watcher = self.watcher()
        # The session ends with its connection, so nothing is waited for.
        self.client(will=self.will(props={"will_delay": 600})).drop()
        watcher.expect_messages(b"gone")

    @states(v5="3.1.3-9")
    def test_a_new_connection_within_its_delay(self):
        watcher = self.watcher()
        how = {"will": self.will(props={"will_delay": 600}), "props": {"session_expiry": 600}}
        self.client(**how).drop()
        again = self.peer()
        self.assertTrue(again.connect(self.name(), **self.lasting()).session_present)
        again.publish(self.name("/back"), b"back")
        watcher.expect_messages(b"back")

    @states(v5="3.1.2-8 3.1.4-4")
    def test_a_clean_start_within_its_delay(self):
        watcher = self.watcher()
        self.client(will=self.will(props={"will_delay": 600}), props={"session_expiry": 600}).drop()
        self.client(clean=True)  # ends the session, and so the delay
        watcher.expect_messages(b"gone")

    @states(v5="3.1.2-8")
    def test_after_its_delay(self):
        watcher = self.watcher()
        self.client(will=self.will(props={"will_delay": 1}), props={"session_expiry": 600}).drop()
        watcher.publish(self.name("/first"), b"first")
        watcher.expect_messages(b"first", b"gone")

    @states(v5="-")
    def test_properties_that_are_wrong(self):
        for props in ({"will_delay": [1, 1]}, {"payload_format": 2}, {"response_topic": "a/#"},
                      {"alias": 1}, {"session_expiry": 1}):
            with self.subTest(props=props):
                peer = self.peer()
                peer.send(wire.connect(self.version, self.name(), will=self.will(props=props)))
                try:
                    self.assertGreaterEqual(peer.expect(wire.CONNACK).code, 0x80)
                except AssertionError as error:
                    self.assertIn("Closed", str(error))


matrix(globals(), Wills)
if __name__ == "__main__":
    unittest.main(verbosity=1)
