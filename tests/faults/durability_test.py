#!/usr/bin/python3
"""Sessions and messages over kill -9, restarts and a full disk: nothing acknowledged is lost.

usage: durability_test.py GATEHOUSE [TESTS]"""

import os
import pathlib
import queue
import resource
import sys
import threading
import unittest

for folder in ("clients", "conformance"):
    sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / folder))

import wire  # noqa: E402
from client_test import ClientTest, wait_until  # noqa: E402
from device import V5, V311, Device  # noqa: E402
from paho.mqtt.packettypes import PacketTypes  # noqa: E402
from paho.mqtt.properties import Properties  # noqa: E402
from peer import Peer  # noqa: E402

QUOTA_EXCEEDED = 0x97
GOES_ON_FOR = 3600


def iter_queue(events: queue.Queue):
    while True:
        try:
            yield events.get_nowait()
        except queue.Empty:
            return


class Durable(ClientTest):
    flags = ("--allow-anonymous", "--profile", "open")

    def connect(self, client_id: str, **how) -> Device:
        how = {"protocol": V5, "clean": False, "session_expiry": GOES_ON_FOR} | how
        return self.device(client_id, door="mqtt", user=None, **how).connected()

    def come_back(self, device: Device) -> None:
        """The same client, with what it remembers of QoS 2, at the server's new port."""
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = GOES_ON_FOR
        device.client.connect("127.0.0.1", self.server.ready["mqtt"], 60, clean_start=False,
                              properties=properties)
        device.client.loop_start()
        device.connected()

    def restart(self, how: str) -> None:
        if how == "kill":
            self.server.kill()
        else:
            self.assertEqual(self.server.terminate(), 0)
        self.server.start()


class Restarts(Durable):
    def test_an_offline_session_gets_what_was_acknowledged(self):
        for how in ("kill", "terminate"):
            for protocol in (V311, V5):
                with self.subTest(how=how, protocol=protocol):
                    name = f"{how}-{protocol}"
                    sleeper = self.connect(name, protocol=protocol)
                    sleeper.subscribed(f"{name}/+", 2)
                    sleeper.close()
                    publisher = self.connect(f"{name}-publisher", session_expiry=0)
                    sent = [str(number).encode() for number in range(20)]
                    for number, payload in enumerate(sent):
                        publisher.published(f"{name}/x", payload, 1 + number % 2)
                    self.restart(how)
                    awake = self.connect(name, protocol=protocol)
                    self.assertEqual(awake.seen[0][2], 1, "the session is present")
                    got = [awake.expect("message")[2] for _ in sent]
                    # Different QoS may overtake each other.
                    self.assertEqual([one for one in got if int(one) % 2], sent[1::2])
                    self.assertEqual([one for one in got if not int(one) % 2], sent[::2])
                    awake.close()

    def test_retained_messages(self):
        publisher = self.connect("retainer", session_expiry=0)
        publisher.published("kept/a", b"1", 1, retain=True)
        publisher.published("kept/b", b"2", 1, retain=True)
        publisher.published("kept/b", b"", 1, retain=True)
        self.restart("kill")
        reader = self.connect("reader", session_expiry=0)
        reader.subscribed("kept/#")
        self.assertEqual(reader.expect("message")[1:3], ("kept/a", b"1"))
        publisher = self.connect("retainer", session_expiry=0)
        publisher.published("kept/c", b"3")
        self.assertEqual(reader.expect("message")[1:3], ("kept/c", b"3"))

    def test_a_will_of_a_session_whose_server_died(self):
        watcher = self.connect("will-watcher")
        watcher.subscribed("wills/+")
        watcher.close()
        # A SUBACK says that the session is on disk, a CONNACK does not.
        self.connect("mortal", will=("wills/mortal", b"gone", 1)).subscribed("wills/none")
        self.restart("kill")
        watcher = self.connect("will-watcher")
        self.assertEqual(watcher.expect("message")[1:3], ("wills/mortal", b"gone"))


