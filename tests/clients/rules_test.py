#!/usr/bin/python3
"""Topic rules as the tutorials have them: made with the AWS CLI and boto3, heard with paho-mqtt.

usage: rules_test.py GATEHOUSE [TESTS]"""

import base64
import json
import pathlib
import tempfile
import unittest

import boto3
import botocore.exceptions
from client_test import ClientTest, make_function, permit_iot, wait_until
from device import V5, Device
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

ROLE = "arn:aws:iam::000000000000:role/rules"
PRINTS = """
import json
import os

def lambda_handler(event, context):
    print("event", json.dumps(event, sort_keys=True))
    print("tracing", context.aws_request_id, os.environ["_X_AMZN_TRACE_ID"])
    return {"seen": event}
"""
# As AWS recommends it against the confused deputy.
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Principal": {"Service": "iot.amazonaws.com"}, "Action": "sts:AssumeRole",
    "Condition": {"StringEquals": {"aws:SourceAccount": "000000000000"},
                  "ArnLike": {"aws:SourceArn": "arn:aws:iot:us-east-1:000000000000:rule/*"}}}]})
MAY = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "iot:Publish", "Resource": "arn:aws:iot:*:*:topic/*"},
    {"Effect": "Deny", "Action": "iot:Publish", "Resource": "arn:aws:iot:*:*:topic/forbidden"},
    {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}]})


