#!/usr/bin/python3
"""The life of functions, authorizers and logs through the AWS CLI and boto3.

usage: api_test.py GATEHOUSE [TESTS]"""

import base64
import hashlib
import json
import pathlib
import tempfile
import unittest
import urllib.error
import urllib.request

from client_test import (ClientTest, make_authorizer, make_auto_custom, make_function,
                         scenario_source, wait_until, zipped)
from device import PASSWORD

ECHO = """
import json
def lambda_handler(event, context):
    print("echoing", json.dumps(event))
    if event.get("fail"):
        raise ValueError("as asked")
    return {"echo": event}
"""


class AwsCli(ClientTest):
    def test_scenario(self):
        aws, aws_json = self.server.aws, self.server.aws_json
        with tempfile.TemporaryDirectory() as folder:
            package = pathlib.Path(folder) / "code.zip"
            package.write_bytes(zipped(scenario_source()))
            made = aws_json("lambda", "create-function", "--function-name", "cli-auth",
                            "--runtime", "python3.11", "--handler",
                            "lambda_function.lambda_handler", "--role",
                            "arn:aws:iam::000000000000:role/any", "--zip-file",
                            f"fileb://{package}")
        arn = made["FunctionArn"]
        self.assertEqual(arn, "arn:aws:lambda:us-east-1:000000000000:function:cli-auth")
        aws("lambda", "add-permission", "--function-name", "cli-auth", "--statement-id", "iot",
            "--action", "lambda:InvokeFunction", "--principal", "iot.amazonaws.com")
        authorizer = aws_json("iot", "create-authorizer", "--authorizer-name", "CliAuth",
                              "--authorizer-function-arn", arn, "--status", "ACTIVE",
                              "--signing-disabled")
        self.assertEqual(authorizer["authorizerName"], "CliAuth")
        password = base64.b64encode(PASSWORD.encode()).decode()
        tested = aws_json("iot", "test-invoke-authorizer", "--authorizer-name", "CliAuth",
                          "--mqtt-context",
                          json.dumps({"username": "alice", "password": password,
                                      "clientId": "cli"}))
        self.assertIs(tested["isAuthenticated"], True)
        self.assertEqual(tested["principalId"], "tester")
        self.assertIn("Statement", json.loads(tested["policyDocuments"][0]))
        aws("iot", "set-default-authorizer", "--authorizer-name", "CliAuth")
        self.device("by-default", authorizer=None).connected()
        tailed = aws("logs", "tail", "AWSIotLogsV2", "--filter-pattern",
                     '{ $.clientId = "by-default" }').stdout
        self.assertIn('"eventType":"Connect"', tailed)
        aws("iot", "clear-default-authorizer")
        self.assertEqual(self.device("no-default", authorizer=None).expect("connect")[1], 5)

    def test_errors_are_aws_errors(self):
        run = self.server.aws("lambda", "get-function", "--function-name", "nobody", check=False)
        self.assertEqual(run.returncode, 254)
        self.assertIn("ResourceNotFoundException", run.stderr)
        run = self.server.aws("iot", "describe-authorizer", "--authorizer-name", "nobody",
                              check=False)
        self.assertIn("ResourceNotFoundException", run.stderr)


