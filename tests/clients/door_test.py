#!/usr/bin/python3
"""What comes to the wrong door, by the wrong name or in the wrong protocol is told: by a record and
by a trace.

usage: door_test.py GATEHOUSE [TESTS]"""

import json
import socket
import ssl
import unittest

from client_test import NOT_AUTHORIZED_5, AuthorizerTest, wait_until
from device import PASSWORD, V5

CONNECT = bytes([0x10, 14, 0, 4]) + b"MQTT" + bytes([4, 2, 0, 60, 0, 2]) + b"me"
BROKEN_CONNECT_5 = bytes([0x10, 13, 0, 4]) + b"MQTT" + bytes([5, 3, 0, 60, 0, 0, 0])
CONNECT_OF_A_LATER_VERSION = bytes([0x10, 13, 0, 4]) + b"MQTT" + bytes([6, 2, 0, 60, 0, 0, 0])


class DoorTest(AuthorizerTest):
    def tls(self, door: str, alpn: tuple[str, ...] = ()):
        context = ssl.create_default_context(cafile=self.server.ready["ca"])
        if alpn:
            context.set_alpn_protocols(list(alpn))
        plain = socket.create_connection(("127.0.0.1", self.server.ready[door]), timeout=30)
        return context.wrap_socket(plain, server_hostname="localhost")

    def answer(self, stream, data: bytes) -> bytes:
        """What comes back until the server closes."""
        with stream:
            stream.sendall(data)
            answer = b""
            try:
                while part := stream.recv(4096):
                    answer += part
            except ConnectionResetError:
                pass
            return answer

    def assert_told(self, text: str, step: str) -> None:
        """By a record and by the trace that it names."""
        record = wait_until(lambda: [each for each in self.server.log_records(
            eventType="Connection.Refused") if text in each["details"]], text)[-1]
        trace = json.loads(self.server.gatehouse("authorizer", "trace", "--json", "--trace-id",
                                                 record["traceId"]).stdout)
        self.assertEqual(trace["outcome"], "refused")
        failed = [each for each in trace["steps"] if each["status"] == "failed"]
        self.assertEqual(failed[0]["kind"], step)
        self.assertIn(text, failed[0]["detail"])
        newest = self.server.gatehouse("authorizer", "trace", "--count", "100").stdout
        self.assertIn(record["traceId"], newest)


class Aws(DoorTest):
    def test_no_connect(self):
        self.assertEqual(self.answer(self.tls("mqtts"), b"\x20\x02\x00\x00"), b"")
        self.assert_told("the first packet is no CONNECT", "connect")

    def test_tls_where_there_is_none(self):
        plain = socket.create_connection(("127.0.0.1", self.server.ready["mqtt"]), timeout=30)
        hello = b"\x16\x03\x01\x00\x05hello"
        self.assertEqual(self.answer(plain, hello), b"")
        self.assert_told("the client speaks TLS on the port for MQTT without TLS", "connect")

    def test_no_tls(self):
        plain = socket.create_connection(("127.0.0.1", self.server.ready["mqtts"]), timeout=30)
        self.answer(plain, CONNECT)
        self.assert_told("TLS handshake failed", "tls")

    def test_who_says_nothing_is_no_event(self):
        for door in ("mqtt", "mqtts", "https"):
            socket.create_connection(("127.0.0.1", self.server.ready[door]), timeout=30).close()
        self.answer(self.tls("mqtts"), b"\xc0\x00")  # comes after them, and is told
        wait_until(lambda: [each for each in self.server.log_records(
            eventType="Connection.Refused") if "no CONNECT" in each["details"]], "the record")
        self.assertEqual([each for each in self.server.log_records(eventType="Connection.Refused")
                          if "peer closed" in each["details"]], [])

    def test_broken_connect(self):
        answer = self.answer(self.tls("mqtts"), BROKEN_CONNECT_5)
        self.assertEqual((answer[0], answer[3]), (0x20, 0x81))
        self.assert_told("MQTT-3.1.2-3", "connect")

    def test_version_that_does_not_exist(self):
        answer = self.answer(self.tls("mqtts"), CONNECT_OF_A_LATER_VERSION)
        self.assertEqual((answer[0], answer[3]), (0x20, 0x84))

    def test_mqtt_where_clients_with_certificates_speak_http(self):
        self.assertEqual(self.answer(self.tls("https_mtls"), CONNECT), b"")
        self.assert_told("the https-mtls port takes HTTP alone", "alpn")

    def test_any_name_will_do(self):
        self.device("by-address", host="127.0.0.1").connected()
        self.device("by-no-name", door="mqtt").connected()

    def test_a_reason_is_a_constant(self):
        device = self.device("$reserved", protocol=V5)
        self.assertEqual(device.expect("connect")[1], 0x85)
        self.assertEqual(self.server.wait_for_record(clientId="$reserved")["reason"],
                         "CLIENT_IDENTIFIER_NOT_VALID")


class AwsStrict(DoorTest):
    flags = ("--profile", "aws-strict", "--endpoint", "iot.example.test")

    def test_mqtt_without_alpn(self):
        self.assertEqual(self.answer(self.tls("https"), CONNECT), b"")
        self.assert_told("the client agreed on no ALPN protocol", "alpn")

    def test_mqtt_with_the_alpn_of_http(self):
        self.assertEqual(self.answer(self.tls("https", ("http/1.1",)), CONNECT), b"")
        self.assert_told("the client asked for 'http/1.1'", "alpn")

    def test_names_of_the_server(self):
        for name in ("iot.example.test", "IOT.example.test", "localhost"):
            with self.subTest(name):
                self.device(f"named-{name}", host=name).connected()

    def test_other_names_are_not_asked_about(self):
        for name in ("other.iot.example.test", "127.0.0.1"):
            with self.subTest(name):
                client_id = f"to-{name}"
                device = self.device(client_id, protocol=V5, host=name)
                self.assertEqual(device.expect("connect")[1], NOT_AUTHORIZED_5)
                record = self.assert_denied_record(client_id)
                # Python sends an address as no name at all, as RFC 6066 wants it.
                expected = "needs SNI" if name == "127.0.0.1" else f"'{name}' is no endpoint"
                self.assertIn(expected, record["explanation"])
                for event in ("Authorizer.Invoke", "Connection.AuthNError"):
                    self.assertEqual(
                        self.server.log_records(clientId=client_id, eventType=event), [])

    def test_our_own_device_names_the_server(self):
        run = self.server.gatehouse("device", "--authorizer", "AutoCustom", "--username", "alice",
                                    "--password", PASSWORD, "--client-id", "ours", "--topic",
                                    "lab/ours", "--count", "1")
        self.assertIn("published #1", run.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
