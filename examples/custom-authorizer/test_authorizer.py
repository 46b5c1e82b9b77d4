"""Run with: python3 -m unittest (in this folder)."""

import base64
import contextlib
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import types
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "function"))
sys.path.insert(0, str(HERE))

import lambda_function  # noqa: E402
import passwords  # noqa: E402
import tutorial_handler  # noqa: E402

CONTEXT = types.SimpleNamespace(
    invoked_function_arn="arn:aws:lambda:eu-west-1:000000000000:function:custom-authorizer")


def event(user="alice?x-amz-customauthorizer-name=AutoCustom", password=b"correct-horse",
          client_id="basicPubSub"):
    return {
        "protocols": ["tls", "mqtt"],
        "signatureVerified": False,
        "protocolData": {
            "tls": {"serverName": "localhost"},
            "mqtt": {"username": user, "password": base64.b64encode(password).decode(),
                     "clientId": client_id},
        },
        "connectionMetadata": {"id": "0e8f2b1c-33d4-4c55-9a66-778899aabbcc"},
    }


def answer(*arguments, handler=lambda_function.lambda_handler, **more):
    """The handler's answer, and what it printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        answered = handler(event(*arguments, **more), CONTEXT)
    return answered, printed.getvalue()


class Handler(unittest.TestCase):
    def test_the_right_password_gets_in(self):
        answered, printed = answer()
        self.assertTrue(answered["isAuthenticated"])
        self.assertEqual(answered["principalId"], "alice")
        self.assertEqual(printed, "")
        json.dumps(answered)

    def test_the_answer_keeps_within_the_bounds_of_the_service(self):
        answered, _ = answer()
        for name in ("disconnectAfterInSeconds", "refreshAfterInSeconds"):
            self.assertTrue(300 <= answered[name] <= 86400)
        for document in answered["policyDocuments"]:
            self.assertLessEqual(len(json.dumps(document)), 2048)

    def test_the_policy_is_the_devices_own(self):
        (document,) = answer()[0]["policyDocuments"]
        allowed = {statement["Action"]: statement["Resource"]
                   for statement in document["Statement"]}
        start = "arn:aws:iot:eu-west-1:000000000000"
        self.assertEqual(allowed["iot:Connect"], [f"{start}:client/basicPubSub"])
        self.assertIn(f"{start}:topic/test/topic", allowed["iot:Publish"])
        self.assertIn(start + ":topicfilter/devices/${iot:ClientId}/#", allowed["iot:Subscribe"])
        self.assertIn(start + ":topic/devices/${iot:ClientId}/*", allowed["iot:Receive"])

    def test_everybody_else_is_refused_with_a_reason_in_the_log(self):
        for reason, arguments in {
            "wrong password": {"password": b"guess"},
            "no such user": {"user": "mallory"},
            "belongs to somebody else": {"client_id": "sensor1"},
        }.items():
            with self.subTest(reason=reason):
                answered, printed = answer(**arguments)
                self.assertEqual(answered, {"isAuthenticated": False})
                self.assertIn(reason, printed)
                self.assertNotIn("guess", printed)

    def test_a_connection_without_credentials_is_refused(self):
        for protocol_data in ({}, {"mqtt": {}}, {"mqtt": {"username": "alice"}},
                              {"mqtt": {"username": "alice", "password": "not base64!",
                                        "clientId": "basicPubSub"}}):
            with self.subTest(protocol_data=protocol_data), \
                    contextlib.redirect_stdout(io.StringIO()):
                answered = lambda_function.lambda_handler({"protocolData": protocol_data}, CONTEXT)
                self.assertEqual(answered, {"isAuthenticated": False})

    def test_unknown_users_cost_as_much_as_known_ones(self):
        costs = [passwords.cost_of(d["password"]) for d in lambda_function.DEVICES.values()]
        self.assertEqual(passwords.cost_of(lambda_function.DECOY), max(costs))

    def test_principal_ids_have_letters_and_digits_alone(self):
        for user in ("a-b", "a@example.com", "", "ä", "x" * 129):
            self.assertRegex(lambda_function.principal_id(user), r"\A[a-zA-Z0-9]{1,128}\Z")
        self.assertNotEqual(lambda_function.principal_id("a-b"),
                            lambda_function.principal_id("a_b"))


class Passwords(unittest.TestCase):
    def test_records_match_their_password_alone(self):
        record = passwords.hash_password(b"secret", cost=2)
        self.assertTrue(passwords.matches(b"secret", record))
        self.assertFalse(passwords.matches(b"Secret", record))
        self.assertFalse(passwords.matches(b"", record))
        self.assertNotIn("secret", record)
        self.assertNotEqual(record, passwords.hash_password(b"secret", cost=2))

    def test_secrets_are_random_and_cheap_to_check(self):
        secret, record = passwords.make_secret()
        self.assertTrue(passwords.matches(secret.encode(), record))
        self.assertFalse(passwords.matches(b"other", record))
        self.assertGreaterEqual(len(base64.urlsafe_b64decode(secret + "==")), 32)
        self.assertNotEqual(secret, passwords.make_secret()[0])

    def test_known_record(self):
        # RFC 7914, section 12: the third test vector, its first 32 bytes.
        salt = base64.b64encode(b"SodiumChloride").decode()
        digest = base64.b64encode(bytes.fromhex(
            "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2")).decode()
        self.assertTrue(passwords.matches(b"pleaseletmein", f"scrypt$16384$8$1${salt}${digest}"))

    def test_broken_records_are_refused(self):
        for record in ("", "plain", "md5$a$b", "scrypt$2$8$1$!$!", "scrypt$2$8$1$AA==",
                       "scrypt$1073741824$8$1$AA==$AA=="):
            with self.subTest(record=record), self.assertRaises(ValueError):
                passwords.matches(b"x", record)
        with self.assertRaises(ValueError):
            passwords.hash_password(b"x", cost=1000)


class AddDevice(unittest.TestCase):
    def test_what_it_writes_lets_the_device_in(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "devices.json"
            tool = [sys.executable, HERE / "add_device.py", "--file", path]
            subprocess.run([*tool, "bob", "--cost", "2", "--publish", "a/b"], input="pw\n",
                           text=True, check=True)
            secret = subprocess.run([*tool, "sensor9", "--generate"], text=True, check=True,
                                    stdin=subprocess.DEVNULL, capture_output=True).stdout.strip()
            devices = lambda_function.load_devices(path)
        self.assertTrue(passwords.matches(b"pw", devices["bob"]["password"]))
        self.assertEqual(devices["bob"]["clientIds"], ["bob"])
        self.assertEqual(devices["bob"]["publish"], ["a/b"])
        self.assertTrue(passwords.matches(secret.encode(), devices["sensor9"]["password"]))


class TutorialHandler(unittest.TestCase):
    def test_it_has_the_classical_shape(self):
        answered, printed = answer("aUser?x-amz-customauthorizer-name=X", b"aPassword",
                                   handler=tutorial_handler.lambda_handler)
        self.assertIn("'protocols': ['tls', 'mqtt']", printed)
        self.assertTrue(answered["isAuthenticated"])
        (document,) = answered["policyDocuments"]
        resource = json.loads(document)["Statement"][0]["Resource"]
        self.assertEqual(resource, "arn:aws:iot:us-east-2:*:client/${iot:ClientId}")
        refused, _ = answer("aUser", b"wrong", handler=tutorial_handler.lambda_handler)
        self.assertFalse(refused["isAuthenticated"])


if __name__ == "__main__":
    unittest.main()
