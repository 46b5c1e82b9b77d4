#!/usr/bin/python3
"""The data directory's disk is full, and has room again.

usage: disk_test.py GATEHOUSE [TESTS]"""

import os
import pathlib
import resource
import subprocess
import sys
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "clients"))

from client_test import (GATEHOUSE, ClientTest, make_authorizer,  # noqa: E402
                         make_auto_custom, wait_until)
from gatehouse_server import Server  # noqa: E402

# Runs a command with a small disk of its own at a folder, seen by nobody else, and fills and
# empties that disk as its standard input says. The disk stays when the command has ended.
SMALL_DISK = """
import errno, os, subprocess, sys
folder, size, *command = sys.argv[1:]
subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", folder], check=True)
server = None
filler = os.path.join(folder, "filler")
for line in sys.stdin:
    word = line.strip()
    if word == "start":
        server = subprocess.Popen(command, stdout=sys.stdout, stdin=subprocess.DEVNULL)
        continue
    if word == "fill":
        with open(filler, "ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError as error:
                    assert error.errno == errno.ENOSPC, error
    elif word == "free":
        os.remove(filler)
    elif word == "stop":
        server.terminate()
        server.wait()
    elif word == "kill":
        server.kill()
        server.wait()
    print("done", word, flush=True)
"""


def with_own_mounts() -> list[str] | None:
    """What starts a command whose mounts nobody else sees; None where a user may not."""
    own_space = ["unshare", "--mount"] if os.getuid() == 0 else [
        "unshare", "--user", "--map-current-user", "--keep-caps", "--mount"]
    # In a chroot, mounts are nobody's to make private.
    for command in (own_space, [*own_space, "--propagation", "unchanged"]):
        if subprocess.run([*command, "true"], stderr=subprocess.DEVNULL).returncode == 0:
            return command
    return None


class SmallDiskServer(Server):
    """Its data directory is on a disk of 32 MiB."""

    def __init__(self, binary: str, *flags: str):
        self.disk = None
        super().__init__(binary, *flags)

    def start(self) -> None:
        if self.disk is None:
            data = self.data_dir.path / "data"
            data.mkdir(mode=0o755)
            self.errors = open(self.data_dir.path / "stderr", "a+", encoding="utf-8")
            self.disk = subprocess.Popen(
                [*with_own_mounts(), sys.executable, "-c", SMALL_DISK, str(data), "32m", *self.command()],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True,
                env=self.environment())
        self.disk.stdin.write("start\n")
        self.disk.stdin.flush()
        line = self.disk.stdout.readline()
        if not line.startswith("{"):
            raise AssertionError(f"the server did not become ready: {line}{self.stderr()}")
        self.take_ready(line)

    def take_ready(self, line: str) -> None:
        super().take_ready(line)
        # Its own file is where nobody else sees it.
        path = self.data_dir.path / "ca.pem"
        with urllib.request.urlopen(self.ready["api_url"] + "/ca.pem", timeout=30) as answer:
            path.write_bytes(answer.read())
        self.ready["ca"] = str(path)

    def tell(self, word: str) -> None:
        self.disk.stdin.write(word + "\n")
        self.disk.stdin.flush()
        answer = self.disk.stdout.readline()
        assert answer == f"done {word}\n", answer + self.stderr()

    def keys(self) -> dict[str, str]:
        # Nobody outside sees the credentials file; any signature is taken.
        return {"AWS_ACCESS_KEY_ID": "000000000000", "AWS_SECRET_ACCESS_KEY": "any"}

    def stop(self) -> None:
        self.disk.stdin.write("kill\n")
        self.disk.stdin.close()
        self.disk.wait()
        self.disk.stdout.close()
        self.errors.close()
        self.data_dir.remove()


class BoundedFilesServer(Server):
    """None of its files may grow past a size: an I/O error, other than that of a full disk."""

    FILE_BYTES_MAX = 64 * 1024

    def tell(self, word: str) -> None:
        if word == "kill":
            self.kill()
            return
        _, hard = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)
        soft = self.FILE_BYTES_MAX if word == "fill" else hard
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (soft, hard))


class NoRoom:
    make_server: type[Server]

    @classmethod
    def setUpClass(cls):
        cls.server = cls.make_server(GATEHOUSE, "--log-level", "debug", "--api-auth", "any")
        cls.addClassCleanup(cls.server.stop)

    def test_nothing_acknowledged_is_lost_and_devices_still_get_in(self):
        arn = make_auto_custom(self.server)
        iot = self.server.api("iot")
        self.device("before").connected()
        self.server.tell("fill")

        def is_refused():
            try:
                make_authorizer(self.server, f"Attempt{len(made)}", arn)
            except iot.exceptions.ServiceUnavailableException as error:
                return str(error)
            made.append(f"Attempt{len(made)}")
            return None
        made: list[str] = []
        # What is left in the database's own files takes some.
        reason = wait_until(is_refused, "no authorizer can be kept")
        self.assertIn("disk", reason)
        # What is there works: API reads, devices, their messages.
        names = {one["authorizerName"] for one in iot.list_authorizers()["authorizers"]}
        self.assertEqual(names, {"AutoCustom", *made})
        device = self.device("during").connected()
        device.subscribed("lab/#")
        for number in range(2000):
            device.client.publish("lab/flood", b"x" * 500, 0)
        device.published("lab/during")
        wait_until(lambda: "the log" in self.server.stderr() or
                   "log records" in self.server.stderr(), "the operator is told of the log")
        self.server.tell("free")
        make_authorizer(self.server, "Afterwards", arn)
        self.device("after").connected()
        wait_until(lambda: "written again" in self.server.stderr(), "the log is written again")
        self.server.wait_for_record(clientId="after", eventType="Connect")
        # Everything is there after a crash, too.
        self.server.tell("kill")
        self.server.start()
        names = {one["authorizerName"]
                 for one in self.server.api("iot").list_authorizers()["authorizers"]}
        self.assertEqual(names, {"AutoCustom", "Afterwards", *made})
        self.device("restarted").connected()


class FilesThatCannotGrow(NoRoom, ClientTest):
    make_server = BoundedFilesServer


# A disk of its own takes a mount, which some systems let nobody but root make.
if with_own_mounts() is not None:
    class FullDisk(NoRoom, ClientTest):
        make_server = SmallDiskServer


if __name__ == "__main__":
    unittest.main(verbosity=2)
