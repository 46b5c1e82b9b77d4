#!/usr/bin/python3
"""A function whose code runs elsewhere, behind an invoke URL: deployed, invoked, and asked as an
authorizer.

usage: remote_function_test.py GATEHOUSE [TESTS]"""

import base64
import json
import subprocess
import unittest

from client_test import (GATEHOUSE, NOT_AUTHORIZED_5, ClientTest, make_authorizer, permit_iot,
                         wait_until)
from device import V5
from http_service import Service

INVOKE_PATH = "/2015-03-31/functions/function/invocations"


class RemoteFunction(ClientTest):
    @classmethod
    def prepare(cls):
        cls.service = Service()
        cls.addClassCleanup(cls.service.shutdown)
        made = cls.deploy("far")
        assert made.returncode == 0, made.stderr
        cls.lambdas = cls.server.api("lambda")

    @classmethod
    def deploy(cls, name: str, *words: str) -> subprocess.CompletedProcess:
        words = words or ("--url", cls.service.url(INVOKE_PATH))
        return subprocess.run(
            [GATEHOUSE, "function", "deploy", "--data-dir",
             str(cls.server.data_dir.path / "data"), name, *words],
            text=True, capture_output=True, timeout=60)

    def setUp(self):
        self.service.answer = lambda event: (200, json.dumps({"echo": event}).encode())

    def invoke(self, event: dict, **how) -> dict:
        return self.lambdas.invoke(FunctionName="far", Payload=json.dumps(event), **how)

    def test_it_is_a_function_like_others(self):
        shown = self.lambdas.get_function(FunctionName="far")["Configuration"]
        self.assertEqual((shown["Runtime"], shown["Handler"], shown["State"]),
                         ("remote", self.service.url(INVOKE_PATH), "Active"))
        answer = self.invoke({"a": 1})
        self.assertNotIn("FunctionError", answer)
        self.assertEqual(json.loads(answer["Payload"].read()), {"echo": {"a": 1}})
        self.assertEqual(self.service.asked[-1][0], INVOKE_PATH)
        lines = wait_until(lambda: self.server.api("logs").filter_log_events(
            logGroupName="/aws/lambda/far")["events"], "the invocation in the log")
        self.assertIn("REPORT RequestId: ", "".join(line["message"] for line in lines))
        version = self.lambdas.publish_version(FunctionName="far")["Version"]
        answer = self.invoke({}, Qualifier=version)
        self.assertEqual(answer["ExecutedVersion"], version)

    def test_its_errors(self):
        self.service.answer = lambda event: (200, b'{"errorMessage":"no"}',
                                             ("X-Amz-Function-Error", "Unhandled"))
        answer = self.invoke({})
        self.assertEqual(answer["FunctionError"], "Unhandled")
        self.assertEqual(json.loads(answer["Payload"].read()), {"errorMessage": "no"})

    def test_an_event_that_nobody_waits_for(self):
        self.assertEqual(self.invoke({"later": 1}, InvocationType="Event")["StatusCode"], 202)
        wait_until(lambda: any(b"later" in body for _, _, body in self.service.asked), "the event")

    def test_it_decides_about_devices(self):
        def decide(event: dict) -> tuple[int, bytes]:
            right = base64.b64decode(event["protocolData"]["mqtt"]["password"]) == b"right"
            return 200, json.dumps({
                "isAuthenticated": right, "principalId": "far", "disconnectAfterInSeconds": 86400,
                "refreshAfterInSeconds": 86400, "policyDocuments": [
                    {"Version": "2012-10-17", "Statement": [
                        {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}]}).encode()
        self.service.answer = decide
        permit_iot(self.server, "far")
        arn = self.lambdas.get_function(FunctionName="far")["Configuration"]["FunctionArn"]
        make_authorizer(self.server, "Far", arn)
        self.device("far-in", authorizer="Far", password="right").connected()
        answer = self.device("far-out", authorizer="Far", password="wrong",
                             protocol=V5).expect("connect")
        self.assertEqual(answer[1], NOT_AUTHORIZED_5)
        self.server.wait_for_record(clientId="far-in", eventType="Authorizer.Invoke",
                                    functionName="far")

    def test_wrong_use(self):
        for words, status, why in (
                (("--url", "ftp://a/"), 1, "neither https:// nor http://"),
                (("--url", "http://a/", "."), 2, "either the PATH"),
                (("--runtime", "python3.11"), 2, "either the PATH"),
                (("--url", "http://a/", "--watch"), 2, "--watch has no effect")):
            with self.subTest(words):
                run = self.deploy("wrong", *words)
                self.assertEqual(run.returncode, status, run.stderr)
                self.assertIn(why, run.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
