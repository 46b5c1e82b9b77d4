#!/usr/bin/python3
"""Conditions on what a request brings along: whether it came over TLS, and when; and what no
request does.

usage: policy_context_test.py GATEHOUSE [TESTS]"""

import json
import tempfile
import time
import unittest

from client_test import ClientTest, NOT_AUTHORIZED_5, wait_until
from device import V5


END = int(time.time()) + 3600  # the server's clock begins a moment after


def allow(actions: list[str], **condition) -> dict:
    return {"Effect": "Allow", "Action": actions, "Resource": "*", "Condition": condition}


class WithPolicy(ClientTest):
    """Anonymous clients, who may do what `statements` say."""

    statements: list[dict] = []

    @classmethod
    def setUpClass(cls):
        file = tempfile.NamedTemporaryFile("w", suffix=".json")
        cls.addClassCleanup(file.close)
        json.dump({"Version": "2012-10-17", "Statement": cls.statements}, file)
        file.flush()
        cls.flags = ("--profile", "open", "--allow-anonymous", "--anonymous-policy", file.name,
                     "--clock", "manual")
        super().setUpClass()

    def anonymous(self, client_id: str, door: str):
        return self.device(client_id, protocol=V5, door=door, user=None)


class SecureTransport(WithPolicy):
    statements = [allow(["iot:Connect"], Bool={"aws:SecureTransport": "true"})]

    def test_lets_in_over_tls_alone(self):
        self.anonymous("over-tls", "mqtts").connected()
        device = self.anonymous("in-the-clear", "mqtt")
        self.assertEqual(device.expect("connect")[1], NOT_AUTHORIZED_5)
        why = self.assert_denied_record("in-the-clear")["explanation"]["explanation"]
        self.assertIn("aws:SecureTransport wants Bool [true]", why)


class Time(WithPolicy):
    statements = [
        allow(["iot:Connect", "iot:Subscribe"]),
        allow(["iot:Publish"], DateLessThan={
            "aws:CurrentTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(END))}),
        allow(["iot:Publish"], StringEquals={"iot:ClientId": "always"}),
        allow(["iot:Receive"], NumericLessThan={"aws:EpochTime": str(END)}),
    ]

    def test_is_that_of_each_publish_and_delivery(self):
        device = self.device("in-time", protocol=V5, door="mqtt", user=None, keep_alive=65_535)
        device.connected().subscribed("a/#")
        device.published("a/b", b"1")
        self.assertEqual(device.expect("message")[1:3], ("a/b", b"1"))
        self.server.advance("1h")
        device.published("a/b", b"2")
        record = self.server.wait_for_record(clientId="in-time", eventType="Publish-In",
                                             status="Failure", topicName="a/b")
        self.assertEqual(record["reason"], "AUTHORIZATION_FAILURE")
        always = self.device("always", protocol=V5, door="mqtt", user=None, keep_alive=65_535)
        always.connected().published("a/b", b"3")
        wait_until(lambda: self.server.log_records(clientId="in-time", eventType="Publish-Out",
                                                   status="Failure", topicName="a/b"),
                   "the delivery is refused")


class TheTimeAsAVariable(WithPolicy):
    """The time is no variable: neither the decision nor what explains it knows one."""

    statements = [
        allow(["iot:Connect"]),
        allow(["iot:Publish"], StringLike={"aws:CurrentTime": "${aws:CurrentTime}"}),
    ]

    def test_nothing_is_allowed_and_that_is_explained(self):
        device = self.anonymous("no-thing", "mqtt")
        device.connected().published("a/b", b"1")
        record = self.server.wait_for_record(clientId="no-thing", eventType="Publish-In",
                                             status="Failure", topicName="a/b")
        explanation = record["explanation"]
        self.assertEqual(explanation["decision"], "implicit-deny")
        self.assertIn("is not allowed", explanation["explanation"])


class TimeIsOver(WithPolicy):
    statements = [
        allow(["iot:Connect", "iot:Subscribe", "iot:Publish"]),
        allow(["iot:Receive"], DateLessThan={"aws:CurrentTime": "2020-01-01T00:00:00Z"}),
    ]

    def test_a_denial_is_told_once_a_topic(self):
        """However many messages it keeps back, of whomever, though each is asked about."""
        device = self.anonymous("listener", "mqtt").connected()
        device.subscribed("a/#")
        for name in ("talker", "another"):
            talker = self.anonymous(name, "mqtt").connected()
            for _ in range(20):
                talker.published("a/b", b"")
        talker.published("a/end", b"")

        def told_of(topic: str) -> int:
            return len(self.server.log_records(clientId="listener", eventType="Publish-Out",
                                               status="Failure", topicName=topic))
        wait_until(lambda: told_of("a/end"), "the last delivery is refused")
        self.assertEqual(told_of("a/b"), 1)


if __name__ == "__main__":
    unittest.main(verbosity=1)
