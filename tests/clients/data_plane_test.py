#!/usr/bin/python3
"""The data plane's view of retained messages and connections: boto3 where it knows the operation,
signed requests where it is too old.

usage: data_plane_test.py GATEHOUSE [TESTS]"""

import base64
import concurrent.futures
import json
import sys
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

import botocore.auth
import botocore.awsrequest
import botocore.credentials

from client_test import GATEHOUSE, HERE, AuthorizerTest, DataDir, wait_until
from device import PASSWORD, V5
from gatehouse_server import Server

sys.path.insert(0, str(HERE.parent / "conformance"))

import wire  # noqa: E402
from peer import Peer  # noqa: E402

ADMINISTRATIVE_ACTION = 0x98


class DataTest(AuthorizerTest):
    @property
    def data(self):
        return self.server.api("iot-data")

    def call(self, method: str, path: str, body: bytes = b"", headers: dict | None = None,
             **query: str):
        """The status and the JSON of the answer."""
        url = f"{self.server.ready['api_url']}{path}"
        if query:
            url += "?" + urllib.parse.urlencode(query, quote_via=urllib.parse.quote)
        keys = self.server.keys()
        request = botocore.awsrequest.AWSRequest(method, url, data=body, headers=headers or {})
        botocore.auth.SigV4Auth(botocore.credentials.Credentials(
            keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"]), "iotdevicegateway",
            self.server.ready["region"]).add_auth(request)
        try:
            with urllib.request.urlopen(urllib.request.Request(
                    url, method=method, data=body or None, headers=dict(request.headers)),
                    timeout=60) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, dict(json.loads(error.read()),
                                    type=error.headers["x-amzn-ErrorType"])

    def connection(self, client_id: str, rest: str = "") -> str:
        return f"/connections/{urllib.parse.quote(client_id, safe='')}{rest}"


class Retained(DataTest):
    def retain(self, topic: str, payload: bytes, **more) -> None:
        self.data.publish(topic=topic, payload=payload, qos=1, retain=True, **more)

    def test_calls_are_logged_as_aws_logs_them(self):
        self.data.publish(topic="told/retained", payload=b"x", qos=1, retain=True)
        self.data.get_retained_message(topic="told/retained")
        self.data.list_retained_messages()
        self.assertRaises(self.data.exceptions.ClientError, self.data.publish,
                          topic="told/a/+", payload=b"x")
        for wanted in ({"eventType": "Publish-In", "topicName": "told/retained",
                        "status": "Success"},
                       {"eventType": "GetRetainedMessage", "topicName": "told/retained", "qos": "1"},
                       {"eventType": "ListRetainedMessage"},
                       {"eventType": "Publish-In", "topicName": "told/a/+", "status": "Failure",
                        "reason": "INVALID_REQUEST"}):
            with self.subTest(wanted=wanted):
                record = self.server.wait_for_record(**wanted)
                self.assertEqual(record["protocol"], "HTTP")
                self.assertIn(":root", record["principalId"])
                self.assertTrue(record["traceId"])

    def test_one_message(self):
        before = int(time.time() * 1000)
        self.retain("lab/retained/one", b"\x00\xffbinary")
        found = self.data.get_retained_message(topic="lab/retained/one")
        self.assertEqual((found["topic"], found["payload"], found["qos"]),
                         ("lab/retained/one", b"\x00\xffbinary", 1))
        self.assertTrue(before <= found["lastModifiedTime"] <= time.time() * 1000, found)
        self.retain("lab/retained/one", b"")
        with self.assertRaises(self.data.exceptions.ResourceNotFoundException):
            self.data.get_retained_message(topic="lab/retained/one")

    def test_user_properties(self):
        status, _ = self.call("POST", "/topics/lab%2Fretained%2Fuser", b"x", {
            "x-amz-mqtt5-user-properties": base64.b64encode(
                b'[{"a":"1"},{"a":"2"},{"\\u00fc":"\\""}]').decode()}, qos="1", retain="true")
        self.assertEqual(status, 200)
        status, found = self.call("GET", "/retainedMessage/lab%2Fretained%2Fuser")
        self.assertEqual(status, 200)
        self.assertEqual(json.loads(base64.b64decode(found["userProperties"])),
                         [{"a": "1"}, {"a": "2"}, {"ü": '"'}])

    def test_a_device_retains(self):
        self.device("retainer").connected().published("lab/retained/device", b"d", retain=True)
        self.assertEqual(self.data.get_retained_message(topic="lab/retained/device")["payload"],
                         b"d")

    def test_pages(self):
        topics = [f"lab/pages/{i:03}" for i in range(7)]
        for topic in topics:
            self.retain(topic, b"12345")
        seen, token = [], {}
        while True:
            page = self.data.list_retained_messages(maxResults=3, **token)
            self.assertLessEqual(len(page["retainedTopics"]), 3)
            seen += page["retainedTopics"]
            if "nextToken" not in page:
                break
            token = {"nextToken": page["nextToken"]}
            self.data.publish(topic=topics[0], payload=b"", qos=1, retain=True)  # behind the page
        mine = [each for each in seen if each["topic"].startswith("lab/pages/")]
        self.assertEqual([each["topic"] for each in mine], topics)
        self.assertEqual({each["payloadSize"] for each in mine}, {5})

    def test_wrong_questions(self):
        invalid = self.data.exceptions.InvalidRequestException
        with self.assertRaises(invalid):
            self.data.list_retained_messages(nextToken="junk")
        status, answer = self.call("GET", "/retainedMessage", maxResults="201")
        self.assertEqual((status, answer["type"]), (400, "InvalidRequestException"))
        with self.assertRaises(self.data.exceptions.ResourceNotFoundException):
            self.data.get_retained_message(topic="lab/none/here")


class AfterARestart(unittest.TestCase):
    def test_the_time_of_a_retained_message_stays(self):
        folder = DataDir()
        self.addCleanup(folder.remove)
        server = Server(GATEHOUSE, data_dir=folder)
        self.addCleanup(server.stop)
        server.api("iot-data").publish(topic="t", payload=b"x", qos=1, retain=True)
        before = server.api("iot-data").get_retained_message(topic="t")["lastModifiedTime"]
        server.kill()
        server.start()
        after = server.api("iot-data").get_retained_message(topic="t")
        self.assertEqual((after["lastModifiedTime"], after["payload"]), (before, b"x"))


class Connections(DataTest):
    def test_a_connection_is_shown(self):
        device = self.device("shown/ü", clean=False, keep_alive=77).connected()
        status, shown = self.call("GET", self.connection("shown/ü"))
        self.assertEqual(status, 200, shown)
        self.assertEqual((shown["connected"], shown["cleanSession"], shown["keepAliveDuration"],
                          shown["clientId"]), (True, False, 77, "shown/ü"))
        self.assertAlmostEqual(shown["connectedSince"], time.time() * 1000, delta=60_000)
        self.assertNotIn("sourceIp", shown)
        _, shown = self.call("GET", self.connection("shown/ü"), includeSocketInformation="true")
        self.assertEqual((shown["sourceIp"], shown["targetIp"], shown["targetPort"]),
                         ("127.0.0.1", "127.0.0.1", self.server.ready["https"]))
        self.assertGreater(shown["sourcePort"], 0)
        device.close()
        shown = wait_until(lambda: (answer := self.call("GET", self.connection("shown/ü"))[1]) and
                           not answer["connected"] and answer, "the end of the connection")
        self.assertEqual(shown["disconnectReason"], "CLIENT_INITIATED_DISCONNECT")
        self.assertGreaterEqual(shown["disconnectedSince"], shown["connectedSince"])

    def test_nobody(self):
        for method, rest, query in (("GET", "", {}), ("DELETE", "", {}),
                                    ("GET", "/subscriptions", {}),
                                    ("POST", "/messages", {"topic": "lab/x"})):
            status, answer = self.call(method, self.connection("nobody", rest), **query)
            self.assertEqual((status, answer["type"]), (404, "ResourceNotFoundException"), answer)
        status, answer = self.call("GET", self.connection("$nobody"))
        self.assertEqual((status, answer["type"]), (400, "InvalidRequestException"), answer)

    def test_subscriptions(self):
        device = self.device("subscribed", clean=False).connected()
        for filter_, qos in (("lab/b/#", 1), ("lab/a", 0), ("lab/+/c", 1)):
            device.subscribed(filter_, qos)
        device.close()
        seen, token = [], {}
        while True:
            status, page = self.call("GET", self.connection("subscribed", "/subscriptions"),
                                     maxResults="2", **token)
            self.assertEqual(status, 200, page)
            seen += [(each["topicFilter"], each["qos"]) for each in page["subscriptions"]]
            if "nextToken" not in page:
                break
            token = {"nextToken": page["nextToken"]}
        self.assertEqual(seen, [("lab/+/c", 1), ("lab/a", 0), ("lab/b/#", 1)])

    def test_a_connection_is_ended(self):
        watcher = self.device("watcher").connected()
        watcher.subscribed("lab/wills/#")
        device = self.device("ended", protocol=V5, clean=False, session_expiry=600,
                             will=("lab/wills/ended", b"gone", 1)).connected()
        device.subscribed("lab/kept")
        self.assertEqual(self.call("DELETE", self.connection("ended")), (200, None))
        self.assertEqual(device.expect("disconnect")[1], ADMINISTRATIVE_ACTION)
        self.assertEqual(watcher.expect("message")[1:3], ("lab/wills/ended", b"gone"))
        record = self.server.wait_for_record(clientId="ended", eventType="Disconnect")
        self.assertEqual(record["disconnectReason"], "API_INITIATED_DISCONNECT")
        self.server.wait_for_record(clientId="ended", eventType="DeleteConnection",
                                    status="Success")
        again = self.device("ended", protocol=V5, clean=False, session_expiry=600)
        self.assertTrue(again.expect("connect")[2], "the session is still there")

    def test_a_session_is_ended_without_its_will(self):
        watcher = self.device("watcher-2").connected()
        watcher.subscribed("lab/wills-2/#")
        device = self.device("cleaned", clean=False,
                             will=("lab/wills-2/cleaned", b"gone", 1)).connected()
        self.assertEqual(self.call("DELETE", self.connection("cleaned"), cleanSession="true",
                                   preventWillMessage="true"), (200, None))
        device.expect("disconnect")
        watcher.published("lab/wills-2/last")
        self.assertEqual(watcher.expect("message")[1], "lab/wills-2/last", "no will came before")
        again = self.device("cleaned", clean=False)
        self.assertFalse(again.expect("connect")[2])

    def test_a_session_that_is_away(self):
        watcher = self.device("watcher-3").connected()
        watcher.subscribed("lab/wills-3/#")
        path = self.connection("away")
        peer = Peer(self.server.ready["mqtt"], wire.V5)
        connack = peer.connect(
            "away", clean=False, props={"session_expiry": 600}, password=PASSWORD.encode(),
            user="alice?x-amz-customauthorizer-name=AutoCustom",
            will=wire.Will("lab/wills-3/away", b"gone", 1, props={"will_delay": 500}))
        self.assertEqual(connack.code, 0)
        peer.close()
        self.server.wait_for_record(clientId="away", eventType="Disconnect")
        status, answer = self.call("DELETE", path)
        self.assertEqual((status, answer["type"]), (404, "ResourceNotFoundException"), answer)
        self.assertIn("is not connected", answer["message"])
        self.assertEqual(self.call("DELETE", path, preventWillMessage="true"), (200, None))
        self.assertEqual(self.call("GET", path)[0], 200, "its session stays")
        self.assertEqual(self.call("DELETE", path, preventWillMessage="true")[0], 404)
        self.assertEqual(self.call("DELETE", path, cleanSession="true"), (200, None))
        status, answer = self.call("DELETE", path, cleanSession="true")
        self.assertEqual(status, 404)
        self.assertIn("no session", answer["message"])
        watcher.published("lab/wills-3/last")
        self.assertEqual(watcher.expect("message")[1], "lab/wills-3/last", "no will came before")

    def test_a_direct_message(self):
        device = self.device("direct", protocol=V5).connected()
        received = []
        device.client.on_message = lambda _c, _u, message: received.append(message)
        status, answer = self.call(
            "POST", self.connection("direct", "/messages"), b"hello",
            {"x-amz-mqtt5-correlation-data": base64.b64encode(b"42").decode()},
            topic="lab/never/subscribed", confirmation="true", contentType="text/plain")
        self.assertEqual(status, 200, answer)
        self.assertEqual(answer["message"], "OK")
        message = wait_until(lambda: received, "the message")[0]
        self.assertEqual((message.topic, message.payload, message.qos),
                         ("lab/never/subscribed", b"hello", 1))
        self.assertEqual((message.properties.ContentType, message.properties.CorrelationData),
                         ("text/plain", b"42"))
        status, answer = self.call("POST", self.connection("direct", "/messages"), b"later",
                                   topic="lab/never/subscribed")
        self.assertEqual(status, 200, answer)
        self.assertEqual(wait_until(lambda: received[1:], "the message")[0].qos, 0)

    def test_a_direct_message_that_may_not_be_received(self):
        self.device("not-allowed").connected()
        status, answer = self.call("POST", self.connection("not-allowed", "/messages"), b"x",
                                   topic="elsewhere/x")
        self.assertEqual((status, answer["type"]), (403, "ForbiddenException"), answer)

    def test_a_direct_message_that_nobody_acknowledges(self):
        device = self.device("mute").connected()
        device.client.loop_stop()  # reads and answers nothing from here on
        status, answer = self.call("POST", self.connection("mute", "/messages"), b"x",
                                   topic="lab/x", confirmation="true", timeout="1")
        self.assertEqual((status, answer["type"]), (504, "GatewayTimeoutException"), answer)

    def confirmed(self, client_id: str, answer_of_client) -> tuple[int, dict, float]:
        """What is said of a message that the client gets, and how long it took."""
        peer = Peer(self.server.ready["mqtt"], wire.V5)
        self.addCleanup(peer.close)
        connack = peer.connect(client_id, user="alice?x-amz-customauthorizer-name=AutoCustom",
                               password=PASSWORD.encode())
        self.assertEqual(connack.code, 0)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            call = pool.submit(self.call, "POST", self.connection(client_id, "/messages"), b"x",
                               topic="lab/x", confirmation="true", timeout="15")
            answer_of_client(peer, peer.message(acknowledge=False))
            began = time.monotonic()
            status, answer = call.result()
        return status, answer, time.monotonic() - began

    def test_a_direct_message_that_is_refused(self):
        status, answer, _ = self.confirmed("picky", lambda peer, message: peer.send(
            wire.acknowledge(wire.V5, wire.PUBACK, message.packet_id, 0x80)))
        self.assertEqual((status, answer["type"]), (400, "InvalidRequestException"), answer)
        self.assertIn("0x80", answer["message"])

    def test_a_direct_message_to_one_that_goes_away(self):
        status, answer, took = self.confirmed("gone", lambda peer, _: peer.close())
        self.assertEqual((status, answer["type"]), (504, "GatewayTimeoutException"), answer)
        self.assertIn("ended before", answer["message"])
        self.assertLess(took, 10, "there was nothing to wait for")


if __name__ == "__main__":
    unittest.main(verbosity=2)
