#!/usr/bin/python3
"""Versions, aliases, reserved concurrency, events that outlive a crash, handlers in Node.js, and
queries over logs, through boto3 and the AWS CLI.

usage: versions_test.py GATEHOUSE [TESTS]"""

import io
import json
import time
import unittest
import zipfile

import botocore.exceptions
from client_test import ClientTest, make_authorizer, make_function, wait_until, zipped

ANSWERS = "def lambda_handler(event, context):\n    return {!r}\n"
ADMITS = """
import json
def lambda_handler(event, context):
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}]}
    return {"isAuthenticated": %s, "principalId": "p", "policyDocuments": [json.dumps(policy)],
            "disconnectAfterInSeconds": 3600, "refreshAfterInSeconds": 3600}
"""


class Versions(ClientTest):
    def setUp(self):
        self.api = self.server.api("lambda")

    def answer_of(self, **which) -> tuple[str, str]:
        answer = self.api.invoke(**which)
        return json.load(answer["Payload"]), answer["ExecutedVersion"]

    def test_an_alias_moves_from_version_to_version(self):
        make_function(self.server, "moves", ANSWERS.format("one"))
        first = self.api.publish_version(FunctionName="moves", Description="the first")
        self.assertEqual((first["Version"], first["Description"]), ("1", "the first"))
        self.assertTrue(first["FunctionArn"].endswith(":function:moves:1"))
        self.api.update_function_code(FunctionName="moves", Publish=True,
                                      ZipFile=zipped(ANSWERS.format("two")))
        live = self.api.create_alias(FunctionName="moves", Name="live", FunctionVersion="1")
        self.assertEqual(self.answer_of(FunctionName="moves", Qualifier="live"), ("one", "1"))
        self.assertEqual(self.answer_of(FunctionName=live["AliasArn"]), ("one", "1"))
        self.assertEqual(self.answer_of(FunctionName="moves:2"), ("two", "2"))
        self.assertEqual(self.answer_of(FunctionName="moves"), ("two", "$LATEST"))
        self.api.update_alias(FunctionName="moves", Name="live", RevisionId=live["RevisionId"],
                              RoutingConfig={"AdditionalVersionWeights": {"2": 1.0}})
        self.assertEqual(self.answer_of(FunctionName="moves", Qualifier="live"), ("two", "2"))
        with self.assertRaises(self.api.exceptions.PreconditionFailedException):
            self.api.update_alias(FunctionName="moves", Name="live", FunctionVersion="2",
                                  RevisionId=live["RevisionId"])
        with self.assertRaises(self.api.exceptions.ResourceConflictException):
            self.api.delete_function(FunctionName="moves", Qualifier="1")
        versions = self.api.get_paginator("list_versions_by_function").paginate(
            FunctionName="moves", PaginationConfig={"PageSize": 1}).build_full_result()
        self.assertEqual([v["Version"] for v in versions["Versions"]], ["$LATEST", "1", "2"])

    def test_an_authorizer_calls_the_version_that_its_alias_names(self):
        make_function(self.server, "door", ADMITS % "True")
        self.api.publish_version(FunctionName="door")
        self.api.update_function_code(FunctionName="door", ZipFile=zipped(ADMITS % "False"))
        alias = self.api.create_alias(FunctionName="door", Name="live", FunctionVersion="1")
        make_authorizer(self.server, "ByAlias", alias["AliasArn"])
        permission = {"FunctionName": "door", "StatementId": "iot",
                      "Action": "lambda:InvokeFunction", "Principal": "iot.amazonaws.com"}
        self.api.add_permission(**permission)
        # The permission is the function's, not the alias's.
        self.device("too-early", authorizer="ByAlias").connected()
        told = self.server.wait_for_record(clientId="too-early", eventType="Authorizer.Invoke")
        self.assertIn(f"--function-name {alias['AliasArn']} ", told["explanation"])
        self.api.add_permission(**permission, Qualifier="live")
        policy = json.loads(self.api.get_policy(FunctionName="door", Qualifier="live")["Policy"])
        self.assertEqual(policy["Statement"][0]["Resource"], alias["AliasArn"])
        self.device("in-time", authorizer="ByAlias").connected()
        told = self.server.wait_for_record(clientId="in-time", eventType="Authorizer.Invoke")
        self.assertNotIn("explanation", told)

    def test_reserved_concurrency_of_none_switches_off(self):
        make_function(self.server, "off", ANSWERS.format("on"))
        self.api.put_function_concurrency(FunctionName="off", ReservedConcurrentExecutions=0)
        with self.assertRaises(self.api.exceptions.TooManyRequestsException) as refused:
            self.api.invoke(FunctionName="off")
        self.assertEqual(refused.exception.response["Reason"],
                         "ReservedFunctionConcurrentInvocationLimitExceeded")
        self.assertEqual(self.api.get_function(FunctionName="off")["Concurrency"],
                         {"ReservedConcurrentExecutions": 0})
        self.api.delete_function_concurrency(FunctionName="off")
        self.assertEqual(self.answer_of(FunctionName="off")[0], "on")

    def test_event_invoke_config(self):
        make_function(self.server, "tried", ANSWERS.format(1))
        self.api.put_function_event_invoke_config(FunctionName="tried", MaximumRetryAttempts=1)
        self.api.update_function_event_invoke_config(FunctionName="tried",
                                                     MaximumEventAgeInSeconds=60)
        found = self.server.aws_json("lambda", "get-function-event-invoke-config",
                                     "--function-name", "tried")
        self.assertEqual((found["MaximumRetryAttempts"], found["MaximumEventAgeInSeconds"]),
                         (1, 60))
        self.api.delete_function_event_invoke_config(FunctionName="tried")
        with self.assertRaises(self.api.exceptions.ResourceNotFoundException):
            self.api.get_function_event_invoke_config(FunctionName="tried")


