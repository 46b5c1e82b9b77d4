#!/usr/bin/python3
"""MQTT over WebSocket with MQTT.js, paho-mqtt and bare sockets: which authorizer decides, what it
is told, and what the framing allows. Needs `npm ci` in this folder.

usage: websocket_test.py GATEHOUSE [TESTS]"""

import base64
import os
import socket
import ssl
import unittest

from client_test import NOT_AUTHORIZED_5, AuthorizerTest, wait_until
from device import PASSWORD, V5, V311
from mqttjs_test import JsDevice

NAME = "x-amz-customauthorizer-name"
CLOSE_UNACCEPTABLE, CLOSE_PROTOCOL_ERROR = 1003, 1002


class RawSocket:
    """A WebSocket by hand, to send what no library would."""

    def __init__(self, server, request_more: str = "", path: str = "/mqtt", door: str = "https"):
        plain = socket.create_connection(("127.0.0.1", server.ready[door]), timeout=30)
        if door == "https":
            context = ssl.create_default_context(cafile=server.ready["ca"])
            plain = context.wrap_socket(plain, server_hostname="localhost")
        self.stream = plain
        key = base64.b64encode(os.urandom(16)).decode()
        self.stream.sendall((f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                             f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
                             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n"
                             f"{request_more}\r\n").encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            piece = self.stream.recv(4096)
            if not piece:
                break
            answer += piece
        self.status = int(answer.split()[1]) if answer else 0
        self.answer = answer.decode(errors="replace")

    def send(self, first: int, payload: bytes) -> None:
        self.send_all((first, payload))

    def send_all(self, *frames: tuple[int, bytes]) -> None:
        """In one piece."""
        data = b""
        for first, payload in frames:
            assert len(payload) < 126
            mask = os.urandom(4)
            masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
            data += bytes([first, 0x80 | len(payload)]) + mask + masked
        self.stream.sendall(data)

    def frame(self) -> tuple[int, bytes]:
        head = self.read(2)
        size = head[1]
        if size == 126:
            size = int.from_bytes(self.read(2), "big")
        elif size == 127:
            size = int.from_bytes(self.read(8), "big")
        return head[0] & 0x0F, self.read(size)

    def read(self, count: int) -> bytes:
        got = b""
        while len(got) < count:
            piece = self.stream.recv(count - len(got))
            if not piece:
                raise EOFError(got)
            got += piece
        return got

    def close(self) -> None:
        self.stream.close()


def connect_packet(client_id: str, user: str = "alice", password: str = PASSWORD,
                   will: tuple[str, str] | None = None) -> bytes:
    def text(value: str) -> bytes:
        return len(value).to_bytes(2, "big") + value.encode()
    flags = 0xC2 | (0x04 if will else 0)
    body = text("MQTT") + bytes([4, flags]) + (60).to_bytes(2, "big") + text(client_id)
    if will:
        body += text(will[0]) + text(will[1])
    body += text(user) + text(password)
    assert len(body) < 128
    return bytes([0x10, len(body)]) + body


class WebSockets:
    def raw(self, **how) -> RawSocket:
        made = RawSocket(self.server, **how)
        self.addCleanup(made.close)
        return made

    def by_query(self) -> str:
        return f"/mqtt?{NAME}=AutoCustom"

    def js(self, client_id: str, protocol: int, **how) -> JsDevice:
        options = {"protocol": "wss", "port": self.server.ready["https"], "path": "/mqtt",
                   "username": f"alice?{NAME}=AutoCustom"} | how
        device = JsDevice(self.server, client_id, protocol, **options)
        self.addCleanup(device.close)
        return device

    def test_mqtt_js_by_user_name_query_and_header(self):
        ways = {"user": {}, "query": {"path": self.by_query(), "username": "alice"},
                "header": {"username": "alice",
                           "wsOptions": {"headers": {NAME: "AutoCustom"}}}}
        for way, how in ways.items():
            for protocol in (4, 5):
                with self.subTest(way=way, protocol=protocol):
                    name = f"js-{way}-{protocol}"
                    device = self.js(name, protocol, **how)
                    self.assertEqual(device.expect("connack")["code"], 0)
                    device.tell("subscribe", topic="lab/ws", qos=1)
                    self.assertEqual(device.expect("subscribe")["codes"], [1])
                    device.tell("publish", topic="lab/ws", payload="x" * 100_000, qos=1,
                                retain=False)
                    self.assertEqual(len(device.expect("message")["payload"]), 100_000)
                    device.tell("end")
                    device.expect("close")
                    record = self.server.wait_for_record(clientId=name, eventType="Connect")
                    self.assertEqual(record["status"], "Success")

    def test_paho(self):
        for protocol in (V311, V5):
            with self.subTest(protocol=protocol):
                name = f"paho-ws-{protocol}"
                device = self.device(name, protocol=protocol, alpn=None,
                                     websocket="/mqtt").connected()
                device.subscribed("lab/paho")
                for number in range(50):
                    device.published("lab/paho", str(number).encode())
                got = [device.expect("message")[2] for _ in range(50)]
                self.assertEqual(got, [str(number).encode() for number in range(50)])

    def test_wrong_password_5(self):
        device = self.js("ws-wrong", 5, password="no")
        self.assertEqual(device.expect("connack")["code"], NOT_AUTHORIZED_5)
        self.assert_denied_record("ws-wrong")

    def test_what_the_function_is_told(self):
        device = self.js("ws-told", 4, path=f"{self.by_query()}&more=1", username="alice",
                         wsOptions={"headers": {"X-Trace": "seven"}})
        self.assertEqual(device.expect("connack")["code"], 0)
        lines = wait_until(lambda: self.server.output_of("auth", "by http seven"),
                           "what the handler prints of its event")
        self.assertIn(f"by http seven ?{NAME}=AutoCustom&more=1 tls-http-mqtt", lines[0])

    def test_packets_span_and_share_frames(self):
        connection = self.raw(path=self.by_query())
        self.assertEqual(connection.status, 101, connection.answer)
        packet = connect_packet("ws-pieces")
        ping = b"\xC0\x00"
        connection.send(0x02, packet[:7])        # a message in fragments, a ping between them
        connection.send(0x89, b"are you there")
        connection.send(0x80, packet[7:20])
        connection.send(0x82, packet[20:] + ping + ping)  # and two packets more in the last frame
        frames = [connection.frame() for _ in range(2)]
        self.assertIn((0x0A, b"are you there"), frames)
        data = b"".join(payload for opcode, payload in frames if opcode == 2)
        while len(data) < 8:
            opcode, payload = connection.frame()
            self.assertEqual(opcode, 2)
            data += payload
        self.assertEqual(data, b"\x20\x02\x00\x00" + b"\xD0\x00" * 2)

    def test_a_close_frame_is_a_goodbye(self):
        connection = self.raw(path=self.by_query())
        connection.send(0x82, connect_packet("ws-bye", will=("lab/will", "gone")))
        self.assertEqual(connection.frame()[1], b"\x20\x02\x00\x00")
        connection.send(0x88, (1000).to_bytes(2, "big"))
        self.assertEqual(connection.frame(), (0x08, (1000).to_bytes(2, "big")))
        record = self.server.wait_for_record(clientId="ws-bye", eventType="Disconnect")
        self.assertEqual(record["disconnectReason"], "CLIENT_INITIATED_DISCONNECT")

    def test_a_close_frame_behind_data_is_answered_too(self):
        connection = self.raw(path=self.by_query())
        connection.send(0x82, connect_packet("ws-both"))
        self.assertEqual(connection.frame()[1], b"\x20\x02\x00\x00")
        code = (1000).to_bytes(2, "big")
        connection.send_all((0x82, b"\xC0\x00"), (0x88, code))
        self.assertEqual(connection.frame(), (0x08, code))
        self.assertEqual(connection.stream.recv(1), b"", "the server closes")
        self.server.wait_for_record(clientId="ws-both", eventType="Disconnect")

    def test_violations_are_told(self):
        connection = self.raw(path=self.by_query())
        connection.send(0x81, b"text")
        self.assertEqual(connection.frame(), (0x08, CLOSE_UNACCEPTABLE.to_bytes(2, "big")))
        connection = self.raw(path=self.by_query())
        connection.stream.sendall(b"\x82\x01x")  # not masked
        self.assertEqual(connection.frame(), (0x08, CLOSE_PROTOCOL_ERROR.to_bytes(2, "big")))

    def test_requests_that_are_no_websocket(self):
        wrong = self.raw(request_more="Sec-WebSocket-Version: 8\r\n", path="/mqtt/elsewhere")
        self.assertEqual(wrong.status, 404)


class Aws(WebSockets, AuthorizerTest):
    def test_on_the_api_port_without_tls(self):
        device = self.device("ws-api", door="api", websocket="/mqtt").connected()
        device.subscribed("lab/api")
        device.published("lab/api", b"plain")
        self.assertEqual(device.expect("message")[2], b"plain")
        record = self.server.wait_for_record(clientId="ws-api", eventType="Connect")
        self.assertEqual(record["door"], "api")

    def test_a_ping_while_a_message_is_being_written_is_answered_behind_it(self):
        writer = self.device("ws-writer").connected()
        for door in ("api", "https"):
            with self.subTest(door=door):
                slow = self.raw(path=self.by_query(), door=door)
                slow.send(0x82, connect_packet(f"ws-slow-{door}"))
                slow.send(0x82, b"\x82\x0D\x00\x01\x00\x08lab/slow\x00")
                self.server.wait_for_record(clientId=f"ws-slow-{door}", eventType="Subscribe")
                for _ in range(100):
                    writer.client.publish("lab/slow", b"x" * 100_000, 0)
                writer.published("lab/done")
                slow.send(0x89, b"late")
                opcode, payload = slow.frame()
                while opcode == 2:
                    opcode, payload = slow.frame()
                self.assertEqual((opcode, payload), (0x0A, b"late"))
                slow.close()

    def test_a_close_frame_behind_all_that_may_be_unacknowledged_is_a_goodbye(self):
        sleeper = self.device("ws-sleeper", clean=False).connected()
        sleeper.subscribed("lab/full")  # kept on disk, which takes a moment
        sleeper.close()
        watcher = self.device("ws-watcher").connected()
        watcher.subscribed("lab/will")
        connection = self.raw(path=self.by_query())
        connection.send(0x82, connect_packet("ws-full", will=("lab/will", "gone")))
        self.assertEqual(connection.frame()[1], b"\x20\x02\x00\x00")
        messages = [b"\x32\x0D\x00\x08lab/full" + number.to_bytes(2, "big") + b"x"
                    for number in range(1, 121)]
        connection.send_all(*((0x82, message) for message in messages),
                            (0x88, (1000).to_bytes(2, "big")))
        record = self.server.wait_for_record(clientId="ws-full", eventType="Disconnect")
        self.assertEqual(record["disconnectReason"], "CLIENT_INITIATED_DISCONNECT")
        back = self.device("ws-sleeper", clean=False).connected()
        for _ in messages:
            back.expect("message")
        back.published("lab/will", b"after")
        self.assertEqual(watcher.expect("message")[2], b"after")

    def test_pages_of_other_origins_do_not_reach_the_api_port(self):
        foreign = self.raw(request_more="Origin: https://evil.example\r\n", door="api")
        self.assertEqual(foreign.status, 403, foreign.answer)
        own = self.raw(door="api")
        self.assertEqual(own.status, 101)


class OpenProfile(AuthorizerTest):
    flags = ("--profile", "open")

    def test_a_close_frame_leaves_the_will(self):
        watcher = self.device("watcher").connected()
        watcher.subscribed("lab/#")
        connection = RawSocket(self.server, path="/mqtt?x-amz-customauthorizer-name=AutoCustom")
        self.addCleanup(connection.close)
        connection.send(0x82, connect_packet("ws-left", will=("lab/left", "gone")))
        self.assertEqual(connection.frame()[1], b"\x20\x02\x00\x00")
        connection.send(0x88, (1001).to_bytes(2, "big"))
        self.assertEqual(watcher.expect("message")[1:3], ("lab/left", b"gone"))


class AwsStrict(WebSockets, AuthorizerTest):
    flags = ("--profile", "aws-strict")


if __name__ == "__main__":
    unittest.main(verbosity=2)
