#!/usr/bin/python3
"""Publishing over HTTPS with curl: custom authorizers by header and query, what MQTT 5 devices get,
what is refused and how.

usage: http_publish_test.py GATEHOUSE [TESTS]"""

import base64
import http.client
import json
import ssl
import subprocess
import unittest
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.exceptions
from client_test import AuthorizerTest, make_authorizer, make_function, wait_until
from device import V5

NAME = "x-amz-customauthorizer-name"

# Lets in whoever sends the token, to publish below lab/, and prints that it was asked.
HANDLER = """
import json

def lambda_handler(event, context):
    http = event["protocolData"]["http"]
    print("asked", "-".join(event["protocols"]), "mqtt" in event["protocolData"])
    return {"isAuthenticated": http["headers"].get("token") == "open sesame",
            "principalId": "poster", "disconnectAfterInSeconds": 86400,
            "refreshAfterInSeconds": 300,
            "policyDocuments": [json.dumps({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": ["iot:Publish", "iot:RetainPublish"],
                 "Resource": "arn:aws:iot:*:*:topic/lab/*"}]})]}
"""


def users(*properties: dict) -> list[str]:
    text = base64.b64encode(json.dumps(properties).encode()).decode()
    return ["-H", f"x-amz-mqtt5-user-properties: {text}"]


