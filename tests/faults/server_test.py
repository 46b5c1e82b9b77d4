#!/usr/bin/python3
"""The server killed, stopped, started twice; instances of functions killed.

usage: server_test.py GATEHOUSE [TESTS]"""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "clients"))

import botocore.exceptions  # noqa: E402
from client_test import (NOT_AUTHORIZED_5, AuthorizerTest, ClientTest,  # noqa: E402
                         make_auto_custom, make_function, wait_until)
from device import V5, Device  # noqa: E402


def descendants(pid: int) -> list[int]:
    """Children, their children and so on; those of all threads."""
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def instances(server_pid: int) -> list[int]:
    """The processes in which functions run."""
    def is_instance(pid):
        command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
        return b"python" in command
    return [pid for pid in descendants(server_pid) if is_instance(pid)]


class Instances(AuthorizerTest):
    def test_killed_in_the_middle_of_a_connect(self):
        device = self.device("orphan", protocol=V5, user="hangs")
        self.wait_for_output("asked for hangs by orphan")
        for pid in instances(self.server.process.pid):
            os.kill(pid, signal.SIGKILL)
        self.assertEqual(device.expect("connect", 4)[1], NOT_AUTHORIZED_5, "before the 5 s")
        record = self.assert_denied_record("orphan")
        self.assertEqual(record["authorizerName"], "AutoCustom")
        self.device("heir").connected()

    def wait_for_output(self, text: str) -> None:
        wait_until(lambda: self.server.output_of("auth", text),
                   f"the function's output '{text}'", 4)


class Restart(AuthorizerTest):
    def test_killed_during_connects(self):
        self.device("before").connected()
        stop = threading.Event()

        def hammer():
            number = 0
            while not stop.is_set():
                number += 1
                try:
                    Device(self.server, f"hammer-{number}").close()
                except OSError:
                    return
        threads = [threading.Thread(target=hammer) for _ in range(2)]
        for thread in threads:
            thread.start()
        self.server.wait_for_record(clientId="hammer-3", eventType="Connect")
        children = descendants(self.server.process.pid)
        self.server.kill()
        stop.set()
        for thread in threads:
            thread.join()
        wait_until(lambda: not any(pathlib.Path(f"/proc/{pid}").exists() for pid in children),
                   "the functions' processes end with the server")
        self.server.start()
        self.device("after").connected().published("lab/after")
        iot = self.server.api("iot")
        self.assertEqual(iot.describe_authorizer(authorizerName="AutoCustom")
                         ["authorizerDescription"]["authorizerFunctionArn"], self.function_arn)
        self.server.wait_for_record(clientId="before", eventType="Connect", status="Success")


class SecondServer(ClientTest):
    def test_is_refused_and_told_whose_the_directory_is(self):
        run = subprocess.run(self.server.command(), env=self.server.environment(),
                             capture_output=True, text=True, timeout=60)
        self.assertNotEqual(run.returncode, 0)
        self.assertIn(str(self.server.process.pid), run.stderr)
        self.assertEqual(run.stdout, "")


