#!/usr/bin/python3
"""`/metrics`: real clients move the numbers, and Prometheus's own tool reads the page.

usage: metrics_test.py GATEHOUSE [TESTS]"""

import http.client
import pathlib
import re
import shutil
import socket
import subprocess
import unittest
import urllib.error
import urllib.request

from client_test import AuthorizerTest, wait_until
from device import V5

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONNECTIONS_MAX = 32
SAMPLE = re.compile(r'^(?P<name>[a-z_]+)(?:\{(?P<labels>.*)\})? (?P<value>\S+)$')


class Metrics(AuthorizerTest):
    flags = ("--metrics-port", "0", "--allow-anonymous", "--limits-session-queue-messages-max", "3")

    def fetch(self, path: str = "/metrics", method: str = "GET"):
        return urllib.request.urlopen(urllib.request.Request(
            f"http://127.0.0.1:{self.server.ready['metrics']}{path}", method=method), timeout=30)

    def samples(self) -> dict[str, float]:
        """By name and labels, as they stand there."""
        found = {}
        for line in self.fetch().read().decode().splitlines():
            if not line.startswith("#"):
                match = SAMPLE.match(line)
                self.assertIsNotNone(match, line)
                found[line.rsplit(" ", 1)[0]] = float(match["value"])
        return found

    def test_who_said_goodbye_holds_no_connection(self):
        gauge = 'gatehouse_connections{door="mqtt",version="3.1.1"}'
        before = self.samples()[gauge]
        with socket.create_connection(("127.0.0.1", self.server.ready["mqtt"])) as stream:
            stream.settimeout(30)
            stream.sendall(b"\x10\x11\x00\x04MQTT\x04\x02\x00\x3c\x00\x05leave")
            self.assertEqual(stream.recv(4)[0], 0x20)
            stream.sendall(b"\xe0\x00")
            self.assertEqual(stream.recv(1), b"")
            self.assertEqual(self.samples()[gauge], before, "though the client has not closed yet")

    def test_clients_move_the_numbers(self):
        before = self.samples()
        device = self.device("counted", protocol=V5, door="mqtts", clean=False,
                             session_expiry=600).connected()
        device.subscribed("lab/#")
        device.published("lab/x", b"12345", qos=1, retain=True)
        device.client.publish("lab/y", b"12", 0)
        for _ in range(2):
            device.expect("message")
        refused = self.device("refused", password="wrong")
        refused.expect("disconnect")

        def moved() -> bool:
            after = self.samples()
            return all(after[name] - before[name] == by for name, by in {
                'gatehouse_connections{door="mqtts",version="5"}': 1,
                'gatehouse_messages_received_total{qos="0"}': 1,
                'gatehouse_messages_received_total{qos="1"}': 1,
                'gatehouse_messages_sent_total{qos="1"}': 1,
                'gatehouse_received_bytes_total{qos="0"}': 2,
                'gatehouse_received_bytes_total{qos="1"}': 5,
                'gatehouse_sessions': 1,
                'gatehouse_subscriptions': 1,
                'gatehouse_retained_messages': 1,
                'gatehouse_events_total{name="Connect.Success"}': 1,
                'gatehouse_events_total{name="PublishOut.Success"}': 2,
                'gatehouse_events_total{name="PublishRetained.Success"}': 1,
                'gatehouse_events_total{name="Connect.AuthError"}': 1,
                'gatehouse_events_total{name="Authorizer.Refusals"}': 1,
                'gatehouse_authorizer_seconds_count': 2,
            }.items())
        wait_until(moved, "the numbers to move")
        after = self.samples()
        self.assertGreater(after["gatehouse_disk_commit_seconds_count"], 0)
        self.assertGreater(after["process_resident_memory_bytes"], 1_000_000)
        self.assertGreater(after['gatehouse_api_calls_total{status="2xx"}'], 0)
        device.close()
        wait_until(lambda: self.samples()['gatehouse_connections{door="mqtts",version="5"}'] ==
                   before['gatehouse_connections{door="mqtts",version="5"}'], "the end")
        self.assertEqual(self.samples()["gatehouse_sessions"] - before["gatehouse_sessions"], 1,
                         "the session is still there")

    def test_what_waits_and_what_does_not_fit_counts_as_queued(self):
        self.device("counted", protocol=V5).connected().close()  # ends another test's session
        before = self.samples()
        sleeper = self.device("sleeper", protocol=V5, clean=False, session_expiry=600).connected()
        sleeper.subscribed("lab/sleep")
        sleeper.close()
        writer = self.device("writer").connected()
        for _ in range(4):
            writer.published("lab/sleep", b"x", qos=1)

        def moved() -> list[float]:
            after = self.samples()
            return [after[name] - before[name] for name in (
                'gatehouse_events_total{name="Queued.Success"}',
                'gatehouse_events_total{name="Queued.Throttle"}')]
        wait_until(lambda: moved() == [3, 1], "the numbers to move")

    def test_every_event_that_is_named_can_happen(self):
        names = {name.split('"')[1] for name in self.samples()
                 if name.startswith("gatehouse_events_total")}
        self.assertIn("Connect.ServerError", names)
        for never in ("Queued.ServerError", "PublishOut.ServerError", "Subscribe.Throttle"):
            self.assertNotIn(never, names)

    def test_histograms_count_up(self):
        samples = self.samples()
        buckets = [(float(name.split('le="')[1].rstrip('"}').replace("+Inf", "inf")), value)
                   for name, value in samples.items()
                   if name.startswith('gatehouse_loop_turn_seconds_bucket{loop="0"')]
        self.assertEqual(buckets, sorted(buckets))
        self.assertEqual([value for _, value in buckets], sorted(value for _, value in buckets))
        self.assertEqual(buckets[-1][0], float("inf"))

    def test_only_metrics_is_there(self):
        for path, method, status in (("/", "GET", 404), ("/metrics", "POST", 405)):
            with self.assertRaises(urllib.error.HTTPError) as refused:
                self.fetch(path, method)
            self.assertEqual(refused.exception.code, status)
            refused.exception.close()
        self.assertEqual(self.fetch(method="HEAD").read(), b"")

    def test_it_is_asked_by_its_own_names(self):
        port = self.server.ready["metrics"]
        for host, status in ((f"127.0.0.1:{port}", 200), (f"localhost:{port}", 200),
                             (f"rebound.example:{port}", 403)):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            self.addCleanup(connection.close)
            connection.request("GET", "/metrics", headers={"Host": host})
            answer = connection.getresponse()
            self.assertEqual((host, answer.status), (host, status))
            answer.read()

    def test_few_connections_are_open_at_once(self):
        def connect() -> socket.socket:
            stream = socket.create_connection(("127.0.0.1", self.server.ready["metrics"]), 30)
            self.addCleanup(stream.close)
            return stream
        idle = [connect() for _ in range(CONNECTIONS_MAX)]
        with self.assertRaises((ConnectionError, http.client.HTTPException, urllib.error.URLError)):
            self.fetch()
        idle.pop().close()

        def answered() -> bool:
            try:
                return self.fetch().status == 200
            except (ConnectionError, http.client.HTTPException, urllib.error.URLError):
                return False
        wait_until(answered, "a place for the next")
        for stream in idle:
            stream.close()

    def families(self) -> set[str]:
        return set(re.findall(r"^# TYPE (\S+)", self.fetch().read().decode(), re.MULTILINE))

    def test_every_family_is_in_the_reference(self):
        page = (ROOT / "docs" / "reference" / "metrics.md").read_text(encoding="utf-8")
        documented = set(re.findall(r"^\| `([a-z_]+)`", page, re.MULTILINE))
        self.assertEqual(documented, self.families())

    def test_the_dashboard_asks_for_families_that_there_are(self):
        dashboard = (ROOT / "packaging" / "grafana" / "gatehouse.json").read_text(encoding="utf-8")
        asked = set(re.findall(r"(?:gatehouse|process)_[a-z_]+", dashboard))
        # A family may have no sample yet; those of a histogram have names of their own.
        told = self.families() | {name.split("{")[0] for name in self.samples()}
        self.assertEqual(asked - told, set())

    def test_prometheus_reads_it(self):
        tool = shutil.which("promtool")
        self.assertIsNotNone(tool, "promtool of Debian's package prometheus")
        run = subprocess.run([tool, "check", "metrics"], input=self.fetch().read(),
                             capture_output=True, timeout=60)
        self.assertEqual(run.returncode, 0, (run.stdout + run.stderr).decode())


