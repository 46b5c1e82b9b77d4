#!/usr/bin/python3
"""What a change of the registry does to devices that are connected, through boto3, over mutual TLS.

usage: registry_effects_test.py GATEHOUSE [TESTS]"""

import concurrent.futures
import json
import pathlib
import ssl
import sys
import tempfile
import unittest
import urllib.request

from client_test import HERE, ClientTest
from gatehouse_server import wait_until
from signing import signed_headers

sys.path.insert(0, str(HERE.parent / "conformance"))

import wire  # noqa: E402
from peer import Closed, Peer  # noqa: E402

NOT_AUTHORIZED, TAKEN_OVER = 0x87, 0x8E
PREFIX = "arn:aws:iot:us-east-1:000000000000:"


def policy(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", **statement} for statement in statements]})


CONNECT = {"Action": "iot:Connect", "Resource": "*"}


def publish(topic: str) -> dict:
    return {"Action": "iot:Publish", "Resource": PREFIX + "topic/" + topic}


class Device(Peer):
    def __init__(self, server, client_id: str, files: tuple[str, str], **how):
        super().__init__(server.ready["mqtts"], wire.V5)
        context = ssl.create_default_context(cafile=server.ready["ca"])
        context.load_cert_chain(*files)
        self.stream = context.wrap_socket(self.stream, server_hostname="localhost")
        self.send(wire.connect(wire.V5, client_id, **how))
        self.connect_code = self.expect(wire.CONNACK).code

    def may_publish(self, topic: str) -> bool:
        self.send(wire.publish(wire.V5, topic, b"x", qos=1, packet_id=self.next_id()))
        return self.expect(wire.PUBACK).code != NOT_AUTHORIZED


class RegistryEffects(ClientTest):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="gatehouse-effects-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.iot = self.server.api("iot")

    def make(self, name: str, *statements: dict) -> dict:
        """Thing, certificate and policy."""
        made = self.iot.create_keys_and_certificate(setAsActive=True)
        (self.folder / f"{name}.cert.pem").write_text(made["certificatePem"])
        (self.folder / f"{name}.private.key").write_text(made["keyPair"]["PrivateKey"])
        self.iot.create_thing(thingName=name)
        self.iot.create_policy(policyName=f"{name}-Policy",
                               policyDocument=policy(CONNECT, *statements))
        self.iot.attach_policy(policyName=f"{name}-Policy", target=made["certificateArn"])
        self.iot.attach_thing_principal(thingName=name, principal=made["certificateArn"])
        return made

    def connect(self, name: str, client_id: str | None = None, **how) -> Device:
        device = Device(self.server, client_id or name, (
            str(self.folder / f"{name}.cert.pem"), str(self.folder / f"{name}.private.key")),
            **how)
        self.addCleanup(device.stream.close)
        self.assertEqual(device.connect_code, 0)
        return device

    def assert_thrown_out(self, device: Device, client_id: str, why: str):
        device.expect_closed(NOT_AUTHORIZED)
        record = self.server.wait_for_record(eventType="Disconnect", clientId=client_id)
        self.assertEqual(record["disconnectReason"], "AUTH_ERROR")
        self.assertIn(why, record["details"])

    def test_a_certificate_that_may_not_connect_any_more(self):
        for status, why in (("INACTIVE", "is INACTIVE"), ("REVOKED", "is revoked")):
            with self.subTest(status=status):
                name = f"door-{status}"
                made = self.make(name)
                device, other = self.connect(name), self.connect(name, f"beside-{status}")
                self.iot.update_certificate(certificateId=made["certificateId"], newStatus=status)
                self.assert_thrown_out(device, name, why)
                self.assert_thrown_out(other, f"beside-{status}", why)

    def test_others_stay(self):
        made = self.make("gone")
        self.make("stays", publish("lab/stays"))
        gone, stays = self.connect("gone"), self.connect("stays")
        self.iot.update_certificate(certificateId=made["certificateId"], newStatus="REVOKED")
        gone.expect_closed(NOT_AUTHORIZED)
        self.assertTrue(stays.may_publish("lab/stays"))

    def test_a_policy_that_is_detached_and_attached(self):
        made = self.make("lamp", publish("lab/lamp"))
        device = self.connect("lamp")
        self.assertTrue(device.may_publish("lab/lamp"))
        at = {"policyName": "lamp-Policy", "target": made["certificateArn"]}
        self.iot.detach_policy(**at)
        wait_until(lambda: not device.may_publish("lab/lamp"), "the device may not publish")
        self.iot.attach_policy(**at)
        wait_until(lambda: device.may_publish("lab/lamp"), "the device may publish again")

    def test_another_version_of_a_policy(self):
        self.make("meter", publish("lab/old"))
        device = self.connect("meter")
        self.iot.create_policy_version(
            policyName="meter-Policy", setAsDefault=True,
            policyDocument=policy(CONNECT, publish("lab/new")))
        wait_until(lambda: device.may_publish("lab/new"), "the new version counts")
        self.assertFalse(device.may_publish("lab/old"))
        self.iot.set_default_policy_version(policyName="meter-Policy", policyVersionId="1")
        wait_until(lambda: device.may_publish("lab/old"), "the first version counts again")

    def test_stored_subscriptions_narrow_too(self):
        everything = {"Action": ["iot:Subscribe", "iot:Receive", "iot:Publish"], "Resource": "*"}
        self.make("listener", everything)
        self.make("speaker", everything)
        listener, speaker = self.connect("listener"), self.connect("speaker")
        listener.send(wire.subscribe(wire.V5, 1, [("lab/talk", 1)]))
        self.assertEqual(listener.expect(wire.SUBACK).codes, [1])
        self.iot.create_policy_version(
            policyName="listener-Policy", setAsDefault=True,
            policyDocument=policy(CONNECT, publish("lab/done")))
        wait_until(lambda: not listener.may_publish("lab/talk"), "the listener is narrowed")
        listener.waiting.clear()  # what it told itself until then
        self.assertTrue(speaker.may_publish("lab/talk"))
        listener.expect_quiet()

    def asked(self, method: str, path: str, body: dict) -> dict:
        """What Debian's clients are too old for."""
        url, data = self.server.ready["api_url"] + path, json.dumps(body).encode()
        keys = self.server.keys()
        headers = signed_headers({"AccessKeyId": keys["AWS_ACCESS_KEY_ID"],
                                  "SecretAccessKey": keys["AWS_SECRET_ACCESS_KEY"]},
                                 method, url, data, service="iot")
        request = urllib.request.Request(url, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"{}")

    def test_what_goes_along_with_the_messages_of_a_thing(self):
        propagating = [{"userPropertyKey": "site", "thingAttribute": "site"},
                       {"userPropertyKey": "who", "connectionAttribute": "iot:ClientId"},
                       {"userPropertyKey": "thing", "connectionAttribute": "iot:Thing.ThingName"},
                       {"userPropertyKey": "none", "thingAttribute": "absent"}]
        properties = {"mqtt5Configuration": {"propagatingAttributes": propagating}}
        self.asked("POST", "/thing-types/metered", {"thingTypeProperties": properties})
        read = self.asked("GET", "/thing-types/metered", {})
        self.assertEqual(read["thingTypeProperties"], properties)
        everything = {"Action": ["iot:Subscribe", "iot:Receive", "iot:Publish"], "Resource": "*"}
        self.make("enriched", everything)
        self.iot.update_thing(thingName="enriched", thingTypeName="metered",
                              attributePayload={"attributes": {"site": "north"}})
        self.make("hearer", everything)
        hearer, sender = self.connect("hearer"), self.connect("enriched")
        hearer.send(wire.subscribe(wire.V5, 1, [("lab/enriched", 0)]))
        hearer.expect(wire.SUBACK)

        def heard(**own) -> list:
            sender.send(wire.publish(wire.V5, "lab/enriched", b"x", qos=1,
                                     packet_id=sender.next_id(), **own))
            sender.expect(wire.PUBACK)
            return hearer.expect(wire.PUBLISH).props.get("user")
        names = [("who", "enriched"), ("thing", "enriched")]
        self.assertEqual(heard(), [("site", "north"), *names])
        # Behind what the device says itself.
        self.assertEqual(heard(props={"user": [("site", "own")], "content_type": "t"}),
                         [("site", "own"), ("site", "north"), *names])
        self.iot.update_thing(thingName="enriched",
                              attributePayload={"attributes": {"site": "south"}})
        wait_until(lambda: heard() == [("site", "south"), *names], "the attribute has changed")
        self.iot.update_thing(thingName="enriched", removeThingType=True)
        wait_until(lambda: heard() is None, "the thing is of no type any more")

    def test_a_group_that_a_thing_joins_and_leaves(self):
        self.make("valve")
        group = self.iot.create_thing_group(thingGroupName="plant")
        self.iot.create_policy(policyName="Plant", policyDocument=policy(publish("plant")))
        self.iot.attach_policy(policyName="Plant", target=group["thingGroupArn"])
        device, nameless = self.connect("valve"), self.connect("valve", "not-the-thing")
        member = {"thingGroupName": "plant", "thingName": "valve"}
        self.assertFalse(device.may_publish("plant"))
        self.iot.add_thing_to_thing_group(**member)
        wait_until(lambda: device.may_publish("plant"), "the group's policy counts")
        self.assertFalse(nameless.may_publish("plant"))
        self.iot.detach_policy(policyName="Plant", target=group["thingGroupArn"])
        wait_until(lambda: not device.may_publish("plant"), "the group has no policy")
        self.iot.attach_policy(policyName="Plant", target=group["thingGroupArn"])
        wait_until(lambda: device.may_publish("plant"), "the group has it again")
        self.iot.remove_thing_from_thing_group(**member)
        wait_until(lambda: not device.may_publish("plant"), "the group's policy counts no more")

    def test_who_said_goodbye_and_stays(self):
        """A client that lingers has no session any more, which a change must not look for."""
        made = self.make("lingerer", publish("lab/lingerer"))
        leaving = self.connect("lingerer")
        leaving.send(wire.disconnect(wire.V5))
        self.server.wait_for_record(eventType="Disconnect", clientId="lingerer")
        self.iot.update_thing(thingName="lingerer", attributePayload={"attributes": {"a": "b"}})
        taken_over, device = self.connect("lingerer"), self.connect("lingerer")
        self.iot.update_certificate(certificateId=made["certificateId"], newStatus="INACTIVE")
        self.assertEqual(device.receive().code, NOT_AUTHORIZED)
        self.iot.update_certificate(certificateId=made["certificateId"], newStatus="ACTIVE")
        self.assertEqual(taken_over.receive().code, TAKEN_OVER)
        self.assertTrue(self.connect("lingerer").may_publish("lab/lingerer"))

    def test_an_attribute_that_a_policy_asks_for(self):
        self.make("sign", publish("room/${iot:Connection.Thing.Attributes[room]}"))
        device = self.connect("sign")
        self.assertFalse(device.may_publish("room/hall"))
        self.iot.update_thing(thingName="sign", attributePayload={"attributes": {"room": "hall"}})
        wait_until(lambda: device.may_publish("room/hall"), "the attribute counts")

    def test_a_certificate_that_is_deleted_with_force(self):
        made = self.make("old")
        self.iot.detach_thing_principal(thingName="old", principal=made["certificateArn"])
        device = self.connect("old")
        self.iot.update_certificate(certificateId=made["certificateId"], newStatus="INACTIVE")
        self.iot.delete_certificate(certificateId=made["certificateId"], forceDelete=True)
        device.expect_closed(NOT_AUTHORIZED)

    def revoke(self, made: dict):
        self.iot.update_certificate(certificateId=made["certificateId"], newStatus="REVOKED")

    def delete(self, made: dict):
        self.iot.detach_thing_principal(thingName=made["name"], principal=made["certificateArn"])
        self.iot.update_certificate(certificateId=made["certificateId"], newStatus="INACTIVE")
        self.iot.delete_certificate(certificateId=made["certificateId"], forceDelete=True)

    def narrow(self, made: dict):
        self.iot.create_policy_version(policyName=f"{made['name']}-Policy", setAsDefault=True,
                                       policyDocument=policy(CONNECT))

    def watch_wills(self, name: str) -> Device:
        watcher = self.connect(name, clean=False, props={"session_expiry": 3600})
        watcher.subscribe("wills/+")
        return watcher

    def leave_wills(self, delay: int, kinds: tuple[str, ...], qos: int) -> dict[str, dict]:
        """All leave at once, so that what follows has the whole delay, however slow the machine."""
        made, devices = {}, {}
        for kind in kinds:
            name = f"{kind}-{delay}"
            made[kind] = self.make(name, publish("wills/*")) | {"name": name}
            devices[name] = self.connect(
                name, clean=False, props={"session_expiry": 3600},
                will=wire.Will(f"wills/{kind}", kind.encode(), qos, props={"will_delay": delay}))
        for device in devices.values():
            device.stream.close()
        for name in devices:
            self.server.wait_for_record(eventType="Disconnect", clientId=name)
        return made

    def test_wills_of_who_may_not_publish_any_more(self):
        """The client is away when the registry changes, and its will is due later."""
        self.make("watcher", {"Action": ["iot:Subscribe", "iot:Receive"], "Resource": "*"})
        watcher = self.watch_wills("watcher")
        made = self.leave_wills(4, ("allowed", "narrow", "revoke", "delete", "touched"), qos=0)
        for kind in ("narrow", "revoke", "delete"):
            getattr(self, kind)(made[kind])
        self.iot.update_thing(thingName="touched-4", attributePayload={"attributes": {"a": "b"}})
        received = {watcher.message().payload for _ in range(2)}
        self.assertEqual(received, {b"allowed", b"touched"})
        for kind in ("narrow", "revoke", "delete"):
            record = self.server.wait_for_record(eventType="Publish-In", clientId=f"{kind}-4",
                                                 status="Failure")
            self.assertEqual(record["topicName"], f"wills/{kind}")
            self.assertEqual(record["principalId"], made[kind]["certificateId"])
        watcher.expect_quiet()

    def test_wills_that_are_due_after_a_restart(self):
        self.make("guard", {"Action": ["iot:Subscribe", "iot:Receive"], "Resource": "*"})
        watcher = self.watch_wills("guard")
        made = self.leave_wills(3, ("allowed", "narrow", "revoke", "delete"), qos=1)
        for kind in ("narrow", "revoke", "delete"):
            getattr(self, kind)(made[kind])
        watcher.goodbye()
        self.server.kill()
        self.server.start()
        for kind in ("narrow", "revoke", "delete"):
            record = self.server.wait_for_record(eventType="Publish-In", clientId=f"{kind}-3",
                                                 status="Failure")
            self.assertEqual(record["principalId"], made[kind]["certificateId"])
        watcher = self.watch_wills("guard")
        self.assertEqual(watcher.message().payload, b"allowed")
        watcher.expect_quiet()

    def test_who_comes_while_it_changes(self):
        """However a connect and a revocation meet, nobody stays who is revoked."""
        names = [f"racer-{number}" for number in range(12)]
        made = {name: self.make(name, publish("lab/race")) for name in names}

        def race(name: str) -> bool:
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                revoked = pool.submit(self.server.api("iot").update_certificate,
                                      certificateId=made[name]["certificateId"],
                                      newStatus="REVOKED")
                try:
                    device = Device(self.server, name, (
                        str(self.folder / f"{name}.cert.pem"),
                        str(self.folder / f"{name}.private.key")))
                except AssertionError:  # closed without a CONNACK
                    revoked.result()
                    return True
                revoked.result()
            with device.stream:
                if device.connect_code != 0:
                    return True
                try:
                    return device.receive().kind == wire.DISCONNECT
                except Closed:
                    return True

        self.assertEqual([race(name) for name in names], [True] * len(names))


if __name__ == "__main__":
    unittest.main(verbosity=2)
