#!/usr/bin/python3
"""The commands that talk to a server, against a real one.

usage: cli_test.py GATEHOUSE [TESTS]"""

import json
import pathlib
import re
import shutil
import ssl
import sys
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from running_server import Server  # noqa: E402

GATEHOUSE = sys.argv.pop(1)

# As the tutorials show it: the password decides, the policy follows the client id.
HANDLER = '''
import base64, json

def lambda_handler(event, context):
    print("asked about", event["protocolData"]["mqtt"].get("username"))
    if event["protocolData"]["mqtt"].get("clientId") == "crash":
        raise ValueError("no such client")
    password = base64.b64decode(event["protocolData"]["mqtt"]["password"])
    arn = "arn:aws:iot:us-east-1:*:"
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "iot:Connect", "Resource": arn + "client/${iot:ClientId}"},
        {"Effect": "Allow", "Action": "iot:Publish", "Resource": arn + "topic/${iot:ClientId}/*"}]}
    return {"isAuthenticated": password == b"secret", "principalId": "alice",
            "policyDocuments": [json.dumps(policy)],
            "disconnectAfterInSeconds": 1800, "refreshAfterInSeconds": 300}
'''


class CommandTest(unittest.TestCase):
    flags = ()

    @classmethod
    def setUpClass(cls):
        cls.server = Server(GATEHOUSE, *cls.flags)
        cls.addClassCleanup(cls.server.remove)
        cls.code = cls.server.folder / "code"
        cls.code.mkdir()
        (cls.code / "lambda_function.py").write_text(HANDLER)

    def done(self, *words, **more):
        run = self.server.run(*words, **more)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        return run.stdout

    def failed(self, *words, status=1, **more):
        run = self.server.run(*words, **more)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return run.stderr


class Functions(CommandTest):
    def test_life_of_a_function(self):
        made = self.done("function", "deploy", "life", self.code, "--timeout", "5")
        self.assertIn("function life created: python3.11", made)
        self.assertRegex(self.done("function", "list"), r"life +python3\.11")
        event = {"protocolData": {"mqtt": {"username": "bob", "password": "c2VjcmV0"}}}
        answer = json.loads(self.done("function", "invoke", "life", "--payload",
                                      json.dumps(event)))
        self.assertTrue(answer["isAuthenticated"])
        following = self.server.start("function", "logs", "life", "--follow")
        self.addCleanup(following.stop)
        following.wait_for("asked about bob")
        self.assertIn("did you mean life?", self.failed("function", "invoke", "lif"))
        self.assertIn("function life updated",
                      self.done("function", "deploy", "life", self.code, "--memory", "256"))
        listed = json.loads(self.done("function", "list", "--json"))
        life = next(each for each in listed if each["FunctionName"] == "life")
        self.assertEqual((life["Timeout"], life["MemorySize"]), (5, 256))
        self.done("function", "delete", "life")
        self.assertNotIn("life", self.server.run("function", "list").stdout)

    def test_a_function_that_fails_shows_its_log(self):
        self.done("function", "deploy", "fails", self.code)
        run = self.server.run("function", "invoke", "fails", "--payload", "{}")
        self.assertEqual(run.returncode, 1)
        self.assertEqual(json.loads(run.stdout)["errorType"], "KeyError")
        self.assertIn("REPORT RequestId", run.stderr)

    def test_watch_deploys_what_changes(self):
        code = self.server.folder / "watched"
        shutil.copytree(self.code, code)
        watching = self.server.start("function", "deploy", "watched", code, "--watch")
        self.addCleanup(watching.stop)
        watching.wait_for("watching")
        (code / "lambda_function.py").write_text("def lambda_handler(e, c): return 'second'\n")
        watching.wait_for("function watched updated")
        self.assertEqual(self.done("function", "invoke", "watched"), '"second"\n')


