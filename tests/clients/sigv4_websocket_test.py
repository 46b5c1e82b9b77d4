#!/usr/bin/python3
"""Clients that sign with an access key (SigV4): MQTT over WebSocket with paho-mqtt, MQTT.js and the
AWS CRT, and HTTPS publishes. Needs `npm ci` in this folder.

usage: sigv4_websocket_test.py GATEHOUSE [TESTS]"""

import datetime
import http.client
import json
import socket
import ssl
import unittest

import boto3
import botocore.config
from botocore.exceptions import ClientError

from client_test import ClientTest, wait_until
from crt_test import CrtDevice
from device import V5, V311, NamedContext
from newer_models import newer
from mqttjs_test import JsDevice
from signing import presigned_path, signed_headers
from websocket_test import RawSocket

IOT = "arn:aws:iot:us-east-1:000000000000:"
MAXIMUM_CONNECT_TIME, NOT_AUTHORIZED = 0xA0, 0x87


def document(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*") -> dict:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


OWN_TOPICS = document(
    allow("iot:Connect"),
    allow(["iot:Publish", "iot:Receive"], IOT + "topic/of/${aws:username}/*"),
    allow("iot:Subscribe", IOT + "topicfilter/of/${aws:username}/*"))
EVERYTHING = document(allow("iot:*"))


class SignedTest(ClientTest):
    @classmethod
    def prepare(cls):
        cls.iam, cls.sts = cls.server.api("iam"), cls.server.api("sts")

    def user(self, name: str, policy: str = OWN_TOPICS) -> dict:
        """A key of a new user."""
        self.iam.create_user(UserName=name)
        self.iam.put_user_policy(UserName=name, PolicyName="rights", PolicyDocument=policy)
        return self.iam.create_access_key(UserName=name)["AccessKey"]

    def session(self, name: str, policy: str = EVERYTHING) -> dict:
        """A key of a session of a new role."""
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(
            {"Effect": "Allow", "Action": "sts:AssumeRole",
             "Principal": {"AWS": "arn:aws:iam::000000000000:root"}}))
        self.iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=policy)
        return self.sts.assume_role(RoleArn=f"arn:aws:iam::000000000000:role/{name}",
                                    RoleSessionName="web", DurationSeconds=900)["Credentials"]

    def host(self, door: str = "https") -> str:
        # The API port wants the host of paho's Origin, which is where it connects to.
        return f"{'127.0.0.1' if door == 'api' else 'localhost'}:{self.server.ready[door]}"

    def signed(self, client_id: str, keys: dict, protocol=V5, door: str = "https",
               keep_alive: int = 60, **how):
        path = presigned_path(keys, self.host(door), **how)
        return self.device(client_id, protocol=protocol, door=door, user=None, alpn=None,
                           keep_alive=keep_alive, websocket=path,
                           headers={"Host": self.host(door)})

    def signed_at(self, host: str, client_id: str, keys: dict, **how):
        """By the name of an endpoint or a domain configuration."""
        return self.device(client_id, protocol=V5, user=None, alpn=None, host=host,
                           websocket=presigned_path(keys, host, **how), headers={"Host": host})

    def publish(self, keys: dict, topic: str, service: str = "iotdevicegateway",
                body: bytes = b"hello", sent: bytes | None = None) -> int:
        path = f"/topics/{topic}?qos=1"
        headers = signed_headers(keys, "POST", f"https://{self.host()}{path}", body,
                                 service=service)
        context = ssl.create_default_context(cafile=self.server.ready["ca"])
        connection = http.client.HTTPSConnection("localhost", self.server.ready["https"],
                                                 timeout=30, context=context)
        self.addCleanup(connection.close)
        connection.request("POST", path, body if sent is None else sent, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    def api(self, service: str, keys: dict):
        return boto3.client(
            service, endpoint_url=self.server.ready["api_url"], region_name="us-east-1",
            aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys.get("SessionToken"),
            config=botocore.config.Config(retries={"max_attempts": 1}))

    def refusal(self, keys: dict, **how) -> str:
        """The reason in the log of an address that is refused before there is a WebSocket."""
        opened = RawSocket(self.server, path=presigned_path(keys, "localhost", **how))
        self.addCleanup(opened.close)
        self.assertEqual(opened.status, 403, opened.answer)
        trace = json.loads(opened.answer.partition("\r\n\r\n")[2])["traceId"]
        record = self.server.wait_for_record(eventType="Connection.AuthNError", traceId=trace)
        self.assertEqual(record["authenticationType"], "AWS_SIGV4")
        steps = json.dumps(json.loads(self.server.gatehouse("explain", trace, "--json").stdout))
        self.assertIn(record["details"][:40], steps)
        return record["reason"]


class SignedWebSocket(SignedTest):
    def test_a_user_may_what_its_policies_allow(self):
        keys = self.user("alice")
        for protocol in (V311, V5):
            for door in ("https", "api"):
                with self.subTest(protocol=protocol, door=door):
                    name = f"alice-{protocol}-{door}"
                    device = self.signed(name, keys, protocol, door).connected()
                    self.assertEqual(device.subscribed("of/alice/#"), [1])
                    self.assertNotIn(device.subscribed("of/bob/#")[0], (0, 1))
                    device.published("of/alice/a", b"hello")
                    self.assertEqual(device.expect("message")[1:3], ("of/alice/a", b"hello"))
                    record = self.server.wait_for_record(clientId=name, eventType="Connect")
                    self.assertEqual(record["status"], "Success")
                    self.assertEqual(record["principalId"],
                                     self.iam.get_user(UserName="alice")["User"]["UserId"])
                    device.close()

    def test_the_token_of_a_session_may_be_signed_or_not(self):
        keys = self.session("web")
        for signs_token in (False, True):
            with self.subTest(signs_token=signs_token):
                name = f"web-{signs_token}"
                self.signed(name, keys, signs_token=signs_token).connected()
                record = self.server.wait_for_record(clientId=name, eventType="Connect")
                self.assertTrue(record["principalId"].endswith(":web"), record)

    def test_headers_may_be_signed(self):
        keys = self.user("headers", EVERYTHING)
        host = self.host()
        for signed_keys in (keys, self.session("headers")):
            headers = {"Host": host} | signed_headers(signed_keys, "GET", f"https://{host}/mqtt")
            self.device("headers", protocol=V5, user=None, alpn=None, websocket="/mqtt",
                        headers=headers).connected()

    def test_what_does_not_count_is_refused_with_its_reason(self):
        keys = self.user("refused")
        wrong = keys | {"SecretAccessKey": "x" * 40}
        self.assertEqual(self.refusal(wrong), "SECURITY_TOKEN_SIGNATURE_MISMATCH")
        nobody = keys | {"AccessKeyId": "AKIANOBODYNOBODYNOBO"}
        self.assertEqual(self.refusal(nobody), "SECURITY_TOKEN_INVALID")
        self.assertEqual(self.refusal(keys, service="iotdata"), "SECURITY_TOKEN_INVALID")
        self.assertEqual(self.refusal(keys, expires=86401), "SECURITY_TOKEN_INVALID")
        session = self.session("refused")
        self.assertEqual(self.refusal(session | {"SessionToken": "another"}),
                         "SECURITY_TOKEN_INVALID")
        self.iam.update_access_key(UserName="refused", AccessKeyId=keys["AccessKeyId"],
                                   Status="Inactive")
        self.assertEqual(self.refusal(keys), "SECURITY_TOKEN_INVALID")

    def test_who_may_not_connect_is_told_at_connect(self):
        keys = self.user("nothing", document(allow("iot:Publish")))
        self.assertEqual(self.signed("nothing", keys).expect("connect")[1], NOT_AUTHORIZED)
        self.assert_denied_record("nothing")

    def test_a_changed_policy_reaches_who_is_connected(self):
        keys = self.user("changed", EVERYTHING)
        device = self.signed("changed", keys).connected()
        device.published("any/topic", b"1")
        self.iam.put_user_policy(UserName="changed", PolicyName="rights",
                                 PolicyDocument=document(allow("iot:Connect")))

        def is_denied() -> bool:
            device.client.publish("any/topic", b"2", qos=1)
            return bool(self.server.log_records(clientId="changed", eventType="Publish-In",
                                                status="Failure"))

        wait_until(is_denied, "the policy counts")

    def test_a_key_that_is_revoked_ends_connections(self):
        keys = self.user("revoked", EVERYTHING)
        others = self.signed("kept", self.user("kept", EVERYTHING)).connected()
        device = self.signed("revoked", keys).connected()
        self.iam.update_access_key(UserName="revoked", AccessKeyId=keys["AccessKeyId"],
                                   Status="Inactive")
        self.assertEqual(device.expect("disconnect")[1], NOT_AUTHORIZED)
        record = self.server.wait_for_record(clientId="revoked", eventType="Disconnect")
        self.assertEqual(record["disconnectReason"], "AUTH_ERROR")
        others.published("still/there", b"1")

    def test_a_role_that_is_deleted_ends_its_sessions(self):
        keys = self.session("gone")
        device = self.signed("gone", keys).connected()
        self.iam.delete_role_policy(RoleName="gone", PolicyName="rights")
        self.iam.delete_role(RoleName="gone")
        self.assertEqual(device.expect("disconnect")[1], NOT_AUTHORIZED)
        self.session("gone")  # of another role that has its name
        self.assertEqual(self.refusal(keys), "SECURITY_TOKEN_INVALID")

    def test_sessions_from_before_a_time_may_be_revoked(self):
        """As AWS's console does it by "Revoke active sessions"."""
        keys = self.session("stolen")
        device = self.signed("stolen", keys).connected()
        device.published("any/topic", b"1")
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
        self.iam.put_role_policy(
            RoleName="stolen", PolicyName="AWSRevokeOlderSessions", PolicyDocument=document(
                {"Effect": "Deny", "Action": ["*"], "Resource": ["*"], "Condition": {
                    "DateLessThan": {"aws:TokenIssueTime": now.replace("+00:00", "Z")}}}))

        def is_denied() -> bool:
            device.client.publish("any/topic", b"2", qos=1)
            return bool(self.server.log_records(clientId="stolen", eventType="Publish-In",
                                                status="Failure"))

        wait_until(is_denied, "the open connection may do nothing more")
        self.assertEqual(self.signed("stolen-too", keys).expect("connect")[1], NOT_AUTHORIZED)
        self.assertEqual(self.publish(keys, "any/topic"), 403)
        with self.assertRaises(ClientError) as caught:
            self.api("iot", keys).list_things()
        self.assertEqual(caught.exception.response["Error"]["Code"], "AccessDeniedException")
        newer_keys = self.sts.assume_role(RoleArn="arn:aws:iam::000000000000:role/stolen",
                                          RoleSessionName="web")["Credentials"]
        self.signed("not-stolen", newer_keys).connected()

    def test_mqttjs(self):
        keys = self.session("js")
        device = JsDevice(self.server, "signed-js", V5, None, port=self.server.ready["https"],
                          protocol="wss", path=presigned_path(keys, self.host()))
        self.addCleanup(device.close)
        device.expect("connect")
        device.tell("subscribe", topic="lab/js", qos=1)
        self.assertEqual(device.expect("subscribe")["codes"], [1])
        device.tell("publish", topic="lab/js", payload="hello", qos=1)
        self.assertEqual(device.expect("message")["payload"], "hello")

    def test_aws_crt(self):
        lasting, session = self.user("crt", EVERYTHING), self.session("crt")
        for version in (V311, V5):
            for name, keys in (("lasting", lasting), ("session", session)):
                with self.subTest(version=version, keys=name):
                    key = {"id": keys["AccessKeyId"], "secret": keys["SecretAccessKey"],
                           "token": keys.get("SessionToken")}
                    device = CrtDevice(self.server, f"crt-{version}-{name}", version,
                                       websocket=True, auth={"key": key, "region": "us-east-1"})
                    self.addCleanup(device.close)
                    device.expect("connect")
                    device.tell("publish", topic="lab/crt", payload="hello", qos=1)
                    device.expect("publish")
                    device.tell("end")


class SignedHttp(SignedTest):
    def test_publish(self):
        keys = self.user("http")
        listener = self.signed("http-listener", keys).connected()
        listener.subscribed("of/http/#")
        for service in ("iotdevicegateway", "iotdata"):
            self.assertEqual(self.publish(keys, "of/http/a", service), 200)
            self.assertEqual(listener.expect("message")[2], b"hello")
        self.assertEqual(self.publish(keys, "of/other/a"), 403)
        self.server.wait_for_record(eventType="Publish-In", protocol="HTTP", status="Failure",
                                    reason="AUTHORIZATION_FAILURE", topicName="of/other/a")
        self.assertEqual(self.publish(keys, "of/http/a", "iot"), 403)
        self.assertEqual(self.publish(keys, "of/http/a", sent=b"other"), 403)
        self.server.wait_for_record(eventType="Publish-In", protocol="HTTP", status="Failure",
                                    reason="SECURITY_TOKEN_SIGNATURE_MISMATCH")
        self.assertEqual(self.publish(self.session("http"), "any/topic", "iotdata"), 200)


    def test_the_rest_of_the_data_plane(self):
        keys, context = self.user("plane", EVERYTHING), self.server.ready["ca"]
        client = boto3.client(
            "iot-data", endpoint_url=f"https://{self.host()}", region_name="us-east-1",
            aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
            verify=context, config=botocore.config.Config(retries={"max_attempts": 1}))
        client.publish(topic="plane/kept", qos=1, retain=True, payload=b"kept")
        self.assertEqual(client.get_retained_message(topic="plane/kept")["payload"], b"kept")
        with self.assertRaises(ClientError) as caught:
            boto3.client("iot", endpoint_url=f"https://{self.host()}", region_name="us-east-1",
                         aws_access_key_id=keys["AccessKeyId"], verify=context,
                         aws_secret_access_key=keys["SecretAccessKey"]).list_things()
        self.assertEqual(caught.exception.response["ResponseMetadata"]["HTTPStatusCode"], 403)

    def asked_raw(self, keys: dict, door: str, method: str, target: str, path: str) -> int:
        """The status of a target that is signed as this path, on a connection of its own."""
        host = self.host(door)
        body = b"hello" if method == "POST" else b""
        headers = {"Host": host, "Content-Length": str(len(body))} | signed_headers(
            keys, method, f"https://{host}{path}", body, service="iotdata")
        stream = socket.create_connection(("127.0.0.1", self.server.ready[door]), timeout=30)
        self.addCleanup(stream.close)
        if door == "https":
            context = ssl.create_default_context(cafile=self.server.ready["ca"])
            stream = context.wrap_socket(stream, server_hostname="localhost")
            self.addCleanup(stream.close)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        stream.sendall(f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode() + body)
        answer = http.client.HTTPResponse(stream)
        answer.begin()
        answer.read()
        return answer.status

    def test_a_target_that_is_no_path_is_refused(self):
        keys = self.user("slashless", EVERYTHING)
        for door in ("https", "api"):
            for target in ("topics/a?qos=1", "https://localhost/topics/a?qos=1", "*"):
                with self.subTest(door=door, target=target):
                    self.assertEqual(
                        self.asked_raw(keys, door, "POST", target, "/topics/a?qos=1"), 400)
            self.assertEqual(
                self.asked_raw(keys, door, "POST", "/topics/a?qos=1", "/topics/a?qos=1"), 200)

    def test_each_operation_of_the_data_plane_on_each_loop(self):
        keys = self.user("loops", EVERYTHING)
        self.signed("asked-of", keys).connected()
        calls = [("POST", "/topics/kept-there?qos=1&retain=true"),
                 ("GET", "/retainedMessage/kept-there"), ("GET", "/retainedMessage"),
                 ("GET", "/connections/asked-of"), ("GET", "/connections/asked-of/subscriptions"),
                 ("POST", "/connections/asked-of/messages?topic=me")]
        # Connections go round the loops (GATEHOUSE_LOOPS).
        for turn in range(4):
            for method, path in calls:
                with self.subTest(turn=turn, path=path):
                    self.assertEqual(self.asked_raw(keys, "https", method, path, path), 200)
            self.assertEqual(
                self.asked_raw(keys, "https", "DELETE", "/connections/nobody",
                               "/connections/nobody"), 404)


class SignedEndpoints(SignedTest):
    flags = ("--tenancy", "multi")

    def test_another_region(self):
        keys = self.user("abroad", EVERYTHING)
        self.assertEqual(self.refusal(keys, region="eu-west-1"), "SECURITY_TOKEN_INVALID")
        self.signed("at-home", keys).connected()

    def test_the_endpoint_of_a_region_without_authorizers(self):
        keys = self.user("there", EVERYTHING)
        name = self.server.api("iot", region="eu-west-1").describe_endpoint(
            endpointType="iot:Data-ATS")["endpointAddress"]
        self.signed_at(name, "there", keys, region="eu-west-1").connected()


class SignedDomains(SignedTest):
    """Host names of an account's own: their configuration says whether signatures count."""

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.iot = newer(cls.server.api("iot"))

    def domain(self, name: str, authentication: str, protocol: str) -> str:
        host = f"{name}.localhost"
        self.iot.create_domain_configuration(
            domainConfigurationName=name, domainName=host, authenticationType=authentication,
            applicationProtocol=protocol)
        return host

    def asked(self, host: str, method: str, path: str, headers: dict | None = None) -> int:
        """The status, by a host name that need not resolve."""
        context = ssl.create_default_context(cafile=self.server.ready["ca"])
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.server.ready["https"], timeout=30, context=NamedContext(context, host))
        self.addCleanup(connection.close)
        connection.request(method, path, b"", {"Host": host} | (headers or {}))
        answer = connection.getresponse()
        answer.read()
        return answer.status

    def asked_signed(self, host: str, keys: dict, method: str, path: str) -> int:
        return self.asked(host, method, path, signed_headers(
            keys, method, f"https://{host}{path}", service="iotdata"))

    def test_one_for_signatures_over_websocket(self):
        keys = self.user("sockets", EVERYTHING)
        host = self.domain("sockets", "AWS_SIGV4", "MQTT_WSS")
        self.signed_at(host, "signed-there", keys).connected()
        record = self.server.wait_for_record(clientId="signed-there", eventType="Connect")
        self.assertEqual(record["domainConfigurationName"], "sockets")
        unsigned = self.device("unsigned-there", protocol=V5, user=None, alpn=None, host=host,
                               websocket="/mqtt")
        self.assertEqual(unsigned.expect("connect")[1], NOT_AUTHORIZED)
        self.assertEqual(self.asked_signed(host, keys, "POST", "/topics/any"), 403,
                         "MQTT_WSS is no publishing by HTTPS")

    def test_one_for_signatures_over_https(self):
        keys = self.user("posts", EVERYTHING)
        host = self.domain("posts", "AWS_SIGV4", "HTTPS")
        self.assertEqual(self.asked_signed(host, keys, "POST", "/topics/kept?retain=true&qos=1"),
                         200)
        self.assertEqual(self.asked(host, "POST", "/topics/kept"), 401)
        self.assertEqual(self.asked_signed(host, keys, "GET", "/retainedMessage"), 200)
        self.assertEqual(self.asked(host, "GET", presigned_path(keys, host)), 403,
                         "HTTPS is no WebSocket")

    def test_one_for_other_proofs(self):
        keys = self.user("others", EVERYTHING)
        for name, authentication in (("certs", "AWS_X509"), ("asked", "CUSTOM_AUTH")):
            with self.subTest(authentication):
                host = self.domain(name, authentication, "HTTPS")
                self.assertEqual(self.asked_signed(host, keys, "GET", "/retainedMessage"), 403)
                self.assertEqual(self.asked_signed(host, keys, "POST", "/topics/any"), 403)