class SysTopics(AuthorizerTest):
    flags = ("--profile", "open", "--allow-anonymous", "--sys-seconds", "1")

    def read(self, device, topic: str) -> str:
        while True:
            message = device.expect("message")
            if message[1] == f"$SYS/broker/{topic}":
                return message[2].decode()

    def test_the_broker_tells_of_itself(self):
        device = self.device("reader", user=None, password=None).connected()
        device.subscribed("$SYS/#")
        self.assertRegex(self.read(device, "version"), r"^gatehouse version \S+$")
        self.assertRegex(self.read(device, "uptime"), r"^\d+ seconds$")
        wait_until(lambda: self.read(device, "clients/connected") == "1", "one client")
        wait_until(lambda: self.read(device, "subscriptions/count") == "1", "one subscription")

    def test_wildcards_and_publishers_stay_out(self):
        device = self.device("outside", protocol=V5, user=None, password=None).connected()
        device.subscribed("#")
        device.client.publish("$SYS/broker/version", b"forged", 1)
        device.published("t", b"last")
        self.assertEqual(device.expect("message")[1], "t")
        reader = self.device("reader-2", user=None, password=None).connected()
        reader.subscribed("$SYS/broker/version")
        self.assertNotEqual(self.read(reader, "version"), "forged")


class NoSysTopics(AuthorizerTest):
    def test_aws_has_none(self):
        device = self.device("asks", protocol=V5).connected()
        self.assertEqual(device.subscribed("$SYS/#"), [0x8F])


class Closed(AuthorizerTest):
    def test_it_is_off_unless_asked_for(self):
        self.assertIsNone(self.server.ready["metrics"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
