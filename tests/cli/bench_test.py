#!/usr/bin/python3
"""`gatehouse bench` against our server, Debian's mosquitto, and brokers that misbehave.

usage: bench_test.py GATEHOUSE [TESTS]"""

import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "device")]

import brokers  # noqa: E402
from running_server import Following, Server  # noqa: E402
from scripted_broker import ScriptedBroker, read_packet  # noqa: E402

GATEHOUSE = sys.argv.pop(1)
PATIENCE = 60  # seconds; only a broken program takes that long
DONE, FAILED, WRONG_USE, REFUSED, UNREACHABLE = range(5)


class BenchTest(unittest.TestCase):
    port = 0

    def run_bench(self, *words, status=DONE, environment=None):
        run = subprocess.run([GATEHOUSE, "bench", *map(str, words)], capture_output=True, text=True,
                             env={"PATH": os.environ["PATH"]} | (environment or {}),
                             timeout=PATIENCE)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return run

    def measured(self, kind, *words, status=DONE, port=None, **more):
        run = self.run_bench(kind, "--host", "127.0.0.1", "--port", port or self.port, "--json",
                             *words, status=status, **more)
        return json.loads(run.stdout)

    def following(self, *words) -> Following:
        started = Following([GATEHOUSE, "bench", *map(str, words)], {"PATH": os.environ["PATH"]})
        self.addCleanup(started.stop)
        return started

    def assert_nothing_was_lost(self, result):
        self.assertEqual(result["received"], result["sent"])
        for name in ("lost", "duplicates", "out_of_order", "without_number"):
            self.assertEqual(result[name], 0, name)
        times = [result["latency_ms"][name] for name in ("p50", "p90", "p99", "p99.9", "max")]
        self.assertEqual(times, sorted(times))
        self.assertGreater(times[0], 0)


class OwnServer(BenchTest):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(GATEHOUSE, "--profile", "open", "--allow-anonymous")
        cls.addClassCleanup(cls.server.remove)
        cls.port = cls.server.ready["mqtt"]

    def test_pairs_lose_nothing(self):
        for protocol in ("3.1.1", "5"):
            for qos in (0, 1, 2):
                with self.subTest(protocol=protocol, qos=qos):
                    result = self.measured("pairs", "--clients", 5, "--protocol", protocol,
                                           "--qos", qos, "--messages", 2003, "--in-flight", 20)
                    self.assertEqual(result["sent"], 2003)
                    self.assertEqual(result["acknowledged"], 2003 if qos else 0)
                    self.assertEqual(result["connected"], 10)
                    self.assert_nothing_was_lost(result)

    def test_large_messages_over_tls(self):
        result = self.measured("pairs", "--tls", "--ca", self.server.ready["ca"], "--clients", 2,
                               "--size", 100_000, "--messages", 100, "--qos", 1,
                               port=self.server.ready["mqtts"])
        self.assertEqual(result["sent"], 100)
        self.assert_nothing_was_lost(result)

    def test_a_rate_is_kept(self):
        for words in (("--rate", 400), ("--interval", "50ms")):
            result = self.measured("pairs", "--clients", 20, *words, "--duration", "1s")
            self.assertLessEqual(result["sent"], 401 * result["seconds"])
            self.assertGreaterEqual(result["sent"], 300 * result["seconds"])
            self.assert_nothing_was_lost(result)

    def test_pub_and_sub_in_two_processes(self):
        listening = self.following("sub", "--host", "127.0.0.1", "--port", self.port, "--clients",
                                   3, "--topic", "apart/#", "--messages", 300)
        listening.wait_for("received 0/s")
        sent = self.measured("pub", "--clients", 4, "--topic", "apart/%i", "--messages", 100,
                             "--qos", 1)
        self.assertEqual((sent["sent"], sent["acknowledged"], sent["lost"]), (100, 100, 0))
        self.assertGreater(sent["latency_ms"]["p50"], 0)
        table = listening.wait_for("out of order      0")
        self.assertRegex(table, r"received +300 ")
        self.assertRegex(table, r"latency +p50 \d")
        self.assertRegex(table, r"lost +0\n")
        self.assertEqual(listening.process.wait(PATIENCE), DONE)

    def test_a_shared_subscription_splits_the_messages(self):
        listening = self.following("sub", "--host", "127.0.0.1", "--port", self.port, "--clients",
                                   4, "--topic", "$share/g/split/#", "--messages", 400)
        listening.wait_for("received 0/s")
        self.measured("pub", "--clients", 2, "--topic", "split/%i", "--messages", 400, "--qos", 1)
        self.assertRegex(listening.wait_for("out of order"), r"received +400 .*\n(.*\n)*lost +0\n")
        self.assertEqual(listening.process.wait(PATIENCE), DONE)

    def test_placeholders_size_and_retain(self):
        self.measured("pub", "--clients", 2, "--topic", "kept/%i/%c", "--prefix", "me", "--size",
                      5, "--messages", 2, "--retain")
        said = self.server.run("sub", "--endpoint", f"mqtt://127.0.0.1:{self.port}", "--topic",
                               "kept/#", "--count", 2)
        self.assertEqual(sorted(said.stdout.splitlines()),
                         ["kept/1/me-1 xxxxx", "kept/2/me-2 xxxxx"], said.stderr)

    def test_connects(self):
        result = self.measured("connect", "--clients", 60, "--connect-rate", 200)
        self.assertEqual(result["connected"], 60)
        self.assertLess(result["connects_per_second"], 260)
        self.assertGreater(result["connect_ms"]["p50"], 0)
        again = self.measured("connect", "--clients", 5, "--reconnect", "--duration", "500ms")
        self.assertGreater(again["connected"], 5)

    def test_each_second_has_a_line_and_ctrl_c_ends_with_the_table(self):
        running = self.following("pairs", "--host", "127.0.0.1", "--port", self.port, "--clients",
                                 3, "--rate", 100, "--duration", "1h")
        running.wait_for("missing 0")
        running.process.send_signal(signal.SIGINT)
        table = running.wait_for("out of order      0")
        self.assertRegex(table, r"(?m)^ +1 s  sent \d+/s  received \d+/s  \d.* MB/s  p50 \d.*p99 \d")
        self.assertRegex(table, r"connected +6 of 6 ")
        self.assertEqual(running.process.wait(PATIENCE), DONE)

    def test_an_untrusted_broker_is_told(self):
        with tempfile.TemporaryDirectory() as folder:
            brokers.make_certificates(pathlib.Path(folder))
            words = ("connect", "--host", "127.0.0.1", "--port", self.server.ready["mqtts"],
                     "--clients", 2, "--tls", "--ca", f"{folder}/ca.crt")
            self.assertRegex(self.run_bench(*words, status=UNREACHABLE).stdout,
                             r"failed connects +2  the server's certificate does not prove")

    def test_tls_on_a_plain_port_is_told(self):
        result = self.measured("connect", "--tls", "--insecure", "--clients", 2,
                               status=UNREACHABLE)
        self.assertEqual(len(result["failed_connects"]), 1, result)
        self.assertEqual(sum(result["failed_connects"].values()), 2)


