"""A `gatehouse serve` on free ports with a data directory of its own, and its commands."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import threading

PATIENCE = 30  # seconds; only a broken server takes that long


class Server:
    def __init__(self, program: str, *flags: str):
        self.program = program
        self.folder_owner = tempfile.TemporaryDirectory(prefix="gatehouse-cli-")
        self.folder = pathlib.Path(self.folder_owner.name)
        self.folder.chmod(0o711)  # functions of a server that runs as root are nobody's
        self.data_dir = self.folder / "data"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder),
                            "GATEHOUSE_DATA_DIR": str(self.data_dir)}
        ports = [word for door in ("mqtt", "mqtts", "https", "https-mtls", "api")
                 for word in (f"--{door}-port", "0")]
        self.log = open(self.folder / "serve.log", "w")
        self.process = subprocess.Popen([program, "serve", *ports, *flags], text=True,
                                        env=self.environment, stdout=subprocess.PIPE,
                                        stderr=self.log)
        # The line that is printed once every door is open; none when it ended before.
        give_up = threading.Timer(PATIENCE, self.process.kill)
        give_up.start()
        line = self.process.stdout.readline()
        give_up.cancel()
        if not line:
            raise RuntimeError("the server did not start: " +
                               (self.folder / "serve.log").read_text())
        self.ready = json.loads(line)

    def run(self, *words, **more):
        return subprocess.run([self.program, *map(str, words)], capture_output=True, text=True,
                              env=self.environment | more.pop("environment", {}),
                              timeout=PATIENCE, **more)

    def start(self, *words) -> "Following":
        return Following([self.program, *map(str, words)], self.environment)

    def device(self, *words, password="secret", client_id="basicPubSub"):
        endpoint = f"127.0.0.1:{self.ready['https']}"
        return self.run("device", "--endpoint", endpoint, "--cafile", self.ready["ca"],
                        "--username", "alice", "--client-id", client_id, "--password", password,
                        "--count", "1", "--interval", "10ms", *words)

    def stop(self) -> int:
        """The exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=PATIENCE)
        self.log.close()
        return self.process.returncode

    def remove(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        self.log.close()
        self.folder_owner.cleanup()


class Following:
    """A command that goes on, and whose output is waited for."""

    def __init__(self, words, environment):
        self.process = subprocess.Popen(words, env=environment, text=True, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        self.seen = ""

    def wait_for(self, text: str) -> str:
        """The output up to the line with the text."""
        give_up = threading.Timer(PATIENCE, self.process.kill)
        give_up.start()
        try:
            while text not in self.seen:
                line = self.process.stdout.readline()
                if not line:
                    raise AssertionError(f"'{text}' was never printed, only:\n{self.seen}")
                self.seen += line
        finally:
            give_up.cancel()
        return self.seen

    def stop(self):
        self.process.kill()
        self.process.communicate()