class Functions(ClientTest):
    def setUp(self):
        self.api = self.server.api("lambda")

    def invoke(self, name: str, event) -> tuple[dict, object]:
        answer = self.api.invoke(FunctionName=name, Payload=json.dumps(event), LogType="Tail")
        return answer, json.loads(answer["Payload"].read())

    def test_life_of_a_function(self):
        make_function(self.server, "echo", ECHO)
        answer, payload = self.invoke("echo", {"n": 1})
        self.assertEqual(answer["StatusCode"], 200)
        self.assertEqual(payload, {"echo": {"n": 1}})
        self.assertIn("echoing", base64.b64decode(answer["LogResult"]).decode())
        before = self.api.get_function_configuration(FunctionName="echo")
        changed = "def lambda_handler(event, context):\n    return 'changed'\n"
        updated = self.api.update_function_code(FunctionName="echo", ZipFile=zipped(changed))
        self.assertNotEqual(updated["CodeSha256"], before["CodeSha256"])
        self.assertEqual(self.invoke("echo", {})[1], "changed")
        self.api.update_function_configuration(FunctionName="echo", Timeout=7, Description="d")
        found = self.api.get_function(FunctionName="echo")["Configuration"]
        self.assertEqual((found["Timeout"], found["Description"]), (7, "d"))
        self.assertIn("echo", [one["FunctionName"]
                               for one in self.api.list_functions()["Functions"]])
        self.api.delete_function(FunctionName="echo")
        with self.assertRaises(self.api.exceptions.ResourceNotFoundException):
            self.api.get_function(FunctionName="echo")

    def test_package_can_be_fetched(self):
        made = zipped(ECHO)
        make_function(self.server, "fetched", ECHO)
        found = self.api.get_function(FunctionName="fetched")
        with urllib.request.urlopen(found["Code"]["Location"], timeout=30) as answer:
            package = answer.read()
        self.assertEqual(package, made)
        self.assertEqual(base64.b64encode(hashlib.sha256(package).digest()).decode(),
                         found["Configuration"]["CodeSha256"])
        forged = found["Code"]["Location"].replace("fetched", "echo")
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(forged, timeout=30)
        self.assertEqual(refused.exception.code, 403)
        refused.exception.close()

    def test_packages_hold_names_beyond_ascii(self):
        source = """
import os
def lambda_handler(event, context):
    return sorted(os.listdir("daten"))
"""
        names = ["größe.txt", "温度.txt"]
        made = zipped(source, **{f"daten/{name}": "x" for name in names})
        make_function(self.server, "names", ECHO)
        self.api.update_function_code(FunctionName="names", ZipFile=made)
        self.assertEqual(self.invoke("names", {})[1], names)
        self.api.create_function(
            FunctionName="names-2", Runtime="python3.11", Handler="lambda_function.lambda_handler",
            Role="arn:aws:iam::000000000000:role/any", Code={"ZipFile": made})
        self.assertEqual(self.invoke("names-2", {})[1], names)

    def test_a_start_that_fails_is_in_the_tail(self):
        make_function(self.server, "broken", "import nowhere")
        answer, payload = self.invoke("broken", {})
        self.assertEqual(payload["errorType"], "Runtime.ImportModuleError")
        tail = base64.b64decode(answer["LogResult"]).decode()
        request = answer["ResponseMetadata"]["RequestId"]
        for text in (f"START RequestId: {request}", "No module named 'nowhere'",
                     f"END RequestId: {request}", "Error Type: Runtime.ImportModuleError"):
            self.assertIn(text, tail)

    def test_a_trace_goes_from_caller_to_handler_and_back(self):
        make_function(self.server, "traced", """
import os
def lambda_handler(event, context):
    return os.environ["_X_AMZN_TRACE_ID"]
""")
        answer, seen = self.invoke("traced", {})
        headers = answer["ResponseMetadata"]["HTTPHeaders"]
        self.assertRegex(seen, "^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$")
        self.assertEqual(headers["x-amzn-trace-id"], seen)

    def test_event_is_taken_and_served_later(self):
        make_function(self.server, "later", ECHO)
        answer = self.api.invoke(FunctionName="later", InvocationType="Event",
                                 Payload=json.dumps({"n": 17}))
        self.assertEqual((answer["StatusCode"], answer["Payload"].read()), (202, b""))
        wait_until(lambda: self.server.output_of("later", "echoing"), "the event is served")

    def test_functions_find_the_api(self):
        make_function(self.server, "caller", """
import os, urllib.request
def lambda_handler(event, context):
    with urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + "/health") as answer:
        return answer.read().decode(), "AWS_ACCESS_KEY_ID" in os.environ
""")
        self.assertEqual(self.invoke("caller", {})[1], ['{"status":"ok"}', True])

    def test_error_of_a_function(self):
        make_function(self.server, "failing", ECHO)
        answer, payload = self.invoke("failing", {"fail": True})
        self.assertEqual(answer["FunctionError"], "Unhandled")
        self.assertEqual(payload["errorType"], "ValueError")
        self.assertEqual(payload["errorMessage"], "as asked")

    def test_name_twice(self):
        make_function(self.server, "twice", ECHO)
        with self.assertRaises(self.api.exceptions.ResourceConflictException):
            make_function(self.server, "twice", ECHO)

    def test_permissions(self):
        make_function(self.server, "permitted", ECHO)
        self.api.add_permission(FunctionName="permitted", StatementId="iot",
                                Action="lambda:InvokeFunction", Principal="iot.amazonaws.com")
        policy = json.loads(self.api.get_policy(FunctionName="permitted")["Policy"])
        self.assertEqual(policy["Statement"][0]["Principal"], {"Service": "iot.amazonaws.com"})
        self.api.remove_permission(FunctionName="permitted", StatementId="iot")
        with self.assertRaises(self.api.exceptions.ResourceNotFoundException):
            self.api.get_policy(FunctionName="permitted")

    def test_output_is_in_the_functions_log_group(self):
        make_function(self.server, "talkative", ECHO)
        self.invoke("talkative", {"word": "needle"})
        logs = self.server.api("logs")
        group = "/aws/lambda/talkative"

        def messages():
            try:
                found = logs.filter_log_events(logGroupName=group)
            except logs.exceptions.ResourceNotFoundException:
                return None
            texts = [event["message"] for event in found["events"]]
            return texts if any(text.startswith("REPORT") for text in texts) else None
        texts = wait_until(messages, "the REPORT line")
        self.assertTrue(any(text.startswith("START RequestId: ") for text in texts))
        self.assertTrue(any("needle" in text for text in texts))
        found = logs.filter_log_events(logGroupName=group, filterPattern="needle")["events"]
        self.assertEqual(len(found), 1)
        streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
        events = logs.get_log_events(logGroupName=group, startFromHead=True,
                                     logStreamName=streams[0]["logStreamName"])["events"]
        self.assertEqual([event["message"] for event in events], texts)
        self.assertIn(group, [one["logGroupName"]
                              for one in logs.describe_log_groups()["logGroups"]])


