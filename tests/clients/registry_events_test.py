#!/usr/bin/python3
"""Events of the registry on $aws/events/…, changed with boto3 and heard with paho-mqtt.

usage: registry_events_test.py GATEHOUSE [TESTS]"""

import json
import sys
import unittest

from client_test import HERE, ClientTest
from device import V5

sys.path.insert(0, str(HERE))

from registry_effects_test import CONNECT, Device, policy  # noqa: E402

KINDS = ("THING", "THING_TYPE", "THING_GROUP", "THING_GROUP_MEMBERSHIP", "THING_GROUP_HIERARCHY",
         "THING_TYPE_ASSOCIATION")


class RegistryEvents(ClientTest):
    flags = ("--allow-anonymous",)

    def setUp(self):
        self.iot = self.server.api("iot")
        self.enable(*KINDS)
        self.addCleanup(self.enable)

    def enable(self, *kinds: str):
        self.iot.update_event_configurations(
            eventConfigurations={kind: {"Enabled": kind in kinds} for kind in KINDS})

    def watcher(self, *filters: str, client_id: str = "watcher", **how):
        watcher = self.device(client_id, door="mqtt", user=None, protocol=V5, **how).connected()
        for topic in filters:
            self.assertEqual(watcher.subscribed(topic), [1])
        return watcher

    def next_event(self, watcher, topic: str) -> dict:
        got = watcher.expect("message")
        self.assertEqual(got[1], "$aws/events/" + topic)
        return json.loads(got[2])

    def test_things_and_types(self):
        watcher = self.watcher("$aws/events/thing/#", "$aws/events/thingType/#",
                               "$aws/events/thingTypeAssociation/#")
        self.iot.create_thing_type(thingTypeName="Lamp", thingTypeProperties={
            "thingTypeDescription": "lights", "searchableAttributes": ["color"]})
        made_type = self.next_event(watcher, "thingType/Lamp/created")
        self.assertEqual((made_type["eventType"], made_type["operation"], made_type["description"],
                          made_type["searchableAttributes"], made_type["isDeprecated"]),
                         ("THING_TYPE_EVENT", "CREATED", "lights", ["color"], False))
        made = self.iot.create_thing(thingName="lamp", thingTypeName="Lamp",
                                     attributePayload={"attributes": {"color": "red"}})
        created = self.next_event(watcher, "thing/lamp/created")
        self.assertEqual((created["thingId"], created["accountId"], created["versionNumber"],
                          created["thingTypeName"], created["attributes"]),
                         (made["thingId"], "000000000000", 1, "Lamp", {"color": "red"}))
        joined = self.next_event(watcher, "thingTypeAssociation/thing/lamp/thingType/Lamp/added")
        self.assertEqual(joined["operation"], "ADDED")
        self.iot.update_thing(thingName="lamp", removeThingType=True)
        self.assertEqual(self.next_event(watcher, "thing/lamp/updated")["versionNumber"], 2)
        self.next_event(watcher, "thingTypeAssociation/thing/lamp/thingType/Lamp/removed")
        self.iot.delete_thing(thingName="lamp")
        self.assertEqual(self.next_event(watcher, "thing/lamp/deleted")["operation"], "DELETED")
        self.iot.deprecate_thing_type(thingTypeName="Lamp")
        self.assertTrue(self.next_event(watcher, "thingType/Lamp/updated")["isDeprecated"])

    def test_groups(self):
        watcher = self.watcher("$aws/events/thingGroup/#", "$aws/events/thingGroupMembership/#",
                               "$aws/events/thingGroupHierarchy/#")
        self.iot.create_thing_group(thingGroupName="root")
        root = self.next_event(watcher, "thingGroup/root/created")
        self.iot.create_thing_group(thingGroupName="child", parentGroupName="root")
        child = self.next_event(watcher, "thingGroup/child/created")
        self.assertEqual(child["rootToParentThingGroups"], [
            {"groupArn": "arn:aws:iot:us-east-1:000000000000:thinggroup/root",
             "groupId": root["thingGroupId"]}])
        below = self.next_event(
            watcher, "thingGroupHierarchy/thingGroup/root/childThingGroup/child/added")
        self.assertEqual((below["thingGroupName"], below["childGroupName"]), ("root", "child"))
        self.iot.create_thing(thingName="member")
        self.iot.add_thing_to_thing_group(thingGroupName="child", thingName="member")
        added = self.next_event(watcher, "thingGroupMembership/thingGroup/child/thing/member/added")
        self.assertEqual(added["thingArn"], "arn:aws:iot:us-east-1:000000000000:thing/member")
        self.iot.delete_thing(thingName="member")
        removed = self.next_event(
            watcher, "thingGroupMembership/thingGroup/child/thing/member/removed")
        self.assertEqual(removed["membershipId"], added["membershipId"])
        self.iot.delete_thing_group(thingGroupName="child")
        self.next_event(watcher, "thingGroup/child/deleted")
        self.next_event(watcher, "thingGroupHierarchy/thingGroup/root/childThingGroup/child/removed")

    def test_members_of_dynamic_groups(self):
        self.iot.update_indexing_configuration(
            thingIndexingConfiguration={"thingIndexingMode": "REGISTRY"})
        watcher = self.watcher("$aws/events/thingGroupMembership/#")
        self.iot.create_dynamic_thing_group(thingGroupName="blues",
                                            queryString="attributes.color:blue")
        self.iot.create_thing(thingName="sea", attributePayload={"attributes": {"color": "blue"}})
        self.next_event(watcher, "thingGroupMembership/thingGroup/blues/thing/sea/added")
        self.iot.delete_dynamic_thing_group(thingGroupName="blues")
        self.next_event(watcher, "thingGroupMembership/thingGroup/blues/thing/sea/removed")

    def test_none_that_is_not_enabled(self):
        self.enable("THING_TYPE")
        watcher = self.watcher("$aws/events/thing/#", "$aws/events/thingGroup/#",
                               "$aws/events/thingType/#")
        self.iot.create_thing(thingName="quiet")
        self.iot.create_thing_group(thingGroupName="quiet")
        self.iot.create_thing_type(thingTypeName="Loud")
        self.next_event(watcher, "thingType/Loud/created")

    def test_a_session_that_is_away(self):
        away = self.watcher("$aws/events/thing/+/created", client_id="away", clean=False,
                            session_expiry=600)
        away.close()
        for number in range(20):
            self.iot.create_thing(thingName=f"many-{number}")
        back = self.device("away", door="mqtt", user=None, protocol=V5, clean=False,
                           session_expiry=600).connected()
        seen = [back.expect("message")[1] for _ in range(20)]
        self.assertEqual(seen, [f"$aws/events/thing/many-{number}/created" for number in range(20)])


