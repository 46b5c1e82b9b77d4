#!/usr/bin/python3
"""examples/device-cpp builds from a copy of its folder alone, and does what it says.

usage: device_cpp_test.py SOURCE_DIR COMPILER"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE, COMPILER = pathlib.Path(sys.argv[1]), sys.argv[2]
sys.argv[1:] = []
sys.path.insert(0, str(SOURCE / "tests" / "device"))

import brokers  # noqa: E402


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

    def test_refuses_unknown_options(self):
        self.assertEqual(self.device(self.broker.tls, "secret", "--colour", "red").returncode, 2)


if __name__ == "__main__":
    unittest.main(verbosity=1)
