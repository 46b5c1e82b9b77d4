#!/usr/bin/python3
"""The authorizer without a function: users and hashes in a file, policies in a folder.

usage: password_file_test.py GATEHOUSE [TESTS]"""

import base64
import concurrent.futures
import json
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "conformance"))

import tls_test  # noqa: E402
import wire  # noqa: E402
from client_test import (GATEHOUSE, NOT_AUTHORIZED_5, ClientTest,  # noqa: E402
                         make_authorizer, make_auto_custom, make_function)
from device import V5  # noqa: E402
from gatehouse_server import DataDir, Server  # noqa: E402
from peer import Peer  # noqa: E402

POLICY = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "iot:Connect",
     "Resource": "arn:aws:iot:*:*:client/${gatehouse:UserName}-*"},
    {"Effect": "Allow", "Action": ["iot:Publish", "iot:Receive"],
     "Resource": "arn:aws:iot:*:*:topic/home/${gatehouse:UserName}/*"},
    {"Effect": "Allow", "Action": "iot:Subscribe",
     "Resource": "arn:aws:iot:*:*:topicfilter/home/${gatehouse:UserName}/*"}]}


class Folder:
    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="gatehouse-passwords-"))
        self.users = self.path / "users"
        (self.path / "policies").mkdir()
        self.policy("default", POLICY)

    def policy(self, name: str, document: dict) -> None:
        (self.path / "policies" / f"{name}.json").write_text(json.dumps(document))

    def passwd(self, *words: str, password: str = "") -> subprocess.CompletedProcess:
        return subprocess.run([GATEHOUSE, "passwd", str(self.users), *words], text=True,
                              input=password, capture_output=True, timeout=60)

    def flags(self) -> tuple[str, ...]:
        return ("--password-file-users", str(self.users),
                "--password-file-policies", str(self.path / "policies"))


def post(server: Server, credentials: str | None, query: str = "") -> int:
    url = f"https://localhost:{server.ready['https']}/topics/home%2Falice%2Fhttp{query}"
    request = urllib.request.Request(url, method="POST", data=b"by https")
    if credentials:
        token = base64.b64encode(credentials.encode()).decode()
        request.add_header("Authorization", f"Basic {token}")
    context = ssl.create_default_context(cafile=server.ready["ca"])
    try:
        return urllib.request.urlopen(request, context=context, timeout=30).status
    except urllib.error.HTTPError as error:
        return error.code


