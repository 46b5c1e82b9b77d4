#!/usr/bin/python3
"""Who may ask an authorizer when its function fails, is overrun, or is asked for the same wrong
password again and again. Time is moved by command; what takes its time on this machine takes it besides.

usage: admission_test.py GATEHOUSE [TESTS]"""

import base64
import concurrent.futures
import socket
import ssl
import unittest
import urllib.error
import urllib.request

from client_test import (NOT_AUTHORIZED_311, NOT_AUTHORIZED_5, ClientTest, make_authorizer,
                         make_function, permit_iot, wait_until)
from device import V5, V311

UNAVAILABLE_311, UNAVAILABLE_5 = 3, 0x88
FAILURES_TO_OPEN = 20

# What it does is the user name's first word.
SOURCE = """
import threading

DOCUMENT = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}

def lambda_handler(event, context):
    mqtt = event["protocolData"]["mqtt"]
    word = mqtt["username"].partition("?")[0].partition("-")[0]
    print("asked for", mqtt["clientId"])
    if word == "raises":
        raise RuntimeError("the table of devices is gone")
    if word == "hangs":
        threading.Event().wait()
    return {"isAuthenticated": word == "good", "principalId": "tester",
            "policyDocuments": [DOCUMENT], "disconnectAfterInSeconds": 86400,
            "refreshAfterInSeconds": 300}
"""


class AdmissionTest(ClientTest):
    @classmethod
    def prepare(cls):
        arn = make_function(cls.server, "auth", SOURCE)
        permit_iot(cls.server, "auth")
        make_authorizer(cls.server, "AutoCustom", arn)

    def code(self, client_id: str, user: str, protocol=V5) -> int:
        device = self.device(client_id, protocol=protocol, user=user)
        return device.expect("connect")[1]

    def was_asked(self, client_id: str) -> bool:
        return bool(self.server.output_of("auth", f"asked for {client_id}"))

    def wait_for_step(self, client_id: str, step: str) -> None:
        """Until the trace of the attempt has it."""
        wait_until(lambda: f"  {step}  " in self.server.gatehouse(
            "authorizer", "trace", "--client-id", client_id, check=False).stdout,
            f"{client_id}: {step}")

    def wait_until_asked(self, client_id: str) -> None:
        wait_until(lambda: self.was_asked(client_id), f"the function is asked for {client_id}")


class Circuit(AdmissionTest):
    flags = ("--clock", "manual")

    def open_circuit(self) -> None:
        """Users differ, so that nobody is held back for hammering."""
        for number in range(FAILURES_TO_OPEN):
            self.assertEqual(self.code(f"broken-{number}", f"raises-{number}"), NOT_AUTHORIZED_5)

    def test_opens_and_is_probed_once_a_second_until_it_closes(self):
        self.open_circuit()
        kept_out = self.device("kept-out-5", protocol=V5, user="good").expect("connect")
        self.assertEqual(kept_out[1], UNAVAILABLE_5)
        self.assertIn("try again later", kept_out[3])
        self.assertEqual(self.code("kept-out-3", "good", V311), UNAVAILABLE_311)
        record = self.server.wait_for_record(clientId="kept-out-5", eventType="Connect")
        self.assertIn("in a row", record["explanation"])
        # The probe fails: one was asked, the next is not.
        self.server.advance("1s")
        self.assertEqual(self.code("probe-1", "raises-probe"), NOT_AUTHORIZED_5)
        self.assertEqual(self.code("kept-out-again", "good"), UNAVAILABLE_5)
        # The probe succeeds: everybody is asked again.
        self.server.advance("1s")
        self.assertEqual(self.code("probe-2", "good"), 0)
        self.assertEqual(self.code("after", "good"), 0)
        self.assertEqual(self.code("one-failure", "raises-after"), NOT_AUTHORIZED_5)
        self.assertEqual(self.code("still-closed", "good"), 0)
        self.wait_until_asked("still-closed")
        for client_id in ("kept-out-5", "kept-out-3", "kept-out-again"):
            self.assertFalse(self.was_asked(client_id), client_id)

    def test_who_got_in_before_is_let_through(self):
        self.assertEqual(self.code("known", "good-known"), 0)
        self.open_circuit()
        self.assertEqual(self.code("unknown", "good-unknown"), UNAVAILABLE_5)
        self.assertEqual(self.code("known-again", "good-known"), 0)
        self.wait_until_asked("known-again")
        self.assertFalse(self.was_asked("unknown"))


class Overrun(AdmissionTest):
    flags = ("--limits-authorizer-calls-max", "1", "--limits-authorizer-waiting-max", "1",
             "--clock", "manual")

    def test_who_finds_the_queue_full_is_refused_at_once(self):
        self.assertEqual(self.code("warms", "good"), 0)
        calling = self.device("calling", protocol=V5, user="hangs-1")
        self.wait_for_step("calling", "event")
        self.wait_until_asked("calling")
        waiting = self.device("waiting", protocol=V5, user="good")
        self.wait_for_step("waiting", "signature")  # what comes next is that it waits
        self.assertEqual(self.code("late-5", "good"), UNAVAILABLE_5)
        self.assertEqual(self.code("late-3", "good", V311), UNAVAILABLE_311)
        record = self.server.wait_for_record(clientId="late-3", eventType="Connect")
        self.assertIn("1 calls are running and 1 waiting", record["explanation"])
        # The call is ended after 5 s; who waits is asked about then, with a second left.
        self.server.advance("4950ms")
        self.assertEqual(calling.expect("connect")[1], NOT_AUTHORIZED_5)
        self.assertEqual(waiting.expect("connect")[1], 0)
        self.assertEqual(self.code("afterwards", "good"), 0)


