#!/usr/bin/python3
"""Audits of an account: boto3 and the AWS CLI configure, start, schedule and read them.

usage: audit_test.py GATEHOUSE [TESTS]"""

import datetime
import json
import unittest

from botocore.exceptions import ClientError
from client_test import GATEHOUSE, ClientTest
from gatehouse_server import DataDir, Server, wait_until

ROLE = "arn:aws:iam::000000000000:role/auditor"
BROAD = {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}
OWN = {"Effect": "Allow", "Action": "iot:Connect", "Resource": "*", "Condition": {
    "Bool": {"iot:Connection.Thing.IsAttached": "true"}}}


def enable(iot, *checks: str) -> None:
    iot.update_account_audit_configuration(
        roleArn=ROLE, auditCheckConfigurations={check: {"enabled": True} for check in checks})


def ended(iot, task: str) -> dict:
    return wait_until(lambda: (lambda found: found if found["taskStatus"] != "IN_PROGRESS"
                               else None)(iot.describe_audit_task(taskId=task)),
                      "the end of the audit")


def audit(iot, *checks: str) -> str:
    """The task's id, once it has ended."""
    enable(iot, *checks)
    task = iot.start_on_demand_audit_task(targetCheckNames=list(checks))["taskId"]
    ended(iot, task)
    return task