class HttpPublish(AuthorizerTest):
    @classmethod
    def prepare(cls):
        super().prepare()
        function = make_function(cls.server, "poster", HANDLER)
        make_authorizer(cls.server, "Poster", function)
        make_authorizer(cls.server, "Caching", function, enableCachingForHttp=True)
        make_authorizer(cls.server, "ByQos", function, enableCachingForHttp=True,
                        tokenKeyName="qos")

    def url(self, topic: str, query: dict | None = None) -> str:
        return (f"https://localhost:{self.server.ready['https']}/topics/"
                f"{urllib.parse.quote(topic, safe='')}?{urllib.parse.urlencode(query or {})}")

    def post(self, topic: str, payload: str = "hello", *, authorizer: str | None = "Poster",
             token: str = "open sesame", query: dict | None = None, more=(), times: int = 1):
        """(status, body) of each time, over one connection."""
        # Too long for an argument, the payload goes through standard input.
        is_long = len(payload) > 1000
        words = ["curl", "-sS", "--cacert", self.server.ready["ca"],
                 "--data-binary", "@-" if is_long else payload,
                 "-H", f"token: {token}", "-w", "\n%{http_code}\n", *more]
        if authorizer:
            words += ["-H", f"{NAME}: {authorizer}"]
        done = subprocess.run([*words, *[self.url(topic, query)] * times], capture_output=True,
                              text=True, timeout=60, input=payload if is_long else None)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        return [(int(status), json.loads(body)) for body, status in zip(lines[::2], lines[1::2])]

    def test_published(self):
        listener = self.device("listener", protocol=V5).connected()
        listener.subscribed("lab/+")
        seen = []
        listener.client.on_message = lambda _c, _u, message: (
            seen.append(message), listener.events.put(("message", message.topic)))
        users = base64.b64encode(b'[{"a":"1"},{"a":"2"}]').decode()
        [(status, body)] = self.post(
            "lab/http", query={"qos": 1, "contentType": "text/plain", "messageExpiry": 60},
            more=["-H", f"x-amz-mqtt5-user-properties: {users}",
                  "-H", "x-amz-mqtt5-correlation-data: AQI="])
        self.assertEqual(status, 200)
        self.assertEqual(body["message"], "OK")
        listener.expect("message")
        self.assertEqual((seen[0].topic, seen[0].payload), ("lab/http", b"hello"))
        properties = seen[0].properties
        self.assertEqual(properties.ContentType, "text/plain")
        self.assertEqual(properties.CorrelationData, b"\x01\x02")
        self.assertEqual(properties.UserProperty, [("a", "1"), ("a", "2")])
        self.assertLessEqual(properties.MessageExpiryInterval, 60)
        record = self.server.wait_for_record(traceId=body["traceId"], eventType="Publish-In")
        self.assertEqual(record["protocol"], "HTTP")
        self.assertEqual(record["principalId"], "poster")
        self.assertIn("asked tls-http False", self.server.output_of("poster", "asked")[0])

    def test_authorizer_by_query(self):
        self.assertEqual(self.post("lab/q", authorizer=None, query={NAME: "Poster"})[0][0], 200)

    def test_retained(self):
        self.assertEqual(self.post("lab/kept", "still", query={"qos": 1, "retain": "true"})[0][0],
                         200)
        late = self.device("late").connected()
        late.subscribed("lab/kept")
        self.assertEqual(late.expect("message")[1:], ("lab/kept", b"still", True))

    def test_a_persistent_session_gets_it_after_a_crash(self):
        sleeper = self.device("sleeper", protocol=V5, session_expiry=3600, clean=False).connected()
        sleeper.subscribed("lab/deep")
        sleeper.close()
        self.assertEqual(self.post("lab/deep", "kept", query={"qos": 1})[0][0], 200)
        self.server.kill()
        self.server.start()
        awake = self.device("sleeper", protocol=V5, session_expiry=3600, clean=False).connected()
        self.assertEqual(awake.expect("message")[2], b"kept")

    def test_refused(self):
        cases = {"wrong token": (dict(topic="lab/x", token="no"), 401),
                 "no such authorizer": (dict(topic="lab/x", authorizer="Nobody"), 401),
                 "no authorizer": (dict(topic="lab/x", authorizer=None), 401),
                 "topic not allowed": (dict(topic="elsewhere/x"), 403),
                 "reserved topic": (dict(topic="$SYS/x"), 400),
                 "wildcard": (dict(topic="lab/#"), 400),
                 "qos 2": (dict(topic="lab/x", query={"qos": 2}), 400),
                 "null in the topic": (dict(topic="lab/\0"), 400),
                 "null in the content type": (
                     dict(topic="lab/x", query={"contentType": "a\0b"}), 400),
                 "null in the response topic": (
                     dict(topic="lab/x", query={"responseTopic": "a\0b"}), 400),
                 "null in a property's value": (dict(topic="lab/x", more=users({"k": "\0"})), 400),
                 "null in a property's name": (dict(topic="lab/x", more=users({"\0": "v"})), 400),
                 "too large": (dict(topic="lab/x", payload="x" * (128 * 1024 + 1)), 413),
                 "not POST": (dict(topic="lab/x", more=["-X", "PUT"]), 405)}
        for what, (how, expected) in cases.items():
            with self.subTest(what=what):
                [(status, body)] = self.post(**how)
                self.assertEqual(status, expected, body)
                self.assertEqual(set(body), {"message", "traceId"})
        for path in ("lab/a%zz", "lab/a%2"):
            with self.subTest(path=path):
                done = subprocess.run(
                    ["curl", "-sSi", "--cacert", self.server.ready["ca"], "-d", "x",
                     "-H", "token: open sesame", "-H", f"{NAME}: Poster",
                     f"https://localhost:{self.server.ready['https']}/topics/{path}"],
                    capture_output=True, text=True, timeout=60, check=True)
                self.assertIn("HTTP/1.1 400 ", done.stdout)
                self.assertIn("InvalidRequestException", done.stdout)
        self.assertEqual(self.server.log_records(topicName="lab/a%zz"), [])
        record = self.server.wait_for_record(eventType="Publish-In", topicName="elsewhere/x")
        self.assertEqual((record["status"], record["reason"]),
                         ("Failure", "AUTHORIZATION_FAILURE"))
        self.assertIn("explanation", record)

    def test_what_is_no_request_is_refused_as_one(self):
        for status, error, more in (
                (431, "InvalidRequestException", ["-H", "A: " + "a" * 65_536]),
                (413, "RequestEntityTooLargeException", ["-H", "Content-Length: 99999999"])):
            with self.subTest(status=status):
                done = subprocess.run(["curl", "-si", "--cacert", self.server.ready["ca"], *more,
                                       "-d", "x", self.url("lab/x")],
                                      capture_output=True, text=True, timeout=60)
                head, body = done.stdout.split("\n\n", 1)
                self.assertIn(f"HTTP/1.1 {status} ", head)
                self.assertIn("Content-Type: application/json", head)
                self.assertIn(f"x-amzn-ErrorType: {error}", head)
                self.assertEqual(set(json.loads(body)), {"message", "traceId"})

    def test_signed_by_boto3(self):
        listener = self.device("signed-listener", protocol=V5).connected()
        listener.subscribed("lab/+")
        seen = []
        listener.client.on_message = lambda _c, _u, message: (
            seen.append(message), listener.events.put(("message", message.topic)))
        data = self.server.api("iot-data")
        data.publish(topic="lab/signed", qos=1, payload=b"\x00binary", contentType="x/y",
                     payloadFormatIndicator="UNSPECIFIED_BYTES", messageExpiry=60,
                     correlationData=base64.b64encode(b"c").decode(),
                     userProperties=json.dumps([{"a": "1"}, {"b": "2"}]))
        listener.expect("message")
        self.assertEqual((seen[0].topic, seen[0].payload), ("lab/signed", b"\x00binary"))
        self.assertEqual(seen[0].properties.ContentType, "x/y")
        self.assertEqual(seen[0].properties.CorrelationData, b"c")
        self.assertEqual(seen[0].properties.UserProperty, [("a", "1"), ("b", "2")])
        data.publish(topic="lab/empty", userProperties=[{"c": "3"}])
        listener.expect("message")
        self.assertEqual(seen[1].payload, b"")
        self.assertEqual(seen[1].properties.UserProperty, [("c", "3")])
        for wrong in ({"topic": "lab/#"}, {"topic": "$SYS/x"}, {"topic": "lab/x", "qos": 2},
                      {"topic": "lab/x", "contentType": "a\0b"},
                      {"topic": "lab/x", "userProperties": [{"k": "a\0b"}]}):
            with self.assertRaises((data.exceptions.InvalidRequestException,
                                    botocore.exceptions.ClientError)) as caught:
                data.publish(**wrong)
            self.assertEqual(caught.exception.response["ResponseMetadata"]["HTTPStatusCode"], 400)

    def signed_post(self, path: str) -> tuple[http.client.HTTPResponse, str]:
        """The answer and its body."""
        signer = botocore.auth.SigV4Auth(botocore.credentials.Credentials(
            *self.server.keys().values()), "iotdata", self.server.ready["region"])
        url = self.server.ready["api_url"] + path
        request = botocore.awsrequest.AWSRequest("POST", url, data=b"x")
        signer.add_auth(request)
        # Others mend such a path as the broken one before they send it.
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=60)
        self.addCleanup(connection.close)
        connection.request("POST", path, b"x", dict(request.headers))
        answer = connection.getresponse()
        return answer, answer.read().decode()

    def test_signed_is_answered_like_any_other(self):
        answer, body = self.signed_post("/topics/lab%2Fsigned?qos=1")
        self.assertEqual(answer.status, 200, body)
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        self.assertEqual(json.loads(body), {"message": "OK",
                                            "traceId": answer.headers["x-amzn-RequestId"]})

    def test_signed_by_the_aws_cli(self):
        listener = self.device("cli-listener").connected()
        listener.subscribed("lab/cli")
        done = subprocess.run(
            ["/usr/bin/aws", "--endpoint-url", self.server.ready["api_url"], "iot-data", "publish",
             "--topic", "lab/cli", "--qos", "1", "--payload", "aGVsbG8="],
            capture_output=True, text=True, timeout=60, env={
                **self.server.environment(), **self.server.keys(),
                "AWS_DEFAULT_REGION": self.server.ready["region"],
                "AWS_EC2_METADATA_DISABLED": "true", "HOME": str(self.server.data_dir.path)})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(listener.expect("message")[1], "lab/cli")

    def test_signed_with_a_broken_escape(self):
        answer, body = self.signed_post("/topics/lab%2Fa%zz")
        self.assertEqual((answer.status, answer.headers["x-amzn-ErrorType"]),
                         (400, "InvalidRequestException"), body)
        self.assertIn("two hexadecimal digits", body)
        self.assertEqual(self.server.log_records(topicName="lab/a%zz"), [])

    def asked(self) -> int:
        return len(self.server.output_of("poster", "asked"))

    def test_kept_for_a_connection_where_the_authorizer_says_so(self):
        self.post("lab/warm")
        wait_until(self.asked, "the function's output")
        for authorizer, calls in (("Poster", 3), ("Caching", 1)):
            before = self.asked()
            answers = self.post("lab/x", authorizer=authorizer, times=3)
            self.assertEqual([status for status, _ in answers], [200] * 3)
            wait_until(lambda: self.asked() == before + calls,  # noqa: B023
                       f"{calls} calls for {authorizer}")

    def post_each(self, *requests: tuple[str, str, dict]) -> list[int]:
        """(query, payload, headers) of each, over one connection."""
        context = ssl.create_default_context(cafile=self.server.ready["ca"])
        connection = http.client.HTTPSConnection("localhost", self.server.ready["https"],
                                                 context=context, timeout=60)
        self.addCleanup(connection.close)
        statuses = []
        for query, payload, headers in requests:
            connection.request("POST", f"/topics/lab%2Fx?{query}", payload,
                               {NAME: "Caching", "token": "open sesame"} | headers)
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
        return statuses

    def test_kept_for_messages_that_differ_and_for_no_other_credential(self):
        self.post("lab/warm")
        wait_until(self.asked, "the function's output")
        for calls, requests in (
                (1, [("", "a", {}), ("qos=1", "longer", {}), ("messageExpiry=60&qos=1", "", {}),
                     ("", "a", {"x-amz-mqtt5-correlation-data": "AQI="}), ("", "a", {"Date": "x"})]),
                (3, [("", "a", {}), ("", "a", {"x-more": "b"}), ("more=b", "a", {})]),
                (2, [("qos=0", "a", {NAME: "ByQos"}), ("qos=1", "a", {NAME: "ByQos"})])):
            before = self.asked()
            self.assertEqual(self.post_each(*requests), [200] * len(requests))
            wait_until(lambda: self.asked() == before + calls,  # noqa: B023
                       f"{calls} calls")
        self.assertEqual(self.post_each(("", "a", {}), ("", "a", {"token": "guess"}),
                                        ("", "a", {})), [200, 401, 200])


if __name__ == "__main__":
    unittest.main(verbosity=2)