class Stop(ClientTest):
    flags = ("--allow-anonymous",)
    SERVER_SHUTTING_DOWN = 0x8B

    def setUp(self):
        if self.server.process.poll() is not None:
            self.server.start()

    def assert_ends(self) -> None:
        children = descendants(self.server.process.pid)
        began = time.monotonic()
        self.assertEqual(self.server.terminate(), 0)
        self.assertLess(time.monotonic() - began, 2.5)
        wait_until(lambda: not any(pathlib.Path(f"/proc/{pid}").exists() for pid in children),
                   "the functions' processes end with the server")
        self.assertFalse((self.server.data_dir.path / "data" / "ready.json").exists())

    def test_sigterm_in_the_middle_of_everything(self):
        make_auto_custom(self.server)
        plain = self.device("plain", door="mqtt", user=None).connected()
        subscriber = self.device("subscriber", protocol=V5).connected()
        subscriber.subscribed("lab/#")
        publisher = self.device("publisher", protocol=V5).connected()
        half = socket.create_connection(("127.0.0.1", self.server.ready["mqtt"]))
        self.addCleanup(half.close)
        half.sendall(b"\x10\x12\x00\x04MQ")
        silent = socket.create_connection(("127.0.0.1", self.server.ready["https"]))
        self.addCleanup(silent.close)
        self.device("asking", protocol=V5, user="hangs")
        wait_until(lambda: self.server.output_of("auth", "asked for hangs by asking"),
                   "the authorizer is asked")
        stop = threading.Event()

        def publish():
            while not stop.is_set() and publisher.client.is_connected():
                publisher.client.publish("lab/traffic", b"x" * 100, 1)
                stop.wait(0.001)
        traffic = threading.Thread(target=publish)
        traffic.start()
        subscriber.expect("message")
        try:
            self.assert_ends()
        finally:
            stop.set()
            traffic.join()
        plain.expect("disconnect")
        for device in (subscriber, publisher):
            self.assertEqual(device.expect("disconnect")[1], self.SERVER_SHUTTING_DOWN)
        # What was told is in the log.
        self.server.start()
        for client_id in ("plain", "subscriber", "publisher"):
            record = self.server.wait_for_record(clientId=client_id, eventType="Disconnect")
            self.assertEqual(record["disconnectReason"], "SERVER_INITIATED_DISCONNECT")

    def test_sigterm_twice(self):
        self.device("twice", door="mqtt", user=None).connected()
        self.server.process.send_signal(signal.SIGTERM)
        # The second one ends it at once, unless it has come to its end already.
        self.assertIn(self.server.terminate(), (0, 128 + signal.SIGTERM))

    def test_sigterm_while_the_api_is_busy(self):
        make_function(self.server, "slow", "import threading\n\n"
                      "def lambda_handler(event, context):\n"
                      "    print('it hangs')\n"
                      "    threading.Event().wait()\n")
        answers = []

        def invoke():
            try:
                self.server.api("lambda", retries=0).invoke(FunctionName="slow")
            except botocore.exceptions.ClientError as error:
                answers.append(error.response["Error"]["Code"])
        caller = threading.Thread(target=invoke)
        caller.start()
        wait_until(lambda: self.server.output_of("slow", "it hangs"), "the function is called")
        followers = [self.follow("authorizer", "trace", "--follow"),
                     self.follow("logs", "tail", "--follow")]
        self.assert_ends()
        caller.join()
        self.assertEqual(len(answers), 1, "the caller is told that the server stops")
        for follower in followers:
            follower.wait(timeout=30)

    def follow(self, *words: str) -> subprocess.Popen:
        """A command that follows, once it said that it does."""
        process = subprocess.Popen([self.server.binary, *words], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   env={**self.server.environment(), "GATEHOUSE_DATA_DIR":
                                        str(self.server.data_dir.path / "data")})
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        self.assertTrue(process.stdout.readline())
        return process

    def test_sigterm_before_it_is_ready(self):
        self.server.terminate()
        process = subprocess.Popen(self.server.command(), env=self.server.environment(),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        # Since its handlers are in place, which /proc tells.
        status = pathlib.Path(f"/proc/{process.pid}/status")

        def handles_sigterm():
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
            return any(int(lines[name], 16) >> (signal.SIGTERM - 1) & 1
                       for name in ("SigCgt", "SigBlk"))
        wait_until(handles_sigterm, "SIGTERM is handled")
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0, errors)
        self.server.start()
        self.device("later", door="mqtt", user=None).connected()


