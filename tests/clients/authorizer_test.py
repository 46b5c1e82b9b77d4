#!/usr/bin/python3
"""Authorizers that sign, functions that fail, and policies that deny, with paho-mqtt.

usage: authorizer_test.py GATEHOUSE [TESTS]"""

import unittest
import urllib.parse

from client_test import (NOT_AUTHORIZED_311, NOT_AUTHORIZED_5, AuthorizerTest, make_authorizer,
                         make_function, wait_until)
from device import V5, V311
from signing_key import SigningKey

SUBSCRIBE_FAILED_311 = 0x80
BAD_USER_NAME_OR_PASSWORD = 0x86
FUNCTION_FAILED = "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR"
PARAMETER_INVALID = "CUSTOM_AUTHORIZER_PARAMETER_INVALID"


class RefusalTest(AuthorizerTest):
    """The way each profile refuses."""

    def assert_refused(self, client_id: str, reason: str | None, seconds: float = 30, **how):
        """Refused with either protocol; the MQTT 5 Connect record."""
        for protocol in (V311, V5):
            name = f"{client_id}-{protocol}"
            device = self.device(name, protocol=protocol, **how)
            if protocol == V5 or not self.is_strict():
                code = device.expect("connect", seconds)[1]
                self.assertEqual(code, NOT_AUTHORIZED_5 if protocol == V5 else NOT_AUTHORIZED_311)
            device.expect("disconnect", seconds)
            if protocol == V311 and self.is_strict():
                self.assertFalse(device.has_come("connect"))
            record = self.assert_denied_record(name)
            if reason:
                self.assertEqual(self.server.wait_for_record(
                    clientId=name, eventType="Connection.AuthNError")["reason"], reason)
        return record

    def is_strict(self) -> bool:
        return "aws-strict" in self.flags


class Signatures:
    @classmethod
    def prepare(cls):
        super().prepare()
        cls.key, cls.other_key = SigningKey(), SigningKey()
        make_authorizer(cls.server, "Signed", cls.function_arn, signingDisabled=False,
                        tokenKeyName="pass", tokenSigningPublicKeys={
                            "old": cls.other_key.public, "new": cls.key.public})

    def query(self, token: str | None, signature: str | None) -> str:
        text = f"&pass={token}" if token else ""
        if signature:
            text += "&x-amz-customauthorizer-signature=" + signature
        return text

    def signed(self, client_id: str, query: str):
        return self.device(client_id, authorizer="Signed", query=query).connected()

    def test_good_signature(self):
        signature = self.key.sign("ticket-7")
        self.signed("signed", self.query("ticket-7", urllib.parse.quote(signature, safe="")))
        self.signed("signed-raw", self.query("ticket-7", signature))
        self.signed("signed-old", self.query("ticket-7", urllib.parse.quote(
            self.other_key.sign("ticket-7"), safe="")))
        self.server.wait_for_record(clientId="signed", eventType="Connect", status="Success")

    def test_signature_of_another_token(self):
        self.assert_refused("other-token", PARAMETER_INVALID, authorizer="Signed",
                            query=self.query("ticket-8", self.key.sign("ticket-7")))

    def test_signature_by_another_key(self):
        self.assert_refused("other-key", PARAMETER_INVALID, authorizer="Signed",
                            query=self.query("ticket-7", SigningKey().sign("ticket-7")))

    def test_no_signature_and_no_token(self):
        self.assert_refused("no-signature", PARAMETER_INVALID, authorizer="Signed",
                            query=self.query("ticket-7", None))
        self.assert_refused("no-token", PARAMETER_INVALID, authorizer="Signed",
                            query=self.query(None, self.key.sign("ticket-7")))

    def test_no_function_is_asked_without_a_good_signature(self):
        self.assert_refused("not-asked", PARAMETER_INVALID, authorizer="Signed",
                            query=self.query("ticket-7", "AAAA"))
        self.assertEqual(self.server.log_records(clientId="not-asked-5",
                                                 eventType="Authorizer.Invoke"), [])


