#!/usr/bin/python3
"""Actions of rules that reach other systems: HTTP endpoints that confirm themselves, and services
that speak AWS's protocols, of which a double stands in that proves every signature.

usage: rule_targets_test.py GATEHOUSE [TESTS]"""

import base64
import json
import pathlib
import shutil
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request

import botocore.credentials
import botocore.exceptions
from aws_double import Asked, AwsDouble
from client_test import GATEHOUSE, ClientTest, wait_until
from gatehouse_server import Server
from http_service import Service

ROLE = "arn:aws:iam::000000000000:role/rules"
KEYS = botocore.credentials.Credentials("AKIDTARGETS", "wJalrXUtnFEMI/K7MDENG", "TOKEN")
REGION = "eu-west-1"
OTHER = "111122223333"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Principal": {"Service": "iot.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
MAY = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Resource": "*",
     "Action": ["s3:*", "sqs:*", "sns:*", "kinesis:*", "firehose:*", "dynamodb:*", "cloudwatch:*",
                "states:*", "timestream:*", "execute-api:Invoke"]},
    {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::forbidden/*"}]})


class RuleTargets(ClientTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="gatehouse-targets-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.aws = AwsDouble(KEYS, REGION)
        file = cls.folder / "targets.json"
        file.touch(0o600)
        keys = {"accessKeyId": KEYS.access_key, "secretAccessKey": KEYS.secret_key}
        file.write_text(json.dumps({
            "endpoints": {"*": {"url": cls.aws.url(), "region": REGION,
                                "sessionToken": KEYS.token} | keys},
            "httpSigning": keys | {"services": ["execute-api"], "hosts": ["127.0.0.1"]}}))
        cls.flags = ("--allow-anonymous", "--api-auth", "any", "--rules-targets-file", str(file),
                     "--rules-http-to", "127.0.0.0/8,::1")
        super().setUpClass()

    @classmethod
    def prepare(cls):
        iam = cls.server.api("iam")
        iam.create_role(RoleName="rules", AssumeRolePolicyDocument=TRUST)
        iam.put_role_policy(RoleName="rules", PolicyName="may", PolicyDocument=MAY)
        cls.iot = cls.server.api("iot")
        cls.endpoint = Service()
        cls.endpoint.answer = lambda event: (200, b"")

    def make(self, name: str, *actions: dict, **more):
        """A rule for the messages on its own name."""
        self.iot.create_topic_rule(ruleName=name, topicRulePayload={
            "sql": f"SELECT * FROM '{name}/#'", "actions": list(actions),
            "awsIotSqlVersion": "2016-03-23"} | more)
        self.addCleanup(self.iot.delete_topic_rule, ruleName=name)

    def refused(self, action: dict) -> str:
        with self.assertRaises(self.iot.exceptions.InvalidRequestException) as caught:
            self.make("refused", action)
        return str(caught.exception)

    def publish(self, topic: str, payload: bytes | str | dict):
        publisher = self.device(f"p-{self._testMethodName}"[:60], door="mqtt",
                                user=None).connected()
        body = json.dumps(payload).encode() if isinstance(payload, dict) else payload
        publisher.published(topic, body if isinstance(body, bytes) else body.encode())
        publisher.close()

    def outcome(self, name: str, status: str = "Success") -> dict:
        return self.server.wait_for_record(eventType="RuleExecution", ruleName=name, status=status)

    def confirmation(self, path: str) -> dict:
        """The message that asks the endpoint at the path for its confirmation."""
        def found():
            return [(asked, headers, json.loads(body)) for asked, headers, body in
                    list(self.endpoint.asked)
                    if asked.startswith(path + "/?confirmationToken=")]
        asked, headers, body = wait_until(found, f"the confirmation message to {path}")[-1]
        self.assertEqual(headers["x-amz-rules-engine-message-type"], "DestinationConfirmation")
        self.assertEqual(headers["x-amz-rules-engine-destination-arn"], body["arn"])
        self.assertEqual(headers["Content-Type"], "application/json")
        self.assertEqual(set(body), {"arn", "confirmationToken", "enableUrl", "messageType"})
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(asked).query)
        self.assertEqual(query["confirmationToken"], [body["confirmationToken"]])
        return body

    def posted(self, path: str) -> list[tuple[str, dict, bytes]]:
        return [asked for asked in list(self.endpoint.asked) if asked[0] == path]

    # HTTP

    def test_http_with_the_aws_cli(self):
        url = self.endpoint.url("/cli")
        made = self.server.aws_json(
            "iot", "create-topic-rule-destination", "--destination-configuration",
            json.dumps({"httpUrlConfiguration": {"confirmationUrl": url}}))["topicRuleDestination"]
        self.assertEqual(made["status"], "IN_PROGRESS")
        self.assertEqual(made["httpUrlProperties"], {"confirmationUrl": url})
        body = self.confirmation("/cli")
        self.assertEqual(body["arn"], made["arn"])
        self.server.aws("iot", "confirm-topic-rule-destination", "--confirmation-token",
                        body["confirmationToken"])
        shown = self.server.aws_json("iot", "get-topic-rule-destination", "--arn", made["arn"])
        self.assertEqual(shown["topicRuleDestination"]["status"], "ENABLED")
        listed = self.server.aws_json("iot", "list-topic-rule-destinations")
        self.assertIn(made["arn"], [one["arn"] for one in listed["destinationSummaries"]])
        self.make("cli", {"http": {
            "url": url + "/${topic(2)}", "confirmationUrl": url,
            "headers": [{"key": "X-Sensor", "value": "${sensor}"}]}})
        self.publish("cli/lamp", {"sensor": "s-1", "on": True})
        self.outcome("cli")
        path, headers, body = self.posted("/cli/lamp")[0]
        self.assertEqual(body, b'{"sensor": "s-1", "on": true}')
        self.assertEqual(headers["X-Sensor"], "s-1")
        self.assertEqual(headers["Content-Type"], "application/json")
        self.server.aws("iot", "update-topic-rule-destination", "--arn", made["arn"], "--status",
                        "DISABLED")
        self.publish("cli/lamp", {"sensor": "s-2"})
        self.assertIn("DISABLED", self.outcome("cli", "Failure")["details"])
        self.server.aws("iot", "delete-topic-rule-destination", "--arn", made["arn"])
        with self.assertRaises(self.iot.exceptions.UnauthorizedException) as caught:
            self.iot.get_topic_rule_destination(arn=made["arn"])
        self.assertIn("was denied", str(caught.exception))

    def test_a_rule_makes_its_destination_which_a_link_confirms(self):
        self.make("linked", {"http": {"url": self.endpoint.url("/linked")}})
        body = self.confirmation("/linked")
        destination = self.iot.get_topic_rule_destination(arn=body["arn"])["topicRuleDestination"]
        self.assertEqual(destination["status"], "IN_PROGRESS")
        self.assertIn("Awaiting confirmation", destination["statusReason"])
        self.publish("linked/early", "{}")
        self.assertIn("IN_PROGRESS", self.outcome("linked", "Failure")["details"])
        with urllib.request.urlopen(body["enableUrl"], timeout=10) as answer:
            self.assertEqual(answer.status, 200)
        with self.assertRaises(urllib.error.HTTPError) as again:
            urllib.request.urlopen(body["enableUrl"], timeout=10)
        again.exception.close()
        self.assertEqual(again.exception.code, 401)
        destination = self.iot.get_topic_rule_destination(arn=body["arn"])["topicRuleDestination"]
        self.assertEqual(destination["status"], "ENABLED")
        self.publish("linked/now", b"\x00\xff")
        self.outcome("linked")
        _, headers, body = self.posted("/linked")[0]
        self.assertEqual((headers["Content-Type"], body),
                         ("application/octet-stream", b"\x00\xff"))

    def confirm(self, path: str) -> str:
        url = self.endpoint.url(path)
        self.iot.create_topic_rule_destination(
            destinationConfiguration={"httpUrlConfiguration": {"confirmationUrl": url}})
        self.iot.confirm_topic_rule_destination(
            confirmationToken=self.confirmation(path)["confirmationToken"])
        return url

    def test_what_may_pass_is_tried_again(self):
        url = self.confirm("/busy")
        answers = [(503, b""), (429, b""), (200, b"")]
        self.endpoint.answer = lambda event: answers.pop(0) if event == {"busy": 1} else (200, b"")
        self.make("busy", {"http": {"url": url}})
        self.publish("busy/a", {"busy": 1})
        self.outcome("busy")
        self.assertEqual(answers, [])
        self.endpoint.answer = lambda event: (404, b"")
        self.publish("busy/a", {"busy": 2})
        self.assertIn("status 404", self.outcome("busy", "Failure")["details"])
        self.endpoint.answer = lambda event: (200, b"")

    def test_signed_posts(self):
        url = self.confirm("/signed")
        self.make("signed", {"http": {"url": url, "auth": {"sigv4": {
            "signingRegion": "us-west-2", "serviceName": "execute-api", "roleArn": ROLE}}}})
        self.publish("signed/a", {"a": 1})
        self.outcome("signed")
        _, headers, body = self.posted("/signed")[0]

        class Came:
            command, path = "POST", "/signed"
        Came.headers = headers
        asked = Asked(Came, body)
        self.assertEqual(asked.prove(
            botocore.credentials.Credentials(KEYS.access_key, KEYS.secret_key), "us-west-2"), "")
        self.assertEqual(asked.service, "execute-api")

    def test_keys_sign_for_what_the_operator_listed_alone(self):
        url = self.confirm("/unsigned")

        def sigv4(service: str, at: str = url) -> dict:
            return {"http": {"url": at, "confirmationUrl": at, "auth": {"sigv4": {
                "signingRegion": "us-west-2", "serviceName": service, "roleArn": ROLE}}}}
        self.assertIn("httpSigning.services", self.refused(sigv4("s3")))
        self.assertIn("httpSigning.hosts", self.refused(
            sigv4("execute-api", "https://a.example/")))
        self.assertIn("serviceName", self.refused(sigv4("x\r\nX-Evil:1\r\nX-Y:z")))
        # The keys are not for the rules of other accounts.
        role = "arn:aws:iam::111122223333:role/rules"
        self.server.api("iam", OTHER).create_role(RoleName="rules", AssumeRolePolicyDocument=TRUST)
        for action, why in (
                (sigv4("execute-api"), "needs a key to sign with that the account may use"),
                ({"s3": {"bucketName": "my-bucket", "key": "k", "roleArn": role}},
                 "no endpoint for Amazon S3 that the account may use")):
            with self.assertRaises(botocore.exceptions.ClientError) as caught:
                self.server.api("iot", OTHER).create_topic_rule(
                    ruleName="theirs",
                    topicRulePayload={"sql": "SELECT * FROM 'a'", "actions": [action]})
            self.assertIn(why, str(caught.exception))
        self.assertEqual(self.posted("/unsigned"), [])

    def test_where_requests_do_not_go(self):
        """Nothing but what the operator names and the public Internet over TLS."""
        def refused(iot, url):
            with self.assertRaises(iot.exceptions.InvalidRequestException) as caught:
                iot.create_topic_rule_destination(destinationConfiguration={
                    "httpUrlConfiguration": {"confirmationUrl": url}})
            self.assertIn("the setting rules.http-to names the address", str(caught.exception))
        for url in ("http://10.0.0.1/", "http://169.254.169.254/latest/meta-data"):
            refused(self.iot, url)
        server = Server(GATEHOUSE)
        self.addCleanup(server.stop)
        iot = server.api("iot")
        refused(iot, self.endpoint.url("/other"))
        refused(iot, "https://localhost/other")
        with self.assertRaises(iot.exceptions.InvalidRequestException) as caught:
            iot.create_topic_rule(ruleName="here", topicRulePayload={
                "sql": "SELECT * FROM 'a'",
                "actions": [{"http": {"url": self.endpoint.url("/other")}}]})
        self.assertIn("rules.http-to", str(caught.exception))
        self.assertEqual(iot.list_topic_rules()["rules"], [])
        # A name is looked up when something is sent; who made the destination learns nothing of it.
        made = iot.create_topic_rule_destination(destinationConfiguration={
            "httpUrlConfiguration": {"confirmationUrl": "https://localtest.invalid/x"}})
        arn = made["topicRuleDestination"]["arn"]
        server.wait_for_record(eventType="Server.Notice", reason="DESTINATION_NOT_ASKED")
        shown = iot.get_topic_rule_destination(arn=arn)["topicRuleDestination"]
        self.assertTrue(shown["statusReason"].endswith(
            "; no response received from the endpoint."), shown)
        self.assertEqual(self.posted("/other"), [])

    # What speaks AWS's protocols

    def asked(self, name: str, service: str, action: dict, payload: bytes | str | dict):
        self.make(name, action)
        self.publish(f"{name}/x", payload)
        self.outcome(name)
        return self.aws.of(service)[-1]

    def test_s3(self):
        asked = self.asked("s3rule", "s3", {"s3": {
            "roleArn": ROLE, "bucketName": "my-bucket", "key": "${topic()}/ä ${a}.json",
            "cannedAcl": "public-read"}}, {"a": 1})
        self.assertEqual((asked.method, asked.path, asked.body),
                         ("PUT", "/my-bucket/s3rule/x/%C3%A4%201.json", b'{"a": 1}'))
        self.assertEqual(asked.headers["x-amz-acl"], "public-read")

    def test_s3_as_the_role_may(self):
        self.make("forbidden", {"s3": {"roleArn": ROLE, "bucketName": "forbidden", "key": "k"}})
        self.publish("forbidden/x", "{}")
        self.outcome("forbidden", "Failure")
        self.assertFalse([one for one in self.aws.of("s3") if "forbidden" in one.path])

    def test_sqs(self):
        url = "https://sqs.eu-west-1.amazonaws.com/123456789012/q"
        asked = self.asked("sqsrule", "sqs", {"sqs": {"roleArn": ROLE, "queueUrl": url,
                                                      "useBase64": True}}, b"\x00\x01")
        self.assertEqual(asked.headers["x-amz-target"], "AmazonSQS.SendMessage")
        self.assertEqual(json.loads(asked.body), {"QueueUrl": url, "MessageBody": "AAE="})

    def test_sns(self):
        arn = "arn:aws:sns:eu-west-1:123456789012:t"
        asked = self.asked("snsrule", "sns", {"sns": {"roleArn": ROLE, "targetArn": arn,
                                                      "messageFormat": "JSON"}},
                           {"default": "ü & x"})
        self.assertEqual(dict(urllib.parse.parse_qsl(asked.body.decode(), strict_parsing=True)), {
            "Action": "Publish", "Version": "2010-03-31", "TargetArn": arn,
            "Message": json.dumps({"default": "ü & x"}), "MessageStructure": "json"})

    def test_kinesis(self):
        asked = self.asked("kinesisrule", "kinesis", {"kinesis": {
            "roleArn": ROLE, "streamName": "s", "partitionKey": "${topic(2)}"}}, "{}")
        self.assertEqual(asked.headers["x-amz-target"], "Kinesis_20131202.PutRecord")
        self.assertEqual(json.loads(asked.body),
                         {"StreamName": "s", "Data": "e30=", "PartitionKey": "x"})

    def test_firehose_in_batches(self):
        self.aws.answers = [(200, json.dumps({"FailedPutCount": 0, "RequestResponses": [
            {"RecordId": "1"}, {"RecordId": "2"}]}).encode())]
        asked = self.asked("firehoserule", "firehose", {"firehose": {
            "roleArn": ROLE, "deliveryStreamName": "d", "separator": "\n", "batchMode": True}},
            "[1, 2]")
        self.assertEqual(asked.headers["x-amz-target"], "Firehose_20150804.PutRecordBatch")
        self.assertEqual([base64.b64decode(one["Data"]) for one in
                          json.loads(asked.body)["Records"]], [b"1\n", b"2\n"])

    def test_dynamodb(self):
        asked = self.asked("dynamorule", "dynamodb", {"dynamoDB": {
            "roleArn": ROLE, "tableName": "t", "hashKeyField": "id", "hashKeyValue": "${topic(2)}",
            "rangeKeyField": "at", "rangeKeyValue": "${at}", "rangeKeyType": "NUMBER"}},
            {"at": 7, "v": [True, None]})
        self.assertEqual(asked.headers["x-amz-target"], "DynamoDB_20120810.PutItem")
        self.assertEqual(json.loads(asked.body), {"TableName": "t", "Item": {
            "id": {"S": "x"}, "at": {"N": "7"}, "payload": {"M": {
                "at": {"N": "7"}, "v": {"L": [{"BOOL": True}, {"NULL": True}]}}}}})

    def test_dynamodb_v2_cloudwatch_step_functions_and_timestream(self):
        self.make("more",
                  {"dynamoDBv2": {"roleArn": ROLE, "putItem": {"tableName": "t2"}}},
                  {"cloudwatchMetric": {"roleArn": ROLE, "metricNamespace": "N",
                                        "metricName": "m", "metricValue": "${v}",
                                        "metricUnit": "None"}},
                  {"stepFunctions": {"roleArn": ROLE, "stateMachineName": "machine"}},
                  {"timestream": {"roleArn": ROLE, "databaseName": "d", "tableName": "t",
                                  "dimensions": [{"name": "device", "value": "${topic(2)}"}]}})
        self.publish("more/x", {"v": 1.5})
        for service in ("dynamodb", "monitoring", "states", "timestream"):
            wait_until(lambda: [one for one in self.aws.of(service) if b"1.5" in one.body],
                       f"a request to {service}")

    def test_failures_are_told(self):
        self.aws.answers = [(400, json.dumps({
            "__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
            "message": "no such table"}).encode())]
        self.make("failing", {"dynamoDBv2": {"roleArn": ROLE, "putItem": {"tableName": "gone"}}})
        self.publish("failing/x", {"id": 1})
        record = self.outcome("failing", "Failure")
        self.assertEqual(record["ruleAction"], "DynamoDBv2Action")
        self.assertIn("no such table (Service: Amazon DynamoDB; Status Code: 400; Error Code: "
                      "ResourceNotFoundException", record["details"])

    def test_what_cannot_be_done_is_refused(self):
        self.assertIn("iotEvents is not done here", self.refused(
            {"iotEvents": {"inputName": "i", "roleArn": ROLE}}))
        self.assertIn("no bucket's name", self.refused(
            {"s3": {"roleArn": ROLE, "bucketName": "B", "key": "k"}}))
        self.assertIn("confirmationUrl is missing", self.refused(
            {"http": {"url": "https://a.example/${topic()}"}}))
        server = Server(GATEHOUSE)
        self.addCleanup(server.stop)
        server.api("iam").create_role(RoleName="rules", AssumeRolePolicyDocument=TRUST)
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            server.api("iot").create_topic_rule(ruleName="s3", topicRulePayload={
                "sql": "SELECT * FROM 'a'",
                "actions": [{"s3": {"roleArn": ROLE, "bucketName": "my-bucket", "key": "k"}}]})
        self.assertIn("knows no endpoint for Amazon S3", str(caught.exception))


if __name__ == "__main__":
    unittest.main(verbosity=2)