class Authorizers(ClientTest):
    @classmethod
    def prepare(cls):
        cls.arn = make_auto_custom(cls.server)

    def setUp(self):
        self.api = self.server.api("iot")

    def test_life_of_an_authorizer(self):
        make_authorizer(self.server, "Life", self.arn)
        found = self.api.describe_authorizer(authorizerName="Life")["authorizerDescription"]
        self.assertEqual(found["status"], "ACTIVE")
        self.assertEqual(found["authorizerFunctionArn"], self.arn)
        self.assertIs(found["signingDisabled"], True)
        self.device("life-1", authorizer="Life").connected()
        with self.assertRaises(self.api.exceptions.DeleteConflictException):
            self.api.delete_authorizer(authorizerName="Life")
        self.api.update_authorizer(authorizerName="Life", status="INACTIVE")
        self.assertEqual(self.device("life-2", authorizer="Life").expect("connect")[1], 5)
        names = [one["authorizerName"] for one in self.api.list_authorizers()["authorizers"]]
        self.assertIn("Life", names)
        self.api.delete_authorizer(authorizerName="Life")
        with self.assertRaises(self.api.exceptions.ResourceNotFoundException):
            self.api.describe_authorizer(authorizerName="Life")

    def test_default_authorizer(self):
        self.api.set_default_authorizer(authorizerName="AutoCustom")
        self.addCleanup(self.api.clear_default_authorizer)
        self.assertEqual(self.api.describe_default_authorizer()["authorizerDescription"]
                         ["authorizerName"], "AutoCustom")
        with self.assertRaises(self.api.exceptions.ResourceAlreadyExistsException):
            self.api.set_default_authorizer(authorizerName="AutoCustom")
        self.device("default-1", authorizer=None).connected()

    def test_test_invoke(self):
        answer = self.api.test_invoke_authorizer(
            authorizerName="AutoCustom",
            mqttContext={"username": "alice", "password": b"no", "clientId": "tested"})
        self.assertIs(answer["isAuthenticated"], False)
        with self.assertRaises(self.api.exceptions.InvalidResponseException):
            self.api.test_invoke_authorizer(
                authorizerName="AutoCustom",
                mqttContext={"username": "junk", "password": PASSWORD.encode(),
                             "clientId": "tested"})

    def test_test_invoke_of_what_no_connection_gets(self):
        make_authorizer(self.server, "Sleeping", self.arn, status="INACTIVE")
        with self.assertRaises(self.api.exceptions.InvalidRequestException) as refused:
            self.api.test_invoke_authorizer(authorizerName="Sleeping")
        self.assertIn("INACTIVE", str(refused.exception))
        answering = make_function(self.server, "bad-policy", """
def lambda_handler(event, context):
    return {"isAuthenticated": True, "principalId": "p", "disconnectAfterInSeconds": 300,
            "refreshAfterInSeconds": 300, "policyDocuments": [{"Version": "2020-01-01"}]}
""")
        make_authorizer(self.server, "BadPolicy", answering)
        with self.assertRaises(self.api.exceptions.InvalidResponseException):
            self.api.test_invoke_authorizer(authorizerName="BadPolicy")
        asked = self.server.gatehouse("authorizer", "test", "BadPolicy", check=False)
        self.assertEqual(asked.returncode, 1, asked.stdout)

    def test_a_version_that_does_not_exist_is_not_called(self):
        make_authorizer(self.server, "Versioned", self.arn + ":1")
        self.assertEqual(self.device("versioned", authorizer="Versioned").expect("connect")[1], 5)
        trace = self.server.gatehouse("authorizer", "trace", "--client-id", "versioned").stdout
        self.assertIn(f"Function not found: {self.arn}:1", trace)

    def test_a_token_is_bounded(self):
        make_authorizer(self.server, "Tokens", self.arn, tokenKeyName="tok")
        for length, code in ((6144, 0), (6145, 5)):
            with self.subTest(length):
                device = self.device(f"token-{length}", authorizer="Tokens",
                                     query="&tok=" + "t" * length)
                self.assertEqual(device.expect("connect")[1], code)

    def test_endpoint(self):
        found = self.api.describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"]
        self.assertEqual(found, self.server.ready["endpoint"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
