"""Debian's PostgreSQL with a cluster of its own on a free port, as an unprivileged user."""

import glob
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile

from gatehouse_server import WAIT_SECONDS, wait_until
from mosquitto_broker import free_port

SUPERUSER = "postgres"
# The server refuses to run as root; any other user will do.
UNPRIVILEGED = "nobody"


def _programs() -> pathlib.Path:
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    assert found, "PostgreSQL is not installed"
    return pathlib.Path(found[-1]).parent


class PostgresServer:
    """Runs once constructed, until close(); over TLS with the certificate and its key (PEM)."""

    def __init__(self, password: str, certificate: str, key: str):
        self.password = password
        self.port = free_port()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gatehouse-postgres-"))
        self.data = self.folder / "data"
        secret = self.folder / "password"
        secret.write_text(password)
        self._own(self.folder, secret)
        self._run(_programs() / "initdb", "-D", self.data, "-U", SUPERUSER, "-A",
                  "scram-sha-256", "--pwfile", secret, "-E", "UTF8", "--no-sync", "--locale", "C")
        for name, text in (("server.crt", certificate), ("server.key", key)):
            (self.data / name).write_text(text)
            (self.data / name).chmod(0o600)
            self._own(self.data / name)
        self.start()

    def _as_user(self) -> dict:
        if os.geteuid() != 0:
            return {}
        user = pwd.getpwnam(UNPRIVILEGED)
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def _own(self, *files: pathlib.Path):
        if os.geteuid() == 0:
            user = pwd.getpwnam(UNPRIVILEGED)
            for file in files:
                os.chown(file, user.pw_uid, user.pw_gid)

    def _run(self, *words):
        run = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                             timeout=120, cwd=self.folder, **self._as_user())
        assert run.returncode == 0, run.stdout + run.stderr

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [str(_programs() / "postgres"), "-D", str(self.data), "-p", str(self.port), "-k",
                 str(self.folder), "-c", "listen_addresses=127.0.0.1", "-c", "ssl=on"],
                stdout=log, stderr=log, cwd=self.folder, **self._as_user())
        wait_until(self._answers, "PostgreSQL")

    def _answers(self) -> bool:
        assert self.process.poll() is None, (self.folder / "log").read_text()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", self.port)) != 0:
                return False
        return self._psql("SELECT 1").returncode == 0

    def _psql(self, statement: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [str(_programs() / "psql"), "-X", "-A", "-t", "-h", "127.0.0.1", "-p", str(self.port),
             "-U", SUPERUSER, "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-c", statement],
            capture_output=True, text=True, timeout=60, env={"PGPASSWORD": self.password})

    def ask(self, statement: str) -> list[str]:
        """The rows, with | between their columns."""
        run = self._psql(statement)
        assert run.returncode == 0, run.stderr
        return run.stdout.splitlines()

    def url(self, host: str = "127.0.0.1", password: str | None = None, more: str = "") -> str:
        return (f"postgresql://{SUPERUSER}:{password or self.password}@{host}:{self.port}/postgres"
                + more)

    def stop(self):
        """At once, as a crash."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=WAIT_SECONDS)

    def close(self):
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.folder)
