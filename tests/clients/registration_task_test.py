#!/usr/bin/python3
"""Bulk registrations: boto3 starts them, and fetches what they came to.

usage: registration_task_test.py GATEHOUSE [TESTS]"""

import json
import pathlib
import subprocess
import tempfile
import unittest
import unittest.mock
import urllib.error
import urllib.request

from botocore.exceptions import ClientError
from client_test import GATEHOUSE
from gatehouse_server import DataDir, Server, wait_until

TEMPLATE = {
    "Parameters": {"Name": {"Type": "String"}, "CSR": {"Type": "String"}},
    "Resources": {
        "thing": {"Type": "AWS::IoT::Thing", "Properties": {"ThingName": {"Ref": "Name"}}},
        "certificate": {"Type": "AWS::IoT::Certificate",
                        "Properties": {"CertificateSigningRequest": {"Ref": "CSR"}}}}}
TRUST = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "iot.amazonaws.com"},
     "Action": "sts:AssumeRole"}]}


def allowing(*actions: str) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": list(actions), "Resource": "*"}]})


class BulkTest(unittest.TestCase):
    flags: tuple[str, ...] = ()

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="gatehouse-buckets-")
        self.addCleanup(folder.cleanup)
        self.buckets = pathlib.Path(folder.name)
        self.data_dir = DataDir()
        self.addCleanup(self.data_dir.remove)
        self.begin()
        key = self.buckets / "any.key"
        self.csr = subprocess.run(
            ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-subj", "/CN=lamp", "-keyout", key],
            check=True, capture_output=True, text=True).stdout
        self.role = self.role_of("registering", allowing("iot:*", "s3:GetObject"))

    def begin(self) -> None:
        self.server = Server(GATEHOUSE, "--buckets-folder", str(self.buckets), *self.flags,
                             data_dir=self.data_dir)
        self.addCleanup(self.server.stop)
        self.iot = self.server.api("iot")

    def role_of(self, name: str, document: str) -> str:
        iam = self.server.api("iam")
        arn = iam.create_role(RoleName=name,
                              AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document)
        return arn

    def file(self, *lines: str) -> None:
        path = self.buckets / "000000000000" / "fleet" / "devices.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")

    def line(self, name: str) -> str:
        return json.dumps({"Name": name, "CSR": self.csr})

    def start(self, role: str | None = None, key: str = "devices.json") -> str:
        return self.iot.start_thing_registration_task(
            templateBody=json.dumps(TEMPLATE), inputFileBucket="fleet", inputFileKey=key,
            roleArn=role or self.role)["taskId"]

    def ended(self, task: str) -> dict:
        def found():
            now = self.iot.describe_thing_registration_task(taskId=task)
            return now if now["status"] != "InProgress" else None
        return wait_until(found, "the end of the task")

    def under_way(self, task: str, count: int) -> int:
        """How many devices there are, once there are more than that."""
        def found():
            now = self.iot.describe_thing_registration_task(taskId=task)
            self.assertEqual(now["status"], "InProgress")
            return now["successCount"] if now["successCount"] > count else None
        return wait_until(found, "some devices")

    def links(self, task: str, kind: str) -> list[str]:
        return self.iot.list_thing_registration_task_reports(
            taskId=task, reportType=kind)["resourceLinks"]

    def report(self, task: str, kind: str) -> list[dict]:
        lines = []
        for link in self.links(task, kind):
            with urllib.request.urlopen(link, timeout=60) as answer:
                lines += [json.loads(line) for line in answer]
        return lines

    def things(self) -> set[str]:
        return {each["thingName"] for page in self.iot.get_paginator("list_things").paginate()
                for each in page["things"]}

    def refusal(self, call, **members: str) -> tuple[str, str]:
        with self.assertRaises(ClientError) as caught:
            call(**members)
        error = caught.exception.response["Error"]
        return error["Code"], error["Message"]


