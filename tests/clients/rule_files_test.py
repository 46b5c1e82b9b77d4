#!/usr/bin/python3
"""The file action of rules: lines in files of a folder that the operator declared, made by the
program's own commands, since AWS's clients do not know it.

usage: rule_files_test.py GATEHOUSE [TESTS]"""

import base64
import json
import pathlib
import shutil
import tempfile
import unittest

from client_test import GATEHOUSE, ClientTest, wait_until
from gatehouse_server import DataDir, Server

OTHER = "111122223333"
FILE_BYTES = 4096


class DeclaredFolders:
    """A folder for the tests of a class, and the file that declares it."""

    @classmethod
    def declare(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="gatehouse-files-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.archive = cls.folder / "archive"
        cls.archive.mkdir()
        file = cls.folder / "targets.json"
        file.touch(0o600)
        file.write_text(json.dumps({"files": {
            "archive": {"folder": "archive"},
            "small": {"folder": "small", "bytesMax": FILE_BYTES, "filesMax": 3},
            "theirs": {"folder": "theirs", "accounts": [OTHER]},
            "away": {"folder": "not-there"}}}))
        for name in ("small", "theirs"):
            (cls.folder / name).mkdir()
        cls.flags = ("--allow-anonymous", "--api-auth", "any", "--rules-targets-file", str(file))

    def make(self, name: str, *actions: dict, more: tuple[str, ...] = (), **members):
        """A rule for the messages on its own name."""
        payload = {"sql": f"SELECT * FROM '{name}/#'", "awsIotSqlVersion": "2016-03-23",
                   "actions": list(actions)} | members
        return self.server.gatehouse("rule", "create", name, "--payload", json.dumps(payload),
                                     *more, check=False)

    def made(self, name: str, *actions: dict, **more):
        run = self.make(name, *actions, **more)
        self.assertEqual(run.returncode, 0, run.stderr)

    def publish(self, topic: str, *payloads: bytes):
        publisher = self.device(f"p-{self._testMethodName}"[:60], door="mqtt",
                                user=None).connected()
        for payload in payloads:
            publisher.published(topic, payload)
        publisher.close()

    @staticmethod
    def lines(file: pathlib.Path, count: int) -> list[str]:
        """Those of the file, once there are as many."""
        def found():
            text = file.read_text() if file.exists() else ""
            return text.splitlines() if text.count("\n") >= count else None
        return wait_until(found, f"{count} lines in {file}")


def file_action(path: str, target: str = "archive") -> dict:
    return {"file": {"target": target, "path": path}}


class RuleFiles(DeclaredFolders, ClientTest):
    @classmethod
    def setUpClass(cls):
        cls.declare()
        super().setUpClass()

    def test_a_line_for_each_message(self):
        self.made("rooms", file_action("rooms/${topic(2)}.jsonl"))
        self.publish("rooms/kitchen", b'{"t": 1}', b'{\n"t":\r\n2}', b"\xff\n")
        lines = self.lines(self.archive / "rooms" / "kitchen.jsonl", 3)
        self.assertEqual([json.loads(line) for line in lines],
                         [{"t": 1}, {"t": 2},
                          {"payload": base64.b64encode(b"\xff\n").decode()}])
        record = self.server.wait_for_record(eventType="RuleExecution", ruleName="rooms",
                                             status="Success")
        self.assertEqual(record["ruleAction"], "FileAction")
        self.assertEqual(record["resources"],
                         {"Target": "archive", "Path": "rooms/kitchen.jsonl"})

    def test_full_files_are_kept_up_to_a_bound(self):
        self.made("full", file_action("full.jsonl", "small"))
        size = FILE_BYTES // 2 - 1
        payloads = [b'"' + bytes(str(number), "ascii").ljust(size - 2) + b'"'
                    for number in range(7)]
        self.publish("full/x", *payloads)
        folder = self.folder / "small"
        self.lines(folder / "full.jsonl", 1)
        wait_until(lambda: b'"6' in (folder / "full.jsonl").read_bytes(), "the last line")
        self.assertEqual(sorted(file.name for file in folder.iterdir()),
                         ["full.jsonl", "full.jsonl.1", "full.jsonl.2"])
        kept = "".join((folder / f"full.jsonl{end}").read_text() for end in (".2", ".1", ""))
        self.assertEqual([int(json.loads(line)) for line in kept.splitlines()], [2, 3, 4, 5, 6])

    def test_a_file_that_is_moved_away_is_made_anew(self):
        self.made("rotated", file_action("rotated.jsonl"))
        file = self.archive / "rotated.jsonl"
        for number in (1, 2):
            self.publish("rotated/x", json.dumps({"n": number}).encode())
            self.assertEqual(self.lines(file, 1), [json.dumps({"n": number})])
            file.rename(self.archive / f"rotated.jsonl-{number}")
        self.assertEqual((self.archive / "rotated.jsonl-1").read_text(), '{"n": 1}\n')

    def test_paths_lead_nowhere_else(self):
        outside = self.folder / "outside"
        outside.mkdir()
        (self.archive / "link").symlink_to(outside)
        self.made("paths", file_action("${path}"))
        for path in ("../escaped", "/tmp/escaped", "a/../../escaped", "link/escaped", ".hidden"):
            self.publish("paths/x", json.dumps({"path": path}).encode())
        failures = wait_until(
            lambda: (found := self.server.log_records(eventType="RuleExecution", ruleName="paths",
                                                      status="Failure")) and
            len(found) >= 5 and found, "five failures")
        told = [record["details"] for record in failures]
        self.assertEqual(sum("no file may be called" in each for each in told), 4, told)
        self.assertEqual(sum("symbolic link" in each for each in told), 1, told)
        self.assertEqual(list(outside.iterdir()), [])
        self.assertFalse((self.folder / "escaped").exists())

    def test_what_is_refused(self):
        for action, why in ((file_action("a", "archives"), "archives"),
                            (file_action("a", "theirs"), "theirs"),
                            (file_action("a", "away"), "a folder that cannot be used"),
                            (file_action("../a"), "cannot be the path of a file"),
                            ({"file": {"target": "archive", "path": "a", "fsync": True}},
                             "fsync")):
            run = self.make("refused", action)
            self.assertEqual(run.returncode, 1, run.stdout)
            self.assertIn(why, run.stderr)
            self.assertIn("InvalidRequestException", run.stderr)

    def test_rules_by_the_programs_own_commands(self):
        gatehouse = self.server.gatehouse
        self.made("own", file_action("own.jsonl"))
        self.assertIn("--replace", self.make("own", file_action("own.jsonl")).stderr)
        file = self.folder / "rule.json"
        file.write_text(json.dumps({"sql": "SELECT * FROM 'else/#'", "ruleDisabled": True,
                                    "actions": [file_action("else.jsonl")]}))
        gatehouse("rule", "create", "own", "--payload", f"@{file}", "--replace",
                  "--tag", "gatehouse:order=topic")
        listed = gatehouse("rule", "list").stdout
        self.assertRegex(listed, r"own +disabled +else/#")
        shown = json.loads(gatehouse("rule", "describe", "own").stdout)
        self.assertEqual(shown["rule"]["actions"], [file_action("else.jsonl")])
        tags = self.server.aws_json("iot", "list-tags-for-resource", "--resource-arn",
                                    shown["ruleArn"])["tags"]
        self.assertEqual(tags, [{"Key": "gatehouse:order", "Value": "topic"}])
        gatehouse("rule", "delete", "own")
        self.assertIn("own", gatehouse("rule", "delete", "own", check=False).stderr)
        self.assertNotIn("own ", gatehouse("rule", "list").stdout)


class RuleFilesOverCrashes(DeclaredFolders, ClientTest):
    MESSAGES = 500

    @classmethod
    def setUpClass(cls):
        cls.declare()
        cls.data_dir = DataDir()
        cls.addClassCleanup(cls.data_dir.remove)
        cls.server = Server(GATEHOUSE, *cls.flags, data_dir=cls.data_dir)
        cls.addClassCleanup(lambda: cls.server.stop())

    def test_what_was_acknowledged_is_written(self):
        self.made("sure", file_action("sure.jsonl"),
                  more=("--tag", "gatehouse:delivery=at-least-once"))
        publisher = self.device("sure", door="mqtt", user=None).connected()
        sent = [publisher.client.publish("sure/x", json.dumps({"n": number}), qos=1)
                for number in range(self.MESSAGES)]
        wait_until(sent[self.MESSAGES // 2].is_published, "half of the acknowledgements")
        self.server.kill()
        publisher.close()
        acknowledged = {number for number, each in enumerate(sent) if each.is_published()}
        type(self).server = Server(GATEHOUSE, *self.flags, data_dir=self.data_dir)
        file = self.archive / "sure.jsonl"

        def all_there():
            lines = file.read_text().splitlines()
            # What the crash cut off is no JSON.
            whole = [line for line in lines if line.startswith("{") and line.endswith("}")]
            return {json.loads(line)["n"] for line in whole} >= acknowledged
        wait_until(all_there, "every message that was acknowledged")


if __name__ == "__main__":
    unittest.main(verbosity=2)
