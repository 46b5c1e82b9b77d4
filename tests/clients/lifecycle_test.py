#!/usr/bin/python3
"""Lifecycle events on $aws/events/…, as a rule or a watching client gets them, with paho-mqtt.

usage: lifecycle_test.py GATEHOUSE [TESTS]"""

import json
import unittest

from client_test import ClientTest
from device import V5, Device

PRESENCE, SUBSCRIPTIONS = "$aws/events/presence", "$aws/events/subscriptions"


class Lifecycle(ClientTest):
    flags = ("--allow-anonymous",)

    def connect(self, client_id: str, **how) -> Device:
        return self.device(client_id, door="mqtt", user=None, **how).connected()

    def watcher(self, *filters: str) -> Device:
        watcher = self.connect("watcher", protocol=V5)
        for topic in filters:
            self.assertEqual(watcher.subscribed(topic), [1])
        return watcher

    def next_event(self, watcher: Device, topic: str) -> dict:
        got = watcher.expect("message")
        self.assertEqual(got[1], topic)
        return json.loads(got[2])

    def test_connections_and_subscriptions(self):
        watcher = self.watcher("$aws/events/+/+/told")
        told = self.connect("told")
        connected = self.next_event(watcher, f"{PRESENCE}/connected/told")
        self.assertEqual((connected["clientId"], connected["eventType"], connected["ipAddress"]),
                         ("told", "connected", "127.0.0.1"))
        told.client.subscribe([("a/b", 1), ("c/#", 0)])
        subscribed = self.next_event(watcher, f"{SUBSCRIPTIONS}/subscribed/told")
        self.assertEqual(subscribed["topics"], ["a/b", "c/#"])
        told.client.unsubscribe("never/subscribed")
        told.client.unsubscribe(["never/either", "a/b"])
        unsubscribed = self.next_event(watcher, f"{SUBSCRIPTIONS}/unsubscribed/told")
        self.assertEqual(unsubscribed["topics"], ["a/b"])
        told.close()
        gone = self.next_event(watcher, f"{PRESENCE}/disconnected/told")
        self.assertTrue(gone["clientInitiatedDisconnect"])
        self.assertEqual(gone["disconnectReason"], "CLIENT_INITIATED_DISCONNECT")
        for event in (subscribed, unsubscribed, gone):
            self.assertEqual(event["sessionIdentifier"], connected["sessionIdentifier"])
        self.assertEqual(gone["versionNumber"], connected["versionNumber"])

    def test_takeover_and_loss(self):
        watcher = self.watcher(f"{PRESENCE}/+/twin")
        self.connect("twin")
        first = self.next_event(watcher, f"{PRESENCE}/connected/twin")
        second = self.connect("twin")
        events = {}
        for _ in range(2):
            got = watcher.expect("message")
            events[got[1]] = json.loads(got[2])
        replaced = events[f"{PRESENCE}/disconnected/twin"]
        self.assertEqual(replaced["disconnectReason"], "DUPLICATE_CLIENTID")
        self.assertEqual(replaced["versionNumber"], first["versionNumber"])
        again = events[f"{PRESENCE}/connected/twin"]
        self.assertGreater(again["versionNumber"], first["versionNumber"])
        second.drop()
        lost = self.next_event(watcher, f"{PRESENCE}/disconnected/twin")
        self.assertEqual(lost["disconnectReason"], "CONNECTION_LOST")
        self.assertFalse(lost["clientInitiatedDisconnect"])

    def test_clients_cannot_publish_there(self):
        liar = self.connect("liar")
        liar.client.publish(f"{PRESENCE}/connected/somebody", b"{}", 1)
        liar.expect("disconnect")


if __name__ == "__main__":
    unittest.main(verbosity=2)