class BulkRegistration(BulkTest):
    def test_each_line_becomes_a_device(self):
        self.file(self.line("lamp1"), "", '{"Name": 7}', self.line("not a name"),
                  self.line("lamp2"))
        task = self.start()
        ended = self.ended(task)
        self.assertEqual((ended["status"], ended["successCount"], ended["failureCount"],
                          ended["percentageProgress"]), ("Completed", 2, 2, 100))
        results = self.report(task, "RESULTS")
        self.assertEqual([each["lineNumber"] for each in results], [1, 5])
        for each, name in zip(results, ("lamp1", "lamp2")):
            self.assertIn("-----BEGIN CERTIFICATE", each["response"]["CertificatePem"])
            arns = each["response"]["ResourceArns"]
            self.assertTrue(arns["thing"].endswith(f"thing/{name}"))
            self.assertEqual(self.iot.list_thing_principals(thingName=name)["principals"],
                             [arns["certificate"]])
        errors = self.report(task, "ERRORS")
        self.assertEqual([each["error"]["code"] for each in errors],
                         ["InvalidRequestException", "ResourceRegistrationFailureException"])
        self.assertEqual(self.iot.list_thing_registration_tasks(status="Completed")["taskIds"],
                         [task])

    def test_the_role_may_do_it(self):
        self.file(self.line("lamp"))
        blind = self.ended(self.start(self.role_of("blind", allowing("iot:*"))))
        self.assertEqual(blind["status"], "Failed")
        self.assertIn("s3:GetObject", blind["message"])
        task = self.start(self.role_of("weak", allowing("s3:GetObject")))
        self.assertEqual(self.ended(task)["failureCount"], 1)
        self.assertIn("iot:CreateThing", self.report(task, "ERRORS")[0]["error"]["message"])
        self.assertEqual(self.iot.list_things()["things"], [])

    def test_no_file_is_none(self):
        for key in ("other.json", "../fleet/devices.json"):
            self.file(self.line("lamp"))
            ended = self.ended(self.start(key=key))
            self.assertEqual(ended["status"], "Failed", key)
            self.assertIn("there is no object", ended["message"])

    def test_a_line_is_bounded_and_so_is_its_error(self):
        self.file(json.dumps({"Name": "lamp", "x" * 200_000: 7}), self.line("lamp"),
                  " " * (256 * 1024 + 1), self.line("never"))
        task = self.start()
        ended = self.ended(task)
        self.assertEqual((ended["status"], ended["successCount"], ended["failureCount"]),
                         ("Failed", 1, 1))
        self.assertIn("line 3 is longer than 262144 bytes", ended["message"])
        message = self.report(task, "ERRORS")[0]["error"]["message"]
        self.assertLessEqual(len(message.encode()), 2048)
        self.assertTrue(message.endswith("…"))

    def test_one_that_is_stopped_goes_no_further(self):
        self.file(*(self.line(f"lamp{number}") for number in range(5000)))
        task = self.start()
        self.under_way(task, 20)
        code, message = self.refusal(
            self.iot.start_thing_registration_task, templateBody=json.dumps(TEMPLATE),
            inputFileBucket="fleet", inputFileKey="devices.json", roleArn=self.role)
        self.assertEqual(code, "InvalidRequestException")
        self.assertIn("one at a time", message)
        self.iot.stop_thing_registration_task(taskId=task)
        stopped = self.iot.describe_thing_registration_task(taskId=task)
        self.assertEqual(stopped["status"], "Cancelled")
        self.assertLess(stopped["successCount"], 5000)
        self.assertEqual(self.refusal(self.iot.stop_thing_registration_task, taskId=task)[0],
                         "InvalidRequestException")
        # Another one goes through: the first would go on beside it, if it did.
        self.file(self.line("other"))
        self.assertEqual(self.ended(self.start())["successCount"], 1)
        self.assertEqual(self.iot.describe_thing_registration_task(taskId=task), {
            **stopped, "ResponseMetadata": unittest.mock.ANY})
        names = {each["response"]["ResourceArns"]["thing"].rpartition("/")[2]
                 for each in self.report(task, "RESULTS")}
        self.assertEqual(len(names), stopped["successCount"])
        self.assertEqual(self.things(), names | {"other"})

    def test_a_file_that_is_changed_ends_its_task(self):
        lines = [self.line(f"lamp{number}") for number in range(5000)]
        self.file(*lines)
        task = self.start()
        self.under_way(task, 20)
        # To another one of the same size.
        self.file(*reversed(lines))
        ended = self.ended(task)
        self.assertEqual(ended["status"], "Failed")
        self.assertIn("was changed", ended["message"])
        self.assertEqual(self.things(),
                         {f"lamp{number}" for number in range(ended["successCount"])})

    def test_crashes_make_no_device_twice_and_lose_none(self):
        count = 400
        self.file(*(self.line(f"lamp{number}") for number in range(count)))
        task = self.start()
        self.assertLess(self.under_way(task, 20), count)
        # And as soon as it has begun to go on.
        for _ in range(3):
            self.server.kill()
            self.begin()
        ended = self.ended(task)
        self.assertEqual((ended["status"], ended["successCount"], ended["failureCount"]),
                         ("Completed", count, 0))
        self.assertEqual(self.things(), {f"lamp{number}" for number in range(count)})
        certificates = [each["certificateId"]
                        for page in self.iot.get_paginator("list_certificates").paginate()
                        for each in page["certificates"]]
        self.assertEqual(len(set(certificates)), count)
        results = self.report(task, "RESULTS")
        self.assertEqual([each["lineNumber"] for each in results], list(range(1, count + 1)))
        self.assertEqual(len({each["response"]["CertificatePem"] for each in results}), count)


class Kept(BulkTest):
    flags = ("--clock", "manual")

    def test_for_thirty_days(self):
        self.file(self.line("lamp"))
        task = self.start()
        self.ended(task)
        self.server.advance("719h")
        link, = self.links(task, "RESULTS")
        self.server.advance("2h")

        def is_gone():
            try:
                self.iot.describe_thing_registration_task(taskId=task)
                return False
            except self.iot.exceptions.ResourceNotFoundException:
                return True
        wait_until(is_gone, "the end of the task's days")
        self.assertEqual(self.iot.list_thing_registration_tasks()["taskIds"], [])
        self.assertEqual(self.refusal(self.iot.list_thing_registration_task_reports,
                                      taskId=task, reportType="RESULTS")[0],
                         "InvalidRequestException")
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(link, timeout=60)
        self.assertEqual(caught.exception.code, 404)
        self.assertEqual(self.things(), {"lamp"})


class NoBuckets(unittest.TestCase):
    def test_without_buckets_none_is_started(self):
        server = Server(GATEHOUSE)
        self.addCleanup(server.stop)
        with self.assertRaises(ClientError) as caught:
            server.api("iot").start_thing_registration_task(
                templateBody=json.dumps(TEMPLATE), inputFileBucket="fleet", inputFileKey="x",
                roleArn="arn:aws:iam::000000000000:role/any")
        self.assertEqual(caught.exception.response["Error"]["Code"], "InvalidRequestException")
        self.assertIn("buckets-folder", caught.exception.response["Error"]["Message"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
