#!/usr/bin/python3
"""Keys for devices: what GET /role-aliases/ALIAS/credentials answers to who shows a certificate, and
what the keys are good for.

usage: credentials_provider_test.py GATEHOUSE [TESTS]"""

import datetime
import http.client
import json
import pathlib
import socket
import ssl
import tempfile
import unittest

import boto3
import botocore.config
from botocore.exceptions import ClientError

from client_test import ClientTest
from device import V5, Device
from signing import presigned_path

ROLE = "arn:aws:iam::000000000000:role/"
IOT = "arn:aws:iot:us-east-1:000000000000:"


def document(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*") -> dict:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


TRUST = document({"Effect": "Allow", "Action": "sts:AssumeRole",
                  "Principal": {"Service": "credentials.iot.amazonaws.com"}})


class ProviderTest(ClientTest):
    region = "us-east-1"

    @classmethod
    def prepare(cls):
        folder = tempfile.TemporaryDirectory(prefix="gatehouse-credentials-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.iot, cls.iam = cls.server.api("iot", region=cls.region), cls.server.api("iam")
        cls.iam.create_role(RoleName="device", AssumeRolePolicyDocument=TRUST)
        cls.iam.put_role_policy(
            RoleName="device", PolicyName="own", PolicyDocument=document(
                allow("iot:DescribeThing", IOT + "thing/${credentials-iot:ThingName}")))
        cls.iot.create_role_alias(roleAlias="cloud", roleArn=ROLE + "device",
                                  credentialDurationSeconds=900)
        cls.iot.create_policy(policyName="Provider", policyDocument=document(
            allow("iot:AssumeRoleWithCertificate",
                  IOT.replace("us-east-1", cls.region) + "rolealias/cloud")))

    def thing(self, name: str, policy: str | None = "Provider") -> dict:
        made = self.iot.create_keys_and_certificate(setAsActive=True)
        (self.folder / f"{name}.pem").write_text(
            made["certificatePem"] + made["keyPair"]["PrivateKey"])
        self.iot.create_thing(thingName=name)
        self.iot.attach_thing_principal(thingName=name, principal=made["certificateArn"])
        if policy:
            self.iot.attach_policy(policyName=policy, target=made["certificateArn"])
        return made

    def ask(self, name: str | None, thing: str | None = None, alias: str = "cloud",
            door: str = "https_mtls", method: str = "GET") -> tuple[int, dict, str]:
        """Status, body and type of error."""
        context = ssl.create_default_context(cafile=self.server.ready["ca"])
        if name:
            context.load_cert_chain(self.folder / f"{name}.pem")
        if door == "https" and name:
            context.set_alpn_protocols(["x-amzn-http-ca"])
        connection = http.client.HTTPSConnection("localhost", self.server.ready[door], timeout=30,
                                                 context=context)
        self.addCleanup(connection.close)
        headers = {"x-amzn-iot-thingname": thing} if thing is not None else {}
        connection.request(method, f"/role-aliases/{alias}/credentials", headers=headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()), answer.headers["x-amzn-ErrorType"]

    def api(self, service: str, keys: dict):
        return boto3.client(
            service, endpoint_url=self.server.ready["api_url"], region_name="us-east-1",
            aws_access_key_id=keys["accessKeyId"], aws_secret_access_key=keys["secretAccessKey"],
            aws_session_token=keys["sessionToken"],
            config=botocore.config.Config(retries={"max_attempts": 1}))


class CredentialsProvider(ProviderTest):
    def test_the_keys_work_and_know_the_thing(self):
        made = self.thing("pump")
        self.thing("other")
        status, body, _ = self.ask("pump", "pump")
        self.assertEqual(status, 200, body)
        keys = body["credentials"]
        self.assertEqual(set(keys), {"accessKeyId", "secretAccessKey", "sessionToken", "expiration"})
        end = datetime.datetime.strptime(keys["expiration"], "%Y-%m-%dT%H:%M:%S%z")
        left = end - datetime.datetime.now(datetime.timezone.utc)
        self.assertTrue(0 < left.total_seconds() <= 900, left)
        who = self.api("sts", keys).get_caller_identity()
        self.assertEqual(who["Arn"], "arn:aws:sts::000000000000:assumed-role/device/"
                         + made["certificateId"])
        iot = self.api("iot", keys)
        self.assertEqual(iot.describe_thing(thingName="pump")["thingName"], "pump")
        with self.assertRaises(ClientError):
            iot.describe_thing(thingName="other")
        record = self.server.wait_for_record(eventType="GetDeviceCredentials", status="Success",
                                             principalId=made["certificateId"])
        self.assertEqual(record["door"], "https-mtls")
        with self.assertRaises(ClientError):  # without a thing's name there is no such variable
            self.api("iot", self.ask("pump")[1]["credentials"]).describe_thing(thingName="pump")

    def test_a_device_may_ask_again_and_again(self):
        self.thing("restless")
        context = ssl.create_default_context(cafile=self.server.ready["ca"])
        context.load_cert_chain(self.folder / "restless.pem")
        connection = http.client.HTTPSConnection(
            "localhost", self.server.ready["https_mtls"], timeout=30, context=context)
        self.addCleanup(connection.close)
        keys = []
        for _ in range(52):
            connection.request("GET", "/role-aliases/cloud/credentials",
                               headers={"x-amzn-iot-thingname": "restless"})
            answer = connection.getresponse()
            body = json.loads(answer.read())
            self.assertEqual(answer.status, 200, body)
            keys.append(body["credentials"])
        for newest in keys[-2:]:
            self.api("iot", newest).describe_thing(thingName="restless")

    def test_the_keys_open_a_websocket(self):
        self.thing("socket")
        self.iam.put_role_policy(
            RoleName="device", PolicyName="mqtt", PolicyDocument=document(
                allow("iot:Connect"),
                allow("iot:Publish", IOT + "topic/of/${credentials-iot:ThingName}")))
        self.addCleanup(self.iam.delete_role_policy, RoleName="device", PolicyName="mqtt")
        keys = self.ask("socket", "socket")[1]["credentials"]
        host = f"localhost:{self.server.ready['https']}"
        device = self.device_over(presigned_path(keys, host), host)
        device.published("of/socket", b"mine")
        device.client.publish("of/another", b"not mine", qos=1)
        self.server.wait_for_record(eventType="Publish-In", topicName="of/another",
                                    status="Failure", reason="AUTHORIZATION_FAILURE")

    def device_over(self, path: str, host: str) -> Device:
        device = Device(self.server, "over-websocket", protocol=V5, user=None, alpn=None,
                        websocket=path, headers={"Host": host})
        self.addCleanup(device.close)
        return device.connected()

    def test_what_is_missing_is_told_as_aws_does(self):
        made = self.thing("valve", policy=None)
        self.assertEqual(self.ask("valve", "pump2"),
                         (403, {"message": "Invalid thing name passed"}, "AccessDeniedException"))
        self.assertEqual(self.ask("valve", "valve"),
                         (403, {"message": "Access Denied"}, "AccessDeniedException"))
        denied = self.server.wait_for_record(
            eventType="GetDeviceCredentials", status="Failure", reason="AUTHORIZATION_FAILURE",
            principalId=made["certificateId"])
        self.assertIn("iot:AssumeRoleWithCertificate", json.dumps(denied["explanation"]))
        self.iot.create_policy(policyName="AnyAlias", policyDocument=document(
            allow("iot:AssumeRoleWithCertificate")))
        self.iot.attach_policy(policyName="AnyAlias", target=made["certificateArn"])
        self.assertEqual(self.ask("valve", alias="none")[:2],
                         (404, {"message": "Role alias does not exist"}))
        self.iot.create_role_alias(roleAlias="dangling", roleArn=ROLE + "nobody")
        unable = "Unable to assume the role, or the role to assume does not exist"
        self.assertEqual(self.ask("valve", alias="dangling")[:2], (400, {"message": unable}))
        self.iot.create_role_alias(roleAlias="long", roleArn=ROLE + "device",
                                   credentialDurationSeconds=3601)
        status, body, _ = self.ask("valve", alias="long")
        self.assertEqual(status, 400)
        self.assertIn("MaxSessionDuration", body["message"])
        self.assertEqual(self.ask("valve", method="POST")[0], 405)
        self.assertEqual(self.ask("valve", alias="%2e%2e")[0], 400)

    def test_who_shows_no_certificate_that_counts_gets_nothing(self):
        made = self.thing("fan")
        invalid = {"message": "Certificate is invalid on this endpoint"}
        self.assertEqual(self.ask(None)[:2], (403, invalid))
        self.assertEqual(self.ask("fan")[0], 200)
        self.assertEqual(self.ask("fan", door="https")[0], 200)
        self.assertEqual(self.ask(None, door="https")[:2], (403, invalid))
        self.iot.update_certificate(certificateId=made["certificateId"], newStatus="INACTIVE")
        self.assertEqual(self.ask("fan")[:2], (403, invalid))
        self.server.wait_for_record(eventType="GetDeviceCredentials",
                                    reason="DEVICE_CERTIFICATE_INACTIVE")


class EndpointName(ProviderTest):
    """The name that DescribeEndpoint gives, on the port that SDKs know, without ALPN."""

    flags = ("--tenancy", "multi")
    region = "eu-west-1"

    def test_the_name_asks_for_a_certificate(self):
        name = self.iot.describe_endpoint(
            endpointType="iot:CredentialProvider")["endpointAddress"]
        self.assertIn(".credentials.iot.eu-west-1.", name)
        self.thing("abroad")
        context = ssl.create_default_context(cafile=self.server.ready["ca"])
        context.load_cert_chain(self.folder / "abroad.pem")
        plain = socket.create_connection(("127.0.0.1", self.server.ready["https"]), 30)
        with context.wrap_socket(plain, server_hostname=name) as over_tls:
            over_tls.sendall((f"GET /role-aliases/cloud/credentials HTTP/1.1\r\nHost: {name}\r\n"
                              "x-amzn-iot-thingname: abroad\r\nConnection: close\r\n\r\n").encode())
            answer = b""
            while piece := over_tls.recv(4096):
                answer += piece
        self.assertTrue(answer.startswith(b"HTTP/1.1 200"), answer)


if __name__ == "__main__":
    unittest.main()
