"""Debian's mosquitto on a free port, and a client that hears what it is published."""

import os
import pathlib
import queue
import socket
import subprocess

import paho.mqtt.client as paho
from gatehouse_server import WAIT_SECONDS, wait_until


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Broker:
    """Runs once constructed, until close(); `settings` are lines of its configuration."""

    def __init__(self, folder: pathlib.Path, name: str, *settings: str):
        self.port = free_port()
        self.config = folder / f"{name}.conf"
        self.errors = folder / f"{name}.log"
        user = ["user root"] if os.geteuid() == 0 else []
        self.config.write_text("\n".join([*user, f"listener {self.port} 127.0.0.1", *settings,
                                          "log_type all", ""]))
        self.start()

    def start(self):
        with open(self.errors, "ab") as log:
            self.process = subprocess.Popen(["/usr/sbin/mosquitto", "-c", str(self.config)],
                                            stdout=log, stderr=log)
        wait_until(self._listens, f"mosquitto, which says\n{self.errors.read_text()}")

    def _listens(self) -> bool:
        assert self.process.poll() is None, self.errors.read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=WAIT_SECONDS)

    def log(self) -> str:
        return self.errors.read_text()


class Listener:
    """Subscribed to everything once constructed."""

    def __init__(self, port: int, user: str, password: str, tls: dict | None = None):
        self.messages: queue.Queue = queue.Queue()
        subscribed: queue.Queue = queue.Queue()
        self.client = paho.Client("listener", protocol=paho.MQTTv5)
        self.client.username_pw_set(user, password)
        if tls:
            self.client.tls_set(**tls)
        self.client.on_message = lambda _client, _user, message: self.messages.put(
            (message.topic, message.payload, message.qos, message.retain))
        self.client.on_subscribe = lambda *_: subscribed.put(True)
        self.client.on_connect = lambda client, *_: client.subscribe("#", 1)
        self.client.connect("localhost" if tls else "127.0.0.1", port)
        self.client.loop_start()
        subscribed.get(timeout=WAIT_SECONDS)

    def next(self) -> tuple[str, bytes, int, bool]:
        return self.messages.get(timeout=WAIT_SECONDS)

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()