class Node(ClientTest):
    def test_an_unmodified_handler(self):
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as files:
            files.writestr("index.mjs", """
                export const handler = async (event, context) => {
                  console.log('seen', event.name);
                  return `hello ${event.name} from ${context.functionName}`;
                };""")
        api = self.server.api("lambda")
        api.create_function(FunctionName="in-node", Runtime="nodejs20.x", Handler="index.handler",
                            Role="arn:aws:iam::000000000000:role/any",
                            Code={"ZipFile": package.getvalue()})
        answer = api.invoke(FunctionName="in-node", Payload=json.dumps({"name": "ada"}))
        self.assertEqual(json.load(answer["Payload"]), "hello ada from in-node")
        wait_until(lambda: self.server.output_of("in-node", "INFO\tseen ada"), "its output")


class Events(ClientTest):
    flags = ("--clock", "manual")

    def test_an_event_that_was_taken_outlives_a_crash(self):
        make_function(self.server, "fails", "def lambda_handler(event, context):\n"
                                            "    raise ValueError(event['mark'])\n")
        self.server.api("lambda").invoke(FunctionName="fails", InvocationType="Event",
                                         Payload=json.dumps({"mark": "x" * 700_000}))

        def attempts() -> int:
            return len(self.server.output_of("fails", "END RequestId"))

        wait_until(lambda: attempts() == 1, "the first attempt")
        self.server.kill()
        self.server.start()
        self.server.advance("60s")
        wait_until(lambda: attempts() == 2, "the second attempt")


class Queries(ClientTest):
    def results_of(self, query: str, **more) -> dict:
        logs = self.server.api("logs")
        now = int(time.time())
        started = logs.start_query(logGroupName="queried", startTime=now - 600, endTime=now + 60,
                                   queryString=query, **more)
        return wait_until(
            lambda: (found := logs.get_query_results(queryId=started["queryId"]))["status"]
            == "Complete" and found, "the query to end")

    def test_queries_of_the_guide(self):
        logs = self.server.api("logs")
        logs.create_log_group(logGroupName="queried", tags={"team": "a"})
        logs.create_log_stream(logGroupName="queried", logStreamName="s")
        entries = [{"eventType": "Connect", "status": "Success", "clientId": "a"},
                   {"eventType": "Connect", "status": "Failure", "clientId": "b"},
                   {"eventType": "Publish-In", "status": "Success", "clientId": "a"}]
        now = int(time.time() * 1000)
        logs.put_log_events(logGroupName="queried", logStreamName="s", logEvents=[
            {"timestamp": now + i, "message": json.dumps(entry)}
            for i, entry in enumerate(entries)])
        counted = self.results_of("stats count(*) as n by eventType, status | sort n desc, status")
        self.assertEqual(len(counted["results"]), 3)
        rows = self.results_of("fields @timestamp, eventType | filter clientId = 'a' "
                               "| sort @timestamp desc", limit=1)["results"]
        shown = {cell["field"]: cell["value"] for cell in rows[0]}
        self.assertEqual(shown["eventType"], "Publish-In")
        record = logs.get_log_record(logRecordPointer=shown["@ptr"])["logRecord"]
        self.assertEqual(record["clientId"], "a")
        with self.assertRaises(logs.exceptions.MalformedQueryException):
            self.results_of("filter clientId ==")
        known = self.server.aws_json("logs", "describe-queries", "--status", "Complete")
        self.assertGreaterEqual(len(known["queries"]), 2)
        with self.assertRaises(botocore.exceptions.ClientError):
            logs.stop_query(queryId=known["queries"][0]["queryId"])
        arn = "arn:aws:logs:us-east-1:000000000000:log-group:queried"
        self.server.aws("logs", "tag-resource", "--resource-arn", arn, "--tags", "more=b")
        self.assertEqual(logs.list_tags_for_resource(resourceArn=arn)["tags"],
                         {"team": "a", "more": "b"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
