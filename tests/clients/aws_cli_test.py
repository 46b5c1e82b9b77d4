#!/usr/bin/python3
"""What only the AWS CLI does: the example's scenario from its beginning to its end, and following
a log.

usage: aws_cli_test.py GATEHOUSE [TESTS]"""

import os
import subprocess
import threading
import unittest

from client_test import GATEHOUSE, HERE, AuthorizerTest, ClientTest

SCENARIO = HERE.parent.parent / "examples/custom-authorizer/scenario-aws-cli.sh"


class Scenario(ClientTest):
    def test_goes_through_and_leaves_nothing_behind(self):
        run = subprocess.run(
            ["bash", str(SCENARIO)], capture_output=True, text=True, timeout=120,
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.server.data_dir.path),
                 "GATEHOUSE": os.path.abspath(GATEHOUSE), "AWS_PAGER": "",
                 "GATEHOUSE_DATA_DIR": str(self.server.data_dir.path / "data")})
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        for text in ('"isAuthenticated": true', "published #3 to test/topic",
                     "not authorized (0x87)", "refused 'alice' as client 'basicPubSub'",
                     '"eventType":"Connect"', '"reason":"NOT_AUTHENTICATED"'):
            self.assertIn(text, run.stdout + run.stderr)
        self.assertEqual(self.server.api("lambda").list_functions()["Functions"], [])
        self.assertEqual(self.server.api("iot").list_authorizers()["authorizers"], [])


class Tail(AuthorizerTest):
    def test_follows_what_comes_after_it_was_started(self):
        self.device("earlier").connected()
        self.server.wait_for_record(clientId="earlier", eventType="Connect")
        tail = subprocess.Popen(
            ["/usr/bin/aws", "--endpoint-url", self.server.ready["api_url"], "logs", "tail",
             "AWSIotLogsV2", "--follow", "--format", "short"], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={
                **self.server.environment(), **self.server.keys(),
                "AWS_DEFAULT_REGION": self.server.ready["region"],
                "AWS_EC2_METADATA_DISABLED": "true", "PYTHONUNBUFFERED": "1",
                "HOME": str(self.server.data_dir.path)})
        self.addCleanup(tail.stdout.close)
        self.addCleanup(tail.kill)
        give_up = threading.Timer(60, tail.kill)
        give_up.start()
        self.addCleanup(give_up.cancel)
        self.wait_for(tail, '"clientId":"earlier"')
        self.device("later", password="guess").expect("connect")
        self.wait_for(tail, '"clientId":"later"')

    def wait_for(self, process: subprocess.Popen, text: str) -> None:
        seen = ""
        for line in process.stdout:
            seen += line
            if text in line:
                return
        self.fail(f"{text} was never shown, only:\n{seen}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