class ServerThatDies(BenchTest):
    def test_its_end_ends_the_run(self):
        server = Server(GATEHOUSE, "--profile", "open", "--allow-anonymous")
        self.addCleanup(server.remove)
        running = self.following("pairs", "--host", "127.0.0.1", "--port", server.ready["mqtt"],
                                 "--clients", 4, "--qos", 1, "--duration", "1h")
        running.wait_for("missing")
        server.process.kill()
        table = running.wait_for("out of order")
        self.assertRegex(table, r"lost connections +\d  ")
        self.assertEqual(running.process.wait(PATIENCE), FAILED)


class Mosquitto(BenchTest):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="gatehouse-bench-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        brokers.make_certificates(cls.folder)
        cls.broker = brokers.Mosquitto(cls.folder)
        cls.addClassCleanup(cls.broker.stop)
        cls.port = cls.broker.plain

    login = ("--user", "alice", "--password", "secret")

    def test_pairs_lose_nothing(self):
        for protocol in ("3.1.1", "5"):
            for qos in (0, 1, 2):
                with self.subTest(protocol=protocol, qos=qos):
                    result = self.measured("pairs", *self.login, "--topic", "test/%i", "--clients",
                                           3, "--qos", qos, "--messages", 600, "--in-flight", 10,
                                           "--protocol", protocol)
                    self.assertEqual(result["sent"], 600)
                    self.assert_nothing_was_lost(result)

    def test_tls_with_the_password_from_the_environment(self):
        result = self.measured("connect", "--tls", "--ca", self.folder / "ca.crt", "--user",
                               "alice", "--clients", 5, port=self.broker.tls,
                               environment={"DEVICE_PASSWORD": "secret"})
        self.assertEqual(result["connected"], 5)

    def test_clients_show_their_certificate(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "server.crt", self.folder / "server.key")
        context.load_verify_locations(self.folder / "ca.crt")
        context.verify_mode = ssl.CERT_REQUIRED
        with socket.create_server(("127.0.0.1", 0)) as listener:
            running = self.following(
                "connect", "--host", "127.0.0.1", "--port", listener.getsockname()[1], "--clients",
                1, "--tls", "--ca", self.folder / "ca.crt", "--cert", self.folder / "server.crt",
                "--key", self.folder / "server.key")
            with context.wrap_socket(listener.accept()[0], server_side=True) as stream:
                self.assertIn(((("commonName", "localhost"),),), stream.getpeercert().values())
                self.assertEqual(stream.recv(1), b"\x10")
                stream.sendall(b"\x20\x03\x00\x00\x00")
                running.wait_for("connected         1 of 1")
        self.assertEqual(running.process.wait(PATIENCE), DONE)

    def test_a_wrong_password_is_told(self):
        for protocol in ("3.1.1", "5"):
            result = self.measured("pairs", "--user", "alice", "--password", "wrong", "--clients",
                                   3, "--protocol", protocol, status=REFUSED)
            self.assertEqual(result["failed_connects"], {"refused: not authorized": 3})
            self.assertEqual(result["connected"], 0)

    def test_publishes_that_are_refused_are_told(self):
        result = self.measured("pub", *self.login, "--topic", "forbidden/%i", "--qos", 1,
                               "--clients", 2, "--messages", 10, status=FAILED)
        self.assertEqual(result["refused"], {"not authorized": 10})
        self.assertEqual(result["acknowledged"], 0)