class ExclusiveThing(ClientTest):
    """Presence events and connectivity by the thing whose certificate it is."""

    flags = ("--allow-anonymous",)

    def test_presence(self):
        iot = self.server.api("iot")
        iot.update_indexing_configuration(thingIndexingConfiguration={
            "thingIndexingMode": "REGISTRY", "thingConnectivityIndexingMode": "STATUS"})
        made = iot.create_keys_and_certificate(setAsActive=True)
        files = []
        for name, text in (("certificate.pem", made["certificatePem"]),
                           ("private.key", made["keyPair"]["PrivateKey"])):
            file = self.server.data_dir.path / name
            file.write_text(text)
            files.append(str(file))
        iot.create_thing(thingName="its-thing")
        iot.create_policy(policyName="connect", policyDocument=policy(CONNECT))
        iot.attach_policy(policyName="connect", target=made["certificateArn"])
        self.attach_exclusively(iot, "its-thing", made["certificateArn"])
        watcher = self.device("watcher", door="mqtt", user=None, protocol=V5).connected()
        self.assertEqual(watcher.subscribed("$aws/events/presence/+/another-id"), [1])
        device = Device(self.server, "another-id", tuple(files))
        self.assertEqual(device.connect_code, 0)
        connected = json.loads(watcher.expect("message")[2])
        self.assertEqual((connected["eventType"], connected["thingName"]),
                         ("connected", "its-thing"))
        found = iot.search_index(queryString="connectivity.connected:true")["things"]
        self.assertEqual([thing["thingName"] for thing in found], ["its-thing"])
        device.stream.close()
        gone = json.loads(watcher.expect("message")[2])
        self.assertEqual((gone["eventType"], gone["thingName"]), ("disconnected", "its-thing"))
        self.assertEqual(iot.search_index(queryString="connectivity.connected:true")["things"], [])

    def attach_exclusively(self, iot, thing: str, principal: str):
        """Debian's boto3 does not know the parameter."""
        def add(params, **_):
            params["url"] += "?thingPrincipalType=EXCLUSIVE_THING"

        event = "before-call.iot.AttachThingPrincipal"
        iot.meta.events.register(event, add)
        try:
            iot.attach_thing_principal(thingName=thing, principal=principal)
        finally:
            iot.meta.events.unregister(event, add)


if __name__ == "__main__":
    unittest.main(verbosity=2)