class Reread(ClientTest):
    flags = ("--allow-anonymous",)

    def wait_for_notice(self, text: str) -> None:
        wait_until(lambda: any(text in record["details"] for record in self.server.log_records(
            eventType="Server.Notice", reason="REREAD")), f"a notice with '{text}'")

    def publish(self, client_id: str) -> None:
        self.device(client_id, door="mqtt", user=None).connected().published("lab/x")

    def test_sighup(self):
        # The flag --log-level debug of all tests would be stronger than the file.
        self.server.terminate()
        config = self.server.data_dir.path / "data" / "gatehouse.toml"
        config.write_text("log-level = 'info'\n")
        command = self.server.command
        self.server.command = lambda: [word for word in command()
                                       if word not in ("--log-level", "debug")]
        self.server.start()
        self.publish("before")
        config.write_text("log-level = 'debug'\nconnections-max = 5\n")
        self.server.process.send_signal(signal.SIGHUP)
        self.wait_for_notice("these are in force now: log-level; these need a restart: "
                             "connections-max")
        self.publish("after")
        self.server.wait_for_record(clientId="after", eventType="Publish-In")
        self.assertEqual(self.server.log_records(clientId="before", eventType="Publish-In"), [])
        # What is not valid changes nothing.
        config.write_text("log-level = 'loud'\n")
        self.server.process.send_signal(signal.SIGHUP)
        self.wait_for_notice("stay as they were")
        self.assertIn("gatehouse.toml:1", self.server.stderr())
        self.publish("still-debug")
        self.server.wait_for_record(clientId="still-debug", eventType="Publish-In")


class NobodyListens(ClientTest):
    """Standard error cannot be written: a full disk, a reader that has ended, closed."""
    flags = ("--allow-anonymous",)

    def setUp(self):
        super().setUp()
        self.server.terminate()
        self.folder = self.server.data_dir.path / "data"
        command = self.server.command
        self.addCleanup(setattr, self.server, "command", command)

    def reread_what_is_wrong(self) -> None:
        config = self.folder / "gatehouse.toml"
        config.write_text("log-level = 'loud'\n")
        self.addCleanup(config.unlink)
        self.server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.server.log_records(eventType="Server.Notice", reason="REREAD"),
                   "the notice of SIGHUP")

    def test_what_the_operator_should_hear_ends_no_server(self):
        errors = self.server.data_dir.path / "stderr"
        errors.unlink()
        errors.symlink_to("/dev/full")
        self.addCleanup(errors.unlink)
        self.server.start()
        self.reread_what_is_wrong()
        self.device("later", door="mqtt", user=None).connected()

    def test_nothing_is_written_into_the_file_that_was_opened_instead(self):
        words = self.server.command()
        self.server.command = lambda: ["sh", "-c", 'exec "$@" <&- 2>&-', "sh", *words]
        self.server.start()
        self.reread_what_is_wrong()
        self.assertEqual([file for file in self.folder.rglob("*") if file.is_file()
                          and b"gatehouse serve: SIGHUP" in file.read_bytes()], [])
        self.assertEqual((self.folder / "lock").read_text().strip(),
                         str(self.server.ready["pid"]))


class StopWithoutTime(AuthorizerTest):
    """No deadline ever comes while the clock stands still."""
    flags = ("--clock", "manual")

    def test_sigterm(self):
        for number in range(4):
            device = self.device(f"wrong-{number}", protocol=V5, password="guess")
            self.assertEqual(device.expect("connect")[1], NOT_AUTHORIZED_5)
        self.device("held-back", protocol=V5, password="guess")
        self.device("asking", protocol=V5, user="hangs")
        # That it is held back is told when that is over.
        for client_id, step in (("asking", "  event  "), ("held-back", "AutoCustom")):
            wait_until(lambda: step in self.server.gatehouse(
                "authorizer", "trace", "--client-id", client_id, check=False).stdout,
                       f"{client_id}: {step}")
        silent = socket.create_connection(("127.0.0.1", self.server.ready["https"]))
        self.addCleanup(silent.close)
        self.assertEqual(self.server.terminate(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
