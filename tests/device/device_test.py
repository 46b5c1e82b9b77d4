#!/usr/bin/python3
"""`gatehouse device`, `pub` and `sub` against brokers that are not ours.

usage: device_test.py GATEHOUSE [TESTS]"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import brokers  # noqa: E402

GATEHOUSE = sys.argv.pop(1)
DONE, WRONG_USE, REFUSED, UNREACHABLE = 0, 2, 3, 4
TRACE_ID = "0e8f2b1c-33d4-4c55-9a66-778899aabbcc"


class DeviceTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder_owner = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.folder_owner.name)
        brokers.make_certificates(cls.folder)
        cls.broker = brokers.Mosquitto(cls.folder)
        cls.environment = {"PATH": os.environ["PATH"], "DEVICE_PASSWORD": "secret",
                           "GATEHOUSE_DATA_DIR": str(cls.folder / "none")}

    @classmethod
    def tearDownClass(cls):
        cls.broker.stop()
        cls.folder_owner.cleanup()

    def words(self, *words):
        return [GATEHOUSE, *words, "--cafile", str(self.folder / "ca.crt")]

    def gatehouse(self, *words, **more):
        return subprocess.run(words, env=self.environment | more.pop("environment", {}),
                              capture_output=True, text=True, timeout=60, **more)

    def device(self, *words, **more):
        return self.gatehouse(*self.words("device", "--username", "alice", "--interval", "10ms",
                                          *words), **more)

    def start(self, *words):
        return subprocess.Popen(words, env=self.environment, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)

    def tls(self, host="localhost"):
        return ["--endpoint", f"{host}:{self.broker.tls}"]

    def plain(self):
        return ["--endpoint", f"mqtt://127.0.0.1:{self.broker.plain}", "--username", "alice"]


class Device(DeviceTest):
    def test_publishes_time_stamps_over_tls(self):
        for protocol in ("5", "3.1.1"):
            with self.subTest(protocol=protocol):
                run = self.device(*self.tls(), "--count", "3", "--client-id", "basicPubSub",
                                  "--protocol", protocol)
                self.assertEqual(run.returncode, DONE, run.stdout + run.stderr)
                self.assertIn("connected as basicPubSub over TLS 1.3", run.stdout)
                published = [line for line in run.stdout.splitlines() if "published #" in line]
                self.assertEqual(len(published), 3)
                message = json.loads(published[2].split(": ", 1)[1])
                self.assertEqual(message["n"], 3)
                self.assertRegex(message["time"], r"^20\d\d-\d\d-\d\dT")

    def test_fills_in_its_message(self):
        run = self.device(*self.tls("127.0.0.1"), "--count", "1", "--client-id", "d1", "--message",
                          '{"id": "{client_id}", "n": {n}}', "--qos", "0")
        self.assertIn('published #1 to test/topic: {"id": "d1", "n": 1}', run.stdout)

    def test_stops_at_a_ca_file_without_a_certificate(self):
        empty = self.folder / "empty.crt"
        empty.write_text("hello\n")
        run = self.gatehouse(GATEHOUSE, "device", *self.tls(), "--username", "alice", "--cafile",
                             str(empty))
        self.assertEqual(run.returncode, WRONG_USE, run.stdout + run.stderr)
        self.assertIn("empty.crt holds no certificate", run.stderr)

    def test_takes_a_ca_out_of_a_pipe_for_every_attempt(self):
        server = brokers.FixedAnswer(self.folder, brokers.refusing_connack(0x88, ""))
        self.addCleanup(server.stop)
        ends = os.pipe()
        self.addCleanup(os.close, ends[0])
        os.write(ends[1], (self.folder / "ca.crt").read_bytes())
        os.close(ends[1])
        run = self.gatehouse(GATEHOUSE, "device", "--endpoint", f"localhost:{server.port}",
                             "--username", "alice", "--attempts", "2", "--cafile",
                             f"/dev/fd/{ends[0]}", pass_fds=ends[:1])
        self.assertEqual(len(server.connects), 2, run.stdout + run.stderr)

    def test_is_refused_with_a_wrong_password(self):
        for protocol, code in (("5", "not authorized (0x87)"),
                               ("3.1.1", "not authorized (return code 5)")):
            with self.subTest(protocol=protocol):
                run = self.device(*self.tls(), "--protocol", protocol, "--client-id", "d2",
                                  environment={"DEVICE_PASSWORD": "wrong"})
                self.assertEqual(run.returncode, REFUSED)
                self.assertIn(f"refused by localhost:{self.broker.tls}: {code}", run.stdout)
                self.assertIn("gatehouse authorizer trace --client-id d2", run.stdout)

    def test_shows_the_servers_reason_and_its_trace(self):
        reason = f"CONNACK:not authorized:{TRACE_ID}"
        server = brokers.FixedAnswer(self.folder, brokers.refusing_connack(0x87, reason))
        self.addCleanup(server.stop)
        run = self.device("--endpoint", f"localhost:{server.port}", "--authorizer", "Auto,Custom")
        self.assertEqual(run.returncode, REFUSED, run.stdout)
        self.assertIn(f"the server says:    {reason}\n", run.stdout)
        self.assertIn(f"gatehouse explain {TRACE_ID}", run.stdout)
        self.assertEqual(server.alpn, ["mqtt"])
        self.assertEqual(server.names, ["localhost"])
        self.assertIn(b"alice?x-amz-customauthorizer-name=Auto%2CCustom", server.connects[0])
        self.assertEqual(len(server.connects), 1, "a refusal is not tried again")

    def test_explains_a_silent_close(self):
        server = brokers.FixedAnswer(self.folder, b"")
        self.addCleanup(server.stop)
        run = self.device("--endpoint", f"localhost:{server.port}", "--authorizer", "A")
        self.assertEqual(run.returncode, REFUSED, run.stdout)
        self.assertIn("closed the connection after CONNECT without an answer", run.stdout)
        self.assertIn("iot:Connect on client/gatehouse-device", run.stdout)

    def test_comes_later_when_asked_to(self):
        server = brokers.FixedAnswer(self.folder, brokers.refusing_connack(0x89, "soon"))
        self.addCleanup(server.stop)
        run = self.device("--endpoint", f"localhost:{server.port}", "--attempts", "2")
        self.assertEqual(run.returncode, UNREACHABLE, run.stdout)
        self.assertIn("asks to come later: server busy (0x89)", run.stdout)
        self.assertEqual(len(server.connects), 2)

    def test_trusts_the_right_server_alone(self):
        wrong_name = self.device(*self.tls("127.0.0.2"))
        self.assertEqual(wrong_name.returncode, UNREACHABLE, wrong_name.stdout)
        self.assertIn("did not prove to be the server", wrong_name.stdout)
        unknown_ca = self.gatehouse(GATEHOUSE, "device", *self.tls(), "--username", "alice")
        self.assertEqual(unknown_ca.returncode, UNREACHABLE, unknown_ca.stdout)
        self.assertIn("a CA that this system trusts", unknown_ca.stdout)

    def test_says_when_its_alpn_is_not_taken(self):
        run = self.device(*self.tls(), "--count", "1", "--alpn", "unheard-of")
        self.assertEqual(run.returncode, DONE, run.stdout + run.stderr)
        self.assertIn("over TLS 1.3; the server did not take ALPN unheard-of\n", run.stdout)

    def test_stopped_without_a_connection_is_not_called_disconnected(self):
        device = self.start(*self.words("device", "--endpoint",
                                        f"localhost:{brokers.free_port()}"))
        for line in device.stdout:
            if "trying again" in line:
                break
        device.send_signal(signal.SIGTERM)
        rest = device.stdout.read()
        self.assertEqual(device.wait(timeout=20), UNREACHABLE)
        device.stdout.close()
        self.assertIn("stopped before there was a connection\n", rest)
        self.assertNotIn("disconnected", rest)

    def test_says_what_it_cannot_reach(self):
        port = brokers.free_port()
        run = self.device("--endpoint", f"localhost:{port}", "--attempts", "1")
        self.assertEqual(run.returncode, UNREACHABLE)
        self.assertIn(f"cannot reach localhost:{port} (Connection refused)", run.stdout)
        run = self.device("--endpoint", f"localhost:{self.broker.plain}", "--attempts", "1")
        self.assertEqual(run.returncode, UNREACHABLE)
        self.assertIn("the port speaks no TLS", run.stdout)

    def test_says_which_message_the_policy_denies(self):
        run = self.device(*self.tls(), "--topic", "other/topic", "--count", "2")
        self.assertEqual(run.returncode, REFUSED, run.stdout)
        self.assertIn("PUBLISH of #1 to other/topic refused by the server: not authorized (0x87)",
                      run.stdout)
        self.assertIn("disconnected after 0 messages, 2 refused", run.stdout)

    def test_ends_with_disconnect_at_ctrl_c(self):
        device = self.start(*self.words("device", *self.tls(), "--username", "alice"))
        for line in device.stdout:
            if "published #1" in line:
                break
        device.send_signal(signal.SIGINT)
        rest = device.stdout.read()
        self.assertEqual(device.wait(timeout=20), DONE, rest)
        device.stdout.close()
        self.assertIn("disconnected after 1 message\n", rest)

    def test_comes_back_after_a_lost_connection(self):
        device = self.start(*self.words("device", *self.tls(), "--username", "alice",
                                        "--interval", "20ms"))
        self.addCleanup(device.stdout.close)
        seen = []
        for line in device.stdout:
            seen.append(line)
            if "published #2 " in line:
                self.broker.stop()
                break
        for line in device.stdout:
            seen.append(line)
            if "trying again" in line:
                self.broker.start()
                break
        for line in device.stdout:
            seen.append(line)
            if "published #" in line:
                break
        device.send_signal(signal.SIGTERM)
        seen.append(device.stdout.read())
        self.assertEqual(device.wait(timeout=20), DONE, "".join(seen))
        self.assertIn("broke off", "".join(seen))
        self.assertEqual("".join(seen).count("connected as gatehouse-device over TLS"), 2)


class PubAndSub(DeviceTest):
    def pub(self, *words):
        return self.gatehouse(GATEHOUSE, "pub", *self.plain(), *words)

    def test_what_pub_says_sub_prints(self):
        sub = self.start(GATEHOUSE, "sub", *self.plain(), "--topic", "test/a/#", "--topic",
                         "test/b", "--count", "3", "--verbose")
        self.addCleanup(sub.stdout.close)
        printed = []
        for line in sub.stdout:
            printed.append(line)
            if "subscribed to test/b" in line:
                break
        self.assertEqual(self.pub("--topic", "test/a/x", "--message", "{n} as it is").returncode, 0)
        self.assertEqual(self.pub("--topic", "test/b", "--message", "twice", "--count", "2",
                                  "--interval", "1ms", "--qos", "0").returncode, 0)
        printed = "".join(printed) + sub.stdout.read()
        self.assertEqual(sub.wait(timeout=20), DONE, printed)
        self.assertIn("without TLS: the password can be read on the way", printed)
        self.assertIn("test/a/x [QoS 1] {n} as it is\n", printed)
        self.assertEqual(printed.count("test/b [QoS 0] twice\n"), 2)

    def test_retained_messages_are_marked(self):
        path = self.folder / "payload"
        path.write_text("kept")
        run = self.pub("--topic", "test/kept", "--file", str(path), "--retain")
        self.assertEqual((run.returncode, run.stdout, run.stderr), (DONE, "", ""))
        run = self.gatehouse(GATEHOUSE, "sub", *self.plain(), "--topic", "test/kept", "--count",
                             "1", "--verbose")
        self.assertEqual(run.stdout, "test/kept [QoS 1, retained] kept\n", run.stderr)
        run = self.gatehouse(GATEHOUSE, "sub", *self.plain(), "--topic", "test/kept", "--count",
                             "1", "--payload-only")
        self.assertEqual((run.stdout, run.stderr), ("kept\n", ""))

    def test_a_denied_topic_is_refused(self):
        run = self.pub("--topic", "other/x", "--message", "m")
        self.assertEqual(run.returncode, REFUSED)
        self.assertIn("PUBLISH of #1 to other/x refused", run.stderr)

    def test_wrong_use_is_told(self):
        for words in (["--topic", "t"], ["--message", "m"], ["--topic", "a/#", "--message", "m"],
                      ["--topic", "t", "--message", "m", "--qos", "3"],
                      ["--topic", "t", "--message", "m", "--user", "x"]):
            with self.subTest(words=words):
                run = self.pub(*words)
                self.assertEqual(run.returncode, WRONG_USE, run.stderr)
        run = self.gatehouse(GATEHOUSE, "sub", *self.plain(), "--topic", "a/#/b", "--count", "1")
        self.assertEqual(run.returncode, WRONG_USE, run.stderr)
        self.assertIn("--topic 'a/#/b': Topic Filter: '#' must be the whole last level", run.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=1)
