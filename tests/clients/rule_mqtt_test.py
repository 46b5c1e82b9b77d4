#!/usr/bin/python3
"""The mqtt action of rules: messages that Debian's mosquitto passes on to its own subscribers, with
passwords and with certificates, and what becomes of them while it is away.

usage: rule_mqtt_test.py GATEHOUSE [TESTS]"""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from client_test import ClientTest, wait_until
from mosquitto_broker import Broker, Listener

OTHER = "111122223333"
USER, PASSWORD = "bridge", "open sesame"


def certificates(folder: pathlib.Path):
    """ca.pem, and a certificate with its key of the broker and of its client."""
    def openssl(*words: str):
        subprocess.run(["openssl", *words], check=True, capture_output=True, timeout=60,
                       cwd=folder)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "1", "-subj", "/CN=test authority", "-keyout", "ca.key", "-out", "ca.pem")
    (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1")
    for name in ("broker", "client"):
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        openssl("x509", "-req", "-days", "1", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey",
                "ca.key", "-CAcreateserial", "-extfile", "names", "-out", f"{name}.pem")


class RuleMqtt(ClientTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="gatehouse-mqtt-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        certificates(cls.folder)
        passwords = cls.folder / "passwords"
        subprocess.run(["mosquitto_passwd", "-c", "-b", str(passwords), USER, PASSWORD],
                       check=True, capture_output=True, timeout=60)
        passwords.chmod(0o644)
        cls.plain = Broker(cls.folder, "plain", f"password_file {passwords}")
        cls.addClassCleanup(cls.plain.close)
        cls.tls = Broker(cls.folder, "tls", f"password_file {passwords}", *(
            f"{what} {cls.folder / file}" for what, file in
            (("cafile", "ca.pem"), ("certfile", "broker.pem"), ("keyfile", "broker.key"))),
            "require_certificate true")
        cls.addClassCleanup(cls.tls.close)
        known = {"userName": USER, "password": PASSWORD}
        plain = {"url": f"mqtt://127.0.0.1:{cls.plain.port}"}
        tls = {"url": f"mqtts://localhost:{cls.tls.port}", "caFile": "ca.pem"} | known
        shown = {"certificateFile": "client.pem", "privateKeyFile": "client.key"}
        file = cls.folder / "targets.json"
        file.touch(0o600)
        file.write_text(json.dumps({"mqttBrokers": {
            "five": plain | known | {"clientId": "of-five"},
            "three": plain | known | {"version": "3.1.1"},
            "secure": tls | shown,
            "nameless": tls,
            "wrong": plain | known | {"password": "no"},
            "theirs": plain | {"accounts": [OTHER]}}}))
        cls.flags = ("--allow-anonymous", "--api-auth", "any", "--rules-targets-file", str(file),
                     "--rules-action-tries", "1")
        super().setUpClass()

    def listener(self, **how) -> Listener:
        listener = Listener(how.pop("port", self.plain.port), USER, PASSWORD, **how)
        self.addCleanup(listener.close)
        return listener

    def make(self, name: str, target: str, check: bool = True, **members):
        """A rule for the messages on its own name."""
        action = {"mqtt": {"target": target, "topic": f"{name}/${{topic(2)}}"} | members}
        return self.server.gatehouse("rule", "create", name, "--payload", json.dumps({
            "sql": f"SELECT * FROM '{name}/#'", "actions": [action],
            "awsIotSqlVersion": "2016-03-23"}), check=check)

    def publish(self, topic: str, *payloads: bytes):
        publisher = self.device(f"p-{self._testMethodName}"[:60], door="mqtt",
                                user=None).connected()
        for payload in payloads:
            publisher.published(topic, payload)
        publisher.close()

    def failure(self, name: str) -> str:
        return self.server.wait_for_record(eventType="RuleExecution", ruleName=name,
                                           status="Failure")["details"]

    def test_messages_pass_over_one_connection(self):
        listener = self.listener()
        self.make("five", "five")
        payloads = [json.dumps({"n": number}).encode() for number in range(100)]
        self.publish("five/lamp", *payloads)
        self.assertEqual(listener.next(), ("five/lamp", payloads[0], 1, False))
        connections = self.plain.log().count("as of-five (p5")
        for payload in payloads[1:]:
            self.assertEqual(listener.next(), ("five/lamp", payload, 1, False))
        record = self.server.wait_for_record(eventType="RuleExecution", ruleName="five",
                                             status="Success")
        self.assertEqual(record["resources"], {"Target": "five", "MqttTopic": "five/lamp"})
        self.publish("five/lamp", b"last")
        self.assertEqual(listener.next()[1], b"last")
        self.assertEqual(self.plain.log().count("as of-five (p5"), connections)

    def test_qos_0_and_retained_by_mqtt_311(self):
        self.make("three", "three", qos=0, retain=True)
        self.publish("three/lamp", b"\xff\x00")
        wait_until(lambda: "three/lamp" in self.plain.log(), "the message at the broker")
        listener = self.listener()
        self.assertEqual(listener.next(), ("three/lamp", b"\xff\x00", 0, True))
        self.assertRegex(self.plain.log(), r"as gatehouse-[0-9a-f]{12} \(p2")

    def test_certificates(self):
        files = {"ca_certs": str(self.folder / "ca.pem"),
                 "certfile": str(self.folder / "client.pem"),
                 "keyfile": str(self.folder / "client.key")}
        listener = self.listener(port=self.tls.port, tls=files)
        self.make("secure", "secure")
        self.publish("secure/lamp", b"{}")
        self.assertEqual(listener.next(), ("secure/lamp", b"{}", 1, False))
        self.make("nameless", "nameless")
        self.publish("nameless/lamp", b"{}")
        self.assertIn("No broker took the message", self.failure("nameless"))

    def test_a_broker_that_is_away_comes_back(self):
        broker = self.plain
        listener = self.listener()
        self.make("away", "five")
        self.publish("away/lamp", b"before")
        self.assertEqual(listener.next()[1], b"before")
        listener.close()
        broker.kill()
        self.publish("away/lamp", b"meanwhile 1", b"meanwhile 2")
        broker.start()
        listener = self.listener()
        self.publish("away/lamp", b"after")
        heard = [listener.next()[1]]
        while heard[-1] != b"after":
            heard.append(listener.next()[1])
        # What came before the listener did is nobody's.
        self.assertEqual(heard, [b"meanwhile 1", b"meanwhile 2", b"after"][-len(heard):])
        successes = wait_until(
            lambda: len(found := self.server.log_records(
                eventType="RuleExecution", ruleName="away", status="Success")) >= 4 and found,
            "four messages that arrived")
        self.assertEqual(len(successes), 4)

    def test_what_is_refused(self):
        for target in ("nobody", "theirs"):
            run = self.make("refused", target, check=False)
            self.assertIn(f"'{target}' is not among mqttBrokers", run.stderr)
        self.assertIn("qos", self.make("refused", "five", check=False, qos=2).stderr)
        self.make("wrong", "wrong")
        self.publish("wrong/lamp", b"{}")
        self.assertIn("it refuses the connection (", self.failure("wrong"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