class PasswordFile(ClientTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.addClassCleanup(shutil.rmtree, cls.folder.path)
        for name, password, algorithm in (("alice", "correct", "argon2id"),
                                          ("bob", "horse", "bcrypt")):
            made = cls.folder.passwd(name, "--algorithm", algorithm, password=password + "\n")
            assert made.returncode == 0, made.stderr
        cls.flags = (*cls.flags, *cls.folder.flags())
        super().setUpClass()

    def user(self, name: str, password: str, client_id: str | None = None, **how):
        how = {"authorizer": None} | how
        return self.device(client_id or f"{name}-lamp", user=name, password=password, **how)

    def test_users_get_in_with_their_policies(self):
        for name, password in (("alice", "correct"), ("bob", "horse")):
            with self.subTest(name):
                device = self.user(name, password, protocol=V5).connected()
                self.assertEqual(device.subscribed(f"home/{name}/x"), [1])
                self.assertEqual(device.subscribed("home/carol/x"), [NOT_AUTHORIZED_5])
                device.published(f"home/{name}/x")
                self.assertEqual(device.expect("message")[1], f"home/{name}/x")
                record = self.server.wait_for_record(clientId=f"{name}-lamp", eventType="Connect")
                self.assertEqual((record["principalId"], record["authorizerName"]),
                                 (name, "password-file"))

    def test_it_is_named_like_any_other(self):
        self.user("alice", "correct", "alice-named", authorizer="password-file").connected()
        self.user("alice", "correct", "alice-plain", door="mqtt").connected()
        self.user("alice", "correct", "alice-web", websocket="/mqtt", alpn=None).connected()

    def test_refusals_are_explained_in_the_log_alone(self):
        for client_id, name, password, why in (
                ("alice-wrong", "alice", "guess", "the password of user 'alice' is wrong"),
                ("carol-lamp", "carol", "correct", "there is no user 'carol'"),
                ("alice-none", "alice", None, "the client sent no password")):
            with self.subTest(client_id):
                device = self.user(name, password, client_id, protocol=V5)
                answer = device.expect("connect")
                self.assertEqual(answer[1], NOT_AUTHORIZED_5)
                self.assertNotIn("wrong", str(answer[3]))
                record = self.server.wait_for_record(clientId=client_id,
                                                     eventType="Connection.AuthNError")
                self.assertEqual(record["reason"], "NOT_AUTHENTICATED")
                self.assertIn(why, record["details"])
                self.server.wait_for_record(clientId=client_id, eventType="Authorizer.Invoke",
                                            status="Failure")
        device = self.user("alice", "correct", "somebody-else", protocol=V5)
        self.assertEqual(device.expect("connect")[1], NOT_AUTHORIZED_5)
        self.assertIn("iot:Connect", str(self.assert_denied_record("somebody-else")["explanation"]))

    def test_publishing_over_https(self):
        listener = self.user("alice", "correct", "alice-listens").connected()
        listener.subscribed("home/alice/http")
        self.assertEqual(post(self.server, "alice:correct"), 200)
        self.assertEqual(listener.expect("message")[2], b"by https")
        self.assertEqual(post(self.server, "alice:guess"), 401)

    def test_the_file_is_taken_up_at_sighup(self):
        self.assertEqual(self.user("dora", "new", protocol=V5).expect("connect")[1],
                         NOT_AUTHORIZED_5)
        self.folder.passwd("dora", password="new\n")
        self.assertIn("the passwords were read again", self.reread())
        self.user("dora", "new", "dora-in").connected()
        self.assertEqual(self.folder.passwd("dora", "--delete").stdout, "user dora removed\n")
        self.reread()
        self.assertEqual(self.user("dora", "new", "dora-out", protocol=V5).expect("connect")[1],
                         NOT_AUTHORIZED_5)
        good = self.folder.users.read_text()
        self.addCleanup(self.reread)
        self.addCleanup(self.folder.users.write_text, good)
        self.folder.users.write_text(good + "broken line\n")
        self.assertIn("the passwords stay as they were", self.reread("Failure"))
        self.user("alice", "correct", "alice-still").connected()

    def test_its_name_is_taken(self):
        with self.assertRaises(self.server.api("iot").exceptions.InvalidRequestException) as refused:
            make_authorizer(self.server, "password-file", "arn:aws:lambda:us-east-1:000000000000:"
                                                          "function:any")
        self.assertIn("password-file.users", str(refused.exception))

    def test_an_account_with_a_default_authorizer_of_its_own_keeps_it(self):
        make_auto_custom(self.server)
        self.server.api("iot").set_default_authorizer(authorizerName="AutoCustom")
        self.addCleanup(self.server.api("iot").clear_default_authorizer)
        device = self.user("alice", "correct", "alice-default", protocol=V5)
        self.assertEqual(device.expect("connect")[1], NOT_AUTHORIZED_5)
        self.user("alice", "correct", "alice-by-name", authorizer="password-file").connected()


class BesideAnonymousClients(ClientTest):
    """Who shows credentials is held to them, though nobody has to."""
    flags = ("--allow-anonymous",)

    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.addClassCleanup(shutil.rmtree, cls.folder.path)
        made = cls.folder.passwd("alice", password="correct\n")
        assert made.returncode == 0, made.stderr
        cls.flags = (*cls.flags, *cls.folder.flags())
        super().setUpClass()

    def test_over_https(self):
        self.assertEqual(post(self.server, None), 200)
        self.assertEqual(post(self.server, None, "?qos=1"), 200)
        self.assertEqual(post(self.server, "alice:correct"), 200)
        self.assertEqual(post(self.server, "alice:guess"), 401)


class BehindABalancer(ClientTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.addClassCleanup(shutil.rmtree, cls.folder.path)
        cls.folder.passwd("alice", password="right\n")
        cls.flags = (*cls.folder.flags(), "--proxy-protocol-from", "127.0.0.0/8")
        super().setUpClass()

    def test_a_warning_only_where_the_password_was_readable(self):
        for client_id, extensions, warned in (("alice-tls", spoke_tls(True), False),
                                              ("alice-plain", spoke_tls(False), True),
                                              ("alice-not-said", b"", False)):
            peer = Peer(self.server.ready["mqtt"], wire.V5)
            self.addCleanup(peer.close)
            peer.send(tls_test.proxy_header("203.0.113.9", extensions=extensions))
            self.assertEqual(peer.connect(client_id, user="alice", password=b"right").code, 0)
            record = self.server.wait_for_record(clientId=client_id, eventType="Connect")
            self.assertEqual("can read it" in record.get("details", ""), warned, record)


def spoke_tls(yes: bool) -> bytes:
    """The extension PP2_TYPE_SSL of the PROXY protocol."""
    return bytes([0x20, 0, 5, yes, 0, 0, 0, 0])


class Shadowed(unittest.TestCase):
    def test_one_of_the_api_with_its_name_is_told(self):
        data_dir = DataDir()
        self.addCleanup(data_dir.remove)
        server = Server(GATEHOUSE, data_dir=data_dir)
        self.addCleanup(server.stop)
        make_authorizer(server, "password-file", make_function(server, "auth"))
        server.terminate()
        folder = Folder()
        self.addCleanup(shutil.rmtree, folder.path)
        folder.passwd("alice", password="x\n")
        server.flags = folder.flags()
        server.start()
        self.assertIn("the authorizer 'password-file' of the API is not asked", server.stderr())
        server.wait_for_record(eventType="Server.Notice", reason="AUTHORIZER_SHADOWED",
                               logLevel="ERROR")


class Flooded(ClientTest):
    """One client makes up users, and each check of a password takes a while."""
    CLIENTS = 600
    ANSWER_SECONDS = 7  # the deadline of an authorizer is 5

    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.addClassCleanup(shutil.rmtree, cls.folder.path)
        cls.folder.passwd("alice", password="right\n")
        cls.flags = (*cls.folder.flags(), "--password-file-threads", "1")
        super().setUpClass()

    def setUp(self):
        if self.server.process.poll() is not None:
            self.server.start()
        for number in range(self.CLIENTS):
            peer = Peer(self.server.ready["mqtt"], wire.V5)
            self.addCleanup(peer.close)
            peer.send(wire.connect(wire.V5, f"flood{number}", user=f"nobody{number}", password=b"x"))

    def test_the_server_ends_at_once(self):
        began = time.monotonic()
        self.assertEqual(self.server.terminate(), 0)
        self.assertLess(time.monotonic() - began, 3)

    def test_everybody_is_answered_in_time(self):
        began = time.monotonic()
        last = Peer(self.server.ready["mqtt"], wire.V5)
        self.addCleanup(last.close)
        last.connect("right", user="alice", password=b"right")
        self.assertLess(time.monotonic() - began, self.ANSWER_SECONDS)

    def test_another_address_does_not_wait_for_it(self):
        other = Peer(self.server.ready["mqtt"], wire.V5, source="127.0.0.2")
        self.addCleanup(other.close)
        self.assertEqual(other.connect("alice-elsewhere", user="alice", password=b"right").code, 0)


class Passwd(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(shutil.rmtree, self.folder.path)

    def test_the_file_is_private_and_other_lines_stay(self):
        self.folder.users.write_text("# the site\n")
        self.assertEqual(self.folder.passwd("alice", password="x").stdout, "user alice added\n")
        self.assertEqual(self.folder.users.stat().st_mode & 0o777, 0o600)
        self.folder.passwd("bob", "--policy", "readers", "--algorithm", "bcrypt", password="y")
        lines = self.folder.users.read_text().splitlines()
        self.assertEqual(lines[0], "# the site")
        self.assertRegex(lines[1], r"^alice:\$argon2id\$v=19\$m=19456,t=2,p=1\$")
        self.assertRegex(lines[2], r"^bob:\$2b\$12\$.{53}:readers$")
        self.assertEqual(self.folder.passwd("alice", password="z").stdout, "user alice changed\n")
        self.assertNotEqual(self.folder.users.read_text().splitlines()[1], lines[1])

    def test_a_new_password_leaves_the_policy(self):
        self.folder.passwd("bob", "--policy", "readers", password="y")
        self.folder.passwd("bob", password="z")
        self.assertRegex(self.folder.users.read_text(), r"^bob:.*:readers\n$")
        self.folder.passwd("bob", "--policy", "default", password="z")
        self.assertNotIn("readers", self.folder.users.read_text())

    def test_many_at_once(self):
        names = [f"user{number}" for number in range(6)]
        with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
            runs = list(pool.map(lambda name: self.folder.passwd(name, password="x"), names))
        self.assertEqual({run.returncode for run in runs}, {0})
        found = {line.partition(":")[0] for line in self.folder.users.read_text().splitlines()}
        self.assertEqual(found, set(names))

    def test_behind_a_symbolic_link(self):
        self.folder.users = self.folder.path / "link"
        self.folder.users.symlink_to("real")
        for name in ("alice", "bob"):
            self.folder.passwd(name, password="x")
        self.assertTrue(self.folder.users.is_symlink())
        self.assertEqual((self.folder.path / "real").read_text().count("\n"), 2)

    def test_wrong_use(self):
        for words, password, why in (((), "x", "FILE USER"), (("a*b",), "x", "letters"),
                                     (("a",), "", "empty"), (("a", "--policy", "../x"), "x", "--policy"),
                                     (("a", "--algorithm", "md5"), "x", "argon2id and bcrypt")):
            with self.subTest(words):
                run = self.folder.passwd(*words, password=password)
                self.assertEqual(run.returncode, 2, run.stderr)
                self.assertIn(why, run.stderr)
        run = self.folder.passwd("nobody", "--delete")
        self.assertEqual(run.returncode, 1)
        self.assertFalse(self.folder.users.exists())

    def test_a_broken_file_is_not_written_over(self):
        self.folder.users.write_text("broken\n")
        run = self.folder.passwd("alice", password="x")
        self.assertEqual(run.returncode, 1)
        self.assertIn("users:1:", run.stderr)
        self.assertEqual(self.folder.users.read_text(), "broken\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
