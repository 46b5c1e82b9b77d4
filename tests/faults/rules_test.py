#!/usr/bin/python3
"""Topic rules with at-least-once delivery over the death of the server, of a target and of a
function's worker: what was acknowledged is done.

usage: rules_test.py GATEHOUSE [TESTS]"""

import contextlib
import http.server
import json
import os
import pathlib
import shutil
import signal
import socket
import sys
import tempfile
import threading
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "clients"))

from client_test import ClientTest, make_function, permit_iot, wait_until, zipped  # noqa: E402
from device import V5, Device  # noqa: E402

ROLE = "arn:aws:iam::000000000000:role/rules"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Principal": {"Service": "iot.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
MAY = json.dumps({"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}]})
MESSAGES = 10_000
TELLS = """
import socket
ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
def lambda_handler(event, context):
    ear.sendto(f"{event['n']} {event['of']}".encode(), ("127.0.0.1", %d))
"""
NOTES = """
def lambda_handler(event, context):
    print("noted", event["n"], "of", event["of"])
"""
STUCK = """
import threading

def lambda_handler(event, context):
    print("stuck with", event["n"], flush=True)
    threading.Event().wait()
"""


class Queue(http.server.ThreadingHTTPServer):
    """A double of SQS that keeps the numbers that it is sent."""
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int = 0):
        super().__init__(("127.0.0.1", port), Handler)
        self.numbers: list[int] = []
        self.has_room = threading.Event()
        self.has_room.set()
        self.takes = sys.maxsize  # so many, then it waits for room
        self.streams: set = set()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # a client may go at any time

    def die(self) -> int:
        """Its port, which is free again."""
        self.shutdown()
        self.server_close()
        for stream in list(self.streams):
            try:
                stream.shutdown(2)
            except OSError:
                pass
        return self.server_port


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        self.server.streams.add(self.connection)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if len(self.server.numbers) >= self.server.takes:
            self.server.has_room.wait()
        text = (json.loads(body)["MessageBody"] if body.startswith("{")
                else urllib.parse.parse_qs(body)["MessageBody"][0])
        self.server.numbers.append(json.loads(text)["n"])
        answer = b'{"MessageId": "1"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


class AtLeastOnce(ClientTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="gatehouse-rules-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.queue = Queue()
        file = cls.folder / "targets.json"
        file.touch(0o600)
        file.write_text(json.dumps({"endpoints": {"sqs": {
            "url": f"http://127.0.0.1:{cls.queue.server_port}", "region": "us-east-1",
            "accessKeyId": "AKIDTARGETS", "secretAccessKey": "wJalrXUtnFEMI"}}}))
        cls.flags = ("--allow-anonymous", "--profile", "open", "--rules-targets-file",
                     str(file))
        super().setUpClass()

    @classmethod
    def prepare(cls):
        iam = cls.server.api("iam")
        iam.create_role(RoleName="rules", AssumeRolePolicyDocument=TRUST)
        iam.put_role_policy(RoleName="rules", PolicyName="may", PolicyDocument=MAY)
        # What a function prints is on disk a moment later than that it has run.
        cls.ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        cls.addClassCleanup(cls.ear.close)
        cls.ear.bind(("127.0.0.1", 0))
        cls.ear.setblocking(False)
        make_function(cls.server, "notes", TELLS % cls.ear.getsockname()[1])
        permit_iot(cls.server, "notes")

    def setUp(self):
        type(self).queue.numbers.clear()
        self.told: set[tuple[int, str]] = set()

    def make(self, name: str, action: dict):
        self.server.api("iot").create_topic_rule(
            ruleName=name, tags="gatehouse:delivery=at-least-once", topicRulePayload={
                "sql": f"SELECT n, '{name}' AS of FROM '{name}'", "awsIotSqlVersion": "2016-03-23",
                "actions": [action]})
        self.addCleanup(lambda: self.server.api("iot").delete_topic_rule(ruleName=name))

    def to_queue(self) -> dict:
        return {"sqs": {"roleArn": ROLE, "useBase64": False,
                        "queueUrl": "https://sqs.us-east-1.amazonaws.com/000000000000/numbers"}}

    def publish_all(self, topic: str, count: int) -> tuple[Device, dict[int, int]]:
        """A device that sends all it has as fast as it may, and which number has which id."""
        device = self.device(f"p-{topic}", door="mqtt", user=None, protocol=V5).connected()
        device.client.max_inflight_messages_set(100)
        return device, {device.client.publish(topic, json.dumps({"n": n}), 1).mid: n
                        for n in range(count)}

    def acknowledged(self, device: Device, numbers: dict[int, int]) -> set[int]:
        """What was acknowledged until now."""
        told = set()
        while not device.events.empty():
            event = device.events.get_nowait()
            if event[0] == "publish":
                told.add(numbers[event[1]])
        return told

    def noted(self, of: str) -> set[int]:
        """What functions have told of until now."""
        with contextlib.suppress(BlockingIOError):
            while True:
                number, _, rule = self.ear.recv(100).decode().partition(" ")
                self.told.add((int(number), rule))
        return {number for number, rule in self.told if rule == of}

    def test_the_server_dies_among_thousands_of_actions(self):
        self.make("killed", self.to_queue())
        self.queue.has_room.clear()
        self.queue.takes = MESSAGES // 10
        device, numbers = self.publish_all("killed", MESSAGES)
        promised: set[int] = set()
        wait_until(lambda: promised.update(self.acknowledged(device, numbers)) or
                   len(promised) > MESSAGES // 2, "half of the acknowledgements")
        self.server.kill()
        device.client.loop_stop()
        promised |= self.acknowledged(device, numbers)
        self.assertGreater(len(promised - set(self.queue.numbers)), MESSAGES // 4)
        self.queue.takes = sys.maxsize
        self.queue.has_room.set()
        self.server.start()
        wait_until(lambda: promised <= set(self.queue.numbers), "all that was acknowledged",
                   seconds=60)

    def test_the_server_dies_before_a_function_was_asked(self):
        self.make("asked", {"lambda": {
            "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:notes"}})
        device, numbers = self.publish_all("asked", 500)
        wait_until(lambda: self.noted("asked"), "the first event")
        self.server.kill()
        device.client.loop_stop()
        promised = self.acknowledged(device, numbers)
        self.server.start()
        wait_until(lambda: promised <= self.noted("asked"), "all that was acknowledged", seconds=60)

    def test_a_target_dies_for_a_moment(self):
        self.make("away", self.to_queue())
        device = self.device("p-away", door="mqtt", user=None).connected()
        device.published("away", b'{"n": 1}')
        wait_until(lambda: 1 in self.queue.numbers, "the first message")
        port = self.queue.die()
        device.published("away", b'{"n": 2}')
        type(self).queue = Queue(port)
        wait_until(lambda: 2 in self.queue.numbers, "the message, tried again")


class WorkerOfAFunction(ClientTest):
    flags = ("--allow-anonymous", "--clock", "manual")

    def workers(self) -> list[int]:
        """The processes below the server's."""
        parents = {}
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    stat = (entry / "stat").read_text()
                except OSError:
                    continue  # it has just ended
                parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])

        def is_below(pid: int) -> bool:
            parent = parents.get(pid, 0)
            return parent == self.server.process.pid or (parent > 1 and is_below(parent))
        return [pid for pid in parents if is_below(pid)]

    def test_its_death_loses_no_event(self):
        function = make_function(self.server, "stuck", STUCK)
        permit_iot(self.server, "stuck")
        self.server.api("iot").create_topic_rule(ruleName="stuck", topicRulePayload={
            "sql": "SELECT n, 'stuck' AS of FROM 'stuck'", "awsIotSqlVersion": "2016-03-23",
            "actions": [{"lambda": {"functionArn": function}}]})
        device = self.device("p-stuck", door="mqtt", user=None).connected()
        device.published("stuck", b'{"n": 1}')
        wait_until(lambda: self.server.output_of("stuck", "stuck with 1"), "the worker at work")
        self.server.api("lambda").update_function_code(FunctionName="stuck", ZipFile=zipped(NOTES))
        for pid in self.workers():
            with contextlib.suppress(ProcessLookupError):  # the one above it was the first to go
                os.kill(pid, signal.SIGKILL)

        def is_noted() -> bool:
            self.server.advance("60s")  # until the next try of the invocation
            return bool(self.server.output_of("stuck", "noted 1"))
        wait_until(is_noted, "the event, once more")


if __name__ == "__main__":
    unittest.main(verbosity=2)
