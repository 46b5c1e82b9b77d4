#!/usr/bin/python3
"""MQTT itself over bare TCP with paho-mqtt: wills, takeover, keep-alive, sessions, retained
messages and what AWS IoT does not have.

usage: conversation_test.py GATEHOUSE [TESTS]"""

import socket
import sys
import unittest

from client_test import HERE, ClientTest
from device import V5, V311, Device

sys.path.insert(0, str(HERE.parent / "conformance"))

import wire  # noqa: E402
from peer import Peer  # noqa: E402

GRANTED_QOS_1 = [1]
IDENTIFIER_REJECTED = 2
NO_LOCAL = 0x04
SESSION_TAKEN_OVER, QOS_NOT_SUPPORTED = 0x8E, 0x9B


class Conversation(ClientTest):
    flags = ("--allow-anonymous", "--limits-keep-alive-seconds-min", "1")

    def connect(self, client_id: str, **how) -> Device:
        return self.device(client_id, door="mqtt", user=None, **how).connected()

    def test_will_of_a_lost_connection(self):
        watcher = self.connect("will-watcher")
        self.assertEqual(watcher.subscribed("wills/#"), GRANTED_QOS_1)
        for protocol in (V311, V5):
            name = f"will-{protocol}"
            lost = self.connect(name, protocol=protocol, will=(f"wills/{name}", b"gone", 1))
            lost.drop()
            self.assertEqual(watcher.expect("message")[1:3], (f"wills/{name}", b"gone"))
            record = self.server.wait_for_record(clientId=name, eventType="Disconnect")
            self.assertEqual(record["disconnectReason"], "CONNECTION_LOST")

    def test_no_will_after_disconnect(self):
        watcher = self.connect("no-will-watcher")
        watcher.subscribed("calm/#")
        self.connect("calm", will=("calm/will", b"gone", 1)).close()
        self.server.wait_for_record(clientId="calm", eventType="Disconnect",
                                    disconnectReason="CLIENT_INITIATED_DISCONNECT")
        watcher.published("calm/later", b"after")
        self.assertEqual(watcher.expect("message")[1], "calm/later")

    def test_takeover(self):
        for protocol in (V311, V5):
            with self.subTest(protocol=protocol):
                name = f"twin-{protocol}"
                first = self.connect(name, protocol=protocol)
                second = self.connect(name, protocol=protocol)
                code = first.expect("disconnect")[1]
                if protocol == V5:
                    self.assertEqual(code, SESSION_TAKEN_OVER)
                second.published("twins/alive")
                record = self.server.wait_for_record(clientId=name, eventType="Disconnect")
                self.assertEqual(record["disconnectReason"], "DUPLICATE_CLIENTID")

    def test_keep_alive(self):
        pinger = self.connect("pinger", keep_alive=1)
        for name in (b"mute-1", b"mute-2"):  # the second shows that the pinger outlived one
            with socket.create_connection(("127.0.0.1", self.server.ready["mqtt"])) as stream:
                stream.settimeout(30)
                stream.sendall(b"\x10\x12\x00\x04MQTT\x04\x02\x00\x01\x00\x06" + name)
                self.assertEqual(stream.recv(4), b"\x20\x02\x00\x00")
                self.assertEqual(stream.recv(1), b"", "closed 1.5 s after its last packet")
            record = self.server.wait_for_record(clientId=name.decode(), eventType="Disconnect")
            self.assertEqual(record["disconnectReason"], "MQTT_KEEP_ALIVE_TIMEOUT")
        pinger.published("pings/alive")

    def raw(self, client_id: bytes) -> socket.socket:
        """Connected with MQTT 3.1.1 and a keep-alive of 1 s; a name of 6 bytes."""
        stream = socket.create_connection(("127.0.0.1", self.server.ready["mqtt"]))
        self.addCleanup(stream.close)
        stream.settimeout(30)
        stream.sendall(b"\x10\x12\x00\x04MQTT\x04\x02\x00\x01\x00\x06" + client_id)
        self.assertEqual(stream.recv(4), b"\x20\x02\x00\x00")
        return stream

    def test_drops_of_a_packet_do_not_stand_for_one(self):
        stream = self.raw(b"drip-1")
        stream.sendall(b"\x30\x80\x08")  # a PUBLISH of 1,024 bytes
        stream.settimeout(0.4)
        for _ in range(40):
            try:
                self.assertEqual(stream.recv(1), b"")
                break
            except socket.timeout:
                stream.sendall(b"\x00")
        record = self.server.wait_for_record(clientId="drip-1", eventType="Disconnect")
        self.assertEqual(record["disconnectReason"], "MQTT_KEEP_ALIVE_TIMEOUT")

    def test_a_large_packet_may_take_longer_than_the_keep_alive(self):
        watcher = self.connect("slow-watcher")
        watcher.subscribed("slow")
        stream = self.raw(b"slow-1")
        stream.sendall(b"\x30\x86\x40\x00\x04slow")  # with a payload of 8 KiB
        stream.settimeout(0.5)
        for _ in range(8):
            self.assertRaises(socket.timeout, stream.recv, 1)
            stream.sendall(bytes(1024))
        self.assertEqual(watcher.expect("message")[2], bytes(8192))

    def test_malformed_shared_subscriptions_are_refused(self):
        device = self.connect("sharer", protocol=V311)
        for filter_ in ("$share/+/a", "$share/g/"):
            self.assertEqual(device.subscribed(filter_), [0x80])

    def test_a_connect_is_no_larger_than_a_message(self):
        will = ("will", bytes(60_000), 1)
        self.connect("large-will", protocol=V311, will=will)
        with socket.create_connection(("127.0.0.1", self.server.ready["mqtt"])) as stream:
            stream.settimeout(30)
            stream.sendall(b"\x10\x81\x80\x08")  # 131,073 bytes
            self.assertEqual(stream.recv(1), b"")

    def test_qos_2_is_refused(self):
        for protocol in (V311, V5):
            with self.subTest(protocol=protocol):
                name = f"twice-{protocol}"
                device = self.connect(name, protocol=protocol)
                device.client.publish("twice/x", b"", 2)
                code = device.expect("disconnect")[1]
                if protocol == V5:
                    self.assertEqual(code, QOS_NOT_SUPPORTED)
                record = self.server.wait_for_record(clientId=name, eventType="Disconnect")
                self.assertEqual(record["disconnectReason"], "CLIENT_ERROR")
                self.assertIn("QoS 2", record["details"])

    def test_retained_message(self):
        self.connect("keeper").published("kept/one", b"last", retain=True)
        reader = self.connect("reader")
        reader.subscribed("kept/one")
        self.assertEqual(reader.expect("message")[1:], ("kept/one", b"last", True))
        reader.published("kept/one", b"", retain=True)
        self.assertEqual(reader.expect("message")[1:], ("kept/one", b"", False))
        late = self.connect("late-reader")
        late.subscribed("kept/one")
        late.published("kept/one", b"live")
        self.assertEqual(late.expect("message")[1:], ("kept/one", b"live", False))

    def test_session_keeps_what_came_while_away(self):
        for protocol in (V311, V5):
            with self.subTest(protocol=protocol):
                name, topic = f"sleeper-{protocol}", f"sleep/{protocol}"
                how = {"protocol": protocol, "clean": False, "session_expiry": 600}
                first = self.device(name, door="mqtt", user=None, **how)
                self.assertEqual(first.expect("connect")[1:3], (0, 0))
                first.subscribed(topic)
                first.close()
                self.server.wait_for_record(clientId=name, eventType="Disconnect")
                sender = self.connect(f"sender-{protocol}")
                for payload in (b"1", b"2", b"3"):
                    sender.published(topic, payload)
                again = self.device(name, door="mqtt", user=None, **how)
                self.assertEqual(again.expect("connect")[1:3], (0, 1))
                got = [again.expect("message")[2] for _ in range(3)]
                self.assertEqual(got, [b"1", b"2", b"3"])

    def test_clean_session_forgets(self):
        self.connect("forgetful").subscribed("forget/x")
        again = self.device("forgetful", door="mqtt", user=None)
        self.assertEqual(again.expect("connect")[1:3], (0, 0))
        again.published("forget/x", b"to nobody")
        again.subscribed("forget/y")
        again.published("forget/y", b"to myself")
        self.assertEqual(again.expect("message")[1], "forget/y")

    def test_messages_stay_in_order(self):
        device = self.connect("orderly")
        device.subscribed("order/x")
        payloads = [b"%d" % number for number in range(200)]
        for payload in payloads:
            device.client.publish("order/x", payload, 1)
        self.assertEqual([device.expect("message")[2] for _ in payloads], payloads)


