#!/usr/bin/python3
"""`gatehouse connect-device`: the kits of all languages, unzipped and started as their README says.
Needs `npm ci` in this folder.

usage: device_kit_test.py GATEHOUSE [TESTS]"""

import json
import os
import pathlib
import resource
import shutil
import signal
import stat
import subprocess
import tempfile
import unittest
import zipfile

from client_test import GATEHOUSE, HERE, AuthorizerTest, Server, zipped

LANGUAGES = ("python", "node", "c++")
SAMPLES = {"python": "sample.py", "node": "sample.js", "c++": "sample.cc"}


class DeviceKit(AuthorizerTest):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="gatehouse-kit-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.iot = self.server.api("iot")

    def connect_device(self, name: str, *words: str, check: bool = True):
        zip_file = self.folder / f"{name}.zip"
        return self.server.gatehouse("connect-device", name, "--out", str(zip_file), *words,
                                     check=check), zip_file

    def unzipped(self, name: str, *words: str) -> pathlib.Path:
        _, zip_file = self.connect_device(name, *words)
        subprocess.run(["unzip", "-q", zip_file, "-d", self.folder], check=True, timeout=60)
        return self.folder / name

    def start(self, kit: pathlib.Path, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [kit / "start.sh", *words], capture_output=True, text=True, timeout=120, cwd="/",
            env={"PATH": "/usr/bin:" + os.environ["PATH"], "HOME": str(self.folder),
                 "NODE_PATH": str(HERE / "node_modules")})

    def test_each_language(self):
        watcher = self.device("watcher").connected()
        # What the authorizer's policy lets it see.
        for language in LANGUAGES:
            with self.subTest(language=language):
                name = "kit-" + language.replace("+", "p")
                kit = self.unzipped(name, "--language", language)
                topic = f"lab/{name}"
                document = (kit / f"{name}-Policy").read_text().replace(f"devices/{name}/*", topic)
                self.iot.create_policy_version(policyName=f"{name}-Policy", setAsDefault=True,
                                               policyDocument=document)
                watcher.subscribed(topic)
                run = self.start(kit, "--count", "2", "--message", "tick", "--topic", topic)
                self.assertEqual(run.returncode, 0, run.stderr)
                self.assertIn(f"as {name}", run.stdout)
                self.assertIn("received tick 2", run.stdout)
                for message in (b"tick 1", b"tick 2"):
                    self.assertEqual(watcher.expect("message")[1:3], (topic, message))

    def test_its_own_topic_and_no_other(self):
        for language in LANGUAGES:
            with self.subTest(language=language):
                name = "own-" + language.replace("+", "p")
                kit = self.unzipped(name, "--language", language)
                run = self.start(kit, "--count", "1")
                self.assertEqual(run.returncode, 0, run.stderr)
                self.assertIn("received hello 1", run.stdout)
                other = self.start(kit, "--count", "1", "--topic", "devices/another/messages")
                self.assertNotEqual(other.returncode, 0)
                self.assert_denied_record(name, "Subscribe")
                stranger = self.start(kit, "--count", "1", "--client_id", "another-" + name)
                self.assertNotEqual(stranger.returncode, 0)

    def test_what_is_in_the_zip(self):
        run, zip_file = self.connect_device("pump", "--language", "c++", "--platform", "windows")
        self.assertNotIn("PRIVATE KEY", run.stdout + run.stderr)
        self.assertEqual(stat.S_IMODE(zip_file.stat().st_mode), 0o600)
        with zipfile.ZipFile(zip_file) as kit:
            modes = {info.filename: stat.S_IMODE(info.external_attr >> 16)
                     for info in kit.infolist()}
            self.assertEqual(modes, {
                "pump/README.md": 0o644, "pump/README.zh-CN.md": 0o644, "pump/pump-Policy": 0o644,
                "pump/pump.cert.pem": 0o644, "pump/pump.private.key": 0o600,
                "pump/root-CA.crt": 0o644, "pump/sample.cc": 0o644, "pump/start.sh": 0o755,
                "pump/start.ps1": 0o644})
            texts = {name: kit.read(name).decode() for name in modes}
        for name, text in texts.items():
            self.assertNotIn("{{", text.replace("R({{", ""), name)
        self.assertIn("start.ps1", texts["pump/README.md"].split("```")[0])
        policy = self.iot.get_policy(policyName="pump-Policy")["policyDocument"]
        self.assertEqual(json.loads(policy), json.loads(texts["pump/pump-Policy"]))
        self.assertEqual(texts["pump/root-CA.crt"],
                         pathlib.Path(self.server.ready["ca"]).read_text())
        # Nobody has a copy: neither the store nor the log.
        key = texts["pump/pump.private.key"].splitlines()[3].encode()
        for file in (self.server.data_dir.path / "data").rglob("*"):
            if file.is_file():
                self.assertNotIn(key, file.read_bytes(), file)

    def test_twice_and_renewed(self):
        first = self.unzipped("twice")
        again, zip_file = self.connect_device("twice", check=False)
        self.assertEqual(again.returncode, 1)
        self.assertIn("--out", again.stderr)
        zip_file.unlink()
        again, zip_file = self.connect_device("twice", check=False)
        self.assertEqual(again.returncode, 1)
        self.assertIn("there is a thing twice already", again.stderr)
        self.assertIn("--renew", again.stderr)
        self.assertFalse(zip_file.exists())
        old_key = (first / "twice.private.key").read_text()
        shutil.rmtree(first)
        renewed = self.unzipped("twice", "--renew")
        self.assertNotEqual((renewed / "twice.private.key").read_text(), old_key)
        run = self.start(renewed, "--count", "1")
        self.assertEqual(run.returncode, 0, run.stderr)
        principals = self.iot.list_thing_principals(thingName="twice")["principals"]
        self.assertEqual(len(principals), 2)

    def test_a_name_that_is_taken_leaves_nothing_behind(self):
        self.iot.create_policy(policyName="taken-Policy", policyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}]}))
        certificates = len(self.iot.list_certificates(pageSize=250)["certificates"])
        run, zip_file = self.connect_device("taken", check=False)
        self.assertEqual(run.returncode, 1)
        self.assertIn("delete-policy --policy-name taken-Policy", run.stderr)
        self.assertNotIn("--renew", run.stderr)
        self.assertFalse(zip_file.exists())
        self.assertEqual(len(self.iot.list_certificates(pageSize=250)["certificates"]),
                         certificates)
        with self.assertRaises(self.iot.exceptions.ResourceNotFoundException):
            self.iot.describe_thing(thingName="taken")

    def test_a_client_library_that_is_missing(self):
        for language, hint in (("python", "pip install paho-mqtt"), ("node", "npm install mqtt")):
            with self.subTest(language=language):
                kit = self.unzipped("bare-" + language, "--language", language)
                lone = ["/usr/bin/python3", "-S", "sample.py"] if language == "python" else [
                    "node", "sample.js"]
                run = subprocess.run(
                    [*lone, "--endpoint", "localhost", "--cert", "c", "--key", "k",
                     "--client_id", "c", "--topic", "t"],
                    cwd=kit, capture_output=True, text=True, timeout=60)
                self.assertEqual(run.returncode, 1)
                self.assertIn(hint, run.stderr)

    def test_a_password_instead(self):
        for language in LANGUAGES:
            with self.subTest(language=language):
                name = "pass-" + language.replace("+", "p")
                words = ("--credentials", "password", "--language", language)
                kit = self.unzipped(name, *words)
                self.assertEqual(stat.S_IMODE((kit / f"{name}.password").stat().st_mode), 0o600)
                self.assertFalse(list(kit.glob("*.pem")))
                run = self.start(kit, "--count", "1")
                self.assertEqual(run.returncode, 0, run.stderr)
                self.assertIn("received hello 1", run.stdout)
                other = self.start(kit, "--count", "1", "--topic", "devices/another/messages")
                self.assertNotEqual(other.returncode, 0)
                (kit / f"{name}.password").write_text("guess\n")
                self.assertNotEqual(self.start(kit, "--count", "1").returncode, 0)
        for text in (file.read_text() for file in kit.iterdir() if file.suffix == ".md"):
            self.assertNotIn("{{", text)

    def test_a_password_twice_and_renewed(self):
        words = ("--credentials", "password")
        first = self.unzipped("key", *words)
        (self.folder / "key.zip").unlink()
        again, zip_file = self.connect_device("key", *words, check=False)
        self.assertEqual(again.returncode, 1)
        self.assertIn("--credentials password --renew", again.stderr)
        self.assertFalse(zip_file.exists())
        shutil.move(first, self.folder / "old")
        renewed = self.unzipped("key", *words, "--renew")
        self.assertEqual(self.start(renewed, "--count", "1").returncode, 0)
        shutil.copy(self.folder / "old" / "key.password", renewed)
        self.assertNotEqual(self.start(renewed, "--count", "1").returncode, 0)
        missing, _ = self.connect_device("nobody", *words, "--renew", check=False)
        self.assertEqual(missing.returncode, 1)

    def test_a_new_password_changes_nothing_else(self):
        words = ("--credentials", "password")
        functions, function = self.server.api("lambda"), "narrowed-Authorizer"
        self.unzipped("narrowed", *words)
        (self.folder / "narrowed.zip").unlink()
        shutil.rmtree(self.folder / "narrowed")
        before = functions.get_function_configuration(FunctionName=function)["Environment"][
            "Variables"]
        narrow = json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}]})
        functions.update_function_configuration(FunctionName=function, Environment={
            "Variables": before | {"POLICY": narrow, "EXTRA": "stays"}})
        functions.get_waiter("function_updated").wait(FunctionName=function)
        kit = self.unzipped("narrowed", *words, "--renew")
        after = functions.get_function_configuration(FunctionName=function)["Environment"][
            "Variables"]
        self.assertEqual((after["POLICY"], after["EXTRA"]), (narrow, "stays"))
        self.assertNotEqual(after["PASSWORD_SHA256"], before["PASSWORD_SHA256"])
        self.assertEqual(json.loads((kit / "narrowed-Policy").read_text()), json.loads(narrow))

    def test_a_function_of_somebody_else_is_given_no_password(self):
        functions = self.server.api("lambda")
        functions.create_function(
            FunctionName="foreign-Authorizer", Runtime="python3.11", Handler="f.f",
            Role="arn:aws:iam::000000000000:role/any", Code={"ZipFile": zipped("")},
            Environment={"Variables": {"MINE": "1"}})
        functions.get_waiter("function_active_v2").wait(FunctionName="foreign-Authorizer")
        run, zip_file = self.connect_device("foreign", "--credentials", "password", "--renew",
                                            check=False)
        self.assertEqual(run.returncode, 1)
        self.assertIn("PASSWORD_SHA256", run.stderr)
        self.assertFalse(zip_file.exists())
        self.assertEqual(functions.get_function_configuration(
            FunctionName="foreign-Authorizer")["Environment"]["Variables"], {"MINE": "1"})

    def test_a_disk_that_is_full_when_the_key_has_come(self):
        def with_little_room() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))

        zip_file = self.folder / "full.zip"
        run = subprocess.run(
            [self.server.binary, "connect-device", "full", "--out", str(zip_file)],
            capture_output=True, text=True, timeout=60, preexec_fn=with_little_room,
            env={**self.server.environment(),
                 "GATEHOUSE_DATA_DIR": str(self.server.data_dir.path / "data")})
        self.assertEqual(run.returncode, 1)
        certificate = self.iot.list_thing_principals(thingName="full")["principals"][0]
        self.assertIn(certificate, run.stderr)
        self.assertIn("connect-device full --renew", run.stderr)
        self.assertEqual(list(self.folder.iterdir()), [])
        self.connect_device("full", "--renew")

    def test_no_wrong_hint_where_the_door_is_closed(self):
        server = Server(GATEHOUSE, "--mqtts-port", "off")
        self.addCleanup(server.stop)
        run = server.gatehouse("connect-device", "shut", "--out", str(self.folder / "shut.zip"),
                               check=False)
        self.assertEqual(run.returncode, 1)
        self.assertIn("the MQTTS door is closed", run.stderr)
        self.assertNotIn("--renew", run.stderr)

    def test_a_password_where_the_authorizer_is_taken(self):
        self.iot.create_authorizer(authorizerName="held-Authorizer", signingDisabled=True,
                                   authorizerFunctionArn=self.function_arn)
        run, zip_file = self.connect_device("held", "--credentials", "password", check=False)
        self.assertEqual(run.returncode, 1)
        self.assertFalse(zip_file.exists())
        functions = self.server.api("lambda")
        with self.assertRaises(functions.exceptions.ResourceNotFoundException):
            functions.get_function(FunctionName="held-Authorizer")

    def test_words_that_are_not_understood(self):
        for words, hint in ((("--language", "rust"), "python, c++"),
                            (("--platform", "dos"), "windows"),
                            (("--credentials", "luck"), "certificate, password")):
            run, zip_file = self.connect_device("odd", *words, check=False)
            self.assertEqual(run.returncode, 2)
            self.assertIn(hint, run.stderr)
            self.assertFalse(zip_file.exists())
        for name, words in (("a:b", ()), ("a:b", ("--credentials", "password"))):
            run, _ = self.connect_device(name, *words, check=False)
            self.assertEqual(run.returncode, 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
