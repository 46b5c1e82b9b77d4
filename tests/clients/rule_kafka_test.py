#!/usr/bin/python3
"""The kafka action of rules: records that a consumer of other people reads from the cluster's
brokers, and what is refused.

usage: rule_kafka_test.py GATEHOUSE [TESTS]"""

import json
import unittest

from client_test import ClientTest
from kafka_cluster import KafkaCluster

ROLE = "arn:aws:iam::000000000000:role/rules"
NETWORK = {"vpcId": "vpc-1", "subnetIds": ["subnet-1"], "securityGroups": ["sg-1"],
           "roleArn": ROLE}


def with_headers(client):
    """The client, whose model may be from before records had headers."""
    shapes = client.meta.service_model._service_description["shapes"]
    shapes["KafkaAction"]["members"].setdefault("headers", {"shape": "KafkaHeaders"})
    shapes.setdefault("KafkaHeaders", {"type": "list",
                                       "member": {"shape": "KafkaActionHeader"}})
    shapes.setdefault("KafkaActionHeader", {"type": "structure", "members": {
        "key": {"shape": "String"}, "value": {"shape": "String"}}})
    return client


class RuleKafka(ClientTest):
    flags = ("--allow-anonymous", "--api-auth", "any", "--rules-http-to", "127.0.0.0/8")

    @classmethod
    def prepare(cls):
        cls.iot = with_headers(cls.server.api("iot"))
        cls.cluster = KafkaCluster()
        cls.addClassCleanup(cls.cluster.close)
        cls.destination = cls.server.aws_json(
            "iot", "create-topic-rule-destination", "--destination-configuration",
            json.dumps({"vpcConfiguration": NETWORK}))["topicRuleDestination"]

    def action(self, topic: str, **more) -> dict:
        return {"kafka": {"destinationArn": self.destination["arn"], "topic": topic,
                          "clientProperties": {"bootstrap.servers": self.cluster.brokers,
                                               "security.protocol": "PLAINTEXT"}} | more}

    def make(self, name: str, action: dict):
        """A rule for the messages on its own name."""
        self.iot.create_topic_rule(ruleName=name, topicRulePayload={
            "sql": f"SELECT * FROM '{name}/#'", "actions": [action],
            "awsIotSqlVersion": "2016-03-23"})
        self.addCleanup(self.iot.delete_topic_rule, ruleName=name)

    def refused(self, action: dict) -> str:
        with self.assertRaises(self.iot.exceptions.InvalidRequestException) as caught:
            self.make("refused", action)
        return str(caught.exception)

    def publish(self, topic: str, *payloads: bytes):
        publisher = self.device(f"p-{self._testMethodName}"[:60], door="mqtt",
                                user=None).connected()
        for payload in payloads:
            publisher.published(topic, payload)
        publisher.close()

    def test_the_destination_is_enabled_and_shows_its_network(self):
        self.assertIn(":ruledestination/vpc/", self.destination["arn"])
        self.assertEqual(self.destination["status"], "ENABLED")
        seen = self.iot.get_topic_rule_destination(arn=self.destination["arn"])
        self.assertEqual(seen["topicRuleDestination"]["vpcProperties"], NETWORK)

    def test_records_of_a_rule(self):
        self.cluster.make_topic("lamps", 4)
        self.make("records", self.action(
            "lamps", key="${topic(2)}", partition="${n}",
            headers=[{"key": "client", "value": "${clientid()}"}]))
        payloads = [json.dumps({"n": number % 4}).encode() for number in range(8)]
        self.publish("records/lamp-1", *payloads)
        records = self.cluster.read("lamps", 4, len(payloads))
        self.assertEqual(sorted(record["payload"] for record in records), sorted(payloads))
        for record in records:
            self.assertEqual(record["partition"], json.loads(record["payload"])["n"])
            self.assertEqual(record["key"], b"lamp-1")
            self.assertEqual(record["headers"], {"client": b"p-test_records_of_a_rule"})
        self.server.wait_for_record(eventType="RuleExecution", ruleName="records",
                                    status="Success")

    def test_a_topic_that_is_not_there(self):
        self.cluster.make_topic("gone", 1)
        self.cluster.lose_topic("gone")
        self.make("lost", self.action("gone"))
        self.publish("lost/x", b"{}")
        record = self.server.wait_for_record(eventType="RuleExecution", ruleName="lost",
                                             status="Failure")
        self.assertIn("The brokers have no such topic.", json.dumps(record))

    def test_what_is_refused(self):
        self.assertIn("no topic rule destination in a VPC", self.refused(
            self.action("t", destinationArn=self.destination["arn"][:-1] + "x")))
        for properties, why in (
                ({"linger.ms": "1"}, "linger.ms"),
                ({"acks": "3"}, "acks has to be one of"),
                ({"acks": "${get_secret('a', 'SecretString', 'b', 'c')}"}, "get_secret"),
                ({"bootstrap.servers": "10.0.0.1:9092"}, "rules.http-to")):
            action = self.action("t")
            action["kafka"]["clientProperties"].update(properties)
            self.assertIn(why, self.refused(action))

        other = self.iot.create_topic_rule_destination(
            destinationConfiguration={"vpcConfiguration": NETWORK})["topicRuleDestination"]["arn"]
        self.iot.update_topic_rule_destination(arn=other, status="DISABLED")
        self.assertIn("DISABLED", self.refused(self.action("t", destinationArn=other)))
        self.iot.delete_topic_rule_destination(arn=other)


if __name__ == "__main__":
    unittest.main(verbosity=2)