class Strangers(ClientTest):
    """Without --allow-anonymous."""

    def test_no_credentials(self):
        device = self.device("stranger", door="mqtt", user=None)
        self.assertEqual(device.expect("connect")[1], 5)
        self.assert_denied_record("stranger")


class ExactlyOnce(ClientTest):
    """QoS 2, which AWS IoT does not have."""
    flags = ("--allow-anonymous", "--profile", "open")

    def connect(self, client_id: str, **how) -> Device:
        return self.device(client_id, door="mqtt", user=None, **how).connected()

    def test_messages_go_round(self):
        for protocol in (V311, V5):
            with self.subTest(protocol=protocol):
                reader = self.connect(f"reader-{protocol}", protocol=protocol)
                self.assertEqual(reader.subscribed("twice/#", 2), [2])
                writer = self.connect(f"writer-{protocol}", protocol=protocol)
                for number in range(50):
                    writer.client.publish("twice/x", b"%d" % number, 2)
                for _ in range(50):  # paho tells of PUBCOMP
                    writer.expect("publish")
                received = [reader.expect("message")[2] for _ in range(50)]
                self.assertEqual(received, [b"%d" % number for number in range(50)])

    def test_what_was_not_acknowledged_comes_again(self):
        reader = self.connect("away", clean=False)
        reader.subscribed("kept/#", 2)
        reader.close()
        writer = self.connect("writer")
        for number in range(5):
            writer.published("kept/x", b"%d" % number, qos=2)
        again = self.connect("away", clean=False)
        self.assertEqual([again.expect("message")[2] for _ in range(5)],
                         [b"%d" % number for number in range(5)])
        again.published("kept/x", b"last", qos=2)
        self.assertEqual(again.expect("message")[2], b"last")


