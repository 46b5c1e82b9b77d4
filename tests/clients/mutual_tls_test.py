#!/usr/bin/python3
"""Devices with certificates: mosquitto, paho and curl, with what CreateKeysAndCertificate hands out.

usage: mutual_tls_test.py GATEHOUSE [TESTS]"""

import contextlib
import http.client
import json
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest

import paho.mqtt.client as mqtt

from client_test import HERE, ClientTest
from gatehouse_server import wait_until

sys.path.insert(0, str(HERE.parent / "conformance"))

import wire  # noqa: E402


def policy(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", **statement} for statement in statements]})


PREFIX = "arn:aws:iot:us-east-1:000000000000:"
OWN_THINGS_TOPICS = policy(
    {"Action": "iot:Connect", "Resource": PREFIX + "client/${iot:Connection.Thing.ThingName}"},
    {"Action": ["iot:Publish", "iot:Receive"],
     "Resource": PREFIX + "topic/lab/${iot:Connection.Thing.ThingName}"},
    {"Action": "iot:Subscribe",
     "Resource": PREFIX + "topicfilter/lab/${iot:Connection.Thing.ThingName}"})


class MutualTls(ClientTest):
    flags = ("--tenancy", "multi")

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="gatehouse-mutual-tls-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.iot = self.server.api("iot")

    def device(self, name: str, document: str = OWN_THINGS_TOPICS) -> dict:
        """Thing, certificate and policy, as the console's wizard makes them."""
        made = self.iot.create_keys_and_certificate(setAsActive=True)
        (self.folder / f"{name}.cert.pem").write_text(made["certificatePem"])
        (self.folder / f"{name}.private.key").write_text(made["keyPair"]["PrivateKey"])
        self.iot.create_thing(thingName=name)
        self.iot.create_policy(policyName=f"{name}-Policy", policyDocument=document)
        self.iot.attach_policy(policyName=f"{name}-Policy", target=made["certificateArn"])
        self.iot.attach_thing_principal(thingName=name, principal=made["certificateArn"])
        return made

    def files(self, name: str) -> tuple[str, str]:
        return str(self.folder / f"{name}.cert.pem"), str(self.folder / f"{name}.private.key")

    def mosquitto_pub(self, name: str, topic: str, client_id: str | None = None, *more: str):
        certificate, key = self.files(name)
        return subprocess.run(
            ["mosquitto_pub", "-h", "localhost", "-p", str(self.server.ready["mqtts"]),
             "--cafile", self.server.ready["ca"], "--cert", certificate, "--key", key,
             "-i", client_id or name, "-t", topic, "-m", "hello", "-q", "1", "-V", "mqttv5", *more],
            capture_output=True, text=True, timeout=60)

    def test_mosquitto(self):
        made = self.device("pump")
        sent = self.mosquitto_pub("pump", "lab/pump")
        self.assertEqual(sent.returncode, 0, sent.stderr)
        record = self.server.wait_for_record(eventType="Connect", clientId="pump")
        self.assertEqual(record["principalId"], made["certificateId"])
        other = self.mosquitto_pub("pump", "lab/other")
        self.assertIn("Not authorized", other.stderr + other.stdout)
        self.assertNotEqual(self.mosquitto_pub("pump", "lab/pump", "somebody").returncode, 0)

    def test_the_user_name_of_sdks_does_not_matter(self):
        self.device("sdk")
        sent = self.mosquitto_pub("sdk", "lab/sdk", None, "-u", "?SDK=PythonV2&Version=1.0")
        self.assertEqual(sent.returncode, 0, sent.stderr)
        named = self.mosquitto_pub("sdk", "lab/sdk", None, "-u",
                                   "?x-amz-customauthorizer-name=nobody")
        self.assertNotEqual(named.returncode, 0)

    def test_a_region_without_an_authorizer(self):
        iot = self.server.api("iot", region="eu-west-1")
        self.iot, ours = iot, self.iot
        self.addCleanup(setattr, self, "iot", ours)
        self.device("abroad", policy({"Action": ["iot:Connect", "iot:Publish"], "Resource": "*"}))
        endpoint = iot.describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"]
        self.assertEqual(self.connect_code("abroad", endpoint), 0)
        self.assertNotEqual(self.connect_code("abroad", "localhost"), 0)

    def connect_code(self, name: str, server_name: str) -> int:
        """By a host name that need not resolve."""
        context = ssl.create_default_context(cafile=self.server.ready["ca"])
        context.load_cert_chain(*self.files(name))
        stream = socket.create_connection(("127.0.0.1", self.server.ready["mqtts"]), 30)
        with context.wrap_socket(stream, server_hostname=server_name) as over_tls:
            over_tls.sendall(wire.connect(wire.V311, name))
            return over_tls.recv(4)[3]

    def test_the_policies_of_groups(self):
        self.device("valve", policy({"Action": "iot:Connect", "Resource": "*"}))
        self.iot.create_thing_group(thingGroupName="plant")
        line = self.iot.create_thing_group(thingGroupName="line", parentGroupName="plant")
        plant = line["thingGroupArn"].replace("/line", "/plant")
        self.iot.create_policy(policyName="Plant", policyDocument=policy(
            {"Action": "iot:Publish", "Resource": PREFIX + "topic/plant"}))
        self.iot.attach_policy(policyName="Plant", target=plant)
        self.assertIn("Not authorized", self.mosquitto_pub("valve", "plant").stderr)
        self.iot.add_thing_to_thing_group(thingGroupName="line", thingName="valve")
        sent = self.mosquitto_pub("valve", "plant")
        self.assertEqual((sent.returncode, sent.stderr), (0, ""))
        self.assertIn("Not authorized", self.mosquitto_pub("valve", "plant", "no-thing").stderr)

    def connected(self, name: str, port: str, protocols: list[str] | None = None) -> mqtt.Client:
        client = mqtt.Client(client_id=name)
        context = ssl.create_default_context(cafile=self.server.ready["ca"])
        context.load_cert_chain(*self.files(name))
        if protocols:
            context.set_alpn_protocols(protocols)
        client.tls_set_context(context)
        codes = []
        client.on_connect = lambda _c, _u, _f, code: codes.append(code)
        client.connect("localhost", self.server.ready[port])
        client.loop_start()
        self.addCleanup(client.loop_stop)
        self.addCleanup(client.disconnect)
        wait_until(lambda: codes, "the CONNACK comes")
        self.assertEqual(codes, [0])
        return client

    def test_paho_on_both_doors(self):
        self.device("lamp")
        for port, protocols in (("mqtts", None), ("https", ["x-amzn-mqtt-ca"])):
            with self.subTest(port=port):
                client, seen = self.connected("lamp", port, protocols), []
                client.on_message = lambda _c, _u, message: seen.append(message.payload)
                client.on_subscribe = lambda *_: client.publish("lab/lamp", port, 1)
                client.subscribe("lab/lamp", 1)
                wait_until(lambda: seen, "its own message comes back")
                self.assertEqual(seen, [port.encode()])

    def test_https(self):
        self.device("meter", policy({"Action": "iot:Publish",
                                     "Resource": PREFIX + "topic/lab/meter"}))
        certificate, key = self.files("meter")

        def post(topic: str) -> subprocess.CompletedProcess:
            return subprocess.run(
                ["curl", "-sS", "--cacert", self.server.ready["ca"], "--cert", certificate,
                 "--key", key, "-d", "x", "-w", "%{http_code}",
                 f"https://localhost:{self.server.ready['https_mtls']}/topics/{topic}?qos=1"],
                capture_output=True, text=True, timeout=60, check=True)

        self.assertTrue(post("lab/meter").stdout.endswith("200"))
        self.assertTrue(post("lab/other").stdout.endswith("403"))

    def request(self, name: str, method: str, path: str, port: str = "https_mtls",
                protocols: list[str] | None = None) -> tuple[int, dict]:
        context = ssl.create_default_context(cafile=self.server.ready["ca"])
        if protocols:
            context.set_alpn_protocols(protocols)
        if name:
            context.load_cert_chain(*self.files(name))
        connection = http.client.HTTPSConnection("localhost", self.server.ready[port],
                                                 timeout=60, context=context)
        with contextlib.closing(connection):
            connection.request(method, path)
            answer = connection.getresponse()
            text = answer.read()
            self.assertEqual(len(answer.headers["x-amzn-RequestId"]), 36)
            return answer.status, json.loads(text) if text else {}

    def test_operations_of_the_data_plane(self):
        """Beside publishing, a device asks for what its policies allow."""
        self.device("asker", policy(
            {"Action": "iot:GetRetainedMessage", "Resource": PREFIX + "topic/kept/a"},
            {"Action": "iot:ListRetainedMessages", "Resource": "*"},
            {"Action": ["iot:GetConnection", "iot:ListSubscriptions", "iot:DeleteConnection"],
             "Resource": PREFIX + "client/asker"},
            {"Action": ["iot:Connect", "iot:Subscribe"], "Resource": "*"}))
        self.device("stranger", policy({"Action": "iot:Publish", "Resource": "*"}))
        self.server.api("iot-data").publish(topic="kept/a", payload=b"{}", qos=1, retain=True)
        for port, protocols in (("https_mtls", None), ("https", ["x-amzn-http-ca"])):
            with self.subTest(port=port):
                status, message = self.request("asker", "GET", "/retainedMessage/kept%2Fa", port,
                                               protocols)
                self.assertEqual((status, message["payload"], message["qos"]), (200, "e30=", 1))
        self.assertEqual(self.request("asker", "GET", "/retainedMessage/kept%2Fb")[0], 403)
        status, page = self.request("asker", "GET", "/retainedMessage?maxResults=1")
        self.assertEqual((status, page["retainedTopics"][0]["topic"]), (200, "kept/a"))
        status, answer = self.request("asker", "GET", "/retainedMessage?maxResults=0")
        self.assertEqual(status, 400, answer)
        for path in ("/retainedMessage/kept%2Fa", "/retainedMessage", "/connections/asker"):
            self.assertEqual(self.request("stranger", "GET", path)[0], 403, path)
        record = self.server.wait_for_record(eventType="GetConnection", status="Failure")
        self.assertEqual((record["clientId"], record["reason"]),
                         ("asker", "AUTHORIZATION_FAILURE"))
        self.assertEqual(self.request("asker", "GET", "/connections/asker")[0], 404)
        client = self.connected("asker", "mqtts")
        client.subscribe("kept/#", 1)
        status, found = self.request("asker", "GET", "/connections/asker")
        self.assertEqual((status, found["connected"], found["clientId"]), (200, True, "asker"))
        self.assertEqual(self.request("asker", "GET", "/connections/asker/subscriptions")[0], 200)
        self.assertEqual(self.request("asker", "GET", "/connections/other")[0], 403)
        self.assertEqual(self.request("asker", "DELETE", "/connections/asker")[0], 200)
        self.server.wait_for_record(clientId="asker", disconnectReason="API_INITIATED_DISCONNECT")
        self.assertEqual(self.request("", "GET", "/retainedMessage/kept%2Fa", "https")[0], 401)
        self.assertEqual(self.request("asker", "POST", "/retainedMessage/kept%2Fa")[0], 404)

    def test_who_is_not_let_in(self):
        made = self.device("door")
        self.assertEqual(self.mosquitto_pub("door", "lab/door").returncode, 0)
        for status, reason in (("INACTIVE", "DEVICE_CERTIFICATE_INACTIVE"),
                               ("REVOKED", "DEVICE_CERTIFICATE_REVOKED")):
            self.iot.update_certificate(certificateId=made["certificateId"], newStatus=status)
            self.assertNotEqual(self.mosquitto_pub("door", "lab/door").returncode, 0)
            record = self.server.wait_for_record(eventType="Connection.AuthNError", reason=reason)
            self.assertEqual(record["authenticationType"], "AWS_X509")
            self.assertIn(made["certificateId"], record["details"])

    def test_a_certificate_of_somebody_else(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=stranger", "-days", "2",
                        "-keyout", self.folder / "own.private.key",
                        "-out", self.folder / "own.cert.pem",
                        "-addext", "basicConstraints=critical,CA:FALSE"],
                       check=True, capture_output=True)
        self.assertNotEqual(self.mosquitto_pub("own", "lab/own").returncode, 0)
        self.server.wait_for_record(eventType="Connection.AuthNError",
                                    reason="DEVICE_CERTIFICATE_NOT_REGISTERED")
        registered = self.iot.register_certificate_without_ca(
            certificatePem=(self.folder / "own.cert.pem").read_text(), status="ACTIVE")
        self.iot.create_policy(policyName="Own", policyDocument=policy(
            {"Action": "iot:Connect", "Resource": "*"},
            {"Action": "iot:Publish",
             "Resource": PREFIX + "topic/lab/${iot:Certificate.Subject.CommonName}"}))
        self.iot.attach_policy(policyName="Own", target=registered["certificateArn"])
        sent = self.mosquitto_pub("own", "lab/stranger")
        self.assertEqual(sent.returncode, 0, sent.stderr)
        self.assertIn("Not authorized", self.mosquitto_pub("own", "lab/own").stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
