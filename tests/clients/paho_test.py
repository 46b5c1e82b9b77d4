#!/usr/bin/python3
"""paho-mqtt over TLS with ALPN `mqtt`: passwords and authorizers, in profiles aws and aws-strict.

usage: paho_test.py GATEHOUSE [TESTS]"""

import re
import ssl
import subprocess
import sys
import unittest

import client_test
from client_test import NOT_AUTHORIZED_311, NOT_AUTHORIZED_5, AuthorizerTest
from device import PASSWORD, V5, V311

sys.path.insert(0, str(client_test.HERE.parent / "conformance"))

import wire  # noqa: E402
from peer import Peer  # noqa: E402

TOPIC_FILTER_INVALID = 0x8F


class LetsIn:
    """What both profiles do alike."""

    def test_right_password_connects_and_messages_go_round(self):
        for protocol in (V311, V5):
            with self.subTest(protocol=protocol):
                name = f"round-{protocol}"
                device = self.device(name, protocol=protocol).connected()
                self.assertEqual(device.subscribed("lab/+"), [1])
                device.published("lab/one", b"\x00binary\xff")
                self.assertEqual(device.expect("message")[1:3], ("lab/one", b"\x00binary\xff"))
                device.close()
                record = self.server.wait_for_record(clientId=name, eventType="Connect")
                self.assertEqual(record["status"], "Success")
                self.assertEqual(record["principalId"], "tester")
                self.assertEqual(record["protocol"], "MQTT")
                self.server.wait_for_record(clientId=name, eventType="Publish-In",
                                            topicName="lab/one", status="Success")
                self.server.wait_for_record(clientId=name, eventType="Subscribe",
                                            topicName="lab/+", status="Success")
                ended = self.server.wait_for_record(clientId=name, eventType="Disconnect")
                self.assertEqual(ended["disconnectReason"], "CLIENT_INITIATED_DISCONNECT")

    def test_wrong_password(self):
        self.assert_refused("wrong", "NOT_AUTHENTICATED", password="no")

    def test_no_password(self):
        self.assert_refused("none", "NOT_AUTHENTICATED", password=None)

    def test_unknown_authorizer(self):
        self.assert_refused("unknown", "CUSTOM_AUTHORIZER_NOT_FOUND", authorizer="Nobody")

    def test_no_authorizer_named(self):
        self.assert_refused("unnamed", "CUSTOM_AUTHORIZER_NOT_FOUND", authorizer=None)

    def test_inactive_authorizer(self):
        client_test.make_authorizer(self.server, "Asleep", self.function_arn, status="INACTIVE")
        self.assert_refused("inactive", "CUSTOM_AUTHORIZER_NOT_FOUND", authorizer="Asleep")

    def test_the_tutorials_text_documents_are_taken(self):
        self.device("text", user="text-document").connected()

    def test_no_password_is_in_the_log(self):
        self.device("secret", password="a-password-to-look-for").expect("disconnect")
        self.server.wait_for_record(clientId="secret", eventType="Connect", status="Failure")
        for record in self.server.log_records():
            self.assertNotIn("a-password-to-look-for", str(record))

    def assert_refused(self, client_id: str, reason: str, **how):
        for protocol in (V311, V5):
            with self.subTest(protocol=protocol):
                name = f"{client_id}-{protocol}"
                device = self.device(name, protocol=protocol, **how)
                if protocol == V311:
                    self.check_refusal_311(device)
                else:
                    answer = device.expect("connect")
                    device.expect("disconnect")
                record = self.assert_denied_record(name)
                self.assertEqual(self.server.wait_for_record(
                    clientId=name, eventType="Connection.AuthNError")["reason"], reason)
                if protocol == V5:
                    self.assertEqual(answer[1], NOT_AUTHORIZED_5)
                    self.check_reason_string(answer[3], record["traceId"])


class Aws(LetsIn, AuthorizerTest):
    def check_refusal_311(self, device):
        self.assertEqual(device.expect("connect")[1], NOT_AUTHORIZED_311)
        device.expect("disconnect")

    def check_reason_string(self, text, trace_id):
        self.assertIn(trace_id, text)

    def test_a_connect_over_a_limit_is_told_its_trace_id(self):
        for client_id, user, code in (("x" * 129, "alice", 0x85), ("talker", "a" * 9000, 0x86)):
            with self.subTest(code=code):
                answer = self.device(client_id, user=user, protocol=V5).expect("connect")
                record = self.server.wait_for_record(clientId=client_id, eventType="Connect",
                                                     status="Failure")
                self.assertEqual(answer[1], code)
                self.assertEqual(answer[3], f"{record['details']}:{record['traceId']}")

    def test_the_readmes_programs_say_goodbye(self):
        root = client_test.HERE.parents[1]
        for name in ("README.md", "README.zh-CN.md"):
            with self.subTest(name=name):
                text = (root / name).read_text(encoding="utf-8")
                program = re.search(r"^```python\n(.*?)^```", text, re.M | re.S)[1]
                for written, ours in (("8883", str(self.server.ready["mqtts"])),
                                      ("root-CA.crt", self.server.ready["ca"]),
                                      ("correct-horse", PASSWORD), ("test/topic", "lab/readme"),
                                      ("basicPubSub", name)):
                    self.assertIn(written, program)
                    program = program.replace(written, ours)
                subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
                ended = self.server.wait_for_record(clientId=name, eventType="Disconnect")
                self.assertEqual(ended["disconnectReason"], "CLIENT_INITIATED_DISCONNECT")


class AwsStrict(LetsIn, AuthorizerTest):
    flags = ("--profile", "aws-strict")

    def check_refusal_311(self, device):
        device.expect("disconnect")
        self.assertNotIn("connect", [event[0] for event in device.seen])

    def check_reason_string(self, text, _trace_id):
        self.assertIsNone(text)

    def test_a_broken_rule_closes_as_a_wrong_password_does(self):
        for name in ("x" * 129, "$dollar"):
            with self.subTest(client_id=name):
                self.check_refusal_311(self.device(name, protocol=V311))
                self.assertNotIn(self.device(name, protocol=V5).expect("connect")[1], (0, None))

    def test_subscribing_to_what_is_not_served_disconnects(self):
        # By hand: paho-mqtt does not look at the code of a DISCONNECT without properties.
        context = ssl.create_default_context(cafile=self.server.ready["ca"])
        context.set_alpn_protocols(["mqtt"])
        for version in (wire.V311, wire.V5):
            for topic in ("$SYS/#", "$aws/rules/r"):
                with self.subTest(version=version, topic=topic):
                    peer = Peer(self.server.ready["https"], version)
                    peer.stream = context.wrap_socket(peer.stream, server_hostname="localhost")
                    self.addCleanup(peer.stream.close)
                    answer = peer.connect(f"reserved-{version}-{topic[1]}", keep_alive=60,
                                          user="alice?x-amz-customauthorizer-name=AutoCustom",
                                          password=PASSWORD.encode())
                    self.assertEqual(answer.code, 0)
                    peer.send(wire.subscribe(version, 1, [(topic, 1)]))
                    peer.expect_closed(TOPIC_FILTER_INVALID if version == wire.V5 else None)

    def test_other_doors_take_no_custom_authorizer(self):
        for door, alpn in (("mqtt", None), ("mqtts", None)):
            with self.subTest(door=door):
                device = self.device(f"door-{door}", door=door, alpn=alpn, protocol=V5)
                self.assertEqual(device.expect("connect")[1], NOT_AUTHORIZED_5)


if __name__ == "__main__":
    unittest.main(verbosity=2)