class WhatAwsDoesNotSay(ClientTest):
    """Points of behaviour that can be chosen, as they are not by default."""
    flags = ("--allow-anonymous", "--behaviour-empty-client-id-311", "refused",
             "--behaviour-will-delay", "ignored", "--behaviour-subscription-options", "ignored")

    def peer(self, version: int) -> Peer:
        peer = Peer(self.server.ready["mqtt"], version)
        self.addCleanup(peer.close)
        return peer

    def test_empty_client_ids(self):
        self.assertEqual(self.peer(wire.V311).connect("").code, IDENTIFIER_REJECTED)
        self.assertEqual(self.peer(wire.V5).connect("").code, 0)

    def test_will_delay_and_no_local(self):
        watcher, lost = self.peer(wire.V5), self.peer(wire.V5)
        watcher.connect("watcher")
        watcher.subscribe("chosen/+", options=NO_LOCAL)
        watcher.publish("chosen/own", b"own", qos=1)
        watcher.expect_messages(b"own")
        lost.connect("lost", clean=False, props={"session_expiry": 600},
                     will=wire.Will("chosen/will", b"gone", 1, props={"will_delay": 500}))
        lost.drop()
        watcher.expect_messages(b"gone")


class HeldToItsRate(ClientTest):
    flags = ("--allow-anonymous", "--limits-keep-alive-seconds-min", "1",
             "--behaviour-rates", "throttled", "--limits-connection-publishes-per-second-max", "1")

    def test_silence_that_the_server_causes_is_not_the_clients(self):
        """What a throttled client sent waits unread for longer than its keep-alive allows it to
        be silent. All of it is taken; then the silence is its own."""
        with socket.create_connection(("127.0.0.1", self.server.ready["mqtt"])) as stream:
            stream.settimeout(30)
            stream.sendall(b"\x10\x12\x00\x04MQTT\x04\x02\x00\x01\x00\x06hasty1")
            identifiers = [bytes([0, number]) for number in range(1, 6)]
            stream.sendall(b"".join(b"\x32\x0a\x00\x06late/x" + i for i in identifiers))
            with stream.makefile("rb") as answers:
                self.assertEqual(answers.read(4), b"\x20\x02\x00\x00")
                self.assertEqual(answers.read(), b"".join(b"\x40\x02" + i for i in identifiers))
        record = self.server.wait_for_record(clientId="hasty1", eventType="Disconnect")
        self.assertEqual(record["disconnectReason"], "MQTT_KEEP_ALIVE_TIMEOUT")


if __name__ == "__main__":
    unittest.main(verbosity=2)