class DamagedLogs(Durable):
    """Killed, the server leaves acknowledged changes in write-ahead logs, and those are damaged."""

    def flip_a_byte(self, log: pathlib.Path) -> None:
        content = bytearray(log.read_bytes())
        frame = 24 + 4096
        content[32 + frame * ((len(content) - 32) // frame // 2) + 2000] ^= 0xFF
        log.write_bytes(content)

    def cut_in_half(self, log: pathlib.Path) -> None:
        os.truncate(log, log.stat().st_size // 2)

    def remove(self, log: pathlib.Path) -> None:
        log.unlink()

    def check(self, name: str) -> None:
        """The server was killed; it runs again afterwards."""
        data = self.server.data_dir.path / "data"
        database, log, commits = (data / (name + end) for end in ("", "-wal", "-commits"))
        self.assertEqual(commits.stat().st_mode & 0o777, 0o600)
        whole = {file: file.read_bytes() for file in (database, log, commits)}
        for damage in (self.flip_a_byte, self.cut_in_half, self.remove):
            with self.subTest(database=name, damage=damage.__name__):
                damage(log)
                with self.assertRaisesRegex(
                        AssertionError, f"{name} is damaged: the last [0-9]+ of its [0-9]+ commits"):
                    self.server.start()
                commits.unlink()
                self.server.start()  # as the operator decided
                self.server.kill()
                (data / (name + "-shm")).unlink()
                for file, content in whole.items():
                    file.write_bytes(content)
        self.server.start()

    def test_messages(self):
        sleeper = self.connect("log-sleeper")
        sleeper.subscribed("logged/+")
        sleeper.close()
        publisher = self.connect("log-publisher", session_expiry=0)
        sent = [str(number).encode() for number in range(60)]
        for payload in sent:
            publisher.published("logged/x", payload)
        self.server.kill()
        self.check("messages.db")
        awake = self.connect("log-sleeper")
        self.assertEqual([awake.expect("message")[2] for _ in sent], sent)

    def test_resources(self):
        iot = self.server.api("iot")
        for number in range(20):
            iot.create_thing(thingName=f"thing-{number}")
        self.server.kill()
        self.check("gatehouse.db")
        self.assertEqual(len(self.server.api("iot").list_things()["things"]), 20)


class MixedGroup(Durable):
    """A shared subscription of a session that lasts and one that ends with its connection."""

    def test_what_was_given_to_one_that_died_with_the_server_goes_to_the_other(self):
        lasting = self.connect("mixed-lasting")
        lasting.subscribed("$share/g/mixed", 1)
        transient = Peer(self.server.ready["mqtt"], wire.V5)
        self.addCleanup(transient.close)
        self.assertEqual(transient.connect("mixed-transient").code, 0)
        self.assertEqual(transient.subscribe("$share/g/mixed"), [1])
        publisher = self.connect("mixed-publisher", session_expiry=0)
        for number in range(6):
            publisher.published("mixed", b"%d" % number)
        held = [transient.message(acknowledge=False).payload for _ in range(3)]
        got = [lasting.expect("message")[2] for _ in range(3)]
        self.assertEqual(sorted(held + got), [b"%d" % number for number in range(6)])
        lasting.close()
        self.restart("kill")
        awake = self.connect("mixed-lasting")
        after = [awake.expect("message")[2] for _ in range(3)]
        self.assertEqual(sorted(after), sorted(held))


class Hammered(Durable):
    """kill -9 under load, again and again."""

    ROUNDS = 4
    TOPICS = 3

    def publisher(self, number: int, qos: int, acknowledged: list[int], repeated: set[int],
                  stop) -> None:
        """Publishes a sequence; one that was not acknowledged is sent once more, first thing."""
        value = 0
        while not stop.is_set():
            try:
                repeated.add(value)
                device = Device(self.server, f"source-{number}", door="mqtt", user=None,
                                protocol=V5).connected()
                while not stop.is_set():
                    mid = device.client.publish(f"load/{number}", str(value).encode(), qos).mid
                    while device.expect("publish", 2)[1] != mid:
                        pass
                    acknowledged.append(value)
                    value += 1
                device.close()
            except (OSError, AssertionError):
                stop.wait(0.05)

    def run_rounds(self, qos: int) -> None:
        names = [f"sink-{qos}-{number}" for number in range(2)]
        received: dict[str, dict[str, list[int]]] = {
            name: {f"load/{number}": [] for number in range(self.TOPICS)} for name in names}

        def note(name: str, device: Device) -> None:
            events = [*device.waiting, *iter_queue(device.events)]
            device.waiting = []
            for event in events:
                if event[0] == "message":
                    received[name][event[1]].append(int(event[2]))
        for name in names:
            device = self.connect(name)
            device.subscribed("load/+", qos)
            device.close()
        stop = threading.Event()
        repeated: list[set[int]] = [set() for _ in range(self.TOPICS)]
        acknowledged: list[list[int]] = [[] for _ in range(self.TOPICS)]
        threads = [threading.Thread(target=self.publisher,
                                    args=(number, qos, acknowledged[number], repeated[number], stop))
                   for number in range(self.TOPICS)]
        for thread in threads:
            thread.start()
        listener = self.connect(names[0])  # the other one stays away
        for _ in range(self.ROUNDS):
            before = [len(each) for each in acknowledged]
            wait_until(lambda: all(len(now) > then + 20
                                   for now, then in zip(acknowledged, before)), "progress")
            self.server.kill()
            listener.client.loop_stop()
            self.server.start()
            self.come_back(listener)
        stop.set()
        for thread in threads:
            thread.join()
        for name, device in zip(names, (listener, self.connect(names[1]))):
            for number, values in enumerate(acknowledged):
                topic = f"load/{number}"

                def has_all():
                    note(name, device)  # noqa: B023
                    got = received[name][topic]  # noqa: B023
                    return got and got[-1] >= values[-1]  # noqa: B023
                wait_until(has_all, f"the last of {topic}")
                got = received[name][topic]
                self.assertEqual(sorted(set(values) - set(got)), [], "lost")
                first = list(dict.fromkeys(got))
                self.assertEqual(first, sorted(first), "the order of first deliveries")
                if qos == 2:
                    twice = {value for value in got if got.count(value) > 1}
                    self.assertEqual(twice - repeated[number], set(), "delivered twice")
            device.close()

    def test_qos_1(self):
        self.run_rounds(1)

    def test_qos_2(self):
        self.run_rounds(2)


class LastingPublishers(Durable):
    """Publishers whose sessions outlive kill -9 as their subscribers' do: with QoS 2 each message
    arrives once, with QoS 1 at least once, in order."""

    flags = (*Durable.flags, "--loops", "4")
    ROUNDS = 4
    PUBLISHERS = 4
    WINDOW = 12

    def publish(self, number: int, qos: int, done: list[int], stop: threading.Event) -> None:
        """A sequence, several messages at a time; the client repeats what it has to."""
        device = self.connect(f"lasting-{number}")
        sent: dict[int, int] = {}
        value = 0
        while not stop.is_set() or sent:
            try:
                while len(sent) < self.WINDOW and not stop.is_set():
                    sent[device.client.publish(f"load/{number}", str(value), qos).mid] = value
                    value += 1
                done.append(sent.pop(device.expect("publish", 1)[1]))
            except AssertionError:  # none came: is the connection gone?
                if not any(event[0] == "disconnect" for event in device.waiting):
                    continue
                device.waiting = [one for one in device.waiting if one[0] != "disconnect"]
                device.client.loop_stop()
                wait_until(lambda: self.is_back(device), "the server is there again")
        device.close()

    def is_back(self, device: Device) -> bool:
        try:
            self.come_back(device)
        except (OSError, AssertionError):
            device.client.loop_stop()
            return False
        return True

    def run_rounds(self, qos: int) -> None:
        names = [f"sink-{qos}-{number}" for number in range(3)]
        sinks = [self.connect(name) for name in names]
        for sink in sinks:
            sink.subscribed("load/+", qos)
        sinks[0].close()  # stays away until the end
        stop = threading.Event()
        done: list[list[int]] = [[] for _ in range(self.PUBLISHERS)]
        threads = [threading.Thread(target=self.publish, args=(number, qos, done[number], stop))
                   for number in range(self.PUBLISHERS)]
        for thread in threads:
            thread.start()
        for _ in range(self.ROUNDS):
            before = [len(each) for each in done]
            wait_until(lambda: all(len(now) > then + 60 for now, then in zip(done, before)),
                       "progress")
            self.server.kill()
            for sink in sinks[1:]:
                sink.client.loop_stop()
            self.server.start()
            for sink in sinks[1:]:
                self.come_back(sink)
        stop.set()
        for thread in threads:
            thread.join()
        sinks[0] = self.connect(names[0])
        for sink in sinks:
            self.check(sink, qos, done)

    def check(self, sink: Device, qos: int, done: list[list[int]]) -> None:
        got: list[list[int]] = [[] for _ in done]

        def has_all():
            for event in iter_queue(sink.events):
                sink.waiting.append(event)
            for _, topic, payload, _ in (one for one in sink.waiting if one[0] == "message"):
                got[int(topic.split("/")[1])].append(int(payload))
            sink.waiting = []
            return all(set(values) >= set(wanted) for values, wanted in zip(got, done))
        wait_until(has_all, "all that was acknowledged")
        for values, wanted in zip(got, done):
            self.assertEqual(sorted(wanted), list(range(len(wanted))))
            first = list(dict.fromkeys(values))
            self.assertEqual(first, sorted(first), "the order of first deliveries")
            if qos == 2:
                twice = [value for value in first if values.count(value) > 1]
                self.assertEqual(twice, [], "delivered twice")

    def test_qos_1(self):
        self.run_rounds(1)

    def test_qos_2(self):
        self.run_rounds(2)


class FullDisk(Durable):
    """A file that may not grow stands for a full disk."""

    FILE_BYTES_MAX = 64 * 1024

    def limit(self, on: bool) -> None:
        pid = self.server.process.pid
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (self.FILE_BYTES_MAX if on else hard, hard))

    def test_what_cannot_be_kept_is_refused_and_all_else_goes_on(self):
        sleeper = self.connect("sleeper")
        sleeper.subscribed("deep/+")
        sleeper.close()
        listener = self.connect("listener", session_expiry=0)
        listener.subscribed("live/+")
        publisher = self.connect("publisher", session_expiry=0)
        codes = []
        publisher.client.on_publish = lambda *_: None
        # paho 1.6 does not tell the reason of a PUBACK: it is read from the wire.
        handle = publisher.client._handle_pubackcomp

        def note(command):
            packet = bytes(publisher.client._in_packet["packet"])
            codes.append(packet[2] if len(packet) > 2 else 0)
            return handle(command)
        publisher.client._handle_pubackcomp = note
        self.limit(True)
        sent = []

        def is_refused():
            count = len(codes)
            payload = f"{len(sent)}:".encode() + os.urandom(2000)
            publisher.client.publish("deep/x", payload, 1)
            wait_until(lambda: len(codes) > count, "an answer to the publish")
            if codes[-1] == 0:
                sent.append(payload)
            return codes[-1] == QUOTA_EXCEEDED
        wait_until(is_refused, "the disk is full")
        self.assertIn("cannot be kept", self.server.stderr())
        # Who needs no disk goes on.
        publisher.client.publish("live/x", b"still here", 1)
        self.assertEqual(listener.expect("message")[1:3], ("live/x", b"still here"))
        # 3.1.1 has no code for it: the connection ends, and nothing was acknowledged.
        old = self.connect("old", protocol=V311, clean=True)
        old.client.publish("deep/x", b"unkept", 1)
        old.expect("disconnect")
        self.server.wait_for_record(clientId="old", eventType="Disconnect",
                                    disconnectReason="SERVER_ERROR")
        self.limit(False)
        wait_until(lambda: not is_refused(), "the disk works again")
        self.assertIn("kept on disk again", self.server.stderr())
        self.server.kill()
        self.server.start()
        awake = self.connect("sleeper")
        got = set()
        wait_until(lambda: got.add(awake.expect("message")[2]) or got >= set(sent),
                   "all that was acknowledged")


if __name__ == "__main__":
    unittest.main(verbosity=2)
