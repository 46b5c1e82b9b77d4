#!/usr/bin/python3
"""Two accounts behind one server: devices belong to the one whose endpoint they ask for.

usage: tenants_test.py GATEHOUSE [TESTS]"""

import socket
import ssl
import unittest

from client_test import NOT_AUTHORIZED_5, ClientTest, wait_until, zipped
from device import V5

OTHER = "111122223333"
ELSEWHERE = "eu-west-1"
SOURCE = """
import base64, os
def lambda_handler(event, context):
    region, account = context.invoked_function_arn.split(":")[3:5]
    print("asked in", account, region)
    arn = f"arn:aws:iot:{region}:{account}:"
    document = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "iot:Connect", "Resource": arn + "client/*"},
        {"Effect": "Allow", "Action": ["iot:Publish", "iot:Receive"],
         "Resource": arn + "topic/lab/*"},
        {"Effect": "Allow", "Action": "iot:Subscribe", "Resource": arn + "topicfilter/lab/*"}]}
    password = base64.b64decode(event["protocolData"]["mqtt"]["password"]).decode()
    return {"isAuthenticated": password == os.environ["PASSWORD"], "principalId": "tester",
            "policyDocuments": [document], "disconnectAfterInSeconds": 86400,
            "refreshAfterInSeconds": 300}
"""


class Tenants(ClientTest):
    flags = ("--tenancy", "multi", "--api-auth", "any")

    @classmethod
    def prepare(cls):
        """The same names in all; each tenant has a password of its own."""
        for account, region, password in ((None, None, "ours"), (OTHER, None, "theirs"),
                                          (OTHER, ELSEWHERE, "elsewhere")):
            made = cls.server.api("lambda", account, region=region).create_function(
                FunctionName="auth", Runtime="python3.11",
                Handler="lambda_function.lambda_handler",
                Role="arn:aws:iam::000000000000:role/any", Code={"ZipFile": zipped(SOURCE)},
                Environment={"Variables": {"PASSWORD": password}})
            cls.server.api("iot", account, region=region).create_authorizer(
                authorizerName="AutoCustom", authorizerFunctionArn=made["FunctionArn"],
                status="ACTIVE", signingDisabled=True)

    def endpoint(self, account: str | None, region: str | None = None) -> str:
        return self.server.api("iot", account, region=region).describe_endpoint(
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

    def test_what_a_function_prints_is_its_accounts(self):
        self.device("printing", password="theirs", host=self.endpoint(OTHER)).connected()
        self.device("printing", password="ours").connected()

        def printed(account):
            logs = self.server.api("logs", account)
            return [event["message"] for event in logs.filter_log_events(
                logGroupName="/aws/lambda/auth", filterPattern='"asked in"')["events"]]
        for account, number in ((None, self.server.ready["account"]), (OTHER, OTHER)):
            lines = wait_until(lambda account=account: printed(account), "the function's output")
            self.assertEqual({line.strip() for line in lines}, {f"asked in {number} us-east-1"})

    def test_regions_are_kept_apart(self):
        there = self.endpoint(OTHER, ELSEWHERE)
        self.assertEqual(there, f"a{OTHER}-ats.iot.{ELSEWHERE}.localhost")
        here = self.device("both", password="theirs", host=self.endpoint(OTHER)).connected()
        far = self.device("both", password="elsewhere", host=there).connected()
        here.subscribed("lab/#")
        far.subscribed("lab/#")
        far.published("lab/a", b"far")
        here.published("lab/a", b"here")
        self.assertEqual(far.expect("message")[2], b"far")
        self.assertEqual(here.expect("message")[2], b"here")
        wait_until(lambda: self.server.log_records(OTHER, ELSEWHERE, clientId="both",
                                                   eventType="Connect", status="Success"),
                   "the connect in that region's log")

    def test_a_region_is_in_the_certificate_once_its_endpoint_was_asked_for(self):
        name = f"a{OTHER}-ats.iot.ap-south-1.localhost"
        with self.assertRaises(ssl.SSLCertVerificationError):
            self.device("far", password="theirs", host=name)
        self.assertEqual(self.endpoint(OTHER, "ap-south-1"), name)
        device = self.device("far", protocol=V5, password="theirs", host=name)
        self.assertEqual(device.expect("connect")[1], NOT_AUTHORIZED_5)
        record = self.server.wait_for_record(clientId="far", eventType="Connect")
        self.assertIn("in region ap-south-1, where it has no authorizer", record["explanation"])

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


class MadeUpNames(ClientTest):
    """Server names that nobody was given: nothing comes into being because of one."""
    flags = ("--tenancy", "multi", "--endpoint", "localhost")

    def test_regions(self):
        folder = self.server.data_dir.path / "outside"
        for number, region in enumerate((str(folder), "..", "../..", "xx-north-9", "A/b")):
            name = f"a000000000000-ats.iot.{region}.localhost"
            stream = socket.create_connection(("127.0.0.1", self.server.ready["https"]))
            self.addCleanup(stream.close)
            context = ssl.create_default_context(cafile=self.server.ready["ca"])
            context.check_hostname = False
            context.set_alpn_protocols(["mqtt"])
            try:
                over_tls = context.wrap_socket(stream, server_hostname=name)
            except (ValueError, ssl.SSLError):
                continue  # no name that could be sent
            client_id = b"made-up-%d" % number
            packet = b"\x00\x04MQTT\x04\x02\x00\x3c" + bytes([0, len(client_id)]) + client_id
            over_tls.sendall(bytes([0x10, len(packet)]) + packet)
            self.assertEqual(over_tls.recv(4), b"\x20\x02\x00\x05")
            over_tls.close()
            self.server.wait_for_record(clientId=client_id.decode(), eventType="Connect",
                                        status="Failure")
        self.assertFalse(folder.exists())
        logs = self.server.data_dir.path / "data" / "logs"
        self.assertEqual([path.name for path in logs.iterdir()], ["000000000000"])
        self.assertEqual([path.name for path in (logs / "000000000000").iterdir()],
                         ["us-east-1"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