class FailingFunctions:
    def test_function_raises(self):
        record = self.assert_refused("raised", FUNCTION_FAILED, user="raises")
        self.assertIn("the table of devices is gone", record["explanation"])

    def test_function_exits(self):
        self.assert_refused("exited", FUNCTION_FAILED, user="exits")

    def test_function_answers_junk(self):
        self.assert_refused("junk", FUNCTION_FAILED, user="junk")

    def test_principal_that_is_not_alphanumeric(self):
        record = self.assert_refused("principal", FUNCTION_FAILED, user="bad-principal")
        self.assertIn("not-alphanumeric", record["explanation"])

    def test_others_get_in_after_a_failure(self):
        self.assert_refused("before", FUNCTION_FAILED, user="exits")
        self.device("after").connected()

    def test_function_without_permission(self):
        arn = make_function(self.server, "unpermitted")
        make_authorizer(self.server, "Unpermitted", arn)
        if self.is_strict():
            self.assert_refused("unpermitted", None, authorizer="Unpermitted")
            return
        self.device("unpermitted", authorizer="Unpermitted").connected()
        for event in ("Authorizer.Invoke", "Connect"):
            record = self.server.wait_for_record(clientId="unpermitted", eventType=event)
            self.assertIn("AWS would refuse", record["explanation"])
            self.assertIn("add-permission", record["explanation"])


class Denials:
    def test_policy_without_connect(self):
        record = self.assert_refused("unwelcome", None, user="no-connect")
        self.assertIn("iot:Connect", str(record["explanation"]))

    def test_publish_denied_311(self):
        for qos in (0, 1):
            with self.subTest(qos=qos):
                name = f"publisher-{qos}"
                device = self.device(name).connected()
                device.client.publish("elsewhere/x", b"", qos)
                device.expect("disconnect")
                record = self.assert_denied_record(name, "Publish-In")
                self.assertEqual(record["topicName"], "elsewhere/x")
                self.assertIn("elsewhere/x", str(record["explanation"]))

    def test_publish_denied_5(self):
        device = self.device("publisher-5", protocol=V5).connected()
        device.published("elsewhere/x", qos=1)
        self.assert_denied_record("publisher-5", "Publish-In")
        device.published("lab/still-here", qos=1)
        device.client.publish("elsewhere/y", b"", 0)
        if self.is_strict():
            # paho 1.6 reads no reason from a DISCONNECT without properties; MQTT.js does.
            device.expect("disconnect")
        else:
            device.published("lab/still-here", qos=1)
        self.server.wait_for_record(clientId="publisher-5", eventType="Publish-In",
                                    topicName="elsewhere/y", reason="AUTHORIZATION_FAILURE")

    def test_subscribe_denied(self):
        for protocol in (V311, V5):
            with self.subTest(protocol=protocol):
                name = f"subscriber-{protocol}"
                device = self.device(name, protocol=protocol).connected()
                if protocol == V311 and self.is_strict():
                    device.client.subscribe("elsewhere/#", 1)
                    device.expect("disconnect")
                else:
                    code = NOT_AUTHORIZED_5 if protocol == V5 else SUBSCRIBE_FAILED_311
                    self.assertEqual(device.subscribed("elsewhere/#"), [code])
                self.assertEqual(self.assert_denied_record(name, "Subscribe")["topicName"],
                                 "elsewhere/#")


class HangingFunction:
    def test_function_hangs(self):
        device = self.device("hung", protocol=V5, user="hangs")
        neighbour = self.device("neighbour").connected()
        self.assertEqual(device.expect("connect")[1], NOT_AUTHORIZED_5)
        neighbour.published("lab/alive")
        record = self.server.wait_for_record(clientId="hung", eventType="Authorizer.Invoke")
        self.assertEqual(record["status"], "Failure")
        self.assertGreaterEqual(record["durationMs"], 4900)
        self.assertLess(record["durationMs"], 8000)

    def test_who_waits_for_a_function_that_hangs_is_refused(self):
        self.assert_refused("hanging", FUNCTION_FAILED, user="hangs")


class Aws(Signatures, FailingFunctions, Denials, HangingFunction, RefusalTest):
    def test_the_event_has_no_client_id_that_the_device_did_not_send(self):
        self.device("", user="nameless").connected()
        wait_until(lambda: self.server.output_of("auth", "asked for nameless by None"),
                   "the function is asked without a client id")

    def test_a_connect_against_the_rules_is_told_in_the_trace(self):
        device = self.device("too-much", protocol=V5, user="u" * 9000)
        self.assertEqual(device.expect("connect")[1], BAD_USER_NAME_OR_PASSWORD)
        trace = self.server.gatehouse("authorizer", "trace", "--client-id", "too-much").stdout
        self.assertRegex(trace, r"failed +connect +the user name has 9\d{3} bytes")
        self.assertRegex(trace, r"user name 'u{256}… \(9\d{3} bytes\)'")


class AwsStrict(Signatures, FailingFunctions, Denials, HangingFunction, RefusalTest):
    flags = ("--profile", "aws-strict")


if __name__ == "__main__":
    unittest.main(verbosity=2)