class Authorizers(CommandTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for words in (("function", "deploy", "door", cls.code),
                      ("authorizer", "create", "AutoCustom", "--function", "door",
                       "--signing-disabled", "--default")):
            run = cls.server.run(*words)
            if run.returncode != 0:
                raise AssertionError(run.stderr)

    def test_a_missing_permission_is_told(self):
        self.done("function", "deploy", "shut", self.code)
        made = self.server.run("authorizer", "create", "third", "--function", "shut",
                               "--signing-disabled", "--no-permission")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.addCleanup(self.server.run, "authorizer", "delete", "third", "--force")
        asked = self.server.run("authorizer", "test", "third", "--password", "secret")
        for told in (made.stderr, asked.stderr, self.done("authorizer", "describe", "third")):
            self.assertIn("AWS would refuse its connections: function 'shut' does not permit "
                          "iot.amazonaws.com to invoke it. Permit it with: aws lambda "
                          "add-permission", told)
        self.assertNotIn("would refuse", self.done("authorizer", "describe", "AutoCustom"))

    def test_life_of_an_authorizer(self):
        self.done("authorizer", "create", "second", "--function", "door", "--signing-disabled",
                  "--inactive", "--no-permission")
        self.assertRegex(self.done("authorizer", "list"), r"second +INACTIVE +disabled")
        self.done("authorizer", "update", "second", "--active")
        self.assertIn("status     ACTIVE", self.done("authorizer", "describe", "second"))
        self.assertIn("did you mean second?", self.failed("authorizer", "describe", "secnd"))
        self.assertIn("--force", self.failed("authorizer", "delete", "second"))
        self.done("authorizer", "delete", "second", "--force")
        self.assertIn("AutoCustom (the default)", self.done("authorizer", "describe-default"))

    def test_an_authorizer_is_asked(self):
        asked = ("authorizer", "test", "AutoCustom", "--username", "alice", "--client-id", "lamp")
        answer = self.done(*asked, "--password", "secret")
        self.assertTrue(answer.startswith("authenticated\n  principal         alice\n"), answer)
        self.assertIn("refresh after     300 s", answer)
        self.assertIn('"Action": "iot:Publish"', answer)
        refused = self.server.run(*asked, "--password", "guess")
        self.assertEqual(refused.returncode, 1, refused.stdout)
        self.assertIn("not authenticated", refused.stdout + refused.stderr)
        self.assertIn("did you mean AutoCustom?",
                      self.failed("authorizer", "test", "AutoCustm", "--password", "x"))

    def test_a_refusal_is_explained(self):
        refused = self.server.device("--topic", "basicPubSub/x", password="guess")
        self.assertEqual(refused.returncode, 3, refused.stdout + refused.stderr)
        trace_id = re.search(r"gatehouse explain (\S+)", refused.stdout)[1]
        told = self.done("explain", trace_id)
        self.assertIn("isAuthenticated: false", told.splitlines()[0])
        self.assertIn("refused Connect", told)
        trace = self.done("authorizer", "trace", "--trace-id", trace_id)
        self.assertIn('"password":"****"', trace)
        self.assertIn('"password":"Z3Vlc3M="',
                      self.done("authorizer", "trace", "--trace-id", trace_id, "--show-secrets"))
        records = self.done("logs", "tail", "--json", "--filter",
                            f'{{ $.traceId = "{trace_id}" }}')
        self.assertNotIn("guess", records)
        self.assertNotIn("Z3Vlc3M=", records)
        self.assertTrue(all(json.loads(line)["traceId"] == trace_id
                            for line in records.splitlines()))

    def test_a_refused_publish_is_explained(self):
        refused = self.server.device("--topic", "test/topic", client_id="publisher")
        trace_id = re.search(r"gatehouse explain (\S+)", refused.stdout)[1]
        told = self.done("explain", trace_id)
        self.assertIn("publisher/", told.splitlines()[0])
        self.assertIn("gatehouse explain", self.failed("authorizer", "trace", "--trace-id",
                                                       trace_id))

    def test_attempts_are_followed(self):
        following = self.server.start("authorizer", "trace", "--follow", "--client-id", "followed")
        self.addCleanup(following.stop)
        following.wait_for("following")
        self.server.device("--topic", "other/x", client_id="other")
        self.server.device("--topic", "followed/x", client_id="followed")
        seen = following.wait_for(" ended ")
        self.assertIn("client followed", seen)
        self.assertNotIn("client other", seen)
        self.assertNotIn("c2VjcmV0", seen)

    def test_the_log_is_followed(self):
        following = self.server.start("logs", "tail", "--follow", "--filter", "tailed")
        self.addCleanup(following.stop)
        self.server.device("--topic", "tailed/x", client_id="tailed")
        following.wait_for("Connect")
        following.wait_for("Disconnect")

    def test_the_latest_records_are_shown_before_those_that_come(self):
        code = self.server.folder / "many"
        code.mkdir()
        (code / "lambda_function.py").write_text(
            "def lambda_handler(event, context):\n"
            "    for number in range(150): print('line', event, number)\n")
        self.done("function", "deploy", "many", code)
        self.done("function", "invoke", "many", "--payload", '"first"')
        everything = self.server.start("logs", "tail", "/aws/lambda/many", "--follow",
                                       "--since", "1h")
        self.addCleanup(everything.stop)
        self.assertIn("line first 0\n", everything.wait_for("REPORT"))
        lines = self.done("logs", "tail", "/aws/lambda/many").splitlines(keepends=True)
        self.assertEqual(len(lines), 100)
        self.assertIn("line first 149\n", "".join(lines))
        self.assertEqual(len(self.done("function", "logs", "many", "--lines", "7").splitlines()), 7)
        following = self.server.start("logs", "tail", "/aws/lambda/many", "--follow", "--lines", "3")
        self.addCleanup(following.stop)
        following.wait_for("REPORT")
        self.done("function", "invoke", "many", "--payload", '"second"')
        seen = following.wait_for("line second 149\n")
        self.assertIn("line second 0\n", seen)
        self.assertNotIn("line first 100\n", seen, "which was there before the latest three")

    def test_groups_are_listed_and_suggested(self):
        self.assertIn("AWSIotLogsV2\n", self.done("logs", "groups"))
        self.assertIn("did you mean AWSIotLogsV2?", self.failed("logs", "tail", "AWSIotLogs"))

    def test_signatures_by_a_wrong_key_are_refused(self):
        credentials = self.server.data_dir / "credentials"
        kept = credentials.read_text()
        self.addCleanup(credentials.write_text, kept)
        credentials.write_text(re.sub(r"(secret_access_key *= *).*", r"\1wrong", kept))
        said = self.failed("status")
        self.assertIn("signature we calculated does not match", said)
        self.assertIn(str(credentials), said)
        self.assertEqual(said.count("\n"), 1, said)


    def test_an_empty_data_directory_is_not_the_default_one(self):
        said = self.failed("status", environment={"GATEHOUSE_DATA_DIR": ""})
        self.assertIn("is empty", said)


class Clock(CommandTest):
    flags = ("--clock", "manual")

    def test_time_moves_by_command_alone(self):
        self.assertIn("clock       manual", self.done("status"))
        before = self.done("clock", "advance", "0s")
        after = self.done("clock", "advance", "1h")
        self.assertNotEqual(before, after)
        # An hour away from the callers' clocks, signatures still hold.
        self.assertIn("has run for 1 h", self.done("status"))

    def test_following_needs_no_time_to_pass(self):
        following = self.server.start("authorizer", "trace", "--follow")
        self.addCleanup(following.stop)
        following.wait_for("following")
        self.server.device("--topic", "x")
        following.wait_for("refused")


class Life(unittest.TestCase):
    def test_commands_say_that_no_server_runs_and_the_ca_is_renewed_then(self):
        server = Server(GATEHOUSE)
        self.addCleanup(server.remove)
        root = pathlib.Path(server.ready["ca"])
        before = root.read_text()
        running = server.run("ca", "renew")
        self.assertEqual(running.returncode, 1)
        self.assertIn("stop it first", running.stderr)
        self.assertEqual(server.stop(), 0)
        gone = server.run("status")
        self.assertEqual(gone.returncode, 1)
        self.assertIn("no server is running", gone.stderr)
        renewed = server.run("ca", "renew")
        self.assertEqual(renewed.returncode, 0, renewed.stderr)
        self.assertNotEqual(root.read_text(), before)
        self.assertEqual(root.with_name("root-CA.crt.old").read_text(), before)

    def test_a_device_reaches_a_server_on_every_address(self):
        for host in ("0.0.0.0", "::"):
            with self.subTest(host):
                server = Server(GATEHOUSE, "--host", host, "--profile", "open")
                self.addCleanup(server.remove)
                run = server.run("device", "--username", "alice", "--attempts", "1")
                # As far as the question who it is.
                self.assertEqual(run.returncode, 3, run.stdout + run.stderr)
                self.assertRegex(run.stdout, r"refused by (localhost|\[::1\]):")
                self.assertIn("no authorizer", server.run("authorizer", "trace").stdout)

    def test_an_api_over_tls_is_verified(self):
        server = Server(GATEHOUSE, "--api-host", "0.0.0.0")
        self.addCleanup(server.remove)
        self.assertTrue(server.ready["api_url"].startswith("https://"), server.ready)
        run = server.run("status")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn(f"(pid {server.ready['pid']})", run.stdout)
        self.assertNotIn("0.0.0.0", server.ready["api_url"])
        environment = dict(re.findall(r"export (\w+)='(.*)'", server.run("env").stdout))
        self.assertEqual(environment["AWS_ENDPOINT_URL"], server.ready["api_url"])
        fetched = urllib.request.urlopen(
            environment["AWS_ENDPOINT_URL"] + "/ca.pem", timeout=30,
            context=ssl.create_default_context(cafile=environment["AWS_CA_BUNDLE"]))
        self.assertEqual(fetched.read().decode(), pathlib.Path(server.ready["ca"]).read_text())
        # Another CA, and the server is not believed.
        ready = server.data_dir / "ready.json"
        told = json.loads(ready.read_text())
        told["api_ca"] = str(server.data_dir / "ca" / "device-CA.crt")
        ready.write_text(json.dumps(told))
        distrusted = server.run("status")
        self.assertEqual(distrusted.returncode, 1)
        self.assertIn("does not prove", distrusted.stderr)


if __name__ == "__main__":
    unittest.main()
