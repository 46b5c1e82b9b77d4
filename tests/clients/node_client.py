"""An MQTT client of Node.js as a child process that takes commands and tells events, as JSON lines."""

import json
import queue
import subprocess
import threading

from client_test import HERE
from device import WAIT_SECONDS


class NodeClient:
    def __init__(self, script: str):
        self.process = subprocess.Popen(["node", HERE / script], text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.events: queue.Queue = queue.Queue()
        self.seen: list[dict] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.events.put(json.loads(line))

    def tell(self, command: str, **options) -> None:
        self.process.stdin.write(json.dumps({"command": command, **options}) + "\n")
        self.process.stdin.flush()

    def expect(self, kind: str) -> dict:
        """The next event of a kind; those before it are dropped."""
        while True:
            try:
                event = self.events.get(timeout=WAIT_SECONDS)
            except queue.Empty:
                raise AssertionError(f"no {kind}; seen: {self.seen}") from None
            self.seen.append(event)
            if event["event"] == kind:
                return event

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=WAIT_SECONDS)
        self.process.stdout.close()