class Brake(AdmissionTest):
    flags = ("--clock", "manual")
    FREE_REFUSALS = 3

    def test_who_hammers_is_slowed_and_neighbours_are_not(self):
        for number in range(self.FREE_REFUSALS + 1):
            self.assertEqual(self.code(f"hammer-{number}", "wrong-1"), NOT_AUTHORIZED_5)
        # The delays: 200, 400, 800, 1,600, 3,200 and from then on 4,000 ms.
        for number in range(5):
            device = self.device(f"hammer-on-{number}", protocol=V5, user="wrong-1")
            wait_until(lambda: self.is_answered_after(device, "1s"), "the delay is over")
        held_back = self.device("hammer-last", protocol=V5, user="wrong-1")
        # The same address, other names: at once.
        self.assertEqual(self.code("neighbour", "good"), 0)
        self.assertEqual(self.code("other-wrong", "wrong-2", V311), NOT_AUTHORIZED_311)
        self.assertFalse(self.was_asked("hammer-last"))
        self.assertFalse(held_back.has_come("connect"))
        wait_until(lambda: self.is_answered_after(held_back, "1s"), "the delay is over")
        self.assertEqual(held_back.expect("connect")[1], NOT_AUTHORIZED_5)
        trace = self.server.gatehouse("authorizer", "trace", "--client-id", "hammer-last").stdout
        self.assertRegex(trace, "held back [0-9]{3,4} ms")

    def is_answered_after(self, device, span: str) -> bool:
        self.server.advance(span)
        return device.has_come("connect")


class BrakeOverHttps(AdmissionTest):
    """The handler knows MQTT alone, so it raises for all of these."""
    flags = ("--clock", "manual")
    FREE_REFUSALS = 3

    def post(self, user: str, password: str) -> int:
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        request = urllib.request.Request(
            f"https://localhost:{self.server.ready['https']}/topics/lab%2Fx", data=b"x",
            headers={"x-amz-customauthorizer-name": "AutoCustom",
                     "Authorization": f"Basic {token}"})
        context = ssl.create_default_context(cafile=self.server.ready["ca"])
        try:
            return urllib.request.urlopen(request, context=context, timeout=60).status
        except urllib.error.HTTPError as error:
            return error.code

    def test_who_hammers_is_slowed_by_user_and_neighbours_are_not(self):
        for number in range(self.FREE_REFUSALS + 1):
            self.assertEqual(self.post("alice", f"guess-{number}"), 401)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            for number in range(5):  # until the delay is one of seconds
                guess = pool.submit(self.post, "alice", f"guess-on-{number}")
                wait_until(lambda: self.is_answered_after(guess, "1s"), "the delay is over")
            held_back = pool.submit(self.post, "ALICE", "guess-last")
            self.assertEqual(self.post("bob", "guess"), 401)
            self.assertFalse(held_back.done())
            wait_until(lambda: self.is_answered_after(held_back, "1s"), "the delay is over")
            self.assertEqual(held_back.result(), 401)

    def is_answered_after(self, post: concurrent.futures.Future, span: str) -> bool:
        self.server.advance(span)
        return post.done()


def mqtt_string(text: str) -> bytes:
    return len(text).to_bytes(2, "big") + text.encode()


class BeforeConnack(AdmissionTest):
    def test_packets_sent_with_connect_are_answered_after_it(self):
        user = "good?x-amz-customauthorizer-name=AutoCustom"
        connect = (mqtt_string("MQTT") + b"\x04\xc2\x00\x3c" + mqtt_string("eager") +
                   mqtt_string(user) + mqtt_string("x"))
        connect = b"\x10" + bytes([len(connect)]) + connect
        subscribe = b"\x00\x01" + mqtt_string("lab/eager") + b"\x00"
        subscribe = b"\x82" + bytes([len(subscribe)]) + subscribe
        payload = b"x" * 100_000  # more than is read at once
        publish = mqtt_string("lab/eager") + payload
        length, digits = len(publish), b""
        while True:
            digits += bytes([length & 0x7F | (0x80 if length > 0x7F else 0)])
            length >>= 7
            if not length:
                break
        publish = b"\x30" + digits + publish
        stream = socket.create_connection(("127.0.0.1", self.server.ready["mqtt"]))
        self.addCleanup(stream.close)
        stream.settimeout(30)
        stream.sendall(connect + subscribe + publish)
        expected = b"\x20\x02\x00\x00" + b"\x90\x03\x00\x01\x00" + publish
        received = b""
        while len(received) < len(expected):
            more = stream.recv(65536)
            self.assertTrue(more, f"closed after {received[:64]!r}")
            received += more
        self.assertEqual(received, expected)


if __name__ == "__main__":
    unittest.main(verbosity=2)