class Audits(ClientTest):
    @classmethod
    def prepare(cls):
        cls.iot = cls.server.api("iot")

    def refused(self, name: str, call, **arguments) -> str:
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], name)
        return caught.exception.response["Error"]["Message"]

    def policy(self, name: str, *statements: dict) -> None:
        self.iot.create_policy(policyName=name, policyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": list(statements)}))
        self.addCleanup(self.iot.delete_policy, policyName=name)

    def test_broad_policies_are_found(self):
        check = "IOT_POLICY_OVERLY_PERMISSIVE_CHECK"
        self.policy("broad", BROAD)
        self.policy("own", OWN)
        task = audit(self.iot, check)
        details = self.iot.describe_audit_task(taskId=task)["auditDetails"][check]
        self.assertEqual((details["checkRunStatus"], details["totalResourcesCount"],
                          details["nonCompliantResourcesCount"]),
                         ("COMPLETED_NON_COMPLIANT", 2, 1))
        finding, = self.iot.list_audit_findings(taskId=task)["findings"]
        self.assertEqual(finding["nonCompliantResource"], {
            "resourceType": "IOT_POLICY", "resourceIdentifier": {"policyVersionIdentifier": {
                "policyName": "broad", "policyVersionId": "1"}}})
        self.assertEqual((finding["severity"], finding["reasonForNonComplianceCode"]),
                         ("CRITICAL", "ALLOWS_BROAD_ACCESS_TO_IOT_DATA_PLANE_ACTIONS"))
        self.assertEqual(self.iot.describe_audit_finding(
            findingId=finding["findingId"])["finding"], finding)

    def test_many_findings_come_in_pages(self):
        check = "IOT_POLICY_OVERLY_PERMISSIVE_CHECK"
        for number in range(7):
            self.policy(f"page{number}", BROAD)
        task = audit(self.iot, check)
        names = []
        for page in self.iot.get_paginator("list_audit_findings").paginate(
                taskId=task, PaginationConfig={"PageSize": 3}):
            self.assertLessEqual(len(page["findings"]), 3)
            names += [finding["nonCompliantResource"]["resourceIdentifier"]
                      ["policyVersionIdentifier"]["policyName"] for finding in page["findings"]]
        self.assertEqual(sorted(names), [f"page{number}" for number in range(7)])

    def test_the_cli_sees_the_same(self):
        enable(self.iot, "LOGGING_DISABLED_CHECK")
        started = json.loads(self.server.aws(
            "iot", "start-on-demand-audit-task", "--target-check-names",
            "LOGGING_DISABLED_CHECK").stdout)
        ended(self.iot, started["taskId"])
        found = json.loads(self.server.aws(
            "iot", "list-audit-findings", "--task-id", started["taskId"]).stdout)["findings"]
        self.assertEqual([each["reasonForNonComplianceCode"] for each in found],
                         ["LOGGING_DISABLED"])
        now = datetime.datetime.now(datetime.timezone.utc)
        times = [(now + datetime.timedelta(minutes=ago)).isoformat() for ago in (-5, 5)]
        listed = json.loads(self.server.aws(
            "iot", "list-audit-tasks", "--start-time", times[0], "--end-time", times[1]).stdout)
        self.assertIn(started["taskId"], [task["taskId"] for task in listed["tasks"]])
        again = self.server.aws("iot", "cancel-audit-task", "--task-id", started["taskId"],
                                check=False)
        self.assertIn("InvalidRequestException", again.stderr)

    def test_what_is_suppressed_does_not_count(self):
        key = {"checkName": "LOGGING_DISABLED_CHECK",
               "resourceIdentifier": {"account": "000000000000"}}
        self.iot.create_audit_suppression(**key, suppressIndefinitely=True, description="we know")
        self.addCleanup(self.iot.delete_audit_suppression, **key)
        task = audit(self.iot, "LOGGING_DISABLED_CHECK")
        details = self.iot.describe_audit_task(
            taskId=task)["auditDetails"]["LOGGING_DISABLED_CHECK"]
        self.assertEqual((details["checkRunStatus"],
                          details["suppressedNonCompliantResourcesCount"]),
                         ("COMPLETED_COMPLIANT", 1))
        self.assertEqual(self.iot.list_audit_findings(
            taskId=task, listSuppressedFindings=False)["findings"], [])
        self.assertEqual(self.iot.describe_audit_suppression(**key)["description"], "we know")
        self.assertEqual(len(self.iot.list_audit_suppressions()["suppressions"]), 1)

    def test_what_cannot_be_checked_is_refused_by_name(self):
        self.assertIn("DEVICE_CERTIFICATE_SHARED_CHECK", self.refused(
            "InvalidRequestException", self.iot.update_account_audit_configuration, roleArn=ROLE,
            auditCheckConfigurations={"DEVICE_CERTIFICATE_SHARED_CHECK": {"enabled": True}}))
        self.assertEqual(len(self.iot.describe_account_audit_configuration()[
            "auditCheckConfigurations"]), 17)
        self.refused("ResourceNotFoundException", self.iot.describe_audit_task, taskId="none")

    def test_a_scheduled_audit_has_tags(self):
        enable(self.iot, "LOGGING_DISABLED_CHECK")
        arn = self.iot.create_scheduled_audit(
            scheduledAuditName="weekly", frequency="WEEKLY", dayOfWeek="MON",
            targetCheckNames=["LOGGING_DISABLED_CHECK"],
            tags=[{"Key": "team", "Value": "a"}])["scheduledAuditArn"]
        self.addCleanup(self.iot.delete_scheduled_audit, scheduledAuditName="weekly")
        self.iot.tag_resource(resourceArn=arn, tags=[{"Key": "stage", "Value": "b"}])
        self.assertEqual(len(self.iot.list_tags_for_resource(resourceArn=arn)["tags"]), 2)
        self.iot.update_scheduled_audit(scheduledAuditName="weekly", frequency="DAILY")
        described = self.iot.describe_scheduled_audit(scheduledAuditName="weekly")
        self.assertEqual((described["frequency"], described.get("dayOfWeek")), ("DAILY", None))
        self.assertIn("scheduled audit 'weekly'", self.refused(
            "InvalidRequestException", self.iot.update_account_audit_configuration,
            auditCheckConfigurations={"LOGGING_DISABLED_CHECK": {"enabled": False}}))


class Scheduled(ClientTest):
    flags = ("--clock", "manual")

    def test_it_runs_when_it_is_due(self):
        iot = self.server.api("iot")
        enable(iot, "LOGGING_DISABLED_CHECK")
        iot.create_scheduled_audit(scheduledAuditName="daily", frequency="DAILY",
                                   targetCheckNames=["LOGGING_DISABLED_CHECK"])
        first = datetime.datetime(2020, 1, 1)
        last = datetime.datetime(2100, 1, 1)
        self.assertEqual(iot.list_audit_tasks(startTime=first, endTime=last)["tasks"], [])
        self.server.advance("24h")
        task, = wait_until(lambda: iot.list_audit_tasks(startTime=first, endTime=last)["tasks"],
                           "the scheduled audit")
        found = ended(iot, task["taskId"])
        self.assertEqual((found["taskType"], found["scheduledAuditName"], found["taskStatus"]),
                         ("SCHEDULED_AUDIT_TASK", "daily", "COMPLETED"))


class Kept(unittest.TestCase):
    def test_over_a_crash(self):
        data_dir = DataDir()
        self.addCleanup(data_dir.remove)
        server = Server(GATEHOUSE, data_dir=data_dir)
        self.addCleanup(server.stop)
        task = audit(server.api("iot"), "LOGGING_DISABLED_CHECK")
        server.kill()
        again = Server(GATEHOUSE, data_dir=data_dir)
        self.addCleanup(again.stop)
        iot = again.api("iot")
        self.assertEqual(len(iot.list_audit_findings(taskId=task)["findings"]), 1)
        self.assertTrue(iot.describe_account_audit_configuration()[
            "auditCheckConfigurations"]["LOGGING_DISABLED_CHECK"]["enabled"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