class Rules(ClientTest):
    flags = ("--allow-anonymous", "--metrics-port", "0")

    @classmethod
    def prepare(cls):
        iam = cls.server.api("iam")
        iam.create_role(RoleName="rules", AssumeRolePolicyDocument=TRUST)
        iam.put_role_policy(RoleName="rules", PolicyName="may", PolicyDocument=MAY)
        cls.function = make_function(cls.server, "process", PRINTS)
        permit_iot(cls.server, "process")
        cls.iot = cls.server.api("iot")

    def connect(self, client_id: str, **how) -> Device:
        return self.device(client_id, door="mqtt", user=None, **how).connected()

    def listener(self, *topics: str) -> Device:
        listener = self.connect(self._testMethodName, protocol=V5)
        for topic in topics:
            self.assertEqual(listener.subscribed(topic), [1])
        return listener

    def make(self, name: str, sql: str, *actions: dict, version: str = "2016-03-23", **more):
        self.iot.create_topic_rule(ruleName=name, topicRulePayload={
            "sql": sql, "actions": list(actions), "awsIotSqlVersion": version} | more)
        self.addCleanup(lambda: self.server.api("iot").delete_topic_rule(ruleName=name))

    def republish(self, topic: str, **more) -> dict:
        return {"republish": {"roleArn": ROLE, "topic": topic} | more}

    def function_saw(self, event: dict) -> str:
        text = "event " + json.dumps(event, sort_keys=True)
        return wait_until(
            lambda: [line for line in self.server.output_of("process", "event") if text in line],
            f"the function's event {event}")[-1]

    def expect_payload(self, listener: Device, topic: str) -> dict:
        got = listener.expect("message")
        self.assertEqual(got[1], topic)
        return json.loads(got[2])

    def refused(self, name: str, sql: str, *actions: dict, **more) -> tuple[str, str]:
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            self.make(name, sql, *actions, **more)
        error = caught.exception.response["Error"]
        return error["Code"], error["Message"]

    def test_tutorial_with_the_aws_cli(self):
        """A temperature that is too high goes to a function, and comes back as an alert."""
        payload = {"sql": "SELECT temperature, device_id, 'too hot' AS note "
                          "FROM 'device/+/data' WHERE temperature > 50",
                   "description": "alerts", "ruleDisabled": False,
                   "awsIotSqlVersion": "2016-03-23",
                   "actions": [{"lambda": {"functionArn": self.function}},
                               self.republish("alerts/${topic(2)}", qos=1)]}
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "rule.json"
            file.write_text(json.dumps(payload), encoding="utf-8")
            self.server.aws("iot", "create-topic-rule", "--rule-name", "too_hot",
                            "--topic-rule-payload", f"file://{file}", "--tags", "team=ops")
        self.addCleanup(self.iot.delete_topic_rule, ruleName="too_hot")
        shown = self.server.aws_json("iot", "get-topic-rule", "--rule-name", "too_hot")
        arn = "arn:aws:iot:us-east-1:000000000000:rule/too_hot"
        self.assertEqual(shown["ruleArn"], arn)
        self.assertEqual(shown["rule"]["actions"], payload["actions"])
        self.assertEqual(shown["rule"]["sql"], payload["sql"])
        tags = self.server.aws_json("iot", "list-tags-for-resource", "--resource-arn", arn)["tags"]
        self.assertEqual(tags, [{"Key": "team", "Value": "ops"}])

        listener = self.listener("alerts/#")
        device = self.connect("sensor-1")
        device.published("device/22/data", json.dumps({"temperature": 20}).encode())
        device.published("device/22/data",
                         json.dumps({"temperature": 70, "device_id": "22"}).encode())
        alert = self.expect_payload(listener, "alerts/22")
        self.assertEqual(alert, {"temperature": 70, "device_id": "22", "note": "too hot"})
        self.function_saw(alert)

        # One trace id from the publish to the function's own log.
        done = self.server.wait_for_record(eventType="RuleExecution", ruleName="too_hot",
                                           ruleAction="LambdaAction", status="Success")
        trace = done["traceId"]
        for kind, more in (("Publish-In", {"clientId": "sensor-1"}),
                           ("RuleMatch", {"ruleName": "too_hot"}),
                           ("StartingRuleExecution", {"ruleAction": "RepublishAction"}),
                           ("RuleExecution", {"ruleAction": "RepublishAction"})):
            record = self.server.wait_for_record(eventType=kind, traceId=trace, **more)
            self.assertEqual(record["topicName"], "device/22/data")
        self.assertEqual(done["resources"], {"FunctionArn": self.function})
        request = done["details"].partition("RequestId: ")[2]
        digits = trace.replace("-", "")
        printed = wait_until(lambda: self.server.output_of("process", f"tracing {request}"),
                             "the request in the function's log")
        self.assertIn(f"Root=1-{digits[:8]}-{digits[8:]}", printed[0])

    def test_enabled_disabled_replaced_deleted(self):
        self.make("changing", "SELECT 1 AS version FROM 'changing'", self.republish("changed"))
        listener = self.listener("changed")
        device = self.connect("changer")
        device.published("changing")
        self.assertEqual(self.expect_payload(listener, "changed"), {"version": 1})
        self.iot.replace_topic_rule(ruleName="changing", topicRulePayload={
            "sql": "SELECT 2 AS version FROM 'changing'", "actions": [self.republish("changed")]})
        device.published("changing")
        self.assertEqual(self.expect_payload(listener, "changed"), {"version": 2})
        self.iot.disable_topic_rule(ruleName="changing")
        device.published("changing")
        self.assertTrue(self.iot.get_topic_rule(ruleName="changing")["rule"]["ruleDisabled"])
        self.iot.enable_topic_rule(ruleName="changing")
        self.make("marker", "SELECT 'end' AS version FROM 'marker'", self.republish("changed"))
        device.published("marker")
        self.assertEqual(self.expect_payload(listener, "changed"), {"version": "end"})
        device.published("changing")
        self.assertEqual(self.expect_payload(listener, "changed"), {"version": 2})
        self.iot.delete_topic_rule(ruleName="changing")
        self.iot.delete_topic_rule(ruleName="changing")
        with self.assertRaises(self.iot.exceptions.UnauthorizedException) as caught:
            self.iot.get_topic_rule(ruleName="changing")
        self.assertIn("Access to topic rule 'changing' was denied", str(caught.exception))

    def test_what_is_refused(self):
        action = self.republish("x")
        code, message = self.refused("bad", "SELECT FROM 'a'", action)
        self.assertEqual(code, "SqlParseException")
        self.assertIn("line 1, column 8", message)
        code, message = self.refused("bad", "SELECT * FROM 'a/#/b'", action)
        self.assertEqual(code, "SqlParseException")
        code, message = self.refused("bad", "SELECT get_thing_shadow('a', 'b') AS s FROM 'a'",
                                     action)
        self.assertEqual(code, "SqlParseException")
        self.assertIn("get_thing_shadow is not done here", message)
        code, message = self.refused("bad", "SELECT * FROM 'a'", {"iotEvents": {
            "inputName": "x", "roleArn": ROLE}})
        self.assertEqual(code, "InvalidRequestException")
        self.assertIn("iotEvents", message)
        code, message = self.refused("bad", "SELECT * FROM 'a'", {"republish": {
            "topic": "x", "roleArn": "arn:aws:iam::000000000000:role/nobody"}})
        self.assertEqual(code, "InvalidRequestException")
        self.assertIn("unable to assume role", message)
        code, message = self.refused("bad", "SELECT * FROM 'a'", self.republish("x/${"))
        self.assertIn("actions[0].republish.topic", message)
        self.make("twice", "SELECT * FROM 'a'", action)
        self.assertEqual(self.refused("twice", "SELECT * FROM 'a'", action)[0],
                         "ResourceAlreadyExistsException")

    def test_who_makes_a_rule_passes_its_roles(self):
        iam = self.server.api("iam")
        iam.create_user(UserName="maker")
        keys = iam.create_access_key(UserName="maker")["AccessKey"]
        maker = boto3.client(
            "iot", endpoint_url=self.server.ready["api_url"], region_name="us-east-1",
            aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"])

        def make() -> str:
            try:
                maker.create_topic_rule(ruleName="made", topicRulePayload={
                    "sql": "SELECT * FROM 'a'", "actions": [self.republish("x")]})
            except botocore.exceptions.ClientError as error:
                return error.response["Error"]["Message"]
            return "made"

        def allow(action: str) -> None:
            iam.put_user_policy(UserName="maker", PolicyName=action.partition(":")[0],
                                PolicyDocument=json.dumps({
                                    "Version": "2012-10-17", "Statement": [{
                                        "Effect": "Allow", "Action": action, "Resource": "*"}]}))

        self.addCleanup(self.iot.delete_topic_rule, ruleName="made")
        self.assertIn("iot:CreateTopicRule", make())
        allow("iot:*")
        self.assertIn("iam:PassRole", make())
        allow("iam:PassRole")
        self.assertEqual(make(), "made")

    def test_listing(self):
        for number in range(5):
            self.make(f"listed_{number}", f"SELECT * FROM 'listed/{number}/#'",
                      self.republish("x"), ruleDisabled=number == 4)
        pages = self.iot.get_paginator("list_topic_rules").paginate(
            PaginationConfig={"PageSize": 2})
        rules = [rule for page in pages for rule in page["rules"]
                 if rule["ruleName"].startswith("listed_")]
        self.assertEqual([rule["ruleName"] for rule in rules],
                         [f"listed_{number}" for number in range(5)])
        self.assertEqual(rules[0]["topicPattern"], "listed/0/#")
        self.assertEqual([rule["ruleDisabled"] for rule in rules], [False] * 4 + [True])
        by_topic = self.iot.list_topic_rules(topic="listed/3/x")["rules"]
        self.assertEqual([rule["ruleName"] for rule in by_topic], ["listed_3"])
        self.assertEqual([rule["ruleName"] for rule in
                          self.iot.list_topic_rules(ruleDisabled=True)["rules"]], ["listed_4"])

    def test_basic_ingest(self):
        self.make("ingest", "SELECT *, topic() AS topic, topic(2) AS second, clientid() AS client",
                  self.republish("ingested"))
        listener = self.listener("ingested", "a/#")
        device = self.connect("ingester")
        device.published("$aws/rules/ingest/a/b", b'{"x": 1}')
        self.assertEqual(self.expect_payload(listener, "ingested"),
                         {"x": 1, "topic": "a/b", "second": "b", "client": "ingester"})
        device.published("$aws/rules/nobodys/a/b", b'{"x": 1}')
        record = self.server.wait_for_record(eventType="RuleNotFound", ruleName="nobodys")
        self.assertEqual((record["status"], record["reason"], record["clientId"]),
                         ("Failure", "RuleNotFound", "ingester"))
        self.assertFalse(listener.has_come("message"))

    def test_error_action(self):
        self.make("failing", "SELECT * FROM 'failing/#'", self.republish("forbidden"),
                  self.republish("${missing}/x"),
                  errorAction=self.republish("errors/${topic(2)}", qos=1))
        listener = self.listener("errors/#")
        device = self.connect("unlucky")
        device.published("failing/7", b'{"x": 1}')
        told = self.expect_payload(listener, "errors/7")
        self.assertEqual((told["ruleName"], told["topic"], told["clientId"]),
                         ("failing", "failing/7", "unlucky"))
        self.assertEqual(base64.b64decode(told["base64OriginalPayload"]), b'{"x": 1}')
        failures = {each["failedResource"]: each for each in told["failures"]}
        self.assertEqual({each["failedAction"] for each in told["failures"]}, {"RepublishAction"})
        self.assertIn("not authorized", failures["forbidden"]["errorMessage"])
        undefined = [each for each in told["failures"] if "Undefined" in each["errorMessage"]]
        self.assertEqual(len(undefined), 1, told)
        self.server.wait_for_record(eventType="RuleExecution", status="Failure",
                                    ruleName="failing", traceId=told["cloudwatchTraceId"],
                                    reason="AUTHORIZATION_FAILURE")
        unfilled = self.server.wait_for_record(eventType="RuleExecution", status="Failure",
                                               ruleName="failing", reason="ACTION_FAILED")
        self.assertIn("RepublishTopic", unfilled["resources"])

    def test_lifecycle_event_to_a_function(self):
        self.make("presence", "SELECT clientId, eventType FROM '$aws/events/presence/+/+'",
                  {"lambda": {"functionArn": self.function}})
        self.connect("comes-and-goes").close()
        self.function_saw({"clientId": "comes-and-goes", "eventType": "connected"})
        self.function_saw({"clientId": "comes-and-goes", "eventType": "disconnected"})

    def test_function_in_a_statement(self):
        self.make("asks", f"SELECT aws_lambda('{self.function}', {{'n': n}}).seen.n AS n "
                          "FROM 'asks'", self.republish("answered"))
        listener = self.listener("answered")
        self.connect("asker").published("asks", b'{"n": 7}')
        self.assertEqual(self.expect_payload(listener, "answered"), {"n": 7})

    def test_mqtt5_properties(self):
        self.make("properties",
                  "SELECT VALUE get_user_properties('k') FROM 'properties'",
                  self.republish("with/properties", headers={
                      "contentType": "text/${get_mqtt_property('content_type')}",
                      "payloadFormatIndicator": "UTF8_DATA", "messageExpiry": "100",
                      "correlationData": "${encode('c', 'base64')}",
                      "userProperties": [{"key": "from", "value": "${clientid()}"}]}))
        listener = self.listener("with/properties")
        got = []
        listener.client.on_message = lambda _c, _u, message: (
            got.append(message), listener.events.put(("message", message.topic, message.payload,
                                                      message.retain)))
        properties = Properties(PacketTypes.PUBLISH)
        properties.ContentType = "plain"
        properties.UserProperty = [("k", "v")]
        sender = self.connect("sender", protocol=V5)
        sender.client.publish("properties", b"raw", 1, properties=properties)
        self.assertEqual(self.expect_payload(listener, "with/properties"), ["v"])
        shown = got[0].properties
        self.assertEqual((shown.ContentType, shown.PayloadFormatIndicator, shown.CorrelationData,
                          shown.UserProperty), ("text/plain", 1, b"c", [("from", "sender")]))
        self.assertLessEqual(shown.MessageExpiryInterval, 100)

    def test_loops_are_cut(self):
        self.make("ping", "SELECT * FROM 'loop/ping'", self.republish("loop/pong"))
        self.make("pong", "SELECT * FROM 'loop/pong'", self.republish("loop/ping"))
        self.connect("looper").published("loop/ping", b"{}")
        record = self.server.wait_for_record(eventType="RuleExecution", status="Failure",
                                             reason="LIMIT_EXCEEDED")
        self.assertIn("a loop is cut here", record["details"])

    def test_log_group(self):
        logs = self.server.api("logs")
        logs.create_log_group(logGroupName="/rules/kept")
        self.make("kept", "SELECT * FROM 'kept'", {"cloudwatchLogs": {
            "roleArn": ROLE, "logGroupName": "/rules/kept"}})
        self.connect("keeper").published("kept", b'{"kept": true}')
        events = wait_until(lambda: logs.filter_log_events(
            logGroupName="/rules/kept")["events"], "the entry of the log group")
        self.assertEqual(events[0]["message"], '{"kept": true}')

    def test_order_by_a_tag(self):
        def names() -> list[int]:
            return [json.loads(message[2])["n"] for message in
                    (listener.expect("message") for _ in range(100))]
        self.iot.create_topic_rule(ruleName="ordered", tags="gatehouse:order=topic", topicRulePayload={
            "sql": "SELECT n FROM 'ordered'", "awsIotSqlVersion": "2016-03-23",
            "actions": [self.republish("in-order", qos=1)]})
        self.addCleanup(self.iot.delete_topic_rule, ruleName="ordered")
        listener = self.listener("in-order")
        device = self.connect("counter")
        for n in range(100):
            device.published("ordered", json.dumps({"n": n}).encode(), 1)
        self.assertEqual(names(), list(range(100)))
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            self.iot.create_topic_rule(ruleName="unordered", tags="gatehouse:order=any",
                                       topicRulePayload={"sql": "SELECT * FROM 'a'", "actions": []})
        self.assertIn("gatehouse:order has to be topic", str(caught.exception))
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            self.iot.create_topic_rule(ruleName="unordered", tags="gatehouse:delivery=always",
                                       topicRulePayload={"sql": "SELECT * FROM 'a'", "actions": []})
        self.assertIn("gatehouse:delivery has to be at-least-once", str(caught.exception))

    def test_principal_of_the_api(self):
        self.make("who", "SELECT principal() AS who FROM 'who'", self.republish("told-who"))
        listener = self.listener("told-who")
        self.server.api("iot-data").publish(topic="who", payload=b"{}")
        self.assertEqual(self.expect_payload(listener, "told-who"), {"who": "000000000000"})
        iam = self.server.api("iam")
        user = iam.create_user(UserName="publisher")["User"]
        iam.put_user_policy(UserName="publisher", PolicyName="may", PolicyDocument=MAY)
        key = iam.create_access_key(UserName="publisher")["AccessKey"]
        boto3.client("iot-data", endpoint_url=self.server.ready["api_url"], region_name="us-east-1",
                     aws_access_key_id=key["AccessKeyId"],
                     aws_secret_access_key=key["SecretAccessKey"]).publish(topic="who", payload=b"{}")
        self.assertEqual(self.expect_payload(listener, "told-who"), {"who": user["UserId"]})

    def test_rules_outlive_the_server(self):
        self.make("kept_rule", "SELECT 1 AS one FROM 'outlives'", self.republish("outlived"))
        self.server.terminate()
        self.server.start()
        type(self).iot = self.server.api("iot")
        self.iot = type(self).iot
        listener = self.listener("outlived")
        self.connect("later").published("outlives")
        self.assertEqual(self.expect_payload(listener, "outlived"), {"one": 1})
        wait_until(lambda: self.server.metric(
            'gatehouse_rule_actions_total{account="000000000000",region="us-east-1",'
            'rule="kept_rule",action="RepublishAction",name="Success"}') == 1,
            "the count of the rule's action")

    def test_what_one_evaluation_may_do(self):
        """Neither work nor memory without end: the rule fails, the others go on, the server stops."""
        self.make("endless", "SET @v = a SELECT (SELECT VALUE (SELECT VALUE (SELECT VALUE 1 FROM @v) "
                  "FROM @v) FROM @v) AS x FROM 'endless'", self.republish("nothing"),
                  errorAction=self.republish("failed"))
        ten = ",".join(["{0}"] * 10)
        self.make("growing", "SET " + ", ".join(
            f"@{name} = concat({ten.format(of)})" for name, of in
            (("a", "a"), ("b", "@a"), ("c", "@b"), ("d", "@c"))) + " SELECT @d AS x FROM 'growing'",
            self.republish("nothing"), errorAction=self.republish("failed"))
        self.make("doubling", "SELECT {'a': *, 'b': *} AS x FROM 'doubling'",
                  self.republish("doubling"), errorAction=self.republish("failed"))
        self.make("searching", "SELECT regexp_replace(a, 'a.*c|a', 'x') AS x FROM 'searching'",
                  self.republish("nothing"), errorAction=self.republish("failed"))
        self.make("fine", "SELECT 1 AS one FROM 'fine'", self.republish("went-on"))
        listener = self.listener("failed", "went-on", "nothing")
        device = self.connect("heavy")
        for topic, payload, why in (
                ("endless", {"a": [1] * 20_000}, "than one evaluation may"),
                ("growing", {"a": "x" * 90_000}, "more data than one evaluation may"),
                ("searching", {"a": "a" * 90_000}, "more time than one evaluation may"),
                ("doubling", {"a": "x" * 70_000}, "and a message at most 131072")):
            device.published(topic, json.dumps(payload).encode(), 1)
            failure = self.expect_payload(listener, "failed")["failures"][0]
            self.assertIn(why, failure["errorMessage"])
        device.published("fine", b"{}", 1)
        self.assertEqual(self.expect_payload(listener, "went-on"), {"one": 1})
        record = self.server.wait_for_record(eventType="RuleExecution", status="Failure",
                                             ruleName="endless")
        self.assertEqual(record["reason"], "LIMIT_EXCEEDED")
        self.assertEqual(self.refused("long", "SELECT * FROM 'a'", self.republish("t" * 257))[0],
                         "InvalidRequestException")


class Permissions(ClientTest):
    """As AWS has it, a function's policy has to permit the rule."""
    flags = ("--allow-anonymous", "--behaviour-missing-permission", "refuse")

    def test_function_permits_the_rule(self):
        function = make_function(self.server, "guarded", PRINTS)
        iot = self.server.api("iot")
        iot.create_topic_rule(ruleName="calls", topicRulePayload={
            "sql": "SELECT n FROM 'calls'", "awsIotSqlVersion": "2016-03-23",
            "actions": [{"lambda": {"functionArn": function}}]})
        device = self.device("caller", door="mqtt", user=None).connected()
        device.published("calls", b'{"n": 1}')
        refused = self.server.wait_for_record(eventType="RuleExecution", status="Failure")
        self.assertEqual(refused["reason"], "AUTHORIZATION_FAILURE")
        self.assertIn("does not permit iot.amazonaws.com to invoke it", refused["details"])
        self.server.api("lambda").add_permission(
            FunctionName="guarded", StatementId="other", Action="lambda:InvokeFunction",
            Principal="iot.amazonaws.com",
            SourceArn="arn:aws:iot:us-east-1:000000000000:rule/another")
        device.published("calls", b'{"n": 2}')
        wait_until(lambda: len(self.server.log_records(
            eventType="RuleExecution", status="Failure")) == 2, "the second refusal")
        self.server.api("lambda").add_permission(
            FunctionName="guarded", StatementId="iot", Action="lambda:InvokeFunction",
            Principal="iot.amazonaws.com", SourceArn="arn:aws:iot:us-east-1:000000000000:rule/calls")
        device.published("calls", b'{"n": 3}')
        wait_until(lambda: self.server.output_of("guarded", "event"), "the function's event")
        self.assertEqual(len(self.server.output_of("guarded", "event")), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