class Believed(SignedTest):
    """Whoever signs at the API port is believed to be root; at the doors of the devices nobody is."""

    flags = ("--api-auth", "any")

    def test_the_data_plane_at_a_door_asks_the_policies(self):
        keys, context = self.user("limited"), self.server.ready["ca"]
        client = boto3.client(
            "iot-data", endpoint_url=f"https://{self.host()}", region_name="us-east-1",
            aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
            verify=context, config=botocore.config.Config(retries={"max_attempts": 1}))
        with self.assertRaises(ClientError) as caught:
            client.get_retained_message(topic="of/another")
        self.assertEqual(caught.exception.response["ResponseMetadata"]["HTTPStatusCode"], 403)


class SignedTime(SignedTest):
    flags = ("--clock", "manual")

    def test_a_connection_ends_with_its_session_and_after_a_day(self):
        lasting = self.signed("lasting", self.user("lasting", EVERYTHING), keep_alive=1200)
        session = self.signed("session", self.session("timed"), keep_alive=1200)
        lasting.connected(), session.connected()
        self.server.advance("15m")
        self.assertEqual(session.expect("disconnect")[1], MAXIMUM_CONNECT_TIME)
        record = self.server.wait_for_record(clientId="session", eventType="Disconnect")
        self.assertEqual(record["disconnectReason"], "WEBSOCKET_TTL_EXPIRATION")
        self.assertFalse(lasting.has_come("disconnect"))


if __name__ == "__main__":
    unittest.main()