class Misbehaving(BenchTest):
    def test_what_is_lost_comes_twice_or_late_is_counted(self):
        broker = ScriptedBroker(10, [0, 1, 1, 4, 3, 5, 6, 7, 9, 9])  # without 2 and 8
        self.addCleanup(broker.stop)
        result = self.measured("pairs", "--clients", 1, "--protocol", "3.1.1", "--messages", 10,
                               port=broker.port, status=FAILED)
        self.assertEqual({name: result[name] for name in
                          ("sent", "received", "lost", "duplicates", "out_of_order")},
                         {"sent": 10, "received": 10, "lost": 2, "duplicates": 2,
                          "out_of_order": 1})

    def test_what_is_missing_at_the_end_is_lost(self):
        broker = ScriptedBroker(10, [0, 1, 2])
        self.addCleanup(broker.stop)
        result = self.measured("pairs", "--clients", 1, "--protocol", "3.1.1", "--messages", 10,
                               port=broker.port, status=FAILED)
        self.assertEqual((result["received"], result["lost"]), (3, 7))

    def test_a_broker_that_reads_late_has_lost_nothing(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            running = self.following("pub", "--host", "127.0.0.1", "--port",
                                     listener.getsockname()[1], "--clients", 1, "--protocol",
                                     "3.1.1", "--size", 1_000_000, "--duration", "1s")
            connection, _ = listener.accept()
            with connection, connection.makefile("rb") as stream:
                read_packet(stream)
                connection.sendall(b"\x20\x02\x00\x00")
                running.wait_for("    5 s")
                while stream.read(1 << 20):
                    pass
            self.assertRegex(running.wait_for("lost"), r"sent +\d+ (.*\n)+lost +0\n")
            self.assertEqual(running.process.wait(PATIENCE), DONE)

    def test_a_port_where_nobody_listens_is_told(self):
        result = self.measured("pub", "--clients", 3, port=brokers.free_port(),
                               status=UNREACHABLE)
        self.assertEqual(result["failed_connects"],
                         {"connection refused: nothing listens there": 3})

    def test_a_host_that_is_not_there_is_told(self):
        said = self.run_bench("connect", "--host", "no-such-host.invalid", status=UNREACHABLE)
        self.assertIn("the host 'no-such-host.invalid' was not found", said.stderr)

    def test_a_server_that_speaks_something_else_is_told(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            running = self.following("connect", "--host", "127.0.0.1", "--port",
                                     listener.getsockname()[1], "--clients", 1)
            connection, _ = listener.accept()
            connection.sendall(b"220 mail.example ESMTP\r\n")
            running.wait_for("failed connects   1  the server does not speak MQTT")
            self.assertEqual(running.process.wait(PATIENCE), UNREACHABLE)
            connection.close()


class Words(BenchTest):
    def test_wrong_words_are_met_with_the_nearest(self):
        for words, told in {
            ("pubs",): "there is no command 'pubs'; did you mean pub?",
            ("pub", "--clinets", "3"): "there is no flag --clinets; did you mean --clients?",
            ("pub", "--count", "3"): "there is no flag --count; did you mean --clients?",
            ("pub", "-t", "x"): "there is no flag -t; did you mean --topic?",
            ("pub", "--qos", "3"): "--qos 3: there are 0, 1 and 2",
            ("pub", "--tls", "--ca", "/nowhere"): "the CA in /nowhere cannot be used",
            ("pairs", "--topic", "x"): "put %i",
        }.items():
            with self.subTest(words):
                said = self.run_bench(*words, status=WRONG_USE).stderr
                self.assertIn(told, said)
                self.assertEqual(said.count("\n"), 1, said)

    def test_help_lists_commands_and_flags(self):
        self.assertIn("publishers with one subscriber each", self.run_bench("--help").stdout)
        for kind in ("pub", "sub", "pairs", "connect"):
            said = self.run_bench(kind, "--help").stdout
            for name in ("--host", "--tls", "--clients", "--duration", "--json"):
                self.assertIn(name, said)

    def test_as_many_descriptors_as_may_be(self):
        """1,024 are usual, and a run takes more where it may."""
        server = Server(GATEHOUSE, "--profile", "open", "--allow-anonymous")
        self.addCleanup(server.remove)
        run = subprocess.run(
            ["prlimit", "--nofile=256:4096", GATEHOUSE, "bench", "connect", "--host", "127.0.0.1",
             "--port", str(server.ready["mqtt"]), "--clients", "400", "--json"],
            capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(run.returncode, DONE, run.stdout + run.stderr)
        self.assertEqual(json.loads(run.stdout)["connected"], 400)


if __name__ == "__main__":
    unittest.main()
