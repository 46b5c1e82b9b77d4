#!/usr/bin/python3
"""Authorizers without a function that a file declares: an HTTP service, and JSON Web Tokens.

usage: declared_authorizers_test.py GATEHOUSE [TESTS]"""

import base64
import hashlib
import hmac
import json
import pathlib
import shutil
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

from client_test import GATEHOUSE, NOT_AUTHORIZED_5, ClientTest
from device import V5
from gatehouse_server import Server
from http_service import Service
from signing_key import SigningKey

SERVER_UNAVAILABLE_5 = 0x88


def text64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def policy(user: str) -> dict:
    return {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"},
        {"Effect": "Allow", "Action": ["iot:Publish", "iot:Receive"],
         "Resource": f"arn:aws:iot:*:*:topic/home/{user}/*"},
        {"Effect": "Allow", "Action": "iot:Subscribe",
         "Resource": f"arn:aws:iot:*:*:topicfilter/home/{user}/*"}]}


class DeclaredTest(ClientTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="gatehouse-declared-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.file = cls.folder / "authorizers.json"
        cls.make_services()
        cls.write(cls.declarations())
        cls.flags = ("--authorizers-file", str(cls.file))
        super().setUpClass()

    @classmethod
    def write(cls, declarations: list) -> None:
        cls.file.touch(0o600)
        cls.file.write_text(json.dumps({"authorizers": declarations}))

    def refused(self, client_id: str, why: str, code: int = NOT_AUTHORIZED_5, **how) -> dict:
        """The client learns nothing of the why, the log has it."""
        answer = self.device(client_id, protocol=V5, **how).expect("connect")
        self.assertEqual(answer[1], code)
        self.assertNotIn(why, str(answer[3]))
        record = self.server.wait_for_record(clientId=client_id,
                                             eventType="Connection.AuthNError")
        self.assertIn(why, record["details"])
        return record


class Http(DeclaredTest):
    SECRET = "s3cret-of-the-service"

    @classmethod
    def make_services(cls):
        key = cls.folder / "key.pem"
        cls.ca = cls.folder / "ca.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(key), "-out",
                        str(cls.ca), "-subj", "/CN=auth", "-addext",
                        "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cls.ca, key)
        cls.service, cls.slow = Service(context), Service()
        cls.addClassCleanup(cls.service.shutdown)
        cls.addClassCleanup(cls.slow.shutdown)

    @classmethod
    def declarations(cls) -> list:
        return [{"name": "Web", "kind": "http", "url": cls.service.url("/mqtt?site=1"),
                 "caFile": "ca.pem", "headers": {"Authorization": f"Bearer {cls.SECRET}"},
                 "tokenKeyName": "tok"},
                {"name": "Untrusted", "kind": "http", "url": cls.service.url("/mqtt")},
                {"name": "Slow", "kind": "http", "url": cls.slow.url("/")},
                {"name": "Off", "kind": "http", "url": cls.slow.url("/"), "status": "INACTIVE"}]

    def setUp(self):
        self.service.asked.clear()
        self.service.answer = self.by_password

    @staticmethod
    def by_password(event: dict) -> tuple[int, bytes]:
        mqtt = event["protocolData"].get("mqtt", {})
        user = mqtt.get("username", "web").partition("?")[0]
        if base64.b64decode(mqtt.get("password", "")) != b"right":
            return 200, b'{"isAuthenticated": false}'
        return 200, json.dumps({
            "isAuthenticated": True, "principalId": user, "policyDocuments": [policy(user)],
            "disconnectAfterInSeconds": 86400, "refreshAfterInSeconds": 300}).encode()

    def test_the_service_decides(self):
        device = self.device("web-1", user="alice", authorizer="Web", password="right",
                             query="&tok=T", protocol=V5).connected()
        self.assertEqual(device.subscribed("home/alice/x"), [1])
        self.assertEqual(device.subscribed("home/bob/x"), [NOT_AUTHORIZED_5])
        device.published("home/alice/x")
        self.assertEqual(device.expect("message")[1], "home/alice/x")
        path, headers, body = self.service.asked[-1]
        self.assertEqual((path, headers["Authorization"]),
                         ("/mqtt?site=1", f"Bearer {self.SECRET}"))
        event = json.loads(body)
        self.assertEqual((event["token"], event["signatureVerified"], event["protocols"]),
                         ("T", False, ["tls", "mqtt"]))
        self.assertEqual(event["protocolData"]["mqtt"]["clientId"], "web-1")
        record = self.server.wait_for_record(clientId="web-1", eventType="Connect")
        self.assertEqual((record["principalId"], record["authorizerName"]), ("alice", "Web"))
        self.server.wait_for_record(clientId="web-1", eventType="Authorizer.Invoke",
                                    authorizerName="Web")
        before = len(self.service.clients)
        for number in range(5):
            self.device(f"web-again-{number}", authorizer="Web", password="right").connected()
        self.assertLessEqual(len(self.service.clients), before + 1)

    def test_its_no_and_its_failures(self):
        self.refused("web-no", "answered isAuthenticated: false", authorizer="Web",
                     password="wrong")
        self.service.answer = lambda event: (403, b"")
        self.refused("web-403", "answered isAuthenticated: false", authorizer="Web")
        self.service.answer = lambda event: (200, f"junk {self.SECRET}".encode())
        self.refused("web-junk", "cannot be used", authorizer="Web")
        self.service.answer = lambda event: (302, b"elsewhere")
        self.refused("web-302", "failed: status 302: elsewhere", authorizer="Web")
        self.service.answer = lambda event: (503, b"")
        self.refused("web-503", "status 503", SERVER_UNAVAILABLE_5, authorizer="Web")
        self.assertNotIn(self.SECRET, json.dumps(self.server.log_records()))

    def test_it_has_to_be_who_it_should_be(self):
        self.refused("untrusted", "does not prove", authorizer="Untrusted", password="right")
        self.assertEqual(self.service.asked, [])

    def test_a_silent_one_harms_only_its_own(self):
        let_go = threading.Event()
        self.addCleanup(let_go.set)
        self.slow.answer = lambda event: let_go.wait(20) and None
        waiting = [self.device(f"slow-{n}", authorizer="Slow", protocol=V5) for n in range(20)]
        began = time.monotonic()
        self.device("web-beside", user="alice", authorizer="Web", password="right").connected()
        self.assertLess(time.monotonic() - began, 3)
        for device in waiting:
            self.assertNotEqual(device.expect("connect", 20)[1], 0)
        record = self.server.wait_for_record(clientId="slow-0", eventType="Connection.AuthNError")
        self.assertIn("did not answer within 5000 ms", record["details"])

    def test_the_api_shows_it(self):
        iot = self.server.api("iot")
        shown = iot.describe_authorizer(authorizerName="Web")["authorizerDescription"]
        self.assertEqual(shown["authorizerFunctionArn"],
                         "arn:aws:gatehouse:us-east-1:000000000000:http-authorizer/Web")
        self.assertEqual((shown["status"], shown["signingDisabled"], shown["tokenKeyName"]),
                         ("ACTIVE", True, "tok"))
        names = [one["authorizerName"] for one in iot.list_authorizers()["authorizers"]]
        self.assertEqual(names, ["Off", "Slow", "Untrusted", "Web"])
        for change in (lambda: iot.update_authorizer(authorizerName="Web", status="INACTIVE"),
                       lambda: iot.delete_authorizer(authorizerName="Web")):
            with self.assertRaises(iot.exceptions.InvalidRequestException) as refused:
                change()
            self.assertIn(str(self.file), str(refused.exception))
        answer = iot.test_invoke_authorizer(authorizerName="Web", mqttContext={
            "username": "alice", "password": b"right", "clientId": "c"})
        self.assertEqual((answer["isAuthenticated"], answer["principalId"]), (True, "alice"))
        self.refused("off", "is INACTIVE", authorizer="Off")

    def test_it_may_be_the_default(self):
        iot = self.server.api("iot")
        iot.set_default_authorizer(authorizerName="Web")
        self.addCleanup(iot.clear_default_authorizer)
        self.device("by-default", user="alice", authorizer=None, password="right").connected()
        shown = iot.describe_default_authorizer()["authorizerDescription"]
        self.assertEqual(shown["authorizerName"], "Web")

    def test_the_file_is_read_again(self):
        good = self.declarations()
        self.addCleanup(self.reread)
        self.addCleanup(self.write, good)
        self.write([*good, {"name": "New", "kind": "http", "url": self.service.url("/"),
                            "caFile": "ca.pem"}])
        self.assertIn("authorizers of the file were read again", self.reread())
        self.device("new-1", authorizer="New", password="right").connected()
        self.write([{"name": "New", "kind": "htp"}])
        self.assertIn("http or jwt", self.reread("Failure"))
        self.device("new-2", authorizer="New", password="right").connected()


class Tokens(DeclaredTest):
    @classmethod
    def make_services(cls):
        cls.keys = {name: SigningKey() for name in ("one", "two", "stranger")}
        cls.published = ["one"]
        cls.service = Service()
        cls.service.answer = lambda path: (200, json.dumps(
            {"keys": [cls.jwk(name) for name in cls.published]}).encode())
        cls.addClassCleanup(cls.service.shutdown)
        cls.secret = b"0123456789abcdef0123456789abcdef"
        secret_file = cls.folder / "secret.json"
        secret_file.touch(0o600)
        secret_file.write_text(json.dumps({"kty": "oct", "k": text64(cls.secret)}))

    @classmethod
    def jwk(cls, name: str) -> dict:
        shown = subprocess.run(["openssl", "rsa", "-in", str(cls.keys[name].key), "-noout",
                                "-modulus"], check=True, capture_output=True, text=True).stdout
        modulus = bytes.fromhex(shown.strip().partition("=")[2])
        return {"kty": "RSA", "kid": name, "n": text64(modulus), "e": "AQAB", "use": "sig"}

    @classmethod
    def declarations(cls) -> list:
        policies = {"policyDocuments": [policy("${jwt:sub}")]}
        return [{"name": "Jwks", "kind": "jwt", "algorithms": ["RS256"], "issuer": "https://i/",
                 "audience": "mqtt", "jwksUrl": cls.service.url("/keys"), **policies},
                {"name": "Secret", "kind": "jwt", "algorithms": ["HS256"], "tokenKeyName": "jwt",
                 "keysFile": "secret.json", "principalClaim": "client", **policies}]

    def token(self, name: str = "one", header: dict | None = None, **claims) -> str:
        claims = {"sub": "alice", "iss": "https://i/", "aud": ["web", "mqtt"],
                  "exp": int(time.time()) + 600, **claims}
        text = ".".join(text64(json.dumps(part).encode())
                        for part in ({"alg": "RS256", "kid": name, **(header or {})}, claims))
        signature = base64.b64decode(self.keys[name].sign(text))
        return f"{text}.{text64(signature)}"

    def secret_token(self, **claims) -> str:
        claims = {"client": "lamp", "sub": "alice", "exp": int(time.time()) + 600, **claims}
        text = ".".join(text64(json.dumps(part).encode()) for part in ({"alg": "HS256"}, claims))
        return f"{text}.{text64(hmac.digest(self.secret, text.encode(), hashlib.sha256))}"

    def user(self, client_id: str, token: str, **how):
        return self.device(client_id, user="any", authorizer="Jwks", password=token, **how)

    def test_a_token_as_the_password(self):
        device = self.user("jwt-1", self.token(), protocol=V5).connected()
        self.assertEqual(device.subscribed("home/alice/x"), [1])
        self.assertEqual(device.subscribed("home/bob/x"), [NOT_AUTHORIZED_5])
        device.published("home/alice/x")
        self.assertEqual(device.expect("message")[1], "home/alice/x")
        record = self.server.wait_for_record(clientId="jwt-1", eventType="Connect")
        self.assertEqual((record["principalId"], record["authorizerName"]), ("alice", "Jwks"))
        self.user("jwt-web", self.token(), websocket="/mqtt", alpn=None).connected()

    def test_refusals_are_explained_in_the_log_alone(self):
        now = int(time.time())
        for client_id, token, why in (
                ("jwt-expired", self.token(exp=now - 100), "the token expired 1"),
                ("jwt-audience", self.token(aud="web"), "audience 'mqtt' is expected"),
                ("jwt-issuer", self.token(iss="https://j/"), "'https://i/' is expected"),
                ("jwt-early", self.token(nbf=now + 500), "('nbf')"),
                ("jwt-key", self.token("stranger"), "the key 'stranger', which is not known"),
                ("jwt-none", self.token(header={"alg": "none"}), "only RS256 is taken"),
                ("jwt-forged", self.token("stranger", {"kid": "one"}), "signature is wrong"),
                ("jwt-not", "secret", "three parts")):
            with self.subTest(client_id):
                record = self.refused(client_id, why, authorizer="Jwks", user="x" + client_id,
                                      password=token)
                self.assertEqual(record["reason"], "NOT_AUTHENTICATED")
                self.assertNotIn(token, json.dumps(record))

    def test_a_claim_is_no_wildcard(self):
        device = self.user("jwt-star", self.token(sub="*"), protocol=V5).connected()
        for topic in ("home/bob/x", "home/+/x", "home/#"):
            self.assertEqual(device.subscribed(topic), [NOT_AUTHORIZED_5])
        self.assertEqual(device.subscribed("home/%2A/x"), [1])
        device = self.user("jwt-plus", self.token(sub="+"), protocol=V5).connected()
        self.assertEqual(device.subscribed("home/+/x"), [NOT_AUTHORIZED_5])

    def test_the_connection_ends_with_the_token(self):
        device = self.user("jwt-short", self.token(exp=int(time.time()) + 3), protocol=V5)
        device.connected()
        device.expect("disconnect", 20)

    def test_keys_come_anew(self):
        self.user("jwt-before", self.token()).connected()
        before = len(self.service.asked)
        for number in range(5):
            self.refused(f"jwt-unknown-{number}", "not known", authorizer="Jwks",
                         user=f"u{number}", password=self.token("stranger"))
        self.assertLessEqual(len(self.service.asked), before + 1)

    def test_a_token_in_the_query_and_over_https(self):
        self.device("jwt-query", authorizer="Secret", password=None,
                    query="&jwt=" + self.secret_token(), protocol=V5).connected()
        record = self.server.wait_for_record(clientId="jwt-query", eventType="Connect")
        self.assertEqual(record["principalId"], "lamp")
        listener = self.user("jwt-listens", self.token()).connected()
        listener.subscribed("home/alice/http")
        self.assertEqual(self.post("Jwks", {"Authorization": f"Bearer {self.token()}"}), 200)
        self.assertEqual(listener.expect("message")[2], b"by https")
        self.assertEqual(self.post("Secret", {"jwt": self.secret_token()}), 200)
        self.assertEqual(self.post("Jwks", {"Authorization": "Bearer x.y.z"}), 401)
        self.assertEqual(self.post("Secret", {}), 401)

    def post(self, authorizer: str, headers: dict) -> int:
        url = f"https://localhost:{self.server.ready['https']}/topics/home%2Falice%2Fhttp?qos=1"
        context = ssl.create_default_context(cafile=self.server.ready["ca"])
        request = urllib.request.Request(url, b"by https", {
            "x-amz-customauthorizer-name": authorizer, **headers})
        try:
            with urllib.request.urlopen(request, context=context, timeout=20) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    def test_the_api_shows_it(self):
        iot = self.server.api("iot")
        shown = iot.describe_authorizer(authorizerName="Jwks")["authorizerDescription"]
        self.assertEqual(shown["authorizerFunctionArn"],
                         "arn:aws:gatehouse:us-east-1:000000000000:jwt-authorizer/Jwks")
        answer = iot.test_invoke_authorizer(authorizerName="Jwks", mqttContext={
            "username": "x", "password": self.token().encode(), "clientId": "c"})
        self.assertEqual((answer["isAuthenticated"], answer["principalId"]), (True, "alice"))


class WithoutKeys(DeclaredTest):
    """The address of the keys does not answer: nobody can decide, and the server goes on."""

    @classmethod
    def make_services(cls):
        pass

    @classmethod
    def declarations(cls) -> list:
        return [{"name": "Jwks", "kind": "jwt", "algorithms": ["RS256"],
                 "jwksUrl": "http://127.0.0.1:9/keys", "policyDocuments": [policy("x")]}]

    def test_clients_are_told_to_come_later(self):
        header = text64(b'{"alg":"RS256"}')
        self.refused("no-keys", "there are no keys from http://127.0.0.1:9/keys",
                     SERVER_UNAVAILABLE_5, authorizer="Jwks", password=f"{header}.e30.AAAA")


class BrokenFile(unittest.TestCase):
    def test_the_server_says_why_it_does_not_start(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="gatehouse-declared-"))
        self.addCleanup(shutil.rmtree, folder)
        file = folder / "authorizers.json"
        file.touch(0o600)
        file.write_text('{"authorizers":[{"name":"Web","kind":"http","url":"http://a.example/"}]}')
        with self.assertRaises(AssertionError) as failed:
            Server(GATEHOUSE, "--authorizers-file", str(file))
        self.assertIn("leads to another machine over http", str(failed.exception))


if __name__ == "__main__":
    unittest.main(verbosity=2)
