#!/usr/bin/python3
"""mosquitto_pub and mosquitto_sub over TLS with ALPN `mqtt` and over bare TCP.

usage: mosquitto_test.py GATEHOUSE [TESTS]"""

import subprocess
import unittest

from client_test import AuthorizerTest
from device import PASSWORD


class MosquittoClients:
    def words(self, command: str, client_id: str, *, door="https", password=PASSWORD) -> list[str]:
        words = [command, "-i", client_id, "-q", "1", "-p", str(self.server.ready[door]),
                 "-u", "alice?x-amz-customauthorizer-name=AutoCustom", "-P", password]
        if door == "mqtt":
            return [*words, "-h", "127.0.0.1"]
        return [*words, "-h", "localhost", "--cafile", self.server.ready["ca"],
                "--tls-alpn", "mqtt"]

    def publish(self, client_id: str, topic: str, *more: str, **how):
        words = [*self.words("mosquitto_pub", client_id, **how), "-t", topic, "-m", "hello", *more]
        return subprocess.run(words, capture_output=True, text=True, timeout=60)

    def round_trip(self, door: str) -> None:
        for protocol in ("mqttv311", "mqttv5"):
            with self.subTest(protocol=protocol):
                name = f"{door}-{protocol}"
                words = [*self.words("mosquitto_sub", f"sub-{name}", door=door), "-t", "lab/+",
                         "-C", "1", "-W", "60", "-v", "-V", protocol]
                with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as subscriber:
                    self.server.wait_for_record(clientId=f"sub-{name}", eventType="Subscribe",
                                                status="Success")
                    sent = self.publish(f"pub-{name}", "lab/mosquitto", "-V", protocol, door=door)
                    self.assertEqual(sent.returncode, 0, sent.stderr)
                    self.assertEqual(subscriber.stdout.read(), "lab/mosquitto hello\n")
                self.server.wait_for_record(clientId=f"pub-{name}", eventType="Publish-In",
                                            topicName="lab/mosquitto", status="Success")

    def test_round_trip_over_tls(self):
        self.round_trip("https")

    def test_wrong_password_5(self):
        run = self.publish("wrong-5", "lab/x", "-V", "mqttv5", password="no")
        self.assertEqual(run.returncode, 135, run.stderr)
        self.assertIn("Not authorized", run.stderr)
        self.assert_denied_record("wrong-5")

    def test_denied_publish_5(self):
        run = self.publish("denied-5", "elsewhere/x", "-V", "mqttv5")
        self.assertIn("Not authorized", run.stderr)
        self.assert_denied_record("denied-5", "Publish-In")


class Aws(MosquittoClients, AuthorizerTest):
    def test_round_trip_over_bare_tcp(self):
        self.round_trip("mqtt")

    def test_round_trip_on_the_mqtts_port(self):
        self.round_trip("mqtts")

    def test_wrong_password_311(self):
        run = self.publish("wrong-4", "lab/x", "-V", "mqttv311", password="no")
        self.assertEqual(run.returncode, 5, run.stderr)
        self.assertIn("not authorised", run.stderr)
        self.assert_denied_record("wrong-4")


class AwsStrict(MosquittoClients, AuthorizerTest):
    flags = ("--profile", "aws-strict")

    def test_wrong_password_311(self):
        run = self.publish("wrong-4", "lab/x", "-V", "mqttv311", password="no")
        self.assertEqual(run.returncode, 7, run.stderr)
        self.assertIn("The connection was lost", run.stderr)
        self.assert_denied_record("wrong-4")


if __name__ == "__main__":
    unittest.main(verbosity=2)
