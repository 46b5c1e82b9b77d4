#!/usr/bin/python3
"""Shared subscriptions, and what MQTT 5 adds to a delivered message, with paho-mqtt and
mosquitto_sub.

usage: sharing_test.py GATEHOUSE [TESTS]"""

import subprocess
import unittest

from client_test import ClientTest
from device import V5, V311, Device
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

TOPIC_FILTER_INVALID, SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED = 0x8F, 0xA1
JOBS = "$share/workers/jobs/+"


class Sharing:
    def connect(self, client_id: str, **how) -> Device:
        return self.device(client_id, door="mqtt", user=None, **how).connected()

    def test_each_message_reaches_one_member(self):
        for protocol in (V311, V5):
            with self.subTest(protocol=protocol):
                workers = [self.connect(f"worker-{protocol}-{number}", protocol=protocol)
                           for number in range(3)]
                for worker in workers:
                    self.assertEqual(worker.subscribed(JOBS), [1])
                everything = self.connect(f"everything-{protocol}", protocol=protocol)
                everything.subscribed("jobs/#")
                publisher = self.connect(f"publisher-{protocol}", protocol=protocol)
                sent = [str(number).encode() for number in range(30)]
                for payload in sent:
                    publisher.published("jobs/x", payload)
                got = [[worker.expect("message")[2] for _ in range(10)] for worker in workers]
                self.assertEqual(sorted(sum(got, []), key=int), sent)
                self.assertEqual([everything.expect("message")[2] for _ in sent], sent)
                for device in (*workers, everything, publisher):
                    device.close()

    def test_what_a_lost_member_had_reaches_another(self):
        lost = self.connect("lost", protocol=V5, session_expiry=600)
        lost.subscribed("$share/lost/loss/+")
        lost.drop()
        self.server.wait_for_record(clientId="lost", eventType="Disconnect")
        publisher = self.connect("loss-publisher")
        for number in range(5):
            publisher.published("loss/x", str(number).encode())
        found = self.connect("found", protocol=V5)
        found.subscribed("$share/lost/loss/+")
        self.assertEqual([found.expect("message")[2] for _ in range(5)],
                         [str(number).encode() for number in range(5)])

    def test_mosquitto_sub_in_a_group(self):
        words = ["mosquitto_sub", "-h", "127.0.0.1", "-p", str(self.server.ready["mqtt"]),
                 "-i", "mosquitto-member", "-q", "1", "-t", "$share/m/m/+", "-C", "1", "-W", "60"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as member:
            self.server.wait_for_record(clientId="mosquitto-member", eventType="Subscribe")
            self.connect("m-publisher").published("m/x", b"shared")
            self.assertEqual(member.stdout.read(), "shared\n")

    def test_what_is_no_shared_subscription(self):
        device = self.connect("misnamed", protocol=V311)
        device.client.subscribe("$share/name", 1)
        record = self.server.wait_for_record(clientId="misnamed", eventType="Subscribe")
        self.assertIn("$share/NAME/FILTER", record["details"])


class Aws(Sharing, ClientTest):
    flags = ("--allow-anonymous",)

    def test_subscription_identifiers_are_refused(self):
        device = self.connect("identified", protocol=V5)
        properties = Properties(PacketTypes.SUBSCRIBE)
        properties.SubscriptionIdentifier = 7
        device.client.subscribe("x/y", properties=properties,
                                options=None, qos=1)
        self.assertEqual(device.expect("disconnect")[1], SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED)


class Open(Sharing, ClientTest):
    flags = ("--allow-anonymous", "--profile", "open")

    def test_subscription_identifiers_come_along(self):
        device = self.connect("identified", protocol=V5)
        seen = []
        device.client.on_message = lambda _c, _u, message: (
            seen.append(sorted(message.properties.SubscriptionIdentifier)),
            device.events.put(("message", message.topic)))
        for number, topic in ((7, "x/+"), (300, "x/#")):
            properties = Properties(PacketTypes.SUBSCRIBE)
            properties.SubscriptionIdentifier = number
            device.client.subscribe(topic, properties=properties, qos=1)
            device.expect("subscribe")
        publisher = self.connect("identifying")
        publisher.published("x/y")
        publisher.published("x/y/z")
        device.expect("message")
        device.expect("message")
        self.assertEqual(seen, [[7, 300], [300]])


if __name__ == "__main__":
    unittest.main(verbosity=2)
