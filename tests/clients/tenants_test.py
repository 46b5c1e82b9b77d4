#!/usr/bin/python3
"""Two accounts behind one server: devices belong to the one whose endpoint they ask for.

usage: tenants_test.py GATEHOUSE [TESTS]"""

import unittest

from client_test import NOT_AUTHORIZED_5, ClientTest, zipped
from device import V5

OTHER = "111122223333"
SOURCE = """
import base64, os
DOCUMENT = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}
def lambda_handler(event, context):
    password = base64.b64decode(event["protocolData"]["mqtt"]["password"]).decode()
    return {"isAuthenticated": password == os.environ["PASSWORD"], "principalId": "tester",
            "policyDocuments": [DOCUMENT], "disconnectAfterInSeconds": 86400,
            "refreshAfterInSeconds": 300}
"""


class Tenants(ClientTest):
    flags = ("--tenancy", "multi", "--api-auth", "any")

    @classmethod
    def prepare(cls):
        """The same names in both accounts; each has a password of its own."""
        for account, password in ((None, "ours"), (OTHER, "theirs")):
            made = cls.server.api("lambda", account).create_function(
                FunctionName="auth", Runtime="python3.11",
                Handler="lambda_function.lambda_handler",
                Role="arn:aws:iam::000000000000:role/any", Code={"ZipFile": zipped(SOURCE)},
                Environment={"Variables": {"PASSWORD": password}})
            cls.server.api("iot", account).create_authorizer(
                authorizerName="AutoCustom", authorizerFunctionArn=made["FunctionArn"],
                status="ACTIVE", signingDisabled=True)

    def endpoint(self, account: str | None) -> str:
        return self.server.api("iot", account).describe_endpoint(
            endpointType="iot:Data-ATS")["endpointAddress"]

    def test_accounts_have_endpoints_of_their_own(self):
        self.assertEqual(self.endpoint(None), "localhost")
        self.assertEqual(self.endpoint(OTHER), f"a{OTHER}-ats.iot.us-east-1.localhost")

    def test_devices_belong_to_the_account_whose_endpoint_they_use(self):
        ours = self.device("same", password="ours").connected()
        theirs = self.device("same", password="theirs", host=self.endpoint(OTHER)).connected()
        ours.subscribed("lab/#")
        theirs.subscribed("lab/#")
        ours.published("lab/a", b"ours")
        theirs.published("lab/a", b"theirs")
        self.assertEqual(ours.expect("message")[2], b"ours")
        self.assertEqual(theirs.expect("message")[2], b"theirs")
        for device in (ours, theirs):
            device.published("lab/last")
            self.assertEqual(device.expect("message")[1], "lab/last", "nothing came in between")

    def test_each_account_has_its_own_log(self):
        self.device("seen-by-them", protocol=V5, password="ours",
                    host=self.endpoint(OTHER)).expect("connect")
        self.device("seen-by-us", password="ours").connected()
        self.server.wait_for_record(clientId="seen-by-us", eventType="Connect")
        self.assertEqual(self.server.log_records(clientId="seen-by-them"), [])
        found = self.server.log_records(OTHER, clientId="seen-by-them", eventType="Connect")
        self.assertEqual([record["status"] for record in found], ["Failure"])

    def test_an_account_that_does_not_exist_is_named(self):
        name = "a999999999999-ats.iot.us-east-1.localhost"
        device = self.device("lost", protocol=V5, password="ours", host=name)
        self.assertEqual(device.expect("connect")[1], NOT_AUTHORIZED_5)
        record = self.server.wait_for_record(clientId="lost", eventType="Connect")
        self.assertIn("account 999999999999, which does not exist", record["explanation"])
        self.assertEqual(self.server.log_records("999999999999"), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
