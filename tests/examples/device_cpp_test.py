#!/usr/bin/python3
"""examples/device-cpp builds from a copy of its folder alone, and does what it says; the C++ of the
READMEs builds, too, and neither says a password to whom it cannot verify.

usage: device_cpp_test.py SOURCE_DIR COMPILER"""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

SOURCE, COMPILER = pathlib.Path(sys.argv[1]), sys.argv[2]
sys.argv[1:] = []
sys.path.insert(0, str(SOURCE / "tests" / "device"))

import brokers  # noqa: E402

# A CONNACK that takes the client and names a Maximum QoS of 0.
AT_MOST_QOS_0 = bytes([0x20, 5, 0, 0, 2, 0x24, 0])

class DeviceCpp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.owner = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.owner.name)
        shutil.copytree(SOURCE / "examples" / "device-cpp", cls.folder / "copy")
        for words in (["cmake", "-G", "Ninja", "-S", cls.folder / "copy", "-B", cls.folder / "build",
                       f"-DCMAKE_CXX_COMPILER={COMPILER}", "-DCMAKE_CXX_FLAGS=-Werror"],
                      ["cmake", "--build", cls.folder / "build"]):
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        brokers.make_certificates(cls.folder)
        cls.broker = brokers.Mosquitto(cls.folder)

    @classmethod
    def tearDownClass(cls):
        cls.broker.stop()
        cls.owner.cleanup()

    def device(self, port, password, *words):
        return subprocess.run(
            [self.folder / "build" / "device", "--endpoint", f"localhost:{port}", "--cafile",
             self.folder / "ca.crt", "--username", "alice", "--interval", "0.01s", *words],
            env={**os.environ, "DEVICE_PASSWORD": password}, timeout=60, capture_output=True,
            text=True)

    def listener(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        return listener

    def assertNobodyCame(self, listener):
        listener.setblocking(False)
        with self.assertRaises(BlockingIOError):
            listener.accept()

    def test_publishes(self):
        run = self.device(self.broker.tls, "secret", "--count", "3")
        self.assertEqual((run.returncode, run.stdout.splitlines()),
                         (0, ["connected", "message 1 arrived", "message 2 arrived",
                              "message 3 arrived"]), run.stderr)

    def test_says_why_it_is_refused(self):
        server = brokers.FixedAnswer(self.folder, brokers.refusing_connack(0x87, "because"))
        self.addCleanup(server.stop)
        run = self.device(server.port, "wrong", "--authorizer", "AutoCustom")
        self.assertEqual(run.returncode, 3, run.stdout + run.stderr)
        self.assertIn("the server says: because", run.stdout)
        self.assertEqual(server.alpn, ["mqtt"])
        self.assertIn(b"alice?x-amz-customauthorizer-name=AutoCustom", server.connects[0])

    def test_stops_without_the_ca(self):
        listener = self.listener()
        run = self.device(listener.getsockname()[1], "secret", "--cafile", self.folder / "none.crt")
        self.assertEqual(run.returncode, 2, run.stdout + run.stderr)
        self.assertIn("none.crt", run.stderr)
        self.assertNobodyCame(listener)

    def test_stops_at_what_cannot_be_published(self):
        for words in (["--qos", "2"], ["--qos", "high"], ["--topic", "a/#"]):
            with self.subTest(words=words):
                listener = self.listener()
                run = self.device(listener.getsockname()[1], "secret", *words)
                self.assertEqual(run.returncode, 2, run.stdout + run.stderr)
                self.assertIn(words[0], run.stderr)
                self.assertNobodyCame(listener)

    def test_stops_at_what_the_server_does_not_take(self):
        server = brokers.FixedAnswer(self.folder, AT_MOST_QOS_0, stays=True)
        self.addCleanup(server.stop)
        run = self.device(server.port, "secret")
        self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
        self.assertIn("cannot publish", run.stdout)

    def test_tells_refused_messages_by_its_exit_status(self):
        run = self.device(self.broker.tls, "secret", "--count", "2", "--topic", "elsewhere")
        self.assertEqual(run.returncode, 3, run.stdout + run.stderr)
        self.assertEqual(run.stdout.count("refused: "), 2)

    def test_takes_ipv6_addresses(self):
        server = brokers.FixedAnswer(self.folder, brokers.refusing_connack(0x87, "because"), "::1")
        self.addCleanup(server.stop)
        run = self.device(0, "wrong", "--endpoint", f"[::1]:{server.port}")
        self.assertEqual(run.returncode, 3, run.stdout + run.stderr)

    def test_refuses_unknown_options(self):
        self.assertEqual(self.device(self.broker.tls, "secret", "--colour", "red").returncode, 2)

    def test_the_readmes_programs_stop_without_the_ca(self):
        for name in ("README.md", "README.zh-CN.md"):
            with self.subTest(name=name):
                listener = self.listener()
                program = re.search(r"^```cpp\n(.*?)^```", (SOURCE / name).read_text(), re.M | re.S)[1]
                self.assertIn("8883", program)
                source = self.folder / f"{name}.cc"
                source.write_text(program.replace("8883", str(listener.getsockname()[1])))
                device = source.with_suffix("")
                subprocess.run([COMPILER, source, "-o", device, "-lmosquitto"], check=True)
                run = subprocess.run([device], cwd=self.folder / "copy", timeout=10)
                self.assertEqual(run.returncode, 1)
                self.assertNobodyCame(listener)


if __name__ == "__main__":
    unittest.main(verbosity=1)
