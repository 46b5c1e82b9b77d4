#!/usr/bin/python3
"""MQTT.js over TLS, protocols 3.1.1 and 5, in profiles aws and aws-strict. Needs `npm ci` in this
folder.

usage: mqttjs_test.py GATEHOUSE [TESTS]"""

import unittest

from client_test import NOT_AUTHORIZED_5, AuthorizerTest
from device import PASSWORD
from node_client import NodeClient

V311, V5 = 4, 5


class JsDevice(NodeClient):
    def __init__(self, server, client_id: str, version: int, password: str = PASSWORD, **more):
        super().__init__("mqttjs_client.js")
        over_tls = {"port": server.ready["https"], "protocol": "mqtts",
                    "ALPNProtocols": ["mqtt"], "servername": "localhost",
                    "username": "alice?x-amz-customauthorizer-name=AutoCustom"}
        self.tell("connect", host="localhost", ca=server.ready["ca"], clientId=client_id,
                  protocolVersion=version, password=password, **(more or over_tls))


class MqttJs:
    def js(self, client_id: str, protocol: int, **how) -> JsDevice:
        device = JsDevice(self.server, client_id, protocol, **how)
        self.addCleanup(device.close)
        return device

    def test_round_trip(self):
        for protocol in (V311, V5):
            with self.subTest(protocol=protocol):
                name = f"js-round-{protocol}"
                device = self.js(name, protocol)
                device.expect("connect")
                device.tell("subscribe", topic="lab/#", qos=1)
                self.assertEqual(device.expect("subscribe")["codes"], [1])
                for qos in (0, 1):
                    device.tell("publish", topic="lab/js", payload=f"qos {qos}", qos=qos)
                    message = device.expect("message")
                    self.assertEqual((message["topic"], message["payload"]),
                                     ("lab/js", f"qos {qos}"))
                device.tell("end")
                device.expect("close")
                self.server.wait_for_record(clientId=name, eventType="Publish-In",
                                            topicName="lab/js", status="Success")
                ended = self.server.wait_for_record(clientId=name, eventType="Disconnect")
                self.assertEqual(ended["disconnectReason"], "CLIENT_INITIATED_DISCONNECT")

    def test_server_tells_what_it_offers(self):
        device = self.js("js-offers", V5)
        properties = device.expect("connect")["properties"]
        self.assertEqual(properties["maximumQoS"], 1)
        self.assertEqual(properties["topicAliasMaximum"], 8)
        self.assertIs(properties["subscriptionIdentifiersAvailable"], False)

    def test_wrong_password_5(self):
        device = self.js("js-wrong-5", V5, password="no")
        connack = device.expect("connack")
        self.assertEqual(connack["code"], NOT_AUTHORIZED_5)
        device.expect("close")
        record = self.assert_denied_record("js-wrong-5")
        self.check_reason(connack.get("reason"), record["traceId"])

    def test_publish_denied_with_qos_1(self):
        device = self.js("js-denied", V5)
        device.expect("connect")
        device.tell("publish", topic="elsewhere/js", payload="", qos=1)
        puback = device.expect("puback")
        self.assertEqual(puback["code"], NOT_AUTHORIZED_5)
        record = self.assert_denied_record("js-denied", "Publish-In")
        self.check_reason(puback.get("reason"), record["traceId"])
        device.tell("publish", topic="lab/js", payload="", qos=1)
        self.assertEqual(device.expect("puback")["code"], 0)


class Aws(MqttJs, AuthorizerTest):
    def check_reason(self, text, trace_id):
        self.assertIn(trace_id, text)

    def test_wrong_password_311(self):
        device = self.js("js-wrong-4", V311, password="no")
        self.assertEqual(device.expect("connack")["code"], 5)
        device.expect("close")
        self.assert_denied_record("js-wrong-4")


class AwsStrict(MqttJs, AuthorizerTest):
    flags = ("--profile", "aws-strict")

    def check_reason(self, text, _trace_id):
        self.assertIsNone(text)

    def test_publish_denied_with_qos_0(self):
        device = self.js("js-denied-0", V5)
        device.expect("connect")
        device.tell("publish", topic="elsewhere/js", payload="", qos=0)
        self.assertEqual(device.expect("disconnect")["code"], NOT_AUTHORIZED_5)
        ended = self.server.wait_for_record(clientId="js-denied-0", eventType="Disconnect")
        self.assertEqual(ended["disconnectReason"], "AUTH_ERROR")

    def test_wrong_password_311(self):
        device = self.js("js-wrong-4", V311, password="no")
        device.expect("close")
        self.assertNotIn("connack", [event["event"] for event in device.seen])
        self.assert_denied_record("js-wrong-4")


if __name__ == "__main__":
    unittest.main(verbosity=2)
