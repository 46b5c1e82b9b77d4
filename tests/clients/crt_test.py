#!/usr/bin/python3
"""The AWS IoT device SDK v2 for JavaScript, whose client is the AWS CRT in C: MQTT 3.1.1 and 5, with
custom authentication by ALPN and through a WebSocket, and with a certificate. Needs `npm ci` in this folder.

usage: crt_test.py GATEHOUSE [TESTS]"""

import json
import pathlib
import tempfile
import unittest

from client_test import NOT_AUTHORIZED_5, AuthorizerTest, make_authorizer
from device import PASSWORD
from node_client import NodeClient
from signing_key import SigningKey

V311, V5 = 4, 5
WAYS = [(version, websocket) for version in (V311, V5) for websocket in (False, True)]
TOKEN = "ticket/7 of=9"


class CrtDevice(NodeClient):
    def __init__(self, server, client_id: str, version: int, port: str = "https", **login):
        super().__init__("crt_client.js")
        self.tell("connect", version=version, host="localhost", port=server.ready[port],
                  ca=server.ready["ca"], clientId=client_id, **login)


class Crt:
    @classmethod
    def prepare(cls):
        super().prepare()
        cls.key = SigningKey()
        make_authorizer(cls.server, "Signed", cls.function_arn, signingDisabled=False,
                        tokenKeyName="pass", tokenSigningPublicKeys={"only": cls.key.public})

    def crt(self, client_id: str, version: int, websocket: bool = False, auth=None, **more):
        auth = {"authorizerName": "AutoCustom", "username": "alice", "password": PASSWORD} | (
            auth or {})
        device = CrtDevice(self.server, client_id, version, websocket=websocket, auth=auth, **more)
        self.addCleanup(device.close)
        return device

    def each_way(self, name: str, check) -> None:
        """check(client id, version, websocket) for every way that the SDK connects."""
        for version, websocket in WAYS:
            with self.subTest(version=version, websocket=websocket):
                check(f"{name}-{version}-{'ws' if websocket else 'alpn'}", version, websocket)

    def test_round_trip(self):
        def check(name, version, websocket):
            device = self.crt(name, version, websocket)
            device.expect("connect")
            device.tell("subscribe", topic=f"lab/{name}/#", qos=1)
            self.assertEqual(device.expect("subscribe")["codes"], [1])
            for qos in (0, 1):
                device.tell("publish", topic=f"lab/{name}/a", payload=f"qos {qos}", qos=qos)
                message = device.expect("message")
                self.assertEqual((message["topic"], message["payload"]),
                                 (f"lab/{name}/a", f"qos {qos}"))
            device.tell("end")
            ended = self.server.wait_for_record(clientId=name, eventType="Disconnect")
            self.assertEqual(ended["disconnectReason"], "CLIENT_INITIATED_DISCONNECT")

        self.each_way("crt-round", check)

    def test_properties_of_mqtt_5(self):
        device = self.crt("crt-properties", V5)
        settings = device.expect("connect")["settings"]
        self.assertEqual((settings["maximumQos"], settings["maximumPacketSizeToServer"]),
                         (1, 149504))
        device.tell("subscribe", topic="lab/properties", qos=1)
        device.expect("subscribe")
        pairs = [{"name": "b", "value": "2"}, {"name": "a", "value": "1"},
                 {"name": "b", "value": "3"}]
        device.tell("publish", topic="lab/properties", payload="x", qos=1, userProperties=pairs,
                    contentType="text/plain", responseTopic="lab/answer", correlationData="c-1")
        message = device.expect("message")
        self.assertEqual(message["userProperties"], pairs)
        self.assertEqual((message["contentType"], message["responseTopic"],
                          message["correlation"]), ("text/plain", "lab/answer", "c-1"))

    def test_a_signed_token(self):
        signature = self.key.sign(TOKEN)
        def check(name, version, websocket):
            self.crt(name, version, websocket, auth={
                "authorizerName": "Signed", "tokenKeyName": "pass", "tokenValue": TOKEN,
                "tokenSignature": signature}).expect("connect")

        self.each_way("crt-signed", check)

    def test_a_token_with_the_signature_of_another(self):
        def check(name, version, websocket):
            self.crt(name, version, websocket, auth={
                "authorizerName": "Signed", "tokenKeyName": "pass", "tokenValue": TOKEN,
                "tokenSignature": self.key.sign("another")}).expect("refused")
            self.assert_denied_record(name)

        self.each_way("crt-unsigned", check)

    def test_a_wrong_password(self):
        def check(name, version, websocket):
            refused = self.crt(name, version, websocket, {"password": "guess"}).expect("refused")
            if version == V5:
                self.assertEqual(refused["connack"]["reasonCode"], NOT_AUTHORIZED_5)
            self.assert_denied_record(name)

        self.each_way("crt-wrong", check)

    def test_a_will(self):
        witness = self.device("witness").connected()
        witness.subscribed("lab/will/#")
        def check(name, version, websocket):
            device = self.crt(name, version, websocket,
                              will={"topic": f"lab/will/{name}", "payload": "gone"})
            device.expect("connect")
            device.process.kill()
            self.assertEqual(witness.expect("message")[1:3], (f"lab/will/{name}", b"gone"))

        self.each_way("crt-will", check)

    def test_a_topic_that_the_policy_denies(self):
        device = self.crt("crt-denied", V5)
        device.expect("connect")
        device.tell("publish", topic="elsewhere", payload="x", qos=1)
        self.assertEqual(device.expect("publish")["code"], NOT_AUTHORIZED_5)
        self.assert_denied_record("crt-denied", "Publish-In")


    def test_the_pubsub_sample_with_a_certificate(self):
        """As AWS's sample is started: pubsub --client_id basicPubSub --topic sdk/test/python, with
        what CreateKeysAndCertificate handed out. The SDK offers ALPN x-amzn-mqtt-ca on each port."""
        folder = tempfile.TemporaryDirectory(prefix="gatehouse-crt-")
        self.addCleanup(folder.cleanup)
        certificate = make_certificate(self.server.api("iot"), pathlib.Path(folder.name))
        topic, number = "sdk/test/python", 0
        for port in ("mqtts", "https"):
            for version in (V311, V5):
                with self.subTest(port=port, version=version):
                    # AWS takes one client id at most once a second.
                    client_id = f"basicPubSub{number or ''}"
                    device = CrtDevice(self.server, client_id, version, port,
                                       certificate=certificate)
                    self.addCleanup(device.close)
                    device.expect("connect")
                    device.tell("subscribe", topic=topic, qos=1)
                    self.assertEqual(device.expect("subscribe")["codes"], [1])
                    for _ in range(3):
                        number += 1
                        device.tell("publish", topic=topic, payload=f"Hello World! [{number}]",
                                    qos=1)
                        message = device.expect("message")
                        self.assertEqual((message["topic"], message["payload"]),
                                         (topic, f"Hello World! [{number}]"))
                    device.tell("end")


def make_certificate(iot, folder: pathlib.Path) -> dict[str, str]:
    """Files of a certificate with the policy of AWS's getting started; once for each server."""
    made = iot.create_keys_and_certificate(setAsActive=True)
    prefix = made["certificateArn"].rpartition("cert/")[0]
    iot.create_policy(policyName="PubSub", policyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "iot:Connect", "Resource": prefix + "client/basicPubSub*"},
            {"Effect": "Allow", "Action": ["iot:Publish", "iot:Receive"],
             "Resource": prefix + "topic/sdk/test/python"},
            {"Effect": "Allow", "Action": "iot:Subscribe",
             "Resource": prefix + "topicfilter/sdk/test/python"}]}))
    iot.attach_policy(policyName="PubSub", target=made["certificateArn"])
    files = {"cert": folder / "x.cert.pem", "key": folder / "x.private.key"}
    files["cert"].write_text(made["certificatePem"])
    files["key"].write_text(made["keyPair"]["PrivateKey"])
    return {name: str(path) for name, path in files.items()}


class Aws(Crt, AuthorizerTest):
    pass


class AwsStrict(Crt, AuthorizerTest):
    flags = ("--profile", "aws-strict")


if __name__ == "__main__":
    unittest.main(verbosity=2)
