#!/usr/bin/python3
"""Fleet indexing and dynamic groups with boto3, and the connectivity of paho's and TLS clients.

usage: indexing_test.py GATEHOUSE [TESTS]"""

import json
import unittest
import urllib.request

import botocore.auth
import botocore.awsrequest
import botocore.credentials

from client_test import ClientTest
from gatehouse_server import wait_until

REGISTRY = {"thingIndexingMode": "REGISTRY", "thingConnectivityIndexingMode": "STATUS"}


class Indexing(ClientTest):
    flags = ("--allow-anonymous",)

    @classmethod
    def prepare(cls):
        cls.iot = cls.server.api("iot")
        cls.iot.update_indexing_configuration(
            thingIndexingConfiguration={**REGISTRY, "customFields": [
                {"name": "attributes.power", "type": "Number"},
                {"name": "attributes.color", "type": "String"}]},
            thingGroupIndexingConfiguration={"thingGroupIndexingMode": "ON"})

    def make(self, name: str, **attributes: str):
        self.iot.create_thing(thingName=name, attributePayload={"attributes": attributes})

    def found(self, query: str) -> list[str]:
        return [thing["thingName"] for thing in self.iot.search_index(queryString=query)["things"]]

    def connect(self, client_id: str):
        return self.device(client_id, door="mqtt", user=None).connected()

    def connectivity(self, thing: str) -> dict:
        """GetThingConnectivityData, which Debian's boto3 does not know."""
        url = f"{self.server.ready['api_url']}/things/{thing}/connectivity-data"
        request = botocore.awsrequest.AWSRequest("POST", url, data=b"")
        keys = self.server.keys()
        botocore.auth.SigV4Auth(
            botocore.credentials.Credentials(keys["AWS_ACCESS_KEY_ID"],
                                             keys["AWS_SECRET_ACCESS_KEY"]),
            "iot", self.server.ready["region"]).add_auth(request)
        with urllib.request.urlopen(urllib.request.Request(
                url, data=b"", headers=dict(request.headers), method="POST"), timeout=30) as answer:
            return json.load(answer)

    def test_configuration(self):
        shown = self.iot.get_indexing_configuration()["thingIndexingConfiguration"]
        self.assertEqual(shown["thingIndexingMode"], "REGISTRY")
        self.assertIn({"name": "connectivity.connected", "type": "Boolean"}, shown["managedFields"])
        self.assertEqual(self.iot.describe_index(indexName="AWS_Things")["schema"],
                         "REGISTRY_AND_CONNECTIVITY_STATUS")
        self.assertEqual(self.iot.describe_index(indexName="AWS_Things")["indexStatus"], "ACTIVE")
        self.assertEqual(self.iot.list_indices()["indexNames"], ["AWS_Things", "AWS_ThingGroups"])
        with self.assertRaises(self.iot.exceptions.InvalidRequestException):
            self.iot.update_indexing_configuration(
                thingIndexingConfiguration={"thingIndexingMode": "REGISTRY", "customFields": [
                    {"name": "shadow.reported.a", "type": "Number"}]})

    def test_search_and_pages(self):
        for number in range(5):
            self.make(f"page-{number}", color="green", power=str(number))
        self.assertEqual(self.found("attributes.color:GREEN attributes.power>=3"),
                         ["page-3", "page-4"])
        self.assertEqual(self.found("thingName:page-3 registry.version:1"), ["page-3"])
        self.assertEqual(self.found("thingName:page-3 registry.version>1"), [])
        self.assertEqual(self.found("thingName:page-* attributes.power:3.0"), ["page-3"])
        self.assertEqual(self.found("thingName:page-* NOT attributes.power:[1 TO 4]"), ["page-0"])
        names, token = [], {}
        while True:
            page = self.iot.search_index(queryString="thingName:page-*", maxResults=2, **token)
            names += [thing["thingName"] for thing in page["things"]]
            if "nextToken" not in page:
                break
            token = {"nextToken": page["nextToken"]}
        self.assertEqual(names, [f"page-{number}" for number in range(5)])
        with self.assertRaises(self.iot.exceptions.InvalidQueryException) as refused:
            self.iot.search_index(queryString="attributes.color:")
        self.assertIn("expected a value", str(refused.exception))

    def test_aggregations(self):
        for number in range(4):
            self.make(f"sum-{number}", power=str(10 * number), color="white" if number else "black")
        asked = {"queryString": "thingName:sum-*", "aggregationField": "attributes.power"}
        statistics = self.iot.get_statistics(**asked)["statistics"]
        self.assertEqual((statistics["count"], statistics["sum"], statistics["maximum"]), (4, 60, 30))
        percentiles = self.iot.get_percentiles(**asked, percents=[50.0])["percentiles"]
        self.assertEqual(percentiles, [{"percent": 50.0, "value": 15.0}])
        asked["aggregationField"] = "attributes.color"
        self.assertEqual(self.iot.get_cardinality(**asked)["cardinality"], 2)
        buckets = self.iot.get_buckets_aggregation(
            **asked, bucketsAggregationType={"termsAggregation": {"maxBuckets": 5}})
        self.assertEqual(buckets["buckets"], [{"keyValue": "white", "count": 3},
                                              {"keyValue": "black", "count": 1}])
        with self.assertRaises(self.iot.exceptions.InvalidAggregationException):
            self.iot.get_statistics(queryString="*", aggregationField="attributes.unknown")

    def test_connectivity(self):
        self.make("socket")
        self.assertEqual(self.connectivity("socket"), {"thingName": "socket", "connected": False})
        device = self.connect("socket")
        self.assertEqual(self.found("connectivity.connected:true AND thingName:socket"), ["socket"])
        thing = self.iot.search_index(queryString="thingName:socket")["things"][0]
        self.assertTrue(thing["connectivity"]["connected"])
        self.assertGreater(thing["connectivity"]["timestamp"], 1_600_000_000_000)
        self.assertTrue(self.connectivity("socket")["connected"])
        device.drop()
        wait_until(lambda: self.found("thingName:socket connectivity.connected:false"),
                   "the thing is not connected any more")
        self.assertEqual(self.connectivity("socket")["disconnectReason"], "CONNECTION_LOST")

    def test_dynamic_groups(self):
        self.make("valve", color="red")
        made = self.iot.create_dynamic_thing_group(
            thingGroupName="reds", queryString="attributes.color:red")
        self.assertEqual(made["queryVersion"], "2017-09-30")

        def members() -> list[str]:
            return self.iot.list_things_in_thing_group(thingGroupName="reds")["things"]

        wait_until(lambda: members() == ["valve"], "the thing is found")
        shown = wait_until(lambda: (lambda group: group["status"] == "ACTIVE" and group)(
            self.iot.describe_thing_group(thingGroupName="reds")), "the group is built")
        self.assertEqual(shown["queryString"], "attributes.color:red")
        self.assertEqual(
            self.iot.list_thing_groups_for_thing(thingName="valve")["thingGroups"][0]["groupName"],
            "reds")
        self.make("pump", color="red")
        self.iot.update_thing(thingName="valve", attributePayload={"attributes": {"color": "grey"}})
        wait_until(lambda: members() == ["pump"], "the group follows")
        updated = self.iot.update_dynamic_thing_group(
            thingGroupName="reds", thingGroupProperties={}, queryString="attributes.color:grey")
        self.assertEqual(updated["version"], 2)
        wait_until(lambda: members() == ["valve"], "the group follows its query")
        with self.assertRaises(self.iot.exceptions.InvalidRequestException):
            self.iot.add_thing_to_thing_group(thingGroupName="reds", thingName="valve")
        self.iot.create_policy(policyName="p", policyDocument=json.dumps(
            {"Version": "2012-10-17",
             "Statement": [{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}))
        with self.assertRaises(self.iot.exceptions.InvalidRequestException):
            self.iot.attach_policy(policyName="p", target=made["thingGroupArn"])
        self.iot.delete_dynamic_thing_group(thingGroupName="reds")
        self.assertEqual(self.iot.list_thing_groups_for_thing(thingName="valve")["thingGroups"], [])

    def test_a_group_of_who_is_connected(self):
        self.make("online-1")
        self.iot.create_dynamic_thing_group(
            thingGroupName="online",
            queryString="thingName:online-* AND connectivity.connected:true")

        def members() -> list[str]:
            return self.iot.list_things_in_thing_group(thingGroupName="online")["things"]

        device = self.connect("online-1")
        wait_until(lambda: members() == ["online-1"], "it is in the group")
        device.close()
        wait_until(lambda: members() == [], "it has left the group")


class Restarted(ClientTest):
    """What stays over a restart, and who is connected when indexing is turned on."""

    flags = ("--allow-anonymous",)

    def test_index_and_groups(self):
        iot = self.server.api("iot")
        iot.create_thing(thingName="early")
        with self.assertRaises(iot.exceptions.IndexNotReadyException):
            iot.search_index(queryString="*")
        with self.assertRaises(iot.exceptions.InvalidRequestException):
            iot.create_dynamic_thing_group(thingGroupName="all", queryString="*")
        self.device("early", door="mqtt", user=None).connected()
        iot.update_indexing_configuration(thingIndexingConfiguration=REGISTRY)
        wait_until(lambda: iot.search_index(queryString="connectivity.connected:true")["things"],
                   "it was connected before")
        iot.create_dynamic_thing_group(thingGroupName="all", queryString="*")
        self.server.terminate()
        self.server.start()
        iot = self.server.api("iot")
        things = iot.search_index(queryString="thingGroupNames:all")["things"]
        self.assertEqual([thing["thingName"] for thing in things], ["early"])
        self.assertFalse(things[0]["connectivity"]["connected"])
        iot.create_thing(thingName="late")
        wait_until(lambda: iot.list_things_in_thing_group(thingGroupName="all")["things"]
                   == ["early", "late"], "the group is followed again")


if __name__ == "__main__":
    unittest.main(verbosity=2)
