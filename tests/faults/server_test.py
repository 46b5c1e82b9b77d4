#!/usr/bin/python3
"""The server killed, stopped, started twice; instances of functions killed.

usage: server_test.py GATEHOUSE [TESTS]"""

import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "clients"))

from client_test import (GATEHOUSE, NOT_AUTHORIZED_5, AuthorizerTest, ClientTest,  # noqa: E402
                         make_auto_custom, wait_until)
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
        logs = self.server.api("logs")

        def is_there():
            try:
                return logs.filter_log_events(logGroupName="/aws/lambda/auth",
                                              filterPattern=f'"{text}"')["events"]
            except logs.exceptions.ResourceNotFoundException:
                return False
        wait_until(is_there, f"the function's output '{text}'", 4)


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

    def test_sigterm_ends_in_order(self):
        make_auto_custom(self.server)
        watcher = self.device("idle", door="mqtt", user=None).connected()
        self.device("busy", protocol=V5).connected()
        children = descendants(self.server.process.pid)
        began = time.monotonic()
        self.assertEqual(self.server.terminate(), 0)
        self.assertLess(time.monotonic() - began, 2.5)
        watcher.expect("disconnect")
        wait_until(lambda: not any(pathlib.Path(f"/proc/{pid}").exists() for pid in children),
                   "the functions' processes end with the server")
        self.assertFalse((self.server.data_dir.path / "data" / "ready.json").exists())
        self.assertEqual(GATEHOUSE, self.server.binary)


if __name__ == "__main__":
    unittest.main(verbosity=2)
