"""The real binary, started on free ports with a data directory of its own."""

import json
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.request

import boto3
import botocore.config

START_SECONDS = 60
WAIT_SECONDS = 30
POLL_SECONDS = 0.05
LOG_GROUP = "AWSIotLogsV2"


def wait_until(condition, what: str, seconds: float = WAIT_SECONDS):
    """The first true value of condition(), asked again and again until the time is over."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        pause.wait(POLL_SECONDS)


class DataDir:
    """A directory that the unprivileged user of functions can reach too."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="gatehouse-clients-"))
        self.path.chmod(0o755)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


class Server:
    """`gatehouse serve`; running and ready once constructed."""

    def __init__(self, binary: str, *flags: str, data_dir: DataDir | None = None):
        self.binary = binary
        self.flags = flags
        self._own_dir = data_dir is None
        self.data_dir = data_dir or DataDir()
        self.start()

    def command(self) -> list[str]:
        ports = [word for door in ("mqtt", "mqtts", "https", "https-mtls", "api")
                 for word in (f"--{door}-port", "0")]
        return [self.binary, "serve", "--data-dir", str(self.data_dir.path / "data"), *ports,
                *self.flags]

    @staticmethod
    def environment() -> dict[str, str]:
        # More than one loop, whatever the machine has: what crosses loops is tested, too.
        return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GATEHOUSE_LOOPS": "2"}

    def start(self) -> None:
        self.errors = open(self.data_dir.path / "stderr", "a+", encoding="utf-8")
        self.process = subprocess.Popen(self.command(), env=self.environment(),
                                        stdout=subprocess.PIPE, stderr=self.errors, text=True)
        lines: queue.Queue = queue.Queue()
        threading.Thread(target=self._read_output, args=(self.process.stdout, lines),
                         daemon=True).start()
        try:
            line = lines.get(timeout=START_SECONDS)
        except queue.Empty:
            line = ""
        if not line:
            self.kill()
            raise AssertionError("the server did not become ready: " + self.stderr())
        self.take_ready(line)

    def take_ready(self, line: str) -> None:
        """The line that the server prints when its doors are open."""
        self.ready = json.loads(line)
        self._clients = {}

    @staticmethod
    def _read_output(stream, lines: queue.Queue) -> None:
        with stream:
            lines.put(stream.readline())
            stream.read()

    def stderr(self) -> str:
        return (self.data_dir.path / "stderr").read_text(encoding="utf-8", errors="replace")

    def metric(self, name: str) -> int:
        """Of a server that was started with a port for metrics; with its labels, if it has any."""
        url = f"http://127.0.0.1:{self.ready['metrics']}/metrics"
        with urllib.request.urlopen(url, timeout=WAIT_SECONDS) as page:
            for line in page.read().decode().splitlines():
                if line.startswith(name + " "):
                    return int(float(line.rpartition(" ")[2]))
        raise AssertionError(f"no {name}")

    def kill(self) -> None:
        """As a crash: nothing is told to anybody."""
        self.process.kill()
        self.process.wait()
        self.errors.close()

    def terminate(self) -> int:
        """The exit status after SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(timeout=WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("the server did not end at SIGTERM") from None
        self.errors.close()
        return status

    def stop(self) -> None:
        if self.process.poll() is None:
            self.terminate()
        self.errors.close()
        if self._own_dir:
            self.data_dir.remove()

    def keys(self) -> dict[str, str]:
        """The root user's access key, as AWS tools name it in the environment."""
        found = {}
        text = (self.data_dir.path / "data" / "credentials").read_text(encoding="utf-8")
        for line in text.splitlines():
            name, separator, value = line.partition("=")
            if separator:
                found[name.strip().upper()] = value.strip()
        return {"AWS_ACCESS_KEY_ID": found["AWS_ACCESS_KEY_ID"],
                "AWS_SECRET_ACCESS_KEY": found["AWS_SECRET_ACCESS_KEY"]}

    def api(self, service: str, account: str | None = None, retries: int = 1,
            region: str | None = None):
        """boto3's client of a service; of another account where any signature is taken. One retry,
        since a connection that was idle may be closed as a request is sent on it."""
        key = (service, account, retries, region)
        if key not in self._clients:
            keys = self.keys()
            if account:
                keys = {"AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "any"}
            self._clients[key] = boto3.client(
                service, endpoint_url=self.ready["api_url"], region_name=region or self.ready["region"],
                aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
                config=botocore.config.Config(retries={"max_attempts": retries}, read_timeout=60))
        return self._clients[key]

    def aws(self, *words: str, check: bool = True) -> subprocess.CompletedProcess:
        """The AWS CLI."""
        command = ["/usr/bin/aws", "--endpoint-url", self.ready["api_url"], *words]
        run = subprocess.run(command, capture_output=True, text=True, timeout=120, env={
            **self.environment(), **self.keys(), "AWS_DEFAULT_REGION": self.ready["region"],
            "AWS_EC2_METADATA_DISABLED": "true", "HOME": str(self.data_dir.path),
            "AWS_PAGER": "", "LC_ALL": "C.UTF-8"})
        if check and run.returncode != 0:
            raise AssertionError(f"aws {' '.join(words)}: {run.stderr}")
        return run

    def aws_json(self, *words: str):
        text = self.aws(*words, "--output", "json").stdout
        return json.loads(text) if text.strip() else None

    def gatehouse(self, *words: str, check: bool = True) -> subprocess.CompletedProcess:
        """A command of the program itself."""
        run = subprocess.run([self.binary, *words], capture_output=True, text=True, timeout=60,
                             env={**self.environment(),
                                  "GATEHOUSE_DATA_DIR": str(self.data_dir.path / "data")})
        if check and run.returncode != 0:
            raise AssertionError(f"gatehouse {' '.join(words)}: {run.stderr}")
        return run

    def advance(self, span: str) -> None:
        """Moves the time of a server with --clock manual."""
        self.gatehouse("clock", "advance", span)

    def log_records(self, account: str | None = None, region: str | None = None,
                    **members: str) -> list[dict]:
        """The records of AWSIotLogsV2 that have all these members."""
        logs = self.api("logs", account, region=region)
        try:
            pages = logs.get_paginator("filter_log_events").paginate(
                logGroupName=LOG_GROUP)
            records = [json.loads(event["message"]) for page in pages for event in page["events"]]
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [record for record in records
                if all(record.get(name) == value for name, value in members.items())]

    def output_of(self, function: str, text: str) -> list[str]:
        """What the function printed that has the text."""
        logs = self.api("logs")
        try:
            events = logs.filter_log_events(logGroupName=f"/aws/lambda/{function}",
                                            filterPattern=f'"{text}"')["events"]
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"] for event in events]

    def wait_for_record(self, **members: str) -> dict:
        """The newest such record."""
        try:
            return wait_until(lambda: self.log_records(**members), f"a log record {members}")[-1]
        except AssertionError as error:
            seen = [json.dumps(record) for record in self.log_records()[-6:]]
            raise AssertionError(f"{error}; the newest records:\n" + "\n".join(seen)) from None
